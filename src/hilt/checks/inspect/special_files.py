"""A pipe, socket or device among the files of a model.

What: names that lead to something else than a file or folder. None of them is opened.

Why: no model needs one. Whoever reads a pipe waits for ever, and whoever reads a device may get without end, or change
what the machine does.

What it cannot see: what is at the other end.

Fix: delete it, and ask where the folder came from.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.core.finding import Finding, Severity, Where
from hilt.core.subject import EntryKind


def special_files(repository: Repository) -> Iterator[Finding]:
    for entry in repository.subject.entries:
        if entry.kind is EntryKind.SPECIAL:
            message = f"{entry.note}, where a file should be; it was not opened"
            yield Finding(check=CHECK.id, severity=Severity.HIGH, where=Where(path=entry.path), message=message)


CHECK = listed("special-files")
