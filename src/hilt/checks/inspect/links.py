"""A link that leaves the subject, or that leads nowhere.

What: symbolic links whose target lies outside the folder (for a hub cache: outside the folder of the repository), links
that are broken or lead in a circle, and links to folders inside the subject. None of them is followed.

Why: a loader follows links without asking. One that leaves the folder makes it read, or a tool that packs the folder
publish, a file of the machine: a key, a token, another model.

What it cannot see: hard links; and where a link leads on another machine than this one.

Fix: delete the link, or put the file that is meant in its place.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.core.finding import Finding, Severity, Where
from hilt.core.subject import Entry, EntryKind


def links(repository: Repository) -> Iterator[Finding]:
    for entry in repository.subject.entries:
        if (told := _told(entry)) is not None:
            severity, message = told
            yield Finding(check=CHECK.id, severity=severity, where=Where(path=entry.path), message=message)


def _told(entry: Entry) -> tuple[Severity, str] | None:
    if entry.kind is EntryKind.LINK_OUT:
        return Severity.HIGH, f"a link out of the subject, to {entry.target!r}; it was not followed"
    if entry.kind is EntryKind.LINK_BROKEN:
        return Severity.LOW, f"a link that leads nowhere, to {entry.target!r} ({entry.note})"
    if entry.kind is EntryKind.LINK_FOLDER:
        return Severity.INFO, f"a link to the folder {entry.target!r}, whose files were looked at where they are"
    return None


CHECK = listed("links")
