"""The fingerprint of a model, `hilt-fp1`: what is enough to know its weights again, from a small share of their bytes.

Every tensor gives a block (`block.py`): its first 8 rows and 1024 columns, more rows where they are shorter, rows from 8000
on where there are 8192 or more (a vocabulary), all numbers where it is small. The block gives a sketch of 256 half floats
(`sketch.py`), 512 bytes. Further sketches are made where the same numbers may lie differently elsewhere:

- `TURNED`, of the transposed matrix, where the orientation is unknown or the matrix small;
- `LEVELLED`, with rows of norm 1, of convolutions: folding a batch normalisation leaves it alone;
- `PART`, at the parts of fused projections (query, key and value; gate and up) and of the first experts of a stack;
- `GRAM`, of the cosines of 64 rows of a vocabulary with each other, which no rotation or permutation of columns changes.

Beside them stand three digests of the block's numbers (as they are, as half floats, as bfloat16): the same numbers in another
format have one of them in common. Those of a small tensor are of its sorted numbers, so that no layout hides them. Then the
share of zeros, and the steps on which the numbers lie, by which quantised weights are known even where they are stored as
floats (`steps.py`).

`print_bytes.py` stores fingerprints; the signs of a sketch are a key of 256 bits, by which an index finds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from heapq import nlargest
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from hilt.core.byte_source import ByteSource, expect
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.core.tensor_source import TensorSource
from hilt.knowledge.lineage.bits import bits
from hilt.knowledge.lineage.block import Blocks, blocks, first_rows
from hilt.knowledge.lineage.kinds import place
from hilt.knowledge.lineage.print_bytes import LARGEST, MOST_DIMENSIONS, OtherVersion, decode, encode
from hilt.knowledge.lineage.prints import VERSION, How, LeftOut, ModelPrint, Sketch, TensorPrint
from hilt.knowledge.lineage.sketch import level, sketch
from hilt.knowledge.lineage.steps import step_bits

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "VERSION",
    "How",
    "LeftOut",
    "ModelPrint",
    "OtherVersion",
    "Sketch",
    "TensorPrint",
    "decode",
    "encode",
    "model_print",
    "tensor_print",
]

_AT_ONCE, _BYTES_AT_ONCE = 512, 6 << 20
"""So many tensors, and bytes of them, are announced to the source of the bytes together."""
_NAMED = 100
"""Tensors that were left out and are named; the others are counted."""
LEAST_SPREAD = 40
"""Sketches of fewer independent numbers are not kept: no cosine of theirs would tell anything."""
_FEWEST = 16
"""Fewer different numbers give no digest: they are alike in many models."""
_MOSTLY = 0.8
"""With few different numbers and so many zeros it is a filter, a mask or an identity."""
_MOST_UNREAL = 0.01


def largest(tensors: Iterable[TensorSource], limits: Limits | None = None) -> frozenset[int]:
    """The places of as many as a fingerprint has room for: a million of one number each must not keep the others out."""
    most = (limits or Limits()).fingerprint_tensors
    sizes = [prod(tensor.shape) for tensor in tensors]
    return frozenset(nlargest(most, range(len(sizes)), key=sizes.__getitem__))


def model_print(
    tensors: Iterable[TensorSource], limits: Limits | None = None, only: frozenset[int] | None = None
) -> ModelPrint:
    """Of the tensors at the places `only`, of the first ones without it. Raises `SourceError`.

    What is wrong with the bytes of one tensor leaves that one out.
    """
    most = (limits or Limits()).fingerprint_tensors
    prints: list[TensorPrint] = []
    left_out: list[LeftOut] = []
    parameters = read = 0
    for at, tensor in enumerate(_announced(tensors, only)):
        parameters += max(prod(tensor.shape), 0)
        if len(prints) >= most or (only is not None and at not in only):
            left_out.append(LeftOut(tensor.name, f"past the limit fingerprint_tensors = {most}"))
            continue
        try:
            with np.errstate(all="ignore"):  # hostile numbers are no reason to warn anybody
                made = _made(tensor)
        except FormatError as error:
            made = LeftOut(tensor.name, error.message)
        if isinstance(made, LeftOut):
            left_out.append(made)
        else:
            prints.append(made[0])
            read += made[1]
    return ModelPrint(
        tensors=tuple(prints),
        parameters=parameters,
        read=read,
        left_out=tuple(left_out[:_NAMED]),
        unnamed=max(0, len(left_out) - _NAMED),
    )


def tensor_print(tensor: TensorSource) -> TensorPrint | None:
    """None for a tensor without numbers. Raises `FormatError` and `SourceError`."""
    with np.errstate(all="ignore"):
        made = _made(tensor)
    return None if isinstance(made, LeftOut) else made[0]


def _made(tensor: TensorSource) -> tuple[TensorPrint, int] | LeftOut:
    """The print, and about how many bytes it took."""
    if prod(tensor.shape) <= 0:
        return LeftOut(tensor.name, "it has no numbers")
    if len(tensor.shape) > MOST_DIMENSIONS or prod(tensor.shape) > LARGEST:
        return LeftOut(tensor.name, f"no weight has such a shape: {len(tensor.shape)} dimensions")
    seen = blocks(tensor, place(tensor.name))
    values = seen.block if seen.whole is None else seen.whole
    unreal = 1 - float(np.isfinite(values).mean())
    if unreal > _MOST_UNREAL:
        return LeftOut(tensor.name, f"{unreal:.0%} of its numbers are infinite or none")
    sketches, formula = _sketches(seen, len(tensor.shape))
    made = TensorPrint(
        name=tensor.name,
        dtype=tensor.dtype,
        shape=tensor.shape,
        sketches=sketches,
        digests=_digests(values, ordered=seen.whole is None),
        whole=seen.whole is not None,
        zeros=float(np.float16(np.mean(values == 0))),
        formula=formula,
        grid=step_bits(seen.block),
    )
    return made, round(seen.read * bits(tensor.dtype) / 8)


def _announced(tensors: Iterable[TensorSource], only: frozenset[int] | None) -> Iterator[TensorSource]:
    """The tensors, some at a time after the sources of their bytes were told what will be read of them."""
    waiting: list[TensorSource] = []
    wanted: dict[int, tuple[ByteSource, list[tuple[int, int]]]] = {}
    total = 0
    for at, tensor in enumerate(tensors):
        waiting.append(tensor)
        read = prod(tensor.shape) > 0 and (only is None or at in only)
        rows = first_rows(tensor.shape, place(tensor.name)) if read else None
        if rows is not None and hasattr(tensor, "piece"):
            source, offset, n = tensor.piece(*rows)
            wanted.setdefault(id(source), (source, []))[1].append((offset, n))
            total += n
        if len(waiting) >= _AT_ONCE or total >= _BYTES_AT_ONCE:
            yield from _expected(waiting, wanted)
            waiting, wanted, total = [], {}, 0
    yield from _expected(waiting, wanted)


def _expected(
    waiting: list[TensorSource], wanted: dict[int, tuple[ByteSource, list[tuple[int, int]]]]
) -> Iterator[TensorSource]:
    for source, ranges in wanted.values():
        expect(source, ranges)
    yield from waiting


def _sketches(seen: Blocks, dimensions: int) -> tuple[tuple[Sketch, ...], bool]:
    """The sketches of a tensor, and whether it was made by a formula."""
    made = [(How.WHOLE, 0, seen.block)]
    if seen.turned is not None:
        made.append((How.TURNED, 0, seen.turned))
    if dimensions > 2 and min(seen.block.shape) > 1:
        made.append((How.LEVELLED, 0, level(seen.block)))
    made += [(How.PART, part.number, part.block) for part in seen.parts]
    if seen.anchors is not None:
        made.append((How.GRAM, 0, gram(seen.anchors)))
    found = [(how, part, sketch(block)) for how, part, block in made]
    kept = tuple(
        Sketch(how=how, part=part, norm=one.norm, spread=one.spread, numbers=one.numbers.astype("<f2").tobytes())
        for how, part, one in found
        if one is not None and (one.spread >= LEAST_SPREAD or how is How.GRAM)
    )
    first = found[0][2]
    formula = first is None or first.spread == 0 or _is_filter(seen.block)
    return (() if formula else kept), formula


def _is_filter(block: NDArray[np.float32]) -> bool:
    """Hardly any different numbers, and two or mostly zeros: a mask, an identity, a table of ones."""
    different = len(np.unique(block))
    return different <= 2 or (different <= _FEWEST and float(np.mean(block == 0)) > _MOSTLY)


def gram(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The cosines of rows with each other, each pair once, without their mean."""
    values = np.nan_to_num(rows.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    norms = np.sqrt(np.square(values).sum(axis=1, keepdims=True))
    values = values / np.where(norms > 0, norms, 1)
    cosines = values @ values.T
    return cosines[np.triu_indices(len(values), 1)].reshape(1, -1).astype(np.float32)


def _digests(values: NDArray[np.float32], *, ordered: bool) -> bytes:
    """Of the numbers as they are, as half floats and as bfloat16; in order, or sorted."""
    with np.errstate(over="ignore", invalid="ignore"):
        rounded = (values + np.float32(0), values.astype(np.float16) + np.float16(0), _bfloat16(values))
    made = b"".join(_digest(np.ascontiguousarray(one).ravel(), ordered=ordered) for one in rounded)
    return made if any(made) else b""


def _digest(values: NDArray[Any], *, ordered: bool) -> bytes:
    """Zeros where there are only a few different numbers."""
    in_order = np.sort(values)
    if 1 + np.count_nonzero(in_order[1:] != in_order[:-1]) < _FEWEST:
        return bytes(8)
    return blake2b((values if ordered else in_order).tobytes(), digest_size=8).digest()


def _bfloat16(values: NDArray[np.float32]) -> NDArray[np.uint32]:
    """The upper 16 bits, rounded to the nearest and to even."""
    with np.errstate(over="ignore"):
        whole = np.ascontiguousarray(values + np.float32(0), np.float32).view(np.uint32)
        return (whole + np.uint32(0x7FFF) + ((whole >> np.uint32(16)) & np.uint32(1))) >> np.uint32(16)
