"""Lists an ar archive: a Debian package, or a static library.

Specification: System V and BSD `ar`, and GNU's long names (binutils, "The ar format"). Members are stored as they are.

What can bite: a Debian package runs scripts as root when it is installed; a static library is native code. Members are
read as if they lay in a folder.

What hilt cannot see: what native code in it does; the table of symbols.
"""

from __future__ import annotations

from hilt.core.byte_source import ByteSource, Window
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.archive import Archive, Member, Oddity, remembered

MAGIC = b"!<arch>\n"
_HEADER, _END = 60, b"`\n"
_NAMES = b"//"
_PATH_MAX = 4096


@remembered
def read(source: ByteSource, limits: Limits) -> Archive:
    """Every member, the table of symbols left out."""
    members: list[Member] = []
    oddities: list[Oddity] = []
    names, at, seen = b"", len(MAGIC), 0
    while at < source.size:
        header = source.read(at, _HEADER)
        if len(header) < _HEADER or header[58:] != _END:
            raise FormatError(f"no header of a member: {header[:20]!r}", offset=at)
        seen += 1
        if seen > limits.archive_members:
            raise LimitExceeded("archive_members", seen, limits.archive_members, offset=at)
        name, size = header[:16].rstrip(b" "), _number(header[48:58], at)
        begin = at + _HEADER
        end = begin + size
        if end > source.size:
            raise FormatError(f"a member of {size} bytes, {source.size - begin} are left", offset=at)
        if name == _NAMES:
            names = source.read(begin, min(size, limits.archive_list_bytes))
        elif name.startswith(b"#1/"):
            length = min(_number(name[3:], at), size, _PATH_MAX)
            name, begin = source.read(begin, length).rstrip(b"\0"), begin + length
        elif name[:1] == b"/" and name[1:].isdigit():
            start = _number(name[1:], at)
            name = names[start : start + _PATH_MAX].partition(b"\n")[0]
        if name not in (_NAMES, b"/", b"/SYM64/", b"__.SYMDEF", b"__.SYMDEF SORTED"):
            path = name.removesuffix(b"/").decode("utf-8", "replace")
            members.append(Member(path=path, size=end - begin, stored=end - begin, offset=at, begin=begin))
        at = end + size % 2
        if size % 2 and source.read(end, 1) not in (b"\n", b"\0", b""):
            said = f"the byte that fills up {name!r} is {source.read(end, 1)!r}"
            oddities.append(Oddity(id="padding-data", message=said, offset=end))
    return Archive(members=tuple(members), oddities=tuple(oddities))


def open_member(source: ByteSource, member: Member, limits: Limits) -> ByteSource:  # noqa: ARG001 -- as every archive
    return Window(source, member.begin, member.stored)


def _number(digits: bytes, at: int) -> int:
    digits = digits.strip()
    if not digits.isdigit():
        raise FormatError(f"{digits!r} is no number", offset=at)
    return int(digits)
