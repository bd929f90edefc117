"""A file that the signature does not cover.

What: a signature that verifies lists which files it leaves out, by a list of its own (`ignore_paths`) and by the rules
of OpenSSF Model Signing (`.git`, `.gitattributes`, `.github`, `.gitignore` at the root). Files that are here and lie
there are told.

Why: whoever changes such a file, or adds one, breaks no signature. The list is the signer's, and not yours: a folder
that is left out may hold whatever somebody put there after the model was signed.

What it cannot see: whether the signer left them out on purpose; folders that hilt does not look into, as `.git`.

Fix: delete the files, if the model runs without them; or ask the publisher to sign them.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.checks.provenance.gathering import results
from hilt.core.finding import Finding, Severity, Where
from hilt.core.subject import EntryKind
from hilt.core.verification import Signed

PROSE = frozenset({"text", "model-card", "licence", "media", "empty", "lfs-pointer"})
"""Formats that are read by people."""
ROUTINE = PROSE | {"yaml", "json", "ini", "xml"}
"""What hubs and code hosts keep where OpenSSF Model Signing never looks: no loader reads it there."""


def signature_leaves_out(repository: Repository) -> Iterator[Finding]:
    folders = {entry.path for entry in repository.subject.entries if entry.kind is not EntryKind.FILE}
    for signature, result in results(repository, Signed.VERIFIED):
        if (differences := result.differences) is None:
            continue
        for path in differences.ignored:
            dull = repository.formats.get(path) in PROSE
            yield _finding(path, f"left out by the signer of {signature}", Severity.LOW if dull else Severity.MEDIUM)
        for path in differences.empty:
            yield _finding(path, f"empty, and {signature} signs pieces, of which it has none", Severity.LOW)
        for path in differences.excluded:
            if path not in folders and repository.formats.get(path) not in ROUTINE:
                yield _finding(path, f"OpenSSF Model Signing leaves it out, and so does {signature}", Severity.MEDIUM)


def _finding(path: str, message: str, severity: Severity) -> Finding:
    return Finding(check=CHECK.id, severity=severity, where=Where(path=path), message=message, whole=True)


CHECK = listed("signature-leaves-out")
