"""Which bytes of a safetensors file are held against which bytes of its bases: tensor against tensor.

A tensor is held against the one of the same name and number format, or of a name that ends alike; where rows were added or taken away, as
with a larger vocabulary, against the rows that both have. One that has no such partner is looked for by its bytes. Whatever else is in the
file, its header first, stands for itself. What is in which file, in which order, or how it is aligned makes no difference.

No file is trusted: ranges that lie outside of it, or over each other, are left out of the plan, and stand for themselves.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats.safetensors import BITS, Tensor, read
from hilt.record.blobs.delta_format import BLOCK, MOST_SEGMENTS, Segment
from hilt.record.blobs.packers import Packer

SAMPLES, SAMPLE = 48, 1 << 16
"""Pieces of a file that are tried, and bytes of each."""
_LEAST = 4096
"""Bytes of a tensor that is worth being looked for by its bytes."""
_OUTER = 3
"""Names before a name that may be missing: `model.`, `language_model.model.`"""


class Estimate(NamedTuple):
    """What a file of `size` bytes would take, with its bases and without; by samples."""

    size: int
    with_bases: int
    alone: int


class _Place(NamedTuple):
    """A tensor of a base, which is the one of that number."""

    base: int
    tensor: Tensor


def plan(result: ByteSource, bases: Sequence[ByteSource], limits: Limits) -> tuple[Segment, ...]:
    """The segments of the file `result`, all of its bytes. Raises `FormatError` where it is no safetensors, or has too many tensors."""
    there = _Places(bases, limits)
    segments: list[Segment] = []
    at = 0
    for tensor in sorted(read(result, limits).tensors, key=lambda one: (one.begin, one.end)):
        if not at <= tensor.begin < tensor.end <= result.size:
            continue
        segments.append(Segment(tensor.begin - at, 1))
        segments += there.partners(tensor, result)
        at = tensor.end
    segments.append(Segment(result.size - at, 1))
    joined = tuple(_joined(one for one in segments if one.size))
    if len(joined) > MOST_SEGMENTS:
        raise FormatError(f"it has more than {MOST_SEGMENTS} tensors that lie apart")
    return joined


def estimate(segments: Sequence[Segment], result: ByteSource, bases: Sequence[ByteSource], pack: Packer) -> Estimate:
    """What keeping the file by these segments would take: some pieces of it are tried."""
    from hilt.record.blobs.delta_blocks import encode_block

    sizes = [one.size for one in segments]
    total = sum(sizes)
    each = max(BLOCK, total // SAMPLES)
    tried = with_bases = alone = 0
    start, wanted = 0, each // 2
    for one in segments:
        while wanted < start + one.size:
            inside = (wanted - start) // 8 * 8
            size = min(SAMPLE, one.size - inside) // one.width * one.width
            data = result.read(start + inside, size)
            beside = bases[one.base].read(one.offset + inside, size) if one.base >= 0 else None
            tried += len(data)
            by_itself = len(encode_block(data, None, one.width, pack))
            alone += by_itself
            with_bases += len(encode_block(data, beside, one.width, pack)) if beside is not None else by_itself
            wanted += each
        start += one.size
    if not tried:
        return Estimate(total, total, total)
    return Estimate(total, with_bases * total // tried, alone * total // tried)


class _Places:
    """The tensors of the bases."""

    def __init__(self, bases: Sequence[ByteSource], limits: Limits) -> None:
        self._bases = bases
        self._named: dict[str, _Place] = {}
        self._ending: dict[str, _Place | None] = {}
        self._sized: dict[int, list[_Place]] = defaultdict(list)
        self._digests: dict[int, dict[bytes, _Place]] = {}
        for number, base in enumerate(bases):
            try:
                tensors = read(base, limits).tensors
            except FormatError:
                continue  # the others may do
            for tensor in tensors:
                if 0 < tensor.begin < tensor.end <= base.size:
                    self._add(_Place(number, tensor))

    def _add(self, place: _Place) -> None:
        self._named.setdefault(place.tensor.name, place)
        for name in _endings(place.tensor.name):
            self._ending[name] = None if name in self._ending else place
        self._sized[place.tensor.end - place.tensor.begin].append(place)

    def partners(self, tensor: Tensor, result: ByteSource) -> Iterator[Segment]:
        """The segments of a tensor of the result."""
        size, width = tensor.end - tensor.begin, _width(tensor)
        place = next((one for one in self._alike(tensor.name) if one and _same_rows(one.tensor, tensor)), None)
        place = place or self._same_bytes(tensor, result)
        if place is None:
            yield Segment(size, width)
            return
        both = min(size, place.tensor.end - place.tensor.begin)
        yield Segment(both, width, place.base, place.tensor.begin)
        yield Segment(size - both, width)

    def _alike(self, name: str) -> Iterator[_Place | None]:
        yield self._named.get(name)
        yield self._ending.get(name)
        for ending in _endings(name):
            yield self._named.get(ending)

    def _same_bytes(self, tensor: Tensor, result: ByteSource) -> _Place | None:
        size = tensor.end - tensor.begin
        if size < _LEAST or size not in self._sized:
            return None
        if size not in self._digests:
            self._digests[size] = {
                _digest(self._bases[one.base], one.tensor.begin, size): one for one in self._sized[size]
            }
        return self._digests[size].get(_digest(result, tensor.begin, size))


def _endings(name: str) -> Iterator[str]:
    """The name without the first of the names in it, without the first two, and so on."""
    for _ in range(_OUTER):
        _, dot, name = name.partition(".")
        if not dot or "." not in name:  # `weight` alone is the end of too many
            return
        yield name


def _same_rows(one: Tensor, other: Tensor) -> bool:
    """Are they the same rows of numbers, but for how many there are?"""
    alike = one.dtype == other.dtype and len(one.shape) == len(other.shape) and one.shape[1:] == other.shape[1:]
    return alike and one.declared_bytes == one.end - one.begin and other.declared_bytes == other.end - other.begin


def _width(tensor: Tensor) -> int:
    width = 4 if tensor.dtype == "C64" else max(1, BITS.get(tensor.dtype, 8) // 8)
    return 1 if (tensor.end - tensor.begin) % width else width


def _digest(source: ByteSource, begin: int, size: int) -> bytes:
    digest = hashlib.sha256()
    for at in range(begin, begin + size, BLOCK):
        digest.update(source.read(at, min(BLOCK, begin + size - at)))
    return digest.digest()


def _joined(segments: Iterator[Segment]) -> Iterator[Segment]:
    """Those that go on where the one before ends, as one."""
    last: Segment | None = None
    for one in segments:
        follows = last is not None and (last.width, last.base) == (one.width, one.base)
        if last is not None and follows and (one.base < 0 or last.offset + last.size == one.offset):
            last = last._replace(size=last.size + one.size)
            continue
        if last is not None:
            yield last
        last = one
    if last is not None:
        yield last
