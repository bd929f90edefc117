"""Lists a zip archive as its central directory has it, and says where another reader would see something else.

Specification: PKWARE APPNOTE.TXT 6.3.10, sections 4.3 to 4.5 (Zip64 included, splitting over several disks not).
Readers in the field disagree on which end record, which offset and which of two headers counts; this one follows
CPython's `zipfile` and reports as an `Oddity` whatever miniz (PyTorch) or a forward reader would take otherwise.
The flags for encryption are reported and then ignored, as PyTorch ignores them: set on plain bytes they hide nothing.

What can bite: members whose names or links lead out of the folder, bombs, and two directories of which each reader
believes another one. Whatever lies in it bites as it would in a folder, and is read as if it did.

What hilt cannot see: what encrypted members hold, and those packed by methods that hilt cannot unpack, which the
coverage says.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice

from hilt.core.byte_source import ByteSource, Window, expect
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.archive import Archive, Member, MemberKind, Oddity, remembered
from hilt.formats.inflate import Inflated, measure
from hilt.formats.zip_end import END_SIZE, End, find_end
from hilt.formats.zip_header import ENCRYPTION, Entry, central, decode, local
from hilt.formats.zip_layout import Extent, unowned

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
METHODS = {0: "stored", 8: "deflated", 12: "bzip2", 14: "lzma"}

_UNIX = 3
_AROUND = 128
"""Bytes before and behind a local header that hold it, the padding of PyTorch, and what describes the member before."""
_PATH_MAX = 4096
"""Bytes of a link's target that are read."""
_ODDITIES = 1000
"""Oddities that are told one by one."""


def member_names(source: ByteSource, limits: Limits) -> tuple[str, ...]:
    """The names in `source`, none where it is no zip that can be read: for the probes of formats that live in a zip."""
    try:
        return tuple(member.path for member in read(source, limits).members)
    except FormatError:
        return ()


@remembered
def read(source: ByteSource, limits: Limits) -> Archive:
    """Every entry of the central directory. Raises `FormatError` where there is no directory that can be followed."""
    end, other_ends = find_end(source, limits)
    entries = _entries(source, end, limits)
    expect(source, [(max(0, entry.offset - _AROUND), 2 * _AROUND + len(entry.name)) for entry in entries])
    headers = {i: local(source, entries[i]) for i in sorted(range(len(entries)), key=lambda i: entries[i].offset)}
    extents = [
        Extent(entry=entry, begin=entry.offset, end=headers[i].begin + entry.packed) for i, entry in enumerate(entries)
    ]
    members = tuple(_member(source, entry, headers[i].begin, limits) for i, entry in enumerate(entries))
    oddities = chain(
        end.oddities,
        _of_the_end(source, end, other_ends, extents),
        (oddity for i in range(len(entries)) for oddity in headers[i].oddities),
        _of_the_entries(entries, end),
        unowned(source, extents, end.directory),
    )
    told = tuple(islice(oddities, _ODDITIES))
    if next(oddities, None) is not None:
        told += (Oddity(id="more", message=f"more than {_ODDITIES} oddities, of which the rest is not listed"),)
    return Archive(members=members, oddities=told)


def open_member(source: ByteSource, member: Member, limits: Limits) -> ByteSource:
    """The unpacked bytes of `member`. They are not compared with its CRC-32, which PyTorch does not look at either."""
    stored = _stored(source, member)
    return stored if member.method == "stored" else Inflated(stored, member.method, member.size, limits)


def verify(source: ByteSource, member: Member, limits: Limits) -> Oddity | None:
    """Unpacks `member` and compares what comes out with the size and CRC-32 that the archive states."""
    stored = _stored(source, member)
    found = measure(stored, member.method, member.size, limits)
    if not found.ended:
        said = f"{member.path!r} unpacks to more than the {member.size} bytes stated"
        return Oddity(id="size-false", message=said, offset=member.offset)
    if found.size != member.size or found.left:
        said = f"{member.path!r} unpacks to {found.size} bytes, {member.size} are stated; {found.left} are left over"
        return Oddity(id="size-false", message=said, offset=member.offset)
    if found.crc32 != member.crc32:
        said = f"{member.path!r} has CRC-32 {found.crc32:08x}, {member.crc32 or 0:08x} is stated"
        return Oddity(id="crc-false", message=said, offset=member.offset)
    return None


def _stored(source: ByteSource, member: Member) -> Window:
    if not 0 <= member.begin <= source.size - member.stored:
        said = f"{member.path!r} has {member.stored} bytes at byte {member.begin}, outside of the archive"
        raise FormatError(said, offset=member.offset)
    return Window(source, member.begin, member.stored)


def _entries(source: ByteSource, end: End, limits: Limits) -> list[Entry]:
    entries: list[Entry] = []
    position, border = end.directory, end.directory + end.directory_size
    while position < border:
        if len(entries) >= limits.archive_members:
            raise LimitExceeded(
                "archive_members", max(end.count, len(entries) + 1), limits.archive_members, offset=position
            )
        entry, position = central(source, position, end.shift)
        entries.append(entry)
    return entries


def _member(source: ByteSource, entry: Entry, begin: int, limits: Limits) -> Member:
    mode = entry.attributes >> 16 if entry.system == _UNIX else 0
    kind = MemberKind.FILE
    if entry.name.endswith(b"/"):
        kind = MemberKind.FOLDER
    elif stat.S_ISLNK(mode):
        kind = MemberKind.LINK
    elif stat.S_IFMT(mode) in (stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK):
        kind = MemberKind.SPECIAL
    member = Member(
        path=entry.path,
        kind=kind,
        size=entry.size,
        stored=entry.packed,
        offset=entry.offset,
        begin=begin,
        method=METHODS.get(entry.method, f"method {entry.method}"),
        encrypted=bool(entry.flags & ENCRYPTION),
        crc32=entry.crc32,
    )
    return replace(member, target=_target(source, member, limits)) if kind is MemberKind.LINK else member


def _target(source: ByteSource, member: Member, limits: Limits) -> str:
    try:
        return decode(open_member(source, member, limits).read(0, min(member.size, _PATH_MAX)))
    except FormatError as error:
        return f"(unreadable: {error.message})"


def _of_the_end(source: ByteSource, end: End, others: Sequence[int], extents: Sequence[Extent]) -> Iterator[Oddity]:
    rest, comment = source.size - end.comment_end, end.comment_end - end.at - END_SIZE
    if rest > 0:
        said = f"{rest} bytes stand behind the end of the archive: {source.read(end.comment_end, 16)!r}"
        yield Oddity(id="trailing-data", message=said, offset=end.comment_end)
    elif rest < 0:
        yield Oddity(id="trailing-data", message=f"the comment ends {-rest} bytes past the archive", offset=end.at)
    if comment and rest == 0:
        said = f"a comment of {comment} bytes: {source.read(end.at + END_SIZE, min(comment, 64))!r}"
        yield Oddity(id="comment", message=said, offset=end.at)
    for at in others:
        # An archive that is stored as a member has an end record of its own, which nobody takes for the outer one.
        if at > end.at or not any(extent.begin <= at < extent.end for extent in extents):
            yield Oddity(id="several-ends", message=f"end records stand at bytes {at} and {end.at}", offset=at)
    if end.shift:
        said = (
            f"offsets in the archive are {end.shift} bytes short; readers that do not correct them see something else"
        )
        yield Oddity(id="shifted", message=said, offset=end.directory)


def _of_the_entries(entries: Sequence[Entry], end: End) -> Iterator[Oddity]:
    if len(entries) != end.count:
        said = f"the end record counts {end.count} members, the central directory holds {len(entries)}"
        yield Oddity(id="count-differs", message=said, offset=end.at)
    first: dict[bytes, Entry] = {}
    for entry in entries:
        earlier = first.setdefault(entry.name, entry)
        if earlier is not entry:
            said = f"{entry.path!r} is listed more than once, with bytes at {earlier.offset} and {entry.offset}"
            yield Oddity(id="duplicate-name", message=said, offset=entry.offset)
        if entry.unicode_path is not None and entry.unicode_path != entry.path.encode():
            said = f"{entry.path!r} has a second name {decode(entry.unicode_path)!r}, which some readers prefer"
            yield Oddity(id="name-differs", message=said, offset=entry.at)
        if b"\0" in entry.name:
            said = f"the name {entry.path!r} holds a zero byte, where some readers end it"
            yield Oddity(id="name-differs", message=said, offset=entry.at)
        if entry.strange:
            said = f"beside the entry of {entry.path!r} stand {entry.strange}"
            yield Oddity(id="extra", message=said, offset=entry.at)
        if entry.comment:
            said = f"{entry.path!r} has a comment of {entry.comment} bytes"
            yield Oddity(id="comment", message=said, offset=entry.at)
        if entry.method not in METHODS:
            said = f"{entry.path!r} is compressed by method {entry.method}, which hilt does not read"
            yield Oddity(id="method-unknown", message=said, offset=entry.at)
        if entry.method == 0 and entry.size != entry.packed:
            said = f"{entry.path!r} is stored in {entry.packed} bytes and said to have {entry.size}"
            yield Oddity(id="size-differs", message=said, offset=entry.at)
