"""A signature that does not hold over these files.

What: a signature of OpenSSF Model Signing at the root of the subject lists the files with their digests. A file is not
what was signed, is missing, is here and was not signed, or has another name; or the signature was not made with the key
or the certificate that it names, or not by the identity whose certificate it brings. Where another signature, by a signer
whom you trust, holds over these files, that is a question and no alarm.

Why: a signature is there so that this is noticed: somebody changed the model after the publisher had signed it, on the
hub, on the way or on your disk. The files may still work, and do what the publisher never meant.

What it cannot see: changes to files that the signature leaves out; whether what was signed is any good; whether files
that are missing were left out on purpose.

Fix: get the whole model from its publisher again, and compare. If the files are right and the publisher forgot to sign
again, ask for a new signature.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.checks.provenance.gathering import results
from hilt.core.finding import Finding, Severity, Where
from hilt.core.verification import Signed
from hilt.knowledge.provenance.manifest import Differences


def signature_broken(repository: Repository) -> Iterator[Finding]:
    vouched = any(
        True for _ in results(repository, Signed.VERIFIED)
    )  # then the other may merely be older than the files
    for path, result in results(repository, Signed.BROKEN):
        differences = result.differences or Differences()
        # People download the part of a model that they need; what they have is then as it was signed.
        part = not (result.fault or differences.changed or differences.extra)
        for place, message in _told(path, result.fault, differences):
            yield Finding(
                check=CHECK.id,
                severity=Severity.MEDIUM if part or vouched else Severity.HIGH,
                where=Where(path=place),
                message=message,
                whole=True,
            )


def _told(signature: str, fault: str, differences: Differences) -> Iterator[tuple[str, str]]:
    """What is wrong, and where."""
    if fault:
        yield signature, fault
    moved = dict(differences.renamed)
    for path in differences.changed:
        yield path, f"not what was signed in {signature}"
    for old, path in differences.renamed:
        yield path, f"signed in {signature} under another name, {old}"
    for path in differences.missing:
        if path not in moved:
            yield signature, f"{path} was signed and is not here"
    for path in differences.extra:
        if path not in moved.values():
            yield path, f"not among the files that were signed in {signature}"


CHECK = listed("signature-broken")
