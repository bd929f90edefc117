"""Files of keys: made so that nobody else can read them, and read in words."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from hilt.core.errors import FormatError, KeyUnusable, UsageError
from hilt.gate.named_file import Named, read_named

if TYPE_CHECKING:
    from hilt.record.ledger.keys import PublicKey, SigningKey


def read_private(option: str, name: Named, password: bytes | None, ways: str) -> SigningKey:
    """The private key in the file that `option` names; `ways` says how its password is given. Raises `UsageError`."""
    return private_key(f"{option} {os.fspath(name)}", read_named(option, os.fspath(name)), password, ways)


def private_key(what: str, pem: bytes, password: bytes | None, ways: str) -> SigningKey:
    """The private key in `pem`. Raises `KeyUnusable`."""
    from hilt.record.ledger.keys import read_signing_key

    try:
        return read_signing_key(pem, password)
    except FormatError as error:
        hint = f"; give it {ways}" if "no password" in str(error) else ""
        raise KeyUnusable(f"{what}: {error}{hint}") from None


def read_public(option: str, name: Named) -> PublicKey:
    """The public key in the file that `option` names. Raises `UsageError`."""
    from hilt.record.ledger.keys import PublicKey

    try:
        return PublicKey.of_pem(read_named(option, os.fspath(name)))
    except FormatError as error:
        raise KeyUnusable(f"{option} {os.fspath(name)}: {error}") from None


def write_private(file: Path, key: SigningKey, password: bytes | None) -> None:
    """Puts `key` into a new file that its owner alone may read. Raises `UsageError`, also where the file is there."""
    from hilt.record.ledger.keys import signing_key_pem

    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(signing_key_pem(key, password))
            stream.flush()
            os.fsync(descriptor)
    except OSError as error:
        if file.exists():
            raise UsageError(f"{file} is there already; name another file, for no key is written over") from None
        raise UsageError(f"{file}: {error.strerror}; name another file") from None
