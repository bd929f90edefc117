"""The server's own secret, in the file desk.key beside the key of the log: with it the keys are sealed of people who have no password."""

from __future__ import annotations

import os
import re
from pathlib import Path
from secrets import token_hex

from hilt.core.errors import KeyUnusable
from hilt.gate.configured.record_settings import RecordSettings
from hilt.gate.recording.record_places import places
from hilt.gate.settings import Settings
from hilt.knowledge.file_lock import locked

_SHAPE = re.compile(rb"[0-9a-f]{64}\n?")


def desk_key(settings: Settings) -> bytes:
    """The secret. Raises `KeyUnusable` where there is none: what was sealed with it is not to be taken for something else."""
    return _read(_file(settings))


def desk_key_or_new(settings: Settings) -> bytes:
    """The secret; it is made when it is first asked for. Raises `KeyUnusable`."""
    file = _file(settings)
    try:
        with locked(file, wait=30):
            if not file.exists():
                _make(file)
            return _read(file)
    except OSError as error:
        raise _unusable(file, error) from None


def _file(settings: Settings) -> Path:
    return places(settings.record or RecordSettings()).key.with_name("desk.key")


def _read(file: Path) -> bytes:
    try:
        secret = file.read_bytes()
    except OSError as error:
        raise _unusable(file, error) from None
    if not _SHAPE.fullmatch(secret):
        raise KeyUnusable(f"{file}: this is no secret of hilt; put it back from where you keep a copy")
    return bytes.fromhex(secret.decode())


def _unusable(file: Path, error: OSError) -> KeyUnusable:
    return KeyUnusable(
        f"{file}: {error.strerror}; here is the secret with which the server seals keys, put it back from where you keep a copy"
    )


def _make(file: Path) -> None:
    with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as stream:
        stream.write(token_hex(32).encode() + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
