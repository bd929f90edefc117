"""A signature that is not as OpenSSF Model Signing writes it.

What: a bundle of Sigstore at the root of the subject whose list of files cannot be taken: paths with `..`, names twice,
digests of the wrong length, files in no order, a list that does not fit its own digest, another kind of statement in a
file called `.sig`.

Why: what does not follow the specification is read differently by different tools: one says that the model is signed
where another says that it is not.

What it cannot see: why it is so; bundles that are no JSON of Sigstore at all are told as files that cannot be read.

Fix: ask the publisher to sign the model with a tool that keeps to OpenSSF Model Signing 1.0, such as `hilt sign`.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.checks.provenance.gathering import held
from hilt.core.finding import Finding, Severity, Where


def signature_malformed(repository: Repository) -> Iterator[Finding]:
    """What signs something else, and says so, is no signature of a model; what was signed there nobody here verifies."""
    for one in held(repository):
        if one.malformed:
            severity = Severity.INFO if one.other else Severity.MEDIUM
            message = f"not a signature of a model, and not verified: {one.malformed}" if one.other else one.malformed
            yield Finding(check=CHECK.id, severity=severity, where=Where(path=one.path), message=message)


CHECK = listed("signature-malformed")
