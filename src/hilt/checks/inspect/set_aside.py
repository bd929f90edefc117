"""A folder that a tool keeps for itself and hilt did not look into.

What: `.git` and `.cache/huggingface`, which version control and download clients keep beside the files.

Why: no loader reads them, and most of what they hold are packed copies of the files that were looked at. They are named
so that nobody takes them for checked.

What it cannot see: anything that these folders hold.

Fix: download the files without them, or delete the folders, if you mean to pass the model on.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.core.finding import Finding, Severity, Where
from hilt.core.subject import EntryKind


def set_aside(repository: Repository) -> Iterator[Finding]:
    for entry in repository.subject.entries:
        if entry.kind is EntryKind.SET_ASIDE:
            message = "not looked into; a tool keeps it for itself and no loader reads it"
            yield Finding(check=CHECK.id, severity=Severity.INFO, where=Where(path=entry.path), message=message)


CHECK = listed("set-aside")
