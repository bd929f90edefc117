"""A file or folder that the operating system does not let hilt read.

What: names whose permissions keep hilt out, and folders that cannot be listed.

Why: whoever loads the model may have rights that the check had not. What was not read was not looked at.

What it cannot see: what is inside, and whether those who load the model can read it.

Fix: run the check as a user who may read everything, or put the permissions right and check again.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.core.finding import Finding, Severity, Where
from hilt.core.subject import EntryKind


def unreadable_entry(repository: Repository) -> Iterator[Finding]:
    for entry in repository.subject.entries:
        if entry.kind is EntryKind.UNREADABLE:
            message = f"it could not be read: {entry.note}"
            yield Finding(check=CHECK.id, severity=Severity.MEDIUM, where=Where(path=entry.path), message=message)


CHECK = listed("unreadable-entry")
