"""A file that no reader of hilt knows.

What: files whose content fits none of the formats that hilt reads, and that no other file of the subject describes to the
last byte, as a graph describes its raw weights.

Why: nobody looked into it, so nobody can say what it does. Silence would look like safety.

What it cannot see: anything in the file.

Fix: ask the publisher what it is for, and leave it out if nothing needs it. If it is a format that others use too, ask
for a reader.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.checks.examined import UNKNOWN
from hilt.core.finding import Finding, Severity, Where
from hilt.core.report import Gap, State


def unknown_file(repository: Repository) -> Iterator[Finding | Gap]:
    unknown = [path for path, format_id in repository.formats.items() if format_id == UNKNOWN]
    if not unknown:
        return
    from hilt.knowledge.companions import companions

    described = companions(repository)
    for path in unknown:
        if path not in described:
            message = "no reader knows this file, so nobody looked into it"
            yield Finding(check=CHECK.id, severity=Severity.MEDIUM, where=Where(path=path), message=message)
            yield Gap(what="read", path=path, state=State.SKIPPED, why="no reader knows this file")


CHECK = listed("unknown-file")
