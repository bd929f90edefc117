"""The file that an index of known models is, byte for byte; a pack that is shared is the same with one segment.

    head       128 bytes: what it is, its version, how many segments and models follow, where the last one ends
    segments   each: 64 bytes that tell sizes; a table, of each model 16 bytes of identity, the length of its line and
               eight keys; the lines, one of JSON for each; fingerprints and sketches

All numbers are little-endian. The table and the lines of a segment are covered by one SHA-256, which with the sizes goes
into the chain of the head; the head is covered by its own, and each fingerprint by one in its line. So a changed bit is
found before anything that it changed is used, and a file that was cut is shorter than its head says.

To add is to write a segment behind the last, then the head: whoever is stopped in between leaves bytes behind the end that
the head knows, and the next who adds writes over them. To change is to write anew and to take the file's place.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import numpy as np

from hilt.core.errors import FormatError, IndexInvalid
from hilt.core.limits import Limits
from hilt.knowledge.lineage.index.entry import Blob, Entry, decode

if TYPE_CHECKING:
    from numpy.typing import NDArray

VERSION = 1
WAY_OUT = "put a whole copy in its place, or make a new one: hilt index import PACK --index NEW-FILE"
KEYS, WORDS = 8, 4
"""Keys of one set of weights, and the words of 64 bits of one."""
IDENTITY = 16

MAGIC = b"hilt index\r\n\x1a\n\0\0"
_HEAD = struct.Struct("<16sIIQQ56s")
HEAD_SIZE = _HEAD.size + 32
SEGMENT = struct.Struct("<8sQQQ32s")
SEGMENT_MARK = b"segment\n"
_ROW = IDENTITY + 4 + KEYS * WORDS * 8
_AT_ONCE = 1 << 22


class Head(NamedTuple):
    """`end` is the byte behind the last segment, `chain` the digest of what the segments say of themselves."""

    segments: int = 0
    models: int = 0
    end: int = HEAD_SIZE
    chain: bytes = bytes(32)

    def encode(self) -> bytes:
        told = _HEAD.pack(MAGIC, VERSION, self.segments, self.models, self.end, self.chain)
        return told + sha256(told).digest()

    def with_segment(self, header: bytes, models: int, size: int) -> Head:
        """After a segment of `size` bytes, which begins with `header`."""
        chain = sha256(self.chain + header).digest()
        return Head(self.segments + 1, self.models + models, self.end + size, chain)


class Segment(NamedTuple):
    """Where the parts of a segment begin in the file, and the number of its first model."""

    first: int
    models: int
    lines: int
    blobs: int
    blobs_size: int


class Table(NamedTuple):
    """What is searched, in the order of the file: of each model its identity, where its line begins and how long it is,
    and its keys: the first words of 64 bits of all, [key, model], and the other three, [key, model, word]."""

    identities: NDArray[np.uint8]
    lines: NDArray[np.int64]
    lengths: NDArray[np.uint32]
    first: NDArray[np.uint64]
    rest: NDArray[np.uint64]

    @classmethod
    def empty(cls, models: int) -> Table:
        return cls(
            np.zeros((models, IDENTITY), np.uint8),
            np.zeros(models, np.int64),
            np.zeros(models, "<u4"),
            np.zeros((KEYS, models), "<u8"),
            np.zeros((KEYS, models, WORDS - 1), "<u8"),
        )

    def parts(self, begin: int, end: int) -> Iterator[NDArray[Any]]:
        """The arrays of these models as they stand in a segment, one behind the other."""
        yield self.identities[begin:end]
        yield self.lengths[begin:end]
        for key in range(KEYS):
            yield self.first[key, begin:end]
        for key in range(KEYS):
            yield self.rest[key, begin:end]


class IndexFile:
    """An index that is open for reading: as it was when it was opened, whatever others add to it meanwhile.

    Raises `IndexInvalid` where it is not what it says, as do all methods. Holds no more of a file than there is.
    """

    def __init__(self, file: BinaryIO, name: str, limits: Limits) -> None:
        self._file, self.name, self._limits = file, name, limits
        self._size = os.fstat(file.fileno()).st_size
        self.head = self._head()
        self.table = Table.empty(self.head.models)
        self.segments = list(self._segments())

    def entry(self, number: int) -> Entry:
        """What the index says of the model with this number."""
        begin, size = int(self.table.lines[number]), int(self.table.lengths[number])
        try:
            entry = decode(self._read(begin, size))
        except FormatError as error:
            raise self._wrong(begin, f"the line of model {number}: {error}") from None
        if entry.identity != self.table.identities[number].tobytes():
            raise self._wrong(begin, f"the line of model {number} is that of another: {entry.name!r}")
        return entry

    def blob(self, number: int, blob: Blob) -> bytes:
        """The bytes of a fingerprint of the model with this number."""
        segment = next(one for one in self.segments if one.first <= number < one.first + one.models)
        begin = segment.blobs + blob.offset
        if blob.offset + blob.size > segment.blobs_size:
            raise self._wrong(begin, f"a fingerprint of {blob.size} bytes ends behind its segment")
        if blob.size > self._limits.index_print_bytes:
            raise self._wrong(begin, self._past("index_print_bytes", blob.size))
        data = self._read(begin, blob.size)
        if (seen := sha256(data).hexdigest()) != blob.sha256:
            raise self._wrong(begin, f"a fingerprint has the SHA-256 {seen}, and not {blob.sha256}")
        return data

    def _head(self) -> Head:
        data = self._read(0, min(HEAD_SIZE, self._size))
        if data[: len(MAGIC)] != MAGIC[: len(data)] or not data:
            raise self._wrong(0, f"no index of hilt begins with {data[:16]!r}")
        if len(data) < HEAD_SIZE:
            raise self._wrong(len(data), f"cut off: the head alone has {HEAD_SIZE} bytes")
        _, version, segments, models, end, chain = _HEAD.unpack_from(data)
        if version != VERSION:
            raise IndexInvalid(
                f"written in version {version} of the form, and this hilt reads version {VERSION}",
                file=self.name, offset=16, way_out="use the hilt that wrote it, or ask for a pack of this version",
            )  # fmt: skip
        if sha256(data[: _HEAD.size]).digest() != data[_HEAD.size :]:
            raise self._wrong(0, "the head is damaged: its SHA-256 is another than the one behind it")
        if end > self._size:
            raise self._wrong(self._size, f"cut off: {end} bytes were written, and {self._size} are there")
        if models > self._limits.index_models:
            raise self._wrong(24, self._past("index_models", models))
        if models * _ROW + segments * SEGMENT.size > end:
            raise self._wrong(20, f"{models} models in {segments} segments do not fit into {end} bytes")
        return Head(segments, models, end, chain[:32])

    def _segments(self) -> Iterator[Segment]:
        so_far = Head()
        for number in range(self.head.segments):
            begin = so_far.end
            header = self._read(begin, SEGMENT.size)
            mark, models, lines, blobs, digest = SEGMENT.unpack(header)
            size = SEGMENT.size + models * _ROW + lines + blobs
            if mark != SEGMENT_MARK or so_far.models + models > self.head.models or begin + size > self.head.end:
                raise self._wrong(begin, f"segment {number} is damaged: {models} models, {size} bytes")
            place = begin + SEGMENT.size + models * _ROW
            segment = Segment(so_far.models, models, place, place + lines, blobs)
            if (seen := self._table(segment)) != digest:
                raise self._wrong(
                    begin, f"segment {number} is damaged: its SHA-256 is {seen.hex()}, not {digest.hex()}"
                )
            so_far = so_far.with_segment(header, models, size)
            yield segment
        if so_far != self.head:
            raise self._wrong(so_far.end, f"the segments end here with {so_far.models} models, not as the head says")

    def _table(self, segment: Segment) -> bytes:
        """Reads the table of a segment, and the digest of that and of its lines."""
        digest, end = sha256(), segment.first + segment.models
        self._file.seek(segment.lines - segment.models * _ROW)
        for part in self.table.parts(segment.first, end):
            flat = part.view(np.uint8).reshape(-1).data if part.size else memoryview(b"")
            for begin in range(0, len(flat), _AT_ONCE):
                self._fill(flat[begin : begin + _AT_ONCE])
                digest.update(flat[begin : begin + _AT_ONCE])
        lengths = self.table.lengths[segment.first : end]
        if segment.models and int(lengths.max()) > self._limits.index_line_bytes:
            raise self._wrong(segment.lines, self._past("index_line_bytes", int(lengths.max())))
        ends = np.cumsum(lengths, dtype=np.int64)
        if (int(ends[-1]) if segment.models else 0) != segment.blobs - segment.lines:
            raise self._wrong(segment.lines, "the lines are not as long as the table says")
        self.table.lines[segment.first : end] = segment.lines + ends - lengths
        for begin in range(segment.lines, segment.blobs, _AT_ONCE):
            digest.update(self._read(begin, min(_AT_ONCE, segment.blobs - begin)))
        return digest.digest()

    def _fill(self, place: memoryview) -> None:
        at = self._file.tell()
        if self._file.readinto(place) != len(place):  # type: ignore[attr-defined]
            raise self._wrong(at, f"cut off: {len(place)} bytes belong here")

    def _read(self, begin: int, size: int) -> bytes:
        self._file.seek(begin)
        data = self._file.read(size)
        if len(data) != size:
            raise self._wrong(begin + len(data), f"cut off: {size} bytes belong at byte {begin}")
        return data

    def _past(self, limit: str, seen: int) -> str:
        return f"{seen} is past the limit {limit} = {getattr(self._limits, limit)}"

    def _wrong(self, offset: int, message: str) -> IndexInvalid:
        return IndexInvalid(message, file=self.name, offset=offset, way_out=WAY_OUT)
