"""Who signed these files? A signature, the files that were found and the signers that the organisation trusts become a result.

Specification: OpenSSF Model Signing v1.0, section 8. Times are the caller's, which has a clock that it trusts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from hilt.core.context import Signer
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.core.verification import Signed
from hilt.formats.sigstore_bundle import CERTIFICATE, CURRENT, IDENTITY, KEY, Envelope, SigstoreBundle
from hilt.formats.sigstore_bundle import parse as parse_bundle
from hilt.knowledge.provenance import comparing, dsse, keys, manifest, statement

Keyless = Callable[[bytes, Signer], str]
"""Verifies the bundle of these bytes, whose certificate names the signer: certificate, log and signature. Says why it does not
hold, or nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unverified:
    """A signature that was read and not verified: `data` is all of its bytes."""

    data: bytes
    bundle: SigstoreBundle
    envelope: Envelope
    statement: statement.Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """`signers` are the names of those whom the organisation trusts and whom it is from, where verified or unread; `until` is the
    day on which the first certificate of the chain ends (empty for keys and keyless). `claims` is who the signature itself
    says made it. `reasons` are sentences; `fault` is the one that says what is wrong with the signature itself, whatever the files
    are. `late` is as in `Answer`."""

    state: Signed
    reasons: tuple[str, ...] = ()
    signers: tuple[str, ...] = ()
    until: str = ""
    claims: str = ""
    late: bool = False
    fault: str = ""
    differences: manifest.Differences | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the signature alone gives, whatever the files: broken or untrusted with `why`, or by whom it is.

    `late` is true where a trusted certificate has run out, and all else is as it should be.
    """

    state: Signed
    why: str = ""
    signers: tuple[str, ...] = ()
    until: str = ""
    late: bool = False


def read(data: bytes, limits: Limits) -> Unverified:
    """The signature in `data`. Raises `FormatError` where OpenSSF Model Signing does not allow it."""
    bundle = parse_bundle(data, limits)
    if bundle.envelope is None:
        raise FormatError("the bundle signs one file as it is, and no list of the files of a model")
    if bundle.kind != IDENTITY and bundle.media_type not in CURRENT:
        raise FormatError(f"a bundle of the type {bundle.media_type}, where OpenSSF Model Signing has {CURRENT[0]}")
    if bundle.envelope.payload_type != dsse.IN_TOTO:
        raise FormatError(f"an envelope of the type {bundle.envelope.payload_type[:80]!r}, not {dsse.IN_TOTO}")
    return Unverified(
        data=data, bundle=bundle, envelope=bundle.envelope, statement=statement.parse(bundle.envelope.payload, limits)
    )


def verify(
    signature: Unverified,
    files: Iterable[manifest.File],
    signers: Sequence[Signer],
    now: str,
    *,
    signatures: Collection[str] = (),
    keyless: Keyless | None = None,
) -> Result:
    """Who of `signers` signed `files`, as of `now` (UTC, ISO 8601)?

    `files` are all files of the model with their digests by `signature.statement.algorithm`; `signatures` are the paths of those
    that are signatures themselves. Raises `FormatError` where a signer's own key or certificates cannot be read.
    """
    differences = manifest.compare(signature.statement, files, signatures)
    made = answer(signature, signers, now, keyless=keyless)
    reasons = (*told(differences), *((made.why,) if made.why else ()))
    result = Result(state=made.state, reasons=reasons, claims=claims(signature), differences=differences)
    if made.state is Signed.BROKEN:
        result = replace(result, fault=made.why)
    state = comparing.state(made.state, differences)
    if state is Signed.BROKEN:
        return replace(result, state=state)
    return replace(result, state=state, signers=made.signers, until=made.until, late=made.late)


def claims(signature: Unverified) -> str:
    """Who the signature says made it, whether that is so or not."""
    bundle = signature.bundle
    if bundle.kind == KEY:
        return f"the key {bundle.hint[:64] or 'that it holds'}"
    from hilt.knowledge.provenance import certificates

    try:
        first = certificates.read_der(bundle.certificates[:1])[0]
        if bundle.kind == CERTIFICATE:
            return f"the certificate of {certificates.name_of(first)}"
        identity = certificates.identity(first)
    except FormatError:
        return "a certificate that is damaged"
    most = certificates.MOST_OF_A_NAME
    return f"{identity.name[:most] or 'nobody'}, as {identity.issuer[:most] or 'nobody'} says"


def told(differences: manifest.Differences) -> tuple[str, ...]:
    """What differs, in sentences."""
    moved = dict(differences.renamed)
    said = [f"{path} is not what was signed" for path in differences.changed]
    said += [f"{path} was signed as {old}: its name was changed" for old, path in differences.renamed]
    said += [f"{path} was signed and is not here" for path in differences.missing if path not in moved]
    new = set(moved.values())
    said += [f"{path} is here and was not signed" for path in differences.extra if path not in new]
    said += [f"nobody computed the digest of {path}" for path in differences.unknown]
    return tuple(said)


def answer(signature: Unverified, signers: Sequence[Signer], now: str, *, keyless: Keyless | None = None) -> Answer:
    """Who of `signers` made `signature`, whatever the files are? See `verify`."""
    asked = [signer for signer in signers if signer.kind == signature.bundle.kind]
    try:
        match signature.bundle.kind:
            case "key":
                return _by_key(signature, asked)
            case "certificate":
                return _by_certificate(signature, asked, now)
            case _:
                return _by_identity(signature, asked, keyless)
    except _Broken as error:
        return Answer(state=Signed.BROKEN, why=str(error))


class _Broken(Exception):
    """The signature itself is not in order."""


def _by_key(signature: Unverified, signers: Sequence[Signer]) -> Answer:
    bundle = signature.bundle
    trusted = [(signer, keys.read_public_key(signer.pem.encode())) for signer in signers]
    own = _own_key(bundle)
    if own is not None and not _holds(signature, own):
        return Answer(state=Signed.BROKEN, why="the signature does not hold for the key that it holds itself")
    named = [
        (signer.name, key)
        for signer, key in trusted
        if bundle.hint in ("", keys.hint(key)) and (own is None or own == key)
    ]
    if by := tuple(name for name, key in named if _holds(signature, key)):
        return Answer(state=Signed.VERIFIED, signers=by)
    if named and bundle.hint:
        return Answer(
            state=Signed.BROKEN, why=f"the signature names the key of {named[0][0]}, and was not made with it"
        )
    unknown = "and without that key nobody can say whether it holds" if own is None else "and it holds for that key"
    return Answer(state=Signed.UNTRUSTED, why=f"the signature names a key that is not trusted here, {unknown}")


def _by_certificate(signature: Unverified, signers: Sequence[Signer], now: str) -> Answer:
    from hilt.knowledge.provenance import certificates

    roots = [(signer, certificates.read_pem(signer.pem.encode())) for signer in signers]
    try:
        chain = certificates.read_der(signature.bundle.certificates)
        key = certificates.key_of(chain[0])
    except FormatError as error:
        raise _Broken(str(error)) from error
    if not _holds(signature, key):
        return Answer(
            state=Signed.BROKEN,
            why=f"the signature does not hold for the certificate of {certificates.name_of(chain[0])}",
        )
    time = _time(now)
    if time is None:
        return Answer(state=Signed.UNTRUSTED, why="nobody said what time it is, so that no certificate can be trusted")
    try:
        paths = [(signer.name, certificates.path(chain, trusted, time)) for signer, trusted in roots]
        unknown = certificates.path(chain, (), time)
        began = certificates.began(chain)
        late = began < time and any(not certificates.path(chain, trusted, began).why for _, trusted in roots)
    except FormatError as error:
        raise _Broken(str(error)) from error
    if by := [(name, path.until) for name, path in paths if not path.why]:
        until = max(until for _, until in by)  # the trust lasts as long as one of the paths does
        return Answer(state=Signed.VERIFIED, signers=tuple(name for name, _ in by), until=until)
    why = next((path.why for _, path in paths if path.why != unknown.why), unknown.why)
    return Answer(state=Signed.UNTRUSTED, why=why, late=late)


def _by_identity(signature: Unverified, signers: Sequence[Signer], keyless: Keyless | None) -> Answer:
    from hilt.knowledge.provenance import certificates

    try:
        first = certificates.read_der(signature.bundle.certificates[:1])[0]
        named = certificates.identity(first)
    except FormatError as error:
        raise _Broken(str(error)) from error
    same = [one for one in signers if (one.identity, one.issuer) == (named.name, named.issuer) and named.name]
    if not same:
        return Answer(state=Signed.UNTRUSTED, why=f"{claims(signature)}, is not trusted here")
    if keyless is None:
        return Answer(
            state=Signed.UNTRUSTED, why="nobody verified the log and the certificate of this keyless signature"
        )
    whys = [keyless(signature.data, signer) for signer in same]
    if by := tuple(signer.name for signer, why in zip(same, whys, strict=True) if not why):
        return Answer(state=Signed.VERIFIED, signers=by)
    return Answer(state=Signed.BROKEN, why=whys[0])


def _own_key(bundle: SigstoreBundle) -> keys.PublicKey | None:
    if not bundle.public_key:
        return None
    try:
        return keys.read_raw_key(bundle.public_key)
    except FormatError as error:
        raise _Broken(str(error)) from error


def _holds(signature: Unverified, key: keys.PublicKey) -> bool:
    envelope = signature.envelope
    if keys.holds(key, envelope.signature, dsse.signed_bytes(envelope.payload_type, envelope.payload)):
        return True
    if not signature.statement.deprecated:
        return False
    before = dsse.signed_bytes_before_1_0(envelope.payload_type, envelope.payload)
    return any(keys.holds(key, envelope.signature, before, always_sha256=always) for always in (True, False))


def _time(now: str) -> datetime | None:
    if not now:
        return None
    time = datetime.fromisoformat(now)
    return time if time.tzinfo else time.replace(tzinfo=UTC)
