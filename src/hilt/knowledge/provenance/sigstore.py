"""Keyless signatures, verified with the `sigstore` package and a trust file, offline: the one door to that package.

Specification: Sigstore, client specification, "Verification". The certificate must lead to an authority of the trust file and
have been valid when the log took the entry in; the log must have promised or proved that it did; the certificate must name the
identity and the issuer that the organisation trusts; the signature must hold. Nothing is fetched: the trust file is a
`trusted_root.json`, or a client trust configuration that holds one.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

from hilt.core.context import Signer
from hilt.core.errors import FormatError, MissingExtra
from hilt.knowledge.provenance.dsse import IN_TOTO

if TYPE_CHECKING:
    from sigstore.verify import Verifier


def why_not(data: bytes, signer: Signer) -> str:
    """Why the bundle in `data` was not signed by `signer`; empty where it was.

    Raises `MissingExtra` without the package, `FormatError` where the signer's own trust file cannot be read.
    """
    try:
        from sigstore.models import Bundle
        from sigstore.verify.policy import Identity
    except ImportError:
        raise MissingExtra("a keyless signature", "sigstore") from None
    if not (signer.identity and signer.issuer):
        return "no identity and issuer are named, and a certificate for anybody is worth nothing"
    verifier = _verifier(signer.name, signer.pem)
    try:
        bundle = Bundle.from_json(data)
        payload_type, _ = verifier.verify_dsse(bundle, Identity(identity=signer.identity, issuer=signer.issuer))
    except Exception as error:  # noqa: BLE001 - what the package raises of a hostile bundle is not listed anywhere
        return f"{type(error).__name__}: {error!s:.300}"
    return "" if payload_type == IN_TOTO else f"it signs {payload_type[:80]!r}, not a statement of in-toto"


@lru_cache(maxsize=8)
def _verifier(name: str, trust: str) -> Verifier:
    from sigstore.models import TrustedRoot
    from sigstore.verify import Verifier
    from sigstore_models.trustroot.v1 import TrustedRoot as TrustedRootDocument

    try:
        document = json.loads(trust)
        root = document.get("trustedRoot", document)
        return Verifier(trusted_root=TrustedRoot(TrustedRootDocument.from_json(json.dumps(root))))
    except Exception as error:  # noqa: BLE001
        raise FormatError(
            f"the trust file of the signer {name} cannot be used: {type(error).__name__}: {error!s:.200}"
        ) from None
