"""verify: is a subject what its publisher signed? Signatures of OpenSSF Model Signing v1.0; nothing is fetched for them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from os import PathLike, fspath
from typing import Any

from hilt.checks.provenance.places import is_no_part
from hilt.core.context import Signer
from hilt.core.progress import Progress, Silent
from hilt.core.verification import Signature, Signed, Verification
from hilt.core.wire import encode_text
from hilt.gate.keeping.origins.named import open_named
from hilt.gate.named_file import Named
from hilt.gate.settings import Settings
from hilt.gate.signatures.named_signer import named_signer, usable
from hilt.gate.signatures.patterns import signers_for
from hilt.gate.signatures.signature_files import SignatureFile, named_signature, signature_files
from hilt.gate.signatures.signed_files import SignedFiles
from hilt.sources.digest_store import usual_store

_PATHS = ("changed", "missing", "extra", "ignored", "excluded", "empty")
"""What a `Signature` lists as paths."""


def verify(
    reference: str | PathLike[str],
    *,
    key: Named | None = None,
    certificate: Named | None = None,
    identity: str | None = None,
    issuer: str | None = None,
    trust_file: Named | None = None,
    signature: Named | None = None,
    settings: Settings | None = None,
    trust_nothing: bool = False,
    progress: Progress | None = None,
) -> Verification:
    """Holds the signatures of the subject at `reference` against its files.

    Who is trusted is named by a file with a public key, by one with root certificates, or by an identity of Sigstore with
    its issuer and trust file; without them, the signers of `settings` that may sign this subject are. `signature` names a
    signature file; without it, those in the subject and beside it count. With `trust_nothing`, nothing rests on the digest
    store.

    Raises `UsageError` where the reference, a signer or the signature file is wrong, `NothingToCheck` where there is no file.
    """
    settings, where = settings or Settings(), fspath(reference)
    one_signer = named_signer(key=key, certificate=certificate, identity=identity, issuer=issuer, trust_file=trust_file)
    signers = signers_for(where, settings.signers) if one_signer is None else one_signer
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with closing(open_named(where, settings)) as listing:
        found = signature_files(listing, settings.limits)
        named = None if signature is None else named_signature(fspath(signature), listing, settings.limits)
        files = SignedFiles(listing, settings.limits, progress or Silent(), usual_store(), trust_nothing=trust_nothing)
        told = _held(found, named, files, signers, now)
        return Verification(
            reference=where,
            revision=listing.subject.revision,
            state=min((one.state for one in told), key=list(Signed).index, default=Signed.NONE),
            signatures=told,
            trusted=tuple(signer.name for signer in signers),
            files=len(listing.subject.files),
            size=listing.subject.size,
            claimed=len(files.claimed),
            remembered=files.remembered,
            verified_at=now,
        )


def _held(
    found: Sequence[SignatureFile],
    named: SignatureFile | None,
    files: SignedFiles,
    signers: Sequence[Signer],
    now: str,
) -> tuple[Signature, ...]:
    """The signature that is named, or else all that were found, held against the files."""
    chosen = found if named is None else [named]
    if not chosen:
        return ()
    from hilt.gate.signatures.signature_states import signature_states

    usable(signers)
    no_parts = {one.path for one in found if is_no_part(one.path)} | {one.path for one in chosen if one is named}
    return tuple(signature_states(chosen, files, no_parts, signers, now))


def as_data(told: Verification) -> dict[str, Any]:
    """All of it as plain data."""
    return {
        "reference": told.reference,
        "revision": told.revision,
        "state": told.state.word,
        "trusted": list(told.trusted),
        "signatures": [_as_data(one) for one in told.signatures],
        "files": told.files,
        "bytes": told.size,
        "files_claimed_by_hub": told.claimed,
        "bytes_remembered": told.remembered,
        "verified_at": told.verified_at,
    }


def _as_data(one: Signature) -> dict[str, Any]:
    return {
        "file": encode_text(one.file),
        "state": one.state.word,
        "kind": one.kind,
        "by": one.by,
        "signers": list(one.signers),
        "until": one.until,
        "model": one.model,
        "algorithm": one.algorithm,
        "listed": one.listed,
        "why": list(one.why),
        **{name: [encode_text(path) for path in getattr(one, name)] for name in _PATHS},
        "renamed": [{"from": encode_text(old), "to": encode_text(new)} for old, new in one.renamed],
        "unread": [{"path": encode_text(path), "why": why} for path, why in one.unread],
    }
