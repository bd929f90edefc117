"""A file that does not keep to its own format.

What: files whose content begins like a format that hilt reads, and then breaks its rules: truncated, corrupt, or past one
of hilt's limits.

Why: hilt could not look at it, but a loader may be more lenient, or may have done its harm before it notices.

What it cannot see: what the file would have held.

Fix: download it again and compare its digest; if it is as published, ask the publisher. For a limit, raise it in the
settings if the file may be trusted with so much of your machine.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where


def unreadable_file(file: ReadFile[object]) -> Iterator[Finding]:
    if file.error is not None:
        where = Where(path=file.path, offset=file.error.offset)
        message = f"begins like {file.format}, but {file.error.message}"
        yield Finding(check=CHECK.id, severity=Severity.MEDIUM, where=where, message=message)


CHECK = listed("unreadable-file")
