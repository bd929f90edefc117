"""Lists a RAR archive of version 4 or 5. Stored members can be read; what is compressed needs a program that hilt has not.

Specification: RARLAB, "RAR 5.0 archive format" (technote) and, for version 4, TechNote.txt of RAR 4.

What can bite: members whose names or links lead out of the folder, and bombs. Members that are stored are read as if
they lay in a folder.

What hilt cannot see: what is compressed or encrypted, and further volumes of a split archive. The coverage says so.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace

from hilt.core.byte_source import ByteSource, MemorySource, Window
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.archive import Archive, Member, MemberKind, Oddity, remembered
from hilt.formats.cursor import Cursor

FOUR, FIVE = b"Rar!\x1a\7\0", b"Rar!\x1a\7\1\0"
_STORED = "stored"
_HEADER_MOST = 2 << 20
"""Bytes of one header, as version 5 allows."""
_HIDDEN = "the list of members is encrypted, so that not even their names can be read"

Found = tuple[list[Member], list[Oddity]]


@remembered
def read(source: ByteSource, limits: Limits) -> Archive:
    """Every member. Raises `FormatError` where the headers are encrypted or broken."""
    found: Found = ([], [])
    five = source.read(0, len(FIVE)) == FIVE
    at = _five(source, found, limits) if five else _four(source, found, limits)
    members, oddities = found
    if at < source.size:
        said = f"{source.size - at} bytes stand behind the end of the archive: {source.read(at, 16)!r}"
        oddities.append(Oddity(id="trailing-data", message=said, offset=at))
    seen: set[str] = set()
    for member in members:
        if member.path in seen and member.kind is not MemberKind.FOLDER:
            said = f"{member.path!r} is listed more than once"
            oddities.append(Oddity(id="duplicate-name", message=said, offset=member.offset))
        seen.add(member.path)
    return Archive(members=tuple(members), oddities=tuple(oddities))


def open_member(source: ByteSource, member: Member, limits: Limits) -> ByteSource:  # noqa: ARG001 -- as every archive
    if member.size == 0:
        return MemorySource(b"")
    if member.method != _STORED or member.encrypted or member.size != member.stored:
        how = "encrypted" if member.encrypted else f"packed as RAR's {member.method}, which hilt does not read"
        raise FormatError(f"{member.path!r} is {how}", offset=member.offset)
    return Window(source, member.begin, member.stored)


def _five(source: ByteSource, found: Found, limits: Limits) -> int:
    """Walks the blocks of version 5; the end of the last one."""
    at = len(FIVE)
    while at < source.size:
        cursor = Cursor(source, at)
        crc = cursor.number("<I", "a header")
        begin = cursor.offset
        size = _vint(cursor)
        if not 0 < size <= _HEADER_MOST:
            raise FormatError(f"a header of {size} bytes", offset=at)
        start = cursor.offset
        header = source.read(begin, start - begin + size)
        if zlib.crc32(header) != crc:
            raise FormatError("a header has another CRC-32 than it states", offset=at)
        kind, flags = _vint(cursor), _vint(cursor)
        extra = _vint(cursor) if flags & 1 else 0
        stored = _vint(cursor) if flags & 2 else 0
        data = start + size
        if data + stored > source.size:
            raise FormatError(f"a block ends {data + stored - source.size} bytes past the archive", offset=at)
        if kind == 4:
            raise FormatError(_HIDDEN, offset=at)
        if kind == 5:
            return data + stored
        if kind in (2, 3):
            member = _file_five(cursor, data - extra, data, stored)
            member = replace(member, offset=at, begin=data)
            if kind == 2:
                _add(found, member, limits, split=bool(flags & 0x18))
            elif member.path not in ("CMT", "QO", "ACL", "STM", "RR"):
                found[1].append(Oddity(id="extra", message=f"a service block {member.path!r}", offset=at))
        at = data + stored
    return at


def _file_five(cursor: Cursor, extra: int, end: int, stored: int) -> Member:
    flags, size = _vint(cursor), _vint(cursor)
    _vint(cursor)  # attributes
    cursor.skip(4 if flags & 2 else 0, "a time")
    crc32 = cursor.number("<I", "a CRC-32") if flags & 4 else None
    method = _vint(cursor) >> 7 & 7
    _vint(cursor)  # system
    length = _vint(cursor)
    if length > end - cursor.offset:
        raise FormatError(f"a name of {length} bytes in a header that ends before", offset=cursor.offset)
    name = cursor.take(length, "a name").decode("utf-8", "replace")
    kind, target, encrypted = MemberKind.FOLDER if flags & 1 else MemberKind.FILE, "", False
    cursor.offset = max(cursor.offset, extra)
    while cursor.offset < end:
        size_of = _vint(cursor)
        begin = cursor.offset
        record = _vint(cursor)
        if record == 1:
            encrypted = True
        elif record == 5:
            to, _, length = _vint(cursor), _vint(cursor), _vint(cursor)
            kind = MemberKind.LINK if to < 4 else MemberKind.HARD_LINK
            target = cursor.take(min(length, max(0, end - cursor.offset)), "a link").decode("utf-8", "replace")
        cursor.offset = max(begin + size_of, cursor.offset)
    return Member(
        path=name,
        kind=kind,
        size=0 if flags & 8 else size,
        stored=stored,
        offset=0,
        target=target,
        method=_method(method),
        encrypted=encrypted,
        crc32=crc32,
    )


def _four(source: ByteSource, found: Found, limits: Limits) -> int:
    """Walks the blocks of version 4; the end of the last one."""
    at = len(FOUR)
    while at < source.size:
        cursor = Cursor(source, at)
        crc, kind, flags, size = cursor.unpack("<HBHH", "a header")
        if size < 7:
            raise FormatError(f"a header of {size} bytes", offset=at)
        header = source.read(at + 2, size - 2)
        if zlib.crc32(header) & 0xFFFF != crc:
            raise FormatError("a header has another CRC-32 than it states", offset=at)
        stored = 0
        if kind == 0x73 and flags & 0x80:
            raise FormatError(_HIDDEN, offset=at)
        if kind in (0x74, 0x7A):
            member = _file_four(header[5:], flags, at)
            stored = member.stored
            if kind == 0x74:
                _add(found, replace(member, begin=at + size), limits, split=bool(flags & 3))
        elif flags & 0x8000:
            stored = cursor.number("<I", "a block")
        at += size + stored
        if at > source.size:
            raise FormatError(f"a block ends {at - source.size} bytes past the archive", offset=cursor.offset)
        if kind == 0x7B:
            break
    return at


def _file_four(header: bytes, flags: int, at: int) -> Member:
    if len(header) < 25:
        raise FormatError("the header of a member is too short", offset=at)
    stored, size, system, crc32, _, _, method, length, attributes = struct.unpack_from("<IIBIIBBHI", header)
    begin = 25
    if flags & 0x100 and len(header) >= begin + 8:
        high_stored, high_size = struct.unpack_from("<II", header, begin)
        stored, size, begin = stored | high_stored << 32, size | high_size << 32, begin + 8
    name = header[begin : begin + length].split(b"\0", 1)[0].decode("utf-8", "replace").replace("\\", "/")
    unix = attributes >> 12 if system == 3 else 0
    folder = flags & 0xE0 == 0xE0
    return Member(
        path=name,
        kind=MemberKind.FOLDER if folder else MemberKind.LINK if unix == 0xA else MemberKind.FILE,
        size=size,
        stored=stored,
        offset=at,
        method=_method(method - 0x30),
        encrypted=bool(flags & 4),
        crc32=crc32,
    )


def _add(found: Found, member: Member, limits: Limits, *, split: bool) -> None:
    members, oddities = found
    if len(members) >= limits.archive_members:
        raise LimitExceeded("archive_members", len(members) + 1, limits.archive_members, offset=member.offset)
    members.append(member)
    if split:
        said = f"{member.path!r} goes on in another volume"
        oddities.append(Oddity(id="split", message=said, offset=member.offset))


def _method(number: int) -> str:
    return _STORED if number == 0 else f"method {number}"


def _vint(cursor: Cursor) -> int:
    """Seven bits of each byte, the lowest first, up to one without the eighth."""
    number = 0
    for at in range(10):
        byte = cursor.take(1, "a number")[0]
        number |= (byte & 0x7F) << 7 * at
        if byte < 0x80:
            return number
    raise FormatError("a number of more than ten bytes", offset=cursor.offset)
