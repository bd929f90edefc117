"""Lists a 7z archive, as 7-Zip and py7zr do, with the standard library alone.

Specification: 7-Zip, DOC/7zFormat.txt. The list of members may be compressed itself; where it is encrypted nothing can
be listed. `seven_zip_header` walks the list, `seven_zip_blocks` unpacks.

What can bite: members whose names or links lead out of the folder, and bombs. Models have been published in it under
the names of PyTorch files, so that scanners give up. Members are read as if they lay in a folder.

What hilt cannot see: what is encrypted, or packed with PPMd, BCJ2, Deflate64 or Brotli; the list itself where that is
encrypted. The coverage says so.
"""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from hilt.core.byte_source import ByteSource, MemorySource, Window
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.archive import Archive, Member, MemberKind, Oddity, remembered
from hilt.formats.inflate import HELD
from hilt.formats.seven_zip_blocks import Block, OpenBlock
from hilt.formats.seven_zip_header import ENCODED, HEADER, Header, HeaderReader, Listed, Stream

_START = 32
"""Bytes of the start header; the packed streams are counted from its end."""
_FOLDER, _UNIX = 0x10, 0x8000
"""Bits of a member's attributes: Windows' folder, and 7-Zip's mark that the upper half is a Unix mode."""
_MOST_ENCODED = 4
"""Headers inside headers; writers make one."""
_PATH_MAX = 4096

_last: list[tuple[ByteSource, Limits, OpenBlock]] = []
"""The block that was opened last: its members are asked for one after the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SevenZipMember(Member):
    """A member, and where its bytes are; None where it has none."""

    stream: Stream | None = None


@remembered
def read(source: ByteSource, limits: Limits) -> Archive:
    """Every member, in the order of the list."""
    start = source.read(0, _START)
    if len(start) < _START:
        raise FormatError(f"the archive ends after {len(start)} bytes", offset=0)
    crc, offset, size, header_crc = struct.unpack("<8xIQQI", start)
    if zlib.crc32(start[12:]) != crc:
        raise FormatError("the start header has another CRC-32 than it states", offset=8)
    extents = [(0, _START), (_START + offset, _START + offset + size)]
    header = Header() if size == 0 else _header(source, extents, header_crc, limits)
    streams = iter(header.streams.streams)
    members = tuple(_member(source, one, streams, limits) for one in header.files)
    oddities = [Oddity(id="extra", message=f"the header holds {said}", offset=extents[1][0]) for said in header.strange]
    if next(streams, None) is not None:
        oddities.append(Oddity(id="gap", message="more is packed than files are listed", offset=_START))
    return Archive(members=members, oddities=(*oddities, *_unowned(source, extents), *_twice(members)))


def open_member(source: ByteSource, member: Member, limits: Limits) -> ByteSource:
    """The bytes of `member`; small ones are kept, so that reading them twice costs nothing."""
    stream = member.stream if isinstance(member, SevenZipMember) else None
    if stream is None:
        return MemorySource(b"")
    opened = _opened(source, stream.block, limits)
    if stream.size <= HELD:
        return MemorySource(opened.read(stream.start, stream.size))
    return opened if stream.size == opened.size else Window(opened, stream.start, stream.size)


def _opened(source: ByteSource, block: Block, limits: Limits) -> OpenBlock:
    for seen, within, opened in _last:
        if seen is source and within is limits and opened.block is block:
            return opened
    _last.clear()  # before the next: each may hold a dictionary of many megabytes
    opened = OpenBlock(source, block, limits)
    _last.append((source, limits, opened))
    return opened


def _header(source: ByteSource, extents: list[tuple[int, int]], crc: int | None, limits: Limits) -> Header:
    begin, end = extents[1]
    if end > source.size:
        raise FormatError(f"the list of members ends at {end}, the archive at {source.size}", offset=12)
    _allow(end - begin, limits)
    data = source.read(begin, end - begin)
    for _ in range(_MOST_ENCODED):
        if crc is not None and zlib.crc32(data) != crc:
            raise FormatError("the list of members has another CRC-32 than is stated", offset=begin)
        reader = HeaderReader(data, _START, limits)
        kind = reader.kind()
        if kind == HEADER:
            header = reader.header()
            extents.append((header.streams.begin, header.streams.end))
            return header
        if kind != ENCODED:
            raise FormatError(f"the list of members begins with {kind}, which is no header", offset=begin)
        packed = reader.streams()
        if len(packed.streams) != 1:
            raise FormatError(f"the list of members is packed in {len(packed.streams)} streams", offset=begin)
        (stream,) = packed.streams
        extents.append((packed.begin, packed.end))
        if stream.block.encrypted:
            raise FormatError(
                "the list of members is encrypted, so that not even their names can be read", offset=begin
            )
        _allow(stream.size, limits)
        data, crc = OpenBlock(source, stream.block, limits).read(0, stream.size), stream.crc32
    raise FormatError("lists of members are packed inside each other", offset=begin)


def _allow(size: int, limits: Limits) -> None:
    if size > limits.archive_list_bytes:
        raise LimitExceeded("archive_list_bytes", size, limits.archive_list_bytes)


def _member(source: ByteSource, one: Listed, streams: Iterator[Stream], limits: Limits) -> SevenZipMember:
    mode = one.attributes >> 16 if one.attributes & _UNIX else 0
    kind = MemberKind.FILE
    if (one.empty and not one.empty_file) or one.attributes & _FOLDER:
        kind = MemberKind.FOLDER
    elif stat.S_ISLNK(mode):
        kind = MemberKind.LINK
    elif stat.S_IFMT(mode) in (stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK) or one.anti:
        kind = MemberKind.SPECIAL
    stream = None if one.empty else next(streams, None)
    if stream is None:
        return SevenZipMember(path=one.name, kind=kind, size=0, stored=0, offset=0)
    block = stream.block
    member = SevenZipMember(
        path=one.name,
        kind=kind,
        size=stream.size,
        stored=block.stored,
        offset=block.begin,
        begin=block.begin,
        method=block.method,
        encrypted=block.encrypted,
        crc32=stream.crc32,
        stream=stream,
    )
    return member if kind is not MemberKind.LINK else _link(source, member, limits)


def _link(source: ByteSource, member: SevenZipMember, limits: Limits) -> SevenZipMember:
    try:
        target = open_member(source, member, limits).read(0, _PATH_MAX).decode("utf-8", "surrogateescape")
    except FormatError as error:
        target = f"(unreadable: {error.message})"
    return replace(member, target=target)


def _unowned(source: ByteSource, extents: list[tuple[int, int]]) -> Iterator[Oddity]:
    """Bytes that no part of the archive claims, and parts that share bytes."""
    at = 0
    for begin, end in sorted((begin, end) for begin, end in extents if end > begin):
        if begin > at:
            message = f"{begin - at} bytes at {at} belong to no member: {source.read(at, 16)!r}"
            yield Oddity(id="gap", message=message, offset=at)
        elif begin < at:
            yield Oddity(id="overlap", message=f"parts of the archive share {at - begin} bytes", offset=begin)
        at = max(at, end)
    if at < source.size:
        message = f"{source.size - at} bytes stand behind the end of the archive: {source.read(at, 16)!r}"
        yield Oddity(id="trailing-data", message=message, offset=at)


def _twice(members: tuple[SevenZipMember, ...]) -> Iterator[Oddity]:
    seen: set[str] = set()
    for member in members:
        if member.path in seen and member.kind is not MemberKind.FOLDER:
            yield Oddity(id="duplicate-name", message=f"{member.path!r} is listed more than once", offset=member.offset)
        seen.add(member.path)
