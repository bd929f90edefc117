"""A signature whose certificate is past its time.

What: the chain of certificates in a signature leads to a root that your settings trust, the signature holds over these
files, and a certificate of the chain has ended.

Why: a certificate is good for as long as its issuer vouches for the key. Once it has ended nobody says whether the key
is still its owner's, and nothing in the bundle proves that the signature is older than that.

What it cannot see: certificates that were revoked before their end; when the signature was really made.

Fix: ask the publisher for a new signature. Where you know that the model was signed in time, waive the finding.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.checks.provenance.gathering import results
from hilt.core.finding import Finding, Severity, Where
from hilt.core.verification import Signed


def signature_expired(repository: Repository) -> Iterator[Finding]:
    for path, result in results(repository, Signed.UNTRUSTED):
        if result.late:
            yield Finding(
                check=CHECK.id,
                severity=Severity.MEDIUM,
                where=Where(path=path),
                message="; ".join(result.reasons),
                whole=True,
            )


CHECK = listed("signature-expired")
