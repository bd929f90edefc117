"""Does a chain of certificates lead to a root that the organisation trusts, now, and may its first sign code?

Specification: RFC 5280, section 6, without policies and revocation; OpenSSF Model Signing v1.0, sections 4.1 and 8.2: every
certificate of the chain is within its time, and the first is for signing code. Constraints on names are not understood, so that
nothing below a certificate that has them is trusted.
"""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, ObjectIdentifier

from hilt.core.errors import FormatError
from hilt.knowledge.provenance.keys import PublicKey, allowed

Certificate = x509.Certificate
Kind = TypeVar("Kind", bound=x509.ExtensionType)

MOST_IN_A_PATH = 8
"""Certificates from the signer's to the root."""
MOST_OF_A_NAME = 200
"""Letters of a name that are told."""

_UNDERSTOOD = {
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    ExtensionOID.SUBJECT_KEY_IDENTIFIER,
    ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
    ExtensionOID.CERTIFICATE_POLICIES,
}
"""What a certificate may call critical."""
_PURPOSES = {
    ExtendedKeyUsageOID.SERVER_AUTH: "servers of TLS",
    ExtendedKeyUsageOID.CLIENT_AUTH: "clients of TLS",
    ExtendedKeyUsageOID.EMAIL_PROTECTION: "mail",
    ExtendedKeyUsageOID.TIME_STAMPING: "timestamps",
    ExtendedKeyUsageOID.OCSP_SIGNING: "answers of OCSP",
    ExtendedKeyUsageOID.CODE_SIGNING: "signing code",
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE: "any use",
}
_ISSUER_TEXT = ObjectIdentifier("1.3.6.1.4.1.57264.1.1")
_ISSUER_DER = ObjectIdentifier("1.3.6.1.4.1.57264.1.8")
_OTHER_NAME = ObjectIdentifier("1.3.6.1.4.1.57264.1.7")


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """From the signer's certificate to a root, or `why` there is no such path; `until` is the day on which the first of them ends."""

    until: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whom a keyless certificate names, and who vouched for that; empty where it does not say."""

    name: str
    issuer: str


def read_pem(pem: bytes) -> tuple[Certificate, ...]:
    """All certificates in `pem`, which the organisation trusts as they are. Raises `FormatError` where there is none."""
    with _careful("no certificates in PEM"):
        return tuple(x509.load_pem_x509_certificates(pem))


def read_der(certificates: Iterable[bytes]) -> tuple[Certificate, ...]:
    """The certificates of a bundle."""
    with _careful("a certificate of the bundle is damaged"):
        found = tuple(x509.load_der_x509_certificate(one) for one in certificates)
        for certificate in found:
            _ = certificate.extensions, certificate.subject, certificate.issuer, certificate.not_valid_after_utc
        return found


def der_of(certificate: Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def key_of(certificate: Certificate) -> PublicKey:
    """The key that the certificate speaks for, where OMS allows it."""
    with _careful("the certificate's key is damaged"):
        return allowed(certificate.public_key())


def name_of(certificate: Certificate) -> str:
    """Whom it is for, to be told."""
    with _careful("the certificate's name is damaged"):
        return certificate.subject.rfc4514_string()[:MOST_OF_A_NAME] or "no name"


def began(chain: Sequence[Certificate]) -> datetime:
    """When the first of `chain` became valid."""
    return chain[0].not_valid_before_utc


def identity(certificate: Certificate) -> Identity:
    """Whom a certificate of Fulcio names, and which issuer of tokens vouched for that."""
    name = issuer = ""
    with _careful("the keyless certificate is damaged"):
        for extension in certificate.extensions:
            if isinstance(extension.value, x509.SubjectAlternativeName):
                name = name or next((_name(one) for one in extension.value), "")
            elif extension.oid == _ISSUER_DER and isinstance(extension.value, x509.UnrecognizedExtension):
                issuer = _utf8(extension.value.value)
            elif extension.oid == _ISSUER_TEXT and isinstance(extension.value, x509.UnrecognizedExtension):
                issuer = issuer or extension.value.value.decode()
    return Identity(name=name, issuer=issuer)


def path(chain: Sequence[Certificate], roots: Sequence[Certificate], now: datetime) -> Path:
    """The path from the first of `chain` to one of `roots`, over the others of `chain`. The shortest is taken."""
    with _careful("a certificate of the chain is damaged"):
        return _path(chain, roots, now)


def _path(chain: Sequence[Certificate], roots: Sequence[Certificate], now: datetime) -> Path:
    why = ""
    waiting: deque[tuple[Certificate, ...]] = deque([(chain[0],)])
    seen = {chain[0]}
    while waiting:
        found = waiting.popleft()
        issuers = [root for root in roots if _issued(found[-1], root)]
        complete = [found] if found[-1] in roots else [(*found, root) for root in issuers]
        for one in complete:
            why_not = _why_not(one, now)
            if not why_not:
                return Path(until=min(each.not_valid_after_utc for each in one).date().isoformat())
            why = why or why_not
        if len(found) < MOST_IN_A_PATH - 1:
            for other in chain[1:]:
                if other not in seen and _issued(found[-1], other):
                    seen.add(other)
                    waiting.append((*found, other))
    return Path(why=why or _loose_end(chain[0]))


def _loose_end(certificate: Certificate) -> str:
    return f"the certificate of {name_of(certificate)} does not lead to a root that is trusted here"


def _issued(certificate: Certificate, issuer: Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


def _why_not(found: Sequence[Certificate], now: datetime) -> str:
    """What keeps the path from being trusted; empty where nothing does."""
    for certificate in found:
        if why := _why_not_now(certificate, now) or _why_not_understood(certificate):
            return why
    if why := _why_not_for_code(found[0]):
        return why
    for below, certificate in enumerate(found[1:]):
        inner = [one for one in found[1 : below + 1] if one.subject != one.issuer]
        if why := _why_no_authority(certificate, len(inner)):
            return why
    weak = next((one for one in found[:-1] if _is_weak(one)), None)
    return f"the certificate of {name_of(weak)} was signed with an algorithm that is broken" if weak else ""


def _why_not_now(certificate: Certificate, now: datetime) -> str:
    if now > certificate.not_valid_after_utc:
        return f"the certificate of {name_of(certificate)} expired on {certificate.not_valid_after_utc.date()}"
    if now < certificate.not_valid_before_utc:
        return (
            f"the certificate of {name_of(certificate)} is not valid before {certificate.not_valid_before_utc.date()}"
        )
    return ""


def _why_not_understood(certificate: Certificate) -> str:
    for extension in certificate.extensions:
        if extension.oid == ExtensionOID.NAME_CONSTRAINTS:
            return f"the certificate of {name_of(certificate)} constrains names, which hilt cannot apply"
        if extension.critical and extension.oid not in _UNDERSTOOD:
            return f"the certificate of {name_of(certificate)} has a critical extension that is not known: {extension.oid.dotted_string}"
    return ""


def _why_not_for_code(certificate: Certificate) -> str:
    """Is it for signing code? OMS asks for that in words, in the extended key usage."""
    name = name_of(certificate)
    usage = _extension(certificate, x509.KeyUsage)
    if usage is not None and not usage.digital_signature:
        return f"the certificate of {name} is not for signatures (key usage)"
    purposes = _extension(certificate, x509.ExtendedKeyUsage)
    if purposes is None:
        return f"the certificate of {name} does not say that it is for signing code (extended key usage)"
    if ExtendedKeyUsageOID.CODE_SIGNING not in purposes:
        return f"the certificate of {name} is for {_uses(purposes)}, not for signing code"
    return ""


def _why_no_authority(certificate: Certificate, below: int) -> str:
    """May it issue certificates for signing code, with `below` further authorities between it and the signer?"""
    name = name_of(certificate)
    constraints = _extension(certificate, x509.BasicConstraints)
    usage, purposes = _extension(certificate, x509.KeyUsage), _extension(certificate, x509.ExtendedKeyUsage)
    if constraints is None or not constraints.ca:
        return f"the certificate of {name} is none of an authority (basic constraints), and issued another all the same"
    if constraints.path_length is not None and below > constraints.path_length:
        return f"the certificate of {name} allows {constraints.path_length} authorities below it, and there are {below}"
    if usage is not None and not usage.key_cert_sign:
        return f"the certificate of {name} is not for issuing certificates (key usage)"
    if purposes is not None and not {
        ExtendedKeyUsageOID.CODE_SIGNING,
        ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
    } & set(purposes):
        return f"the certificate of {name} is an authority for {_uses(purposes)}, not for signing code"
    return ""


def _is_weak(certificate: Certificate) -> bool:
    key, algorithm = certificate.public_key(), certificate.signature_hash_algorithm
    short = isinstance(key, rsa.RSAPublicKey) and key.key_size < 2048
    return short or (algorithm is not None and algorithm.name in {"md5", "sha1"})


def _extension(certificate: Certificate, kind: type[Kind]) -> Kind | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _uses(purposes: x509.ExtendedKeyUsage) -> str:
    return ", ".join(sorted(_PURPOSES.get(one, one.dotted_string) for one in purposes)) or "no use"


def _name(name: x509.GeneralName) -> str:
    if isinstance(name, x509.OtherName):
        return _utf8(name.value) if name.type_id == _OTHER_NAME else ""
    return str(name.value) if isinstance(name, x509.RFC822Name | x509.UniformResourceIdentifier) else ""


def _utf8(der: bytes) -> str:
    """A UTF8String of DER, shorter than 64 KiB."""
    if len(der) < 2 or der[0] != 0x0C:
        return ""
    size, at = der[1], 2
    if size in (0x81, 0x82):
        at, size = 2 + size - 0x80, int.from_bytes(der[2 : 2 + size - 0x80])
    return der[at:].decode() if len(der) == at + size else ""


@contextmanager
def _careful(what: str) -> Iterator[None]:
    """Whatever the library says of a hostile certificate becomes one error; what it only warns of is no matter here."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (
        ValueError,
        TypeError,
        UnsupportedAlgorithm,
        x509.DuplicateExtension,
        x509.InvalidVersion,
        x509.UnsupportedGeneralNameType,
    ) as error:
        raise FormatError(f"{what}: {error!s:.200}") from error
