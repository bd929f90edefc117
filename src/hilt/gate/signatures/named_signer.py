"""The signer that a call names, by a key, by certificates or by an identity; refused in words where it names something else."""

from __future__ import annotations

from collections.abc import Sequence
from os import fspath
from pathlib import Path

from hilt.core.context import Signer
from hilt.core.errors import FormatError, UsageError
from hilt.gate.named_file import Named, read_named
from hilt.knowledge.provenance.trust_file import refuse_other

_PEM = ("key", "certificate")
"""Kinds of signers that are known by PEM; a trust file is read where it is used."""


def named_signer(
    *,
    key: Named | None = None,
    certificate: Named | None = None,
    identity: str | None = None,
    issuer: str | None = None,
    trust_file: Named | None = None,
) -> tuple[Signer, ...] | None:
    """The one signer that a call names; None where it names none. Raises `UsageError`."""
    ways = {"--key": key, "--certificate": certificate, "--identity": identity}
    named = [way for way, value in ways.items() if value is not None]
    if len(named) > 1:
        raise UsageError(f"{' and '.join(named)}: name one way in which the signer is known, not {len(named)}")
    if identity is None:
        for option, value in (("--issuer", issuer), ("--trust-file", trust_file)):
            if value is not None:
                raise UsageError(f"{option} belongs to --identity, which is not there")
    if key is not None:
        return (Signer(name=Path(key).name, kind="key", pem=_read("--key", fspath(key))),)
    if certificate is not None:
        return (
            Signer(name=Path(certificate).name, kind="certificate", pem=_read("--certificate", fspath(certificate))),
        )
    if identity is None:
        return None
    if issuer is None:
        raise UsageError("--identity needs --issuer: who vouches for it, such as https://accounts.google.com")
    if trust_file is None:
        raise UsageError("--identity needs --trust-file: a trusted root of Sigstore, for hilt fetches none")
    pem = _read_trust(fspath(trust_file))
    return (Signer(name=identity, kind="identity", pem=pem, identity=identity, issuer=issuer),)


def usable(signers: Sequence[Signer]) -> None:
    """Raises `UsageError` where the key or the certificates of one of them cannot be used."""
    for signer in signers:
        if signer.kind in _PEM:
            _check(signer.kind, signer.pem.encode(), f"the signer {signer.name}")


def _read(option: str, name: str) -> str:
    """The keys or certificates in the file that `option` names."""
    data = read_named(option, name)
    _check(option.removeprefix("--"), data, f"{option} {name}")
    return data.decode("latin-1")


def _read_trust(name: str) -> str:
    text = read_named("--trust-file", name).decode("utf-8", "replace")
    try:
        refuse_other(text)
    except FormatError as error:
        raise UsageError(f"--trust-file {name}: {error}") from None
    return text


def _check(kind: str, pem: bytes, whose: str) -> None:
    try:
        if kind == "key":
            from hilt.knowledge.provenance import keys

            keys.read_public_key(pem)
        else:
            from hilt.knowledge.provenance import certificates

            certificates.read_pem(pem)
    except FormatError as error:
        raise UsageError(f"{whose}: {error}") from None
