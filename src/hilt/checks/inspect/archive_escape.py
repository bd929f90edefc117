"""Members of an archive that unpack to somewhere else.

What: names that are absolute, name a drive, climb out with `..` or hold control characters; links whose target lies
outside the archive's folder; members that are written through a link; devices and pipes.

Why: a tool that unpacks such an archive writes where the archive says, over your files and with your rights. A line in
a start-up file or a library in the right place is code that runs later.

What it cannot see: whether the tool you unpack with would refuse.

Fix: do not unpack it. Ask the publisher for the bare files, and how this came about.
"""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where
from hilt.knowledge.siblings import leads_away

if TYPE_CHECKING:
    from hilt.formats.archive import Archive, Member


def archive_escape(file: ReadFile[object]) -> Iterator[Finding]:
    from hilt.knowledge.archives import listing

    archive = listing(file)
    links = _links(archive)
    for member in archive.members:
        if message := _escapes(member, links):
            where = Where(path=file.path, offset=member.offset)
            yield Finding(check=CHECK.id, severity=Severity.HIGH, where=where, message=message)


def _escapes(member: Member, links: frozenset[str]) -> str:
    from hilt.formats.archive import MemberKind

    if why := leads_away(member.path):
        return f"the name {member.path!r} {why}"
    if member.kind is MemberKind.SPECIAL:
        return f"{member.path!r} is a device or a pipe, not a file"
    if member.kind in (MemberKind.LINK, MemberKind.HARD_LINK):
        folder = dirname(member.path.rstrip("/")) if member.kind is MemberKind.LINK else ""
        target = member.target.replace("\\", "/")
        if target.startswith("/") or target[1:2] == ":" or f"{normpath(join(folder, target))}/".startswith("../"):
            return f"{member.path!r} is a {member.kind.value} to {member.target!r}, outside of the archive"
    if links:
        parts = normpath(member.path).split("/")
        for length in range(1, len(parts)):
            if (folder := "/".join(parts[:length])) in links:
                return f"{member.path!r} is written through the link {folder!r}"
    return ""


def _links(archive: Archive) -> frozenset[str]:
    from hilt.formats.archive import MemberKind

    return frozenset(normpath(member.path) for member in archive.members if member.kind is MemberKind.LINK)


CHECK = listed("archive-escape")
