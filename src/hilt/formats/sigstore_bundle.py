"""Reads a Sigstore bundle: a signature, what was signed, and what it takes to verify it. OpenSSF Model Signing writes
`model.sig` so.

Specification: Sigstore, protobuf-specs, sigstore_bundle.proto, as JSON; OpenSSF Model Signing v1.0, bundle.schema.json. Stricter
than both: each name once, no name that the bundle does not know, base64 in its one right spelling.

What can bite: nothing: a bundle is compared and never run. What it says of names, files and signers is worth nothing until it is
verified.

What hilt cannot see: whether the signature holds; the provenance checks compute that, and ask who signed.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import Any

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.json import parse as parse_json
from hilt.formats.reader import Head

KEY, CERTIFICATE, IDENTITY = "key", "certificate", "identity"
CURRENT = ("application/vnd.dev.sigstore.bundle.v0.3+json", "application/vnd.dev.sigstore.bundle+json;version=0.3")
OLDER = tuple(f"application/vnd.dev.sigstore.bundle+json;version={version}" for version in ("0.1", "0.2"))

_BEGINS = re.compile(rb'\s*\{\s*"mediaType"\s*:\s*"application/vnd\.dev\.sigstore\.bundle[.+]')
_MATERIAL = ("publicKey", "x509CertificateChain", "certificate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What was signed, as DSSE wraps it, and the one signature."""

    payload: bytes
    payload_type: str
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """An entry of a transparency log, as the bundle tells of it; `integrated` is Unix time, or None."""

    log: str
    index: int | None
    kind: str
    integrated: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SigstoreBundle:
    """`kind` is how the signer is known: "key", "certificate" (a chain to the root of an organisation) or "identity" (keyless: a
    certificate that lived for minutes, and entries of a log).

    `hint` names the key; older bundles have the key itself in `public_key`. `certificates` are DER, the signer's first. `envelope`
    is None where a file was signed directly (`blob` is its digest then), as nothing that signs models does.
    """

    media_type: str
    kind: str
    hint: str = ""
    public_key: bytes = b""
    certificates: tuple[bytes, ...] = ()
    log: tuple[LogEntry, ...] = ()
    timestamps: tuple[bytes, ...] = ()
    envelope: Envelope | None = None
    blob: bytes = b""


def probe(head: Head) -> bool:
    return _BEGINS.match(head.data) is not None


def read(source: ByteSource, limits: Limits) -> SigstoreBundle:
    """The bundle in `source`. Raises `FormatError` where it is none, `LimitExceeded` where it is too large."""
    if source.size > limits.json_bytes:
        raise LimitExceeded("json_bytes", source.size, limits.json_bytes)
    return parse(source.read(0, source.size), limits)


def parse(data: bytes, limits: Limits) -> SigstoreBundle:
    """The bundle in `data`, which is small enough."""
    whole = _members(
        strict_json(data, limits),
        "the bundle",
        {"mediaType", "verificationMaterial", "dsseEnvelope", "messageSignature"},
    )
    media_type = _text(whole, "mediaType", "the bundle")
    if media_type not in (*CURRENT, *OLDER):
        raise FormatError(f"a media type of no Sigstore bundle: {media_type[:80]!r}")
    if ("dsseEnvelope" in whole) == ("messageSignature" in whole):
        raise FormatError("a bundle holds either dsseEnvelope or messageSignature")
    material = _members(
        whole.get("verificationMaterial"),
        "verificationMaterial",
        {*_MATERIAL, "tlogEntries", "timestampVerificationData"},
    )
    log = tuple(_log_entry(entry) for entry in _list(material, "tlogEntries"))
    stamps = _members(material.get("timestampVerificationData", {}), "timestampVerificationData", {"rfc3161Timestamps"})
    kind, hint, public_key, certificates = _signer(material, limits)
    if kind == CERTIFICATE and media_type in OLDER and log:
        kind = IDENTITY  # until 0.3, keyless bundles had a chain as well
    if kind == IDENTITY and not log:
        raise FormatError("a keyless bundle without an entry of a transparency log (tlogEntries)")
    return SigstoreBundle(
        media_type=media_type,
        kind=kind,
        hint=hint,
        public_key=public_key,
        certificates=certificates,
        log=log,
        timestamps=tuple(
            _bytes(stamp, "signedTimestamp", "a timestamp") for stamp in _list(stamps, "rfc3161Timestamps")
        ),
        envelope=_envelope(whole["dsseEnvelope"]) if "dsseEnvelope" in whole else None,
        blob=_blob(whole["messageSignature"]) if "messageSignature" in whole else b"",
    )


def strict_json(data: bytes, limits: Limits) -> Any:
    """The JSON in `data`, which must be one that all readers read alike: UTF-8, each name once, no NaN, no half characters."""
    if json.detect_encoding(data) != "utf-8":
        raise FormatError("not UTF-8")
    entries = sum(data.count(mark) for mark in (b",", b"[", b"{")) // 8
    if entries > limits.header_entries:  # a file that is listed has four of these, and small values take much memory
        raise LimitExceeded("header_entries", entries, limits.header_entries)
    document = parse_json(data, limits)
    if document.hidden:
        raise FormatError(f"the name {document.hidden[0][0][:80]!r} occurs twice in one object")
    if document.non_finite:
        raise FormatError("NaN or Infinity, which JSON does not have")
    return document.value


def _signer(material: dict[str, Any], limits: Limits) -> tuple[str, str, bytes, tuple[bytes, ...]]:
    """How the signer is known: kind, hint, key and certificates."""
    given = [name for name in _MATERIAL if name in material]
    if len(given) != 1:
        raise FormatError(f"verificationMaterial holds exactly one of {', '.join(_MATERIAL)}, not {len(given)}")
    what = _object(material[given[0]], given[0])
    if given == ["publicKey"]:
        _members(what, "publicKey", {"hint", "rawBytes", "keyDetails", "validFor"})
        hint = _text(what, "hint", "publicKey") if what.get("hint") is not None else ""
        key = _bytes(what, "rawBytes", "publicKey") if what.get("rawBytes") is not None else b""
        if not hint and not key:
            raise FormatError("publicKey has neither hint nor rawBytes")
        return KEY, hint, key, ()
    if given == ["certificate"]:
        return IDENTITY, "", b"", (_bytes(what, "rawBytes", "certificate"),)
    chain = _list(what, "certificates")
    if not chain:
        raise FormatError("x509CertificateChain without a certificate")
    if len(chain) > limits.certificates:
        raise LimitExceeded("certificates", len(chain), limits.certificates)
    return CERTIFICATE, "", b"", tuple(_bytes(one, "rawBytes", "a certificate") for one in chain)


def _log_entry(value: Any) -> LogEntry:
    entry = _object(value, "an entry of tlogEntries")
    kind, log = _object(entry.get("kindVersion", {}), "kindVersion"), _object(entry.get("logId", {}), "logId")
    return LogEntry(
        log=str(log.get("keyId", ""))[:200],
        index=_number(entry.get("logIndex"), "logIndex"),
        kind=f"{kind.get('kind', '')} {kind.get('version', '')}".strip()[:200],
        integrated=_number(entry.get("integratedTime"), "integratedTime"),
    )


def _envelope(value: Any) -> Envelope:
    envelope = _members(value, "dsseEnvelope", {"payload", "payloadType", "signatures"})
    signatures = _list(envelope, "signatures")
    if len(signatures) != 1:
        raise FormatError(f"dsseEnvelope holds {len(signatures)} signatures, where a bundle has exactly one")
    signature = _members(signatures[0], "a signature", {"sig", "keyid"})
    if not isinstance(signature.get("keyid", ""), str | None):
        raise FormatError("keyid is no text")
    return Envelope(
        payload=_bytes(envelope, "payload", "dsseEnvelope"),
        payload_type=_text(envelope, "payloadType", "dsseEnvelope"),
        signature=_bytes(signature, "sig", "a signature"),
    )


def _blob(value: Any) -> bytes:
    signature = _members(value, "messageSignature", {"messageDigest", "signature"})
    _bytes(signature, "signature", "messageSignature")
    return _bytes(_object(signature.get("messageDigest"), "messageDigest"), "digest", "messageDigest")


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise FormatError(f"{where} is {'missing' if value is None else 'no object'}")
    return value


def _members(value: Any, where: str, known: set[str]) -> dict[str, Any]:
    found = _object(value, where)
    if foreign := [name for name in found if name not in known]:
        raise FormatError(f"{where} has a member that it does not know: {foreign[0][:80]!r}")
    return found


def _list(value: dict[str, Any], name: str) -> list[Any]:
    found = value.get(name, [])
    if not isinstance(found, list):
        raise FormatError(f"{name} is no list")
    return found


def _text(value: dict[str, Any], name: str, where: str) -> str:
    found = value.get(name)
    if not isinstance(found, str):
        raise FormatError(f"{name} of {where} is {'missing' if found is None else 'no text'}")
    return found


def _bytes(value: Any, name: str, where: str) -> bytes:
    text = _text(_object(value, where), name, where)
    try:
        found = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError:
        found = b""
    if not found or base64.b64encode(found).decode() != text:
        raise FormatError(f"{name} of {where} is empty, or no base64 as it is to be spelled")
    return found


def _number(value: Any, name: str) -> int | None:
    """64-bit numbers stand as text in the JSON of protobuf."""
    if value is None:
        return None
    if isinstance(value, bool) or not re.fullmatch(r"\d{1,19}", str(value)):
        raise FormatError(f"{name} is no number")
    return int(value)
