"""Lists a tar archive: ustar, GNU with long names, and pax, as CPython's `tarfile` reads them.

Specification: POSIX.1-2017, pax, "ustar Interchange Format" and "pax Header Block"; GNU tar manual, "Basic Tar Format".
Where GNU tar or a reader without pax would go on at another place, an `Oddity` says so. Sparse members are named; the
bytes that they become are not put together.

What can bite: members whose names or links lead out of the folder, written by every tool that does not refuse; devices
and pipes; sparse files of great size. Members are read as if they lay in a folder.

What hilt cannot see: what sparse members become; whether the tool that you unpack with would refuse.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from hilt.core.byte_source import ByteSource, MemorySource, Window
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.archive import Archive, Member, MemberKind, Oddity, remembered
from hilt.formats.reader import Head

BLOCK = 512
SPARSE = "sparse"
_RECORD = 1 << 20
"""Zeros that writers put behind the end: at most one record, and none is larger than this."""
_OCTAL_MOST = 8**11
"""The first size that the octal field cannot hold, so that a pax record must."""

_KINDS = {
    b"1": MemberKind.HARD_LINK,
    b"2": MemberKind.LINK,
    b"3": MemberKind.SPECIAL,
    b"4": MemberKind.SPECIAL,
    b"5": MemberKind.FOLDER,
    b"6": MemberKind.SPECIAL,
}
_SPARSE = "GNU.sparse."
_TOLD = ("path", "linkpath", "size", "GNU.sparse.name", "GNU.sparse.realsize", "GNU.sparse.size", _SPARSE)
"""Records of extended headers that count here, the last for all others of sparse files. A global header may hold a
million records, and goes with every member behind it: the rest is not kept."""
_EXTENDED = {b"x": "pax", b"X": "pax", b"g": "global pax", b"L": "path", b"K": "linkpath"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    """One header block as it is written, at `at`."""

    at: int
    path: bytes
    size: int
    type: bytes
    target: bytes
    real_size: int
    """Of a sparse file in GNU's old form."""
    continued: bool
    """A block follows that describes more of it."""


def probe(head: Head) -> bool:
    """Is the checksum of the first block right? Readers look at nothing else."""
    return len(head.data) >= BLOCK and _sound(head.data[:BLOCK])


@remembered
def read(source: ByteSource, limits: Limits) -> Archive:
    """Every member up to the first block of zeros. Raises `FormatError` where the archive ends before a member does."""
    oddities: list[Oddity] = []
    members = tuple(_members(source, limits, oddities))
    first: dict[str, Member] = {}
    for member in members:
        earlier = first.setdefault(member.path, member)
        if earlier is not member and MemberKind.FOLDER not in (earlier.kind, member.kind):
            said = f"{member.path!r} is listed more than once, at {earlier.offset} and {member.offset}"
            oddities.append(Oddity(id="duplicate-name", message=said, offset=member.offset))
    return Archive(members=members, oddities=tuple(oddities))


def open_member(source: ByteSource, member: Member, limits: Limits) -> ByteSource:  # noqa: ARG001
    """The bytes of `member`; small ones of a compressed archive are kept, so that reading them twice costs nothing."""
    if member.method == SPARSE:
        raise FormatError(f"{member.path!r} is a sparse file, which hilt does not put together", offset=member.offset)
    from hilt.formats.inflate import HELD, Inflated

    if isinstance(source, Inflated) and member.stored <= HELD:
        return MemorySource(source.read(member.begin, member.stored))
    return Window(source, member.begin, member.stored)


def _members(source: ByteSource, limits: Limits, oddities: list[Oddity]) -> Iterator[Member]:
    for_all: dict[str, bytes] = {}
    for_next: dict[str, bytes] = {}
    position = seen = 0
    while (block := source.read(position, BLOCK)).strip(b"\0"):
        if len(block) < BLOCK:
            raise FormatError(f"the archive ends after {len(block)} bytes of a header", offset=position)
        if not _sound(block):
            if position == 0:
                raise FormatError("the first block has no valid checksum", offset=0)
            said = "the header of a member has a wrong checksum; some readers stop there, some go on"
            oddities.append(Oddity(id="broken-header", message=said, offset=position))
            break
        seen += 1
        if seen > limits.archive_members:
            raise LimitExceeded("archive_members", seen, limits.archive_members, offset=position)
        header = _header(block, position)
        position += BLOCK
        what = _EXTENDED.get(header.type)
        if what is None:
            member, position = _member(source, header, position, for_all | for_next, oddities)
            for_next = {}
            yield member
            continue
        records = _records(what, _body(source, header, limits), header.at)
        position += _padded(header.size)
        (for_all if what == "global pax" else for_next).update(_told(what, records, for_next, header.at, oddities))
    oddities.extend(_behind(source, position))


def _member(
    source: ByteSource, header: _Header, position: int, said: dict[str, bytes], oddities: list[Oddity]
) -> tuple[Member, int]:
    """The member whose header ends at `position`, and where the next header begins."""
    path = said.get("GNU.sparse.name", said.get("path", header.path))
    kind = _KINDS.get(header.type, MemberKind.FILE)
    if header.type == b"\0" and path.endswith(b"/"):
        kind = MemberKind.FOLDER
    more = header.continued
    while more:
        more = source.read(position, BLOCK)[504:505].strip(b"\0") != b""
        position += BLOCK
    stored = _decimal(said["size"], header.at) if "size" in said else header.size
    if stored != header.size and stored < _OCTAL_MOST:
        oddities.append(_two_sizes(path, stored, header))
    if kind is not MemberKind.FILE and stored:
        message = f"{_text(path)!r} is a {kind.value} that states a size of {stored} bytes, which readers skip or not"
        oddities.append(Oddity(id="size-ignored", message=message, offset=header.at))
        stored = 0
    if position + stored > source.size:
        message = f"{_text(path)!r} ends {position + stored - source.size} bytes past the end of the archive"
        raise FormatError(message, offset=header.at)
    sparse = header.type == b"S" or any(key.startswith(_SPARSE) for key in said)
    real = said.get("GNU.sparse.realsize", said.get("GNU.sparse.size"))
    member = Member(
        path=_text(path),
        kind=kind,
        size=stored if not sparse else header.real_size if real is None else _decimal(real, header.at),
        stored=stored,
        offset=header.at,
        begin=position,
        target=_text(said.get("linkpath", header.target)),
        method=SPARSE if sparse else "stored",
    )
    rest = source.read(position + stored, _padded(stored) - stored)
    if rest.strip(b"\0"):
        message = f"{len(rest)} bytes that only fill up the last block of {_text(path)!r} are not empty: {rest[:16]!r}"
        oddities.append(Oddity(id="padding-data", message=message, offset=position + stored))
    return member, position + _padded(stored)


def _two_sizes(path: bytes, stored: int, header: _Header) -> Oddity:
    message = f"the size of {_text(path)!r} is {stored} in its pax record, {header.size} in its header"
    return Oddity(id="size-differs", message=message, offset=header.at)


def _told(
    what: str, records: dict[str, bytes], before: dict[str, bytes], at: int, oddities: list[Oddity]
) -> dict[str, bytes]:
    """The `records` of an extended header, once contradictions with those `before` it are noted."""
    for key in ("path", "linkpath", "size"):
        if key not in records:
            continue
        if what == "global pax":
            message = f"a global header gives all members behind it the {key} {_text(records[key])!r}"
            oddities.append(Oddity(id="name-differs", message=message, offset=at))
        elif before.get(key, records[key]) != records[key]:
            message = f"extended headers name the {key} {_text(before[key])!r} and {_text(records[key])!r}"
            oddities.append(Oddity(id="name-differs", message=message, offset=at))
    return records


def _body(source: ByteSource, header: _Header, limits: Limits) -> bytes:
    if header.size > limits.text_bytes:
        raise LimitExceeded("text_bytes", header.size, limits.text_bytes, offset=header.at)
    body = source.read(header.at + BLOCK, header.size)
    if len(body) < header.size:
        raise FormatError("the archive ends inside an extended header", offset=header.at)
    return body


def _records(what: str, body: bytes, at: int) -> dict[str, bytes]:
    """`length key=value` lines of a pax header, or the one value of a GNU header."""
    if what in ("path", "linkpath"):
        return {what: body.split(b"\0", 1)[0]}
    records: dict[str, bytes] = {}
    position = 0
    while position < len(body) and body[position]:
        digits = body[position : position + 20].split(b" ", 1)[0]
        length = _decimal(digits, at)
        key, equals, value = body[position + len(digits) + 1 : position + length].partition(b"=")
        if not equals or not value.endswith(b"\n"):
            raise FormatError(f"a pax record of {length} bytes is not `length key=value`", offset=at)
        name = _text(key)
        if name.startswith(_SPARSE) and name not in _TOLD:
            name = _SPARSE
        if name in _TOLD:
            records[name] = value[:-1]
        position += length
    return records


def _behind(source: ByteSource, position: int) -> Iterator[Oddity]:
    rest = source.size - position
    found = source.read(position, min(rest, _RECORD))
    behind = len(found) - len(found.lstrip(b"\0"))
    if behind < len(found) or rest > _RECORD:
        at = position + behind
        said = f"{source.size - at} bytes stand behind the end of the archive: {source.read(at, 16)!r}"
        yield Oddity(id="trailing-data", message=said, offset=at)


def _header(block: bytes, at: int) -> _Header:
    name, size, kind, target, prefix = struct.unpack("100s24x12s20xc100s88x155s12x", block)
    path, before = name.split(b"\0", 1)[0], prefix.split(b"\0", 1)[0]
    sparse = kind == b"S"
    if before and kind not in b"LKS":
        path = before + b"/" + path
    return _Header(
        at=at,
        path=path,
        size=_number(size, at),
        type=kind,
        target=target.split(b"\0", 1)[0],
        real_size=_number(block[483:495], at) if sparse else 0,
        continued=sparse and block[482:483] != b"\0",
    )


def _sound(block: bytes) -> bool:
    """The checksum counts the block with blanks in its own place; some writers took bytes as signed."""
    try:
        stated = int(block[148:156].split(b"\0", 1)[0], 8)
    except ValueError:
        return False
    counted = block[:148] + b" " * 8 + block[156:]
    return stated in (sum(counted), sum(struct.unpack("512b", counted)))


def _number(field: bytes, at: int) -> int:
    """Octal digits, or base 256 where the first bit is set."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:])
    digits = field.split(b"\0", 1)[0].strip() or b"0"
    try:
        number = int(digits, 8)
    except ValueError:
        number = -1
    if number < 0:
        raise FormatError(f"{field!r} is no size", offset=at)
    return number


def _decimal(digits: bytes, at: int) -> int:
    if not digits.isdigit() or len(digits) > 20:
        raise FormatError(f"{digits[:20]!r} is no number", offset=at)
    return int(digits)


def _padded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


def _text(name: bytes) -> str:
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return name.decode("latin-1")
