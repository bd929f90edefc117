"""A model without a signature, where the settings say who signs it.

What: the `signers` of your settings name somebody for this reference (`models:`), and no signature lies at the root of
the subject. The check also states whom the settings name. Where they name nobody it finds nothing: most models are
unsigned.

Why: whoever replaces a signed model by another one leaves the signature away, for they cannot make it.

What it cannot see: a signature that lies beside the folder, as `<folder>.sig`: `hilt verify` finds that one.

Fix: ask the publisher where the signature is. Where it lies beside the folder, put it inside as `model.sig`.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository, Seen
from hilt.checks.provenance.facts import EXPECTED
from hilt.checks.provenance.places import may_sign
from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding, Severity


def signature_missing(repository: Repository) -> Iterator[Seen]:
    names = tuple(sorted({signer.name for signer in repository.context.signers if signer.models}))
    yield Fact(key=EXPECTED.key, value=names, known=Known.VERIFIED, source="the settings")
    if names and not any(may_sign(path, kind) for path, kind in repository.formats.items()):
        message = f"your settings name {', '.join(names)} for this reference, and nobody has signed it"
        yield Finding(check=CHECK.id, severity=Severity.MEDIUM, message=message)


CHECK = listed("signature-missing")
