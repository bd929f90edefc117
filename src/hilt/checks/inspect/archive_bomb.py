"""An archive that becomes far larger than it is.

What: members that share bytes; compressed data that grows beyond every honest ratio; members that unpack to more than
they state; sparse files of great size; archives inside archives, deeper than hilt follows.

Why: a few kilobytes can fill a disk or a machine's memory when they are unpacked, and many tools unpack whatever they
are given before they look at it. Overlapping members are the trick by which this works even without deep nesting.

What it cannot see: members too large to be tried are judged by the size that they state.

Fix: do not unpack it. Ask the publisher for the bare files.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import ReadFile, Seen
from hilt.core.finding import Finding, Severity, Where
from hilt.core.report import Gap, State
from hilt.formats import ZIPS


def archive_bomb(file: ReadFile[object]) -> Iterator[Seen]:
    from hilt.formats.archive import MemberKind
    from hilt.formats.inflate import most
    from hilt.knowledge.archives import falsehoods, listing

    archive = listing(file)

    def seen(message: str, offset: int | None = None) -> Finding:
        where = Where(path=file.path, offset=offset)
        return Finding(check=CHECK.id, severity=Severity.HIGH, where=where, message=message)

    for oddity in archive.oddities:
        if oddity.id in ("overlap", "bomb"):
            yield seen(oddity.message, oddity.offset)
        if oddity.id == "bomb":
            yield Gap(what=CHECK.id, path=file.path, state=State.FAILED, why=oddity.message)
    for oddity in falsehoods(file.source, file.limits) if file.format in ZIPS else ():
        if oddity.id == "size-false":
            yield seen(oddity.message, oddity.offset)
    for member in archive.members:
        if member.size > most(member.stored, file.limits):
            yield seen(f"{member.path!r} becomes {member.size} bytes from {member.stored}", member.offset)
    total = sum(member.size for member in archive.members)
    if total > most(file.source.size, file.limits):
        yield seen(f"its members become {total} bytes from the archive's {file.source.size}")
    depth = file.path.count("!/") + 1
    if depth > file.limits.archive_depth and any(member.kind is MemberKind.FILE for member in archive.members):
        yield seen(f"it is {depth} archives deep (limit archive_depth = {file.limits.archive_depth})")


CHECK = listed("archive-bomb")
