"""The `signers` of the settings: whose signatures the organisation trusts, and for which models."""

from __future__ import annotations

import re
from pathlib import Path

from hilt.core.context import Signer
from hilt.core.errors import FormatError
from hilt.gate.configured.setting import Setting

WAYS = ("key", "certificate", "identity")
"""How a signer is known: by a public key, by the root of its certificates, or by what Sigstore says of it."""

_KEYS = ("name", *WAYS, "issuer", "trust_file", "models")
_REMOTE = re.compile(r"hf:(?:(?:datasets|spaces|kernels)/)?[\w.*-]+(?:/[\w.*-]+)?(?:@.+)?|https://.+")
"""Patterns that some reference can match: one that none matches would ask for no signature, and nobody would notice."""
_LARGEST = 1 << 20
_BEGINS = {"key": "-----BEGIN PUBLIC KEY-----", "certificate": "-----BEGIN CERTIFICATE-----"}
_KINDS = {"key": "a public key", "certificate": "a certificate"}
_MADE = {
    "key": "`openssl pkey -in signing.pem -pubout` writes it",
    "certificate": "name the root, and what lies between it and the signer, in one file",
}
_CURVES = tuple(bytes.fromhex(oid) for oid in ("06082a8648ce3d030107", "06052b81040022", "06052b81040023"))
"""The names of P-256, P-384 and P-521 as they stand in a key."""


def read_signers(setting: Setting | None, beside: Path) -> tuple[Signer, ...]:
    """What `signers` says; files are looked for `beside` the settings. Raises `SettingsInvalid`."""
    if setting is None or setting.value is None:
        return ()
    return tuple(_signer(item, beside) for item in setting.items("signers"))


def _signer(item: Setting, beside: Path) -> Signer:
    told = item.table(_KEYS, {"name": "say who it is, as reports are to name it"})
    ways = [way for way in WAYS if way in told]
    if len(ways) != 1:
        named = f"{' and '.join(ways)} are both there" if ways else "none of key, certificate and identity is there"
        raise item.refused(f"{named}; a signer is known by one of them, and one with two ways has two entries")
    kind = ways[0]
    for key in ("issuer", "trust_file"):
        if key in told and kind != "identity":
            raise told[key].refused(f"belongs to a signer with an identity, and this one has a {kind}")
    name = told["name"].line()
    models = tuple(_pattern(one, beside) for one in _list(told["models"])) if "models" in told else ()
    if kind != "identity":
        return Signer(name=name, kind=kind, pem=_pem(told[kind], kind, beside), models=models)
    if "issuer" not in told:
        raise item.refused(
            "the key issuer is missing; name who vouches for the identity, as https://accounts.google.com"
        )
    if "trust_file" not in told:
        raise item.refused(
            "the key trust_file is missing; name a trusted root of Sigstore (trusted_root.json), for none is fetched"
        )
    return Signer(
        name=name,
        kind=kind,
        pem=_trust(told["trust_file"], beside),
        identity=told["identity"].line(),
        issuer=told["issuer"].line(),
        models=models,
    )


def _list(setting: Setting) -> list[Setting]:
    found = [setting] if isinstance(setting.value, str) else setting.items("patterns such as hf:acme/*")
    if not found:  # no patterns at all would be trust for everything
        raise setting.refused("the list is empty; name the models, or leave the key out for a signer of any model")
    return found


def _pattern(setting: Setting, beside: Path) -> str:
    """A pattern of references; that of a path is made absolute, as the paths are that it is held against."""
    text = setting.line()
    if re.match(r"(hf|https?):", text, re.IGNORECASE):
        if not _REMOTE.fullmatch(text):
            raise setting.refused(
                f"{text!r} is like no reference; such as hf:acme/*, hf:datasets/acme/* or https://... are"
            )
        return text
    return str(beside.absolute() / text)


def _text(setting: Setting, beside: Path) -> str:
    path = beside / setting.line()
    try:
        with path.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
    except OSError as error:
        raise setting.refused(f"{path}: {error.strerror}; paths are looked for in the folder of the settings") from None
    if len(data) > _LARGEST:
        raise setting.refused(f"{path}: more than {_LARGEST} bytes, so it is not what is needed here")
    return data.decode("latin-1")


def _pem(setting: Setting, kind: str, beside: Path) -> str:
    import binascii

    text = _text(setting, beside)
    if "PRIVATE KEY-----" in text:
        raise setting.refused(
            f"{setting.value}: holds a private key, which belongs to its signer alone; {_MADE['key']}"
        )
    found = re.findall(rf"{_BEGINS[kind]}([A-Za-z0-9+/=\s]*)-----END ", text)
    if not found:
        raise setting.refused(f"{setting.value}: is not {_KINDS[kind]} in PEM form; {_MADE[kind]}")
    try:
        ders = [binascii.a2b_base64(one) for one in found]
    except binascii.Error as error:
        raise setting.refused(f"{setting.value}: the PEM is broken ({error}); {_MADE[kind]}") from None
    if kind == "key" and len(ders) > 1:
        raise setting.refused(f"{setting.value}: holds {len(ders)} keys; one entry names one key")
    if kind == "key" and not any(curve in ders[0][:40] for curve in _CURVES):
        raise setting.refused(
            f"{setting.value}: is no elliptic key on P-256, P-384 or P-521, and OpenSSF Model Signing knows no other"
        )
    return text


def _trust(setting: Setting, beside: Path) -> str:
    from hilt.knowledge.provenance.trust_file import refuse_other

    text = _text(setting, beside)
    try:
        refuse_other(text)
    except FormatError as error:
        raise setting.refused(f"{setting.value}: {error}") from None
    return text
