"""A file as what it differs in from others that are kept: hilt's format `.delta`. Bytes in, bytes out; nothing here opens a file.

    8 bytes    "hiltdlt1"
    4 bytes    the length of the head, little-endian
    the head   JSON: {"schema": "hilt.delta/1", "sha256", "size", "packed": "zstd" or "zlib", "bases": [{"sha256", "size"}...],
               "segments": [[size, width] or [size, width, number of the base, offset in it]...]}
    the blocks of each segment, one for each MiB of the file

The segments in a row are the file. A block begins with a byte: 1 where its numbers are differences from those of the base, 0 where they
stand for themselves. There follow `width` planes: the first bytes of all its numbers, then the second ones, and so on. Each is 4 bytes,
little-endian, with a length, and so many bytes: none where all are zero, as many as there are numbers where they stand as they are, else
packed.

A difference is that of the numbers taken as unsigned little-endian integers, modulo 2^(8 * width), with the sign in the lowest bit: 0, -1,
1, -2, ... are 0, 1, 2, 3. Floats that are near each other are near each other as integers too. The exclusive or, which others take, is no
better where a carry turns many bits: it keeps a seventh more of a fine-tune in bf16, and a fifth more in f32 (benchmarks/deltas.py).
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from hilt.core.errors import FormatError, ReportInvalid
from hilt.core.limits import Limits
from hilt.core.wire import Object
from hilt.record.blobs.packers import PACKED

MAGIC = b"hiltdlt1"
SCHEMA = "hilt.delta/1"
BLOCK = 1 << 20
WIDTHS = (1, 2, 4, 8)
MOST_HEAD = Limits().json_bytes
MOST_SEGMENTS = Limits().header_entries
MOST_BASES = 1_000
MOST_BYTES = 1 << 60
"""Of a file; so that sums of them stay what other programs can read."""
_PREFIX = struct.Struct("<8sI")
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Segment(NamedTuple):
    """`size` bytes of the file, numbers of `width` bytes; from `offset` of the base of that number, or from none (-1)."""

    size: int
    width: int
    base: int = -1
    offset: int = 0


class Base(NamedTuple):
    """A file that is kept as it is."""

    sha256: str
    size: int


class Head(NamedTuple):
    """What a delta says of itself: what the bytes become, what they are packed with, what they come from."""

    sha256: str
    size: int
    packed: str
    bases: tuple[Base, ...]
    segments: tuple[Segment, ...]


def encode_head(head: Head) -> bytes:
    """The beginning of the file. Raises `FormatError` where it could not be read back."""
    rows = [list(one) if one.base >= 0 else [one.size, one.width] for one in head.segments]
    bases = [one._asdict() for one in head.bases]
    table = {"schema": SCHEMA, "sha256": head.sha256, "size": head.size, "packed": head.packed, "bases": bases}
    data = json.dumps(table | {"segments": rows}, separators=(",", ":")).encode("ascii")
    _assert_fits(head, len(data))
    return _PREFIX.pack(MAGIC, len(data)) + data


def read_head(read: Callable[[int], bytes]) -> Head:
    """The head, of a file that gives so many of its next bytes, fewer only at its end. Raises `FormatError`."""
    prefix = read(_PREFIX.size)
    if len(prefix) < _PREFIX.size or not prefix.startswith(MAGIC):
        raise FormatError(f"it begins with {prefix[:8]!r}, and a delta with {MAGIC!r}", offset=0)
    _, length = _PREFIX.unpack(prefix)
    if length > MOST_HEAD:
        raise FormatError(f"its head has {length} bytes, and {MOST_HEAD} are allowed", offset=8)
    data = read(length)
    if len(data) < length:
        raise FormatError(f"it ends after {len(data)} of the {length} bytes of its head", offset=_PREFIX.size)
    try:
        head = _head(json.loads(data))
    except (ValueError, RecursionError, ReportInvalid) as error:
        raise FormatError(f"its head is none: {error!s:.200}", offset=_PREFIX.size) from None
    _assert_fits(head, length)
    if head.packed not in PACKED:
        raise FormatError(f"it is packed by {head.packed!r:.40}, and this version of hilt knows {', '.join(PACKED)}")
    return head


def _head(value: Any) -> Head:
    it = Object(value, "")
    if it.text("schema") != SCHEMA:
        raise ReportInvalid(f"this version of hilt reads {SCHEMA} alone", where="schema")
    head = Head(it.text("sha256"), it.count("size"), it.text("packed"), it.each("bases", _base), it.each("segments", _segment))  # fmt: skip
    it.done()
    return head


def _base(value: Any, where: str) -> Base:
    it = Object(value, where)
    base = Base(it.text("sha256"), it.count("size"))
    it.done()
    return base


def _segment(value: Any, where: str) -> Segment:
    row = value if isinstance(value, list) else []
    if len(row) not in (2, 4) or not all(type(one) is int and 0 <= one <= MOST_BYTES for one in row):
        raise ReportInvalid(f"two or four whole numbers are needed here, not {value!a:.80}", where=where)
    return Segment(*row)


def _assert_fits(head: Head, length: int) -> None:
    if len(head.segments) > MOST_SEGMENTS or len(head.bases) > MOST_BASES or length > MOST_HEAD:
        raise FormatError(f"{len(head.segments)} segments of {len(head.bases)} bases in {length} bytes are too many")
    for one in head.segments:
        whole = one.size > 0 and one.width in WIDTHS and one.size % one.width == 0
        within = one.base < 0 or (
            one.base < len(head.bases) and one.offset + one.size <= head.bases[one.base].size <= MOST_BYTES
        )
        if not whole or not within:
            raise FormatError(f"a segment cannot be {list(one)}: it lies outside of its base, or no numbers fit it")
    if sum(one.size for one in head.segments) != head.size or head.size > MOST_BYTES:
        raise FormatError(f"its segments do not add up to the {head.size} bytes of the file")
    if not all(_SHA256.fullmatch(one) for one in (head.sha256, *(base.sha256 for base in head.bases))):
        raise FormatError("a SHA-256 in it is none")


def blocks(segments: Sequence[Segment]) -> Iterator[Segment]:
    """Each segment in pieces of at most a block."""
    for one in segments:
        for at in range(0, one.size, BLOCK):
            yield one._replace(size=min(BLOCK, one.size - at), offset=one.offset + at if one.base >= 0 else 0)
