"""Members of an archive that are said to be encrypted.

What: members of zip, 7z and RAR archives that are said to be encrypted. Where a zip says so of bytes that are plain, that
is told too.

Why: what is encrypted can be read by nobody without the key, hilt included. Where it is only said to be, scanners give
up on the member, while a loader that ignores the flag, as PyTorch does, takes it as it is.

What it cannot see: what encrypted members hold.

Fix: ask the publisher for the files without encryption; public weights need none.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import ReadFile, Seen
from hilt.core.finding import Finding, Severity, Where
from hilt.core.report import Gap, State
from hilt.formats import ZIPS


def archive_encrypted(file: ReadFile[object]) -> Iterator[Seen]:
    from hilt.knowledge.archives import falsehood, listing, tried

    flagged = [member for member in listing(file).members if member.encrypted]
    if not flagged:
        return
    zipped = tried(flagged) if file.format in ZIPS else ()
    plain = next((m for m in zipped if m.size and falsehood(file.source, m, file.limits) is None), None)
    if plain is not None:
        message = f"{plain.path!r} is flagged as encrypted, and its bytes are plain"
        where = Where(path=file.path, offset=plain.offset)
        yield Finding(check=CHECK.id, severity=Severity.HIGH, where=where, message=message)
    message = f"{len(flagged)} members are flagged as encrypted: {', '.join(repr(m.path) for m in flagged[:3])}"
    yield Finding(check=CHECK.id, severity=Severity.MEDIUM, where=Where(path=file.path), message=message)
    yield Gap(what=CHECK.id, path=file.path, state=State.SKIPPED, why=f"{len(flagged)} members are encrypted")


CHECK = listed("archive-encrypted")
