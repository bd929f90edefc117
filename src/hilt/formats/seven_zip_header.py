"""The header of a 7z archive: which packed streams make which blocks, and which files lie in them.

Specification: 7-Zip, DOC/7zFormat.txt. Counts are bounded before anything is made of them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.cursor import Cursor
from hilt.formats.seven_zip_blocks import Block, Coder

END, HEADER, _PROPERTIES, _ADDITIONAL, _STREAMS, _FILES, _PACK, _UNPACK, _SUBSTREAMS, _SIZES, _CRCS = range(11)
_FOLDER, _CODER_SIZES, _COUNTS, _EMPTY, _EMPTY_FILES, _ANTI, _NAMES = range(11, 18)
_ATTRIBUTES, ENCODED, _DUMMY = 21, 23, 25
_MOST_CODERS = 32
"""Of one block, as 7-Zip allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """The bytes of one file: `size` of them, `start` bytes into the unpacked block."""

    block: Block
    start: int
    size: int
    crc32: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Streams:
    """What is packed: the blocks, and the streams in them in the order of the files. `begin` and `end` enclose it all."""

    begin: int = 0
    end: int = 0
    blocks: tuple[Block, ...] = ()
    streams: tuple[Stream, ...] = ()


@dataclass(slots=True)
class Listed:
    """One file as the header describes it."""

    name: str
    attributes: int = 0
    empty: bool = False
    empty_file: bool = False
    anti: bool = False


@dataclass(slots=True)
class Header:
    """A header that was read to its end; `strange` is what it holds beside streams and files."""

    streams: Streams = field(default_factory=Streams)
    files: list[Listed] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)


class HeaderReader:
    """Walks one unpacked header. `base` is where the packed streams are counted from."""

    def __init__(self, data: bytes, base: int, limits: Limits) -> None:
        self._cursor = Cursor(MemorySource(data))
        self._base, self._limits = base, limits

    def kind(self) -> int:
        return self._byte()

    def header(self) -> Header:
        """Everything behind the byte that says that this is a header."""
        found = Header()
        for kind in self._until_end():
            if kind == _PROPERTIES:
                for _ in self._until_end():
                    self._cursor.skip(self._number(), "a property of the archive")
                found.strange.append("properties of the archive as a whole")
            elif kind == _ADDITIONAL:
                self.streams()
                found.strange.append("streams that belong to no file")
            elif kind == _STREAMS:
                found.streams = self.streams()
            elif kind == _FILES:
                found.files = self._files(found.strange)
            else:
                raise self._unexpected(kind)
        self._cursor.end("the header")
        return found

    def streams(self) -> Streams:
        begin, sizes = 0, list[int]()
        blocks: list[Block] = []
        crcs: list[int | None] = []
        streams: list[Stream] | None = None
        for kind in self._until_end():
            if kind == _PACK:
                begin, sizes = self._packed()
            elif kind == _UNPACK:
                blocks, crcs = self._blocks(begin, sizes)
            elif kind == _SUBSTREAMS:
                streams = self._substreams(blocks, crcs)
            else:
                raise self._unexpected(kind)
        if streams is None:
            pairs = zip(blocks, crcs, strict=True)
            streams = [Stream(block=block, start=0, size=block.size, crc32=crc) for block, crc in pairs]
        return Streams(begin=begin, end=begin + sum(sizes), blocks=tuple(blocks), streams=tuple(streams))

    def _packed(self) -> tuple[int, list[int]]:
        begin, count, sizes = self._base + self._number(), self._count(), list[int]()
        for kind in self._until_end():
            if kind == _SIZES:
                sizes = [self._number() for _ in range(count)]
            elif kind == _CRCS:
                self._crcs(count)
            else:
                raise self._unexpected(kind)
        return begin, sizes

    def _blocks(self, begin: int, stored: list[int]) -> tuple[list[Block], list[int | None]]:
        self._expect(_FOLDER)
        count = self._count()
        self._inside()
        plans = [self._coders() for _ in range(count)]
        self._expect(_CODER_SIZES)
        blocks: list[Block] = []
        sizes = iter(stored)
        for coders, order, packed in plans:
            made = [self._number() for _ in coders]
            taken = [next(sizes, 0) for _ in range(packed)]
            steps = tuple(Coder(id=coders[at][0], properties=coders[at][1], size=made[at]) for at in order)
            plain = len(order) == len(coders) and packed == 1
            every = tuple(Coder(id=id_, properties=b"", size=0) for id_, _ in coders)
            size = steps[-1].size if plain else made[0]
            blocks.append(
                Block(begin=begin, stored=sum(taken), size=size, coders=steps if plain else every, plain=plain)
            )
            begin += sum(taken)
        crcs: list[int | None] = [None] * count
        for kind in self._until_end():
            if kind != _CRCS:
                raise self._unexpected(kind)
            crcs = self._crcs(count)
        return blocks, crcs

    def _coders(self) -> tuple[list[tuple[str, bytes]], list[int], int]:
        """The coders of one block, the order in which a plain one runs through them, and how many streams it reads."""
        count = self._number()
        if not 0 < count <= _MOST_CODERS:
            raise FormatError(
                f"a block with {count} coders, 1 to {_MOST_CODERS} are allowed", offset=self._cursor.offset
            )
        coders: list[tuple[str, bytes]] = []
        inputs = 0
        for _ in range(count):
            flags = self._byte()
            id_ = self._cursor.take(flags & 15, "the number of a method").hex()
            taken, given = (self._number(), self._number()) if flags & 16 else (1, 1)
            inputs += taken
            if flags & 0xC0 or given != 1 or inputs > _MOST_CODERS:
                raise FormatError(f"a coder of a kind that is not in use: {flags:#x}", offset=self._cursor.offset)
            properties = self._cursor.take(self._bounded(self._number()), "settings of a coder") if flags & 32 else b""
            coders.append((id_, properties))
        follows = {}
        for _ in range(count - 1):
            into, out_of = self._number(), self._number()
            follows[out_of] = into
        packed = inputs - (count - 1)
        first = next(iter(set(range(inputs)) - set(follows.values())), 0)
        if packed > 1:
            first, *_ = [self._number() for _ in range(packed)]
        order = [first]
        while inputs == count and order[-1] in follows and len(order) < count:
            order.append(follows[order[-1]])
        if any(at >= count for at in order):
            order = []
        return coders, order if len(set(order)) == len(order) else [], packed

    def _substreams(self, blocks: list[Block], crcs: list[int | None]) -> list[Stream]:
        counts = [1] * len(blocks)
        kind = self._byte()
        if kind == _COUNTS:
            counts = [self._count() for _ in blocks]
            self._allow(sum(counts))
            kind = self._byte()
        sizes: list[list[int]] = []
        for block, count in zip(blocks, counts, strict=True):
            said = [self._number() for _ in range(count - 1)] if kind == _SIZES else [0] * (count - 1)
            if sum(said) > block.size:
                raise FormatError(f"files of {sum(said)} bytes in a block of {block.size}", offset=self._cursor.offset)
            sizes.append([*said, block.size - sum(said)] if count else [])
        kind = self._byte() if kind == _SIZES else kind
        # A block of one file has told its CRC-32 already; those of all other files follow.
        pairs = list(zip(crcs, counts, strict=True))
        known = [crc if count == 1 else None for crc, count in pairs for _ in range(count)]
        missing = [at for at, crc in enumerate(known) if crc is None]
        while kind != END:
            if kind != _CRCS:
                raise self._unexpected(kind)
            for at, crc in zip(missing, self._crcs(len(missing)), strict=True):
                known[at] = crc
            kind = self._byte()
        return list(self._placed(blocks, sizes, iter(known)))

    def _placed(self, blocks: list[Block], sizes: list[list[int]], crcs: Iterator[int | None]) -> Iterator[Stream]:
        for block, of_block in zip(blocks, sizes, strict=True):
            start = 0
            for size in of_block:
                yield Stream(block=block, start=start, size=size, crc32=next(crcs))
                start += size

    def _files(self, strange: list[str]) -> list[Listed]:
        files = [Listed(name="") for _ in range(self._count())]
        for kind in self._until_end():
            size = self._number()
            end = self._cursor.offset + size
            if size > self._cursor.left:
                raise FormatError(
                    f"a property of {size} bytes, {self._cursor.left} are left", offset=self._cursor.offset
                )
            if kind == _NAMES:
                self._inside()
                self._names(files, end)
            elif kind == _ATTRIBUTES:
                self._attributes(files)
            elif kind in (_EMPTY, _EMPTY_FILES, _ANTI):
                of = files if kind == _EMPTY else [one for one in files if one.empty]
                name = {_EMPTY: "empty", _EMPTY_FILES: "empty_file", _ANTI: "anti"}[kind]
                for one, bit in zip(of, self._bits(len(of)), strict=True):
                    setattr(one, name, bit)
            elif kind == _DUMMY and self._cursor.peek(min(size, 1 << 16)).strip(b"\0"):
                strange.append("padding that is not empty")
            if self._cursor.offset > end:
                raise FormatError("a property of the files is longer than it says", offset=end)
            self._cursor.skip(end - self._cursor.offset, "a property of the files")
        return files

    def _names(self, files: list[Listed], end: int) -> None:
        data = self._cursor.take(end - self._cursor.offset, "the names")
        try:
            names = data.decode("utf-16-le", "surrogatepass").split("\0")
        except UnicodeDecodeError:
            raise FormatError("the names are no UTF-16", offset=end) from None
        if len(names) != len(files) + 1 or names[-1]:
            raise FormatError(f"{len(names) - 1} names for {len(files)} files", offset=end)
        for one, name in zip(files, names, strict=False):
            one.name = name

    def _attributes(self, files: list[Listed]) -> None:
        told = [one for one, bit in zip(files, self._flags(len(files)), strict=True) if bit]
        self._inside()
        data = self._cursor.take(4 * len(told), "the attributes")
        for one, (attributes,) in zip(told, struct.iter_unpack("<I", data), strict=True):
            one.attributes = attributes

    # Pieces.

    def _until_end(self) -> Iterator[int]:
        while (kind := self._byte()) != END:
            yield kind

    def _expect(self, kind: int) -> None:
        if (seen := self._byte()) != kind:
            raise self._unexpected(seen)

    def _inside(self) -> None:
        if self._byte():
            raise FormatError(
                "parts of the header stand in another stream, as no writer does", offset=self._cursor.offset
            )

    def _unexpected(self, kind: int) -> FormatError:
        return FormatError(
            f"a part of the header of the kind {kind} at the wrong place", offset=self._cursor.offset - 1
        )

    def _count(self) -> int:
        return self._allow(self._number())

    def _allow(self, count: int) -> int:
        if count > self._limits.archive_members:
            raise LimitExceeded("archive_members", count, self._limits.archive_members, offset=self._cursor.offset)
        return count

    def _bounded(self, size: int) -> int:
        if size > self._cursor.left:
            raise FormatError(f"{size} bytes are announced, {self._cursor.left} are left", offset=self._cursor.offset)
        return size

    def _byte(self) -> int:
        return self._cursor.take(1, "the header")[0]

    def _number(self) -> int:
        """As many bytes follow as the first has leading ones; its other bits are the highest of the number."""
        first = self._byte()
        extra = next((n for n in range(8) if not first & 0x80 >> n), 8)
        low = int.from_bytes(self._cursor.take(extra, "a number"), "little")
        return low | (first & 0x7F >> extra) << 8 * extra if extra < 8 else low

    def _bits(self, count: int) -> list[bool]:
        data = self._cursor.take(-(-count // 8), "a list of bits")
        return [bool(data[at // 8] & 0x80 >> at % 8) for at in range(count)]

    def _flags(self, count: int) -> list[bool]:
        return [True] * count if self._byte() else self._bits(count)

    def _crcs(self, count: int) -> list[int | None]:
        return [self._cursor.number("<I", "a CRC-32") if told else None for told in self._flags(count)]
