"""Where a record is, and the key of its log."""

from __future__ import annotations

import os
import re
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from hilt.core.errors import KeyUnusable
from hilt.gate.configured import user_folders
from hilt.gate.configured.record_settings import RecordSettings
from hilt.gate.recording.key_files import private_key

if TYPE_CHECKING:
    from hilt.record.ledger.keys import SigningKey

OPENS_LOG_KEY = "HILT_LOG_KEY_PASSWORD"
"""The environment variable that holds what opens the key of the log."""
_LOG_WAYS = f"in ${OPENS_LOG_KEY}, or name the variable in the settings (record: {{password_env: NAME}})"
_USER = re.compile(r"(?<=://)[^:/]*(?::[^@]*)?@")
_PASSWORD = re.compile(r"(?<=://)([^:/]*:)[^@]*(?=@)")
"""As whoever connects reads an address: a password holds anything but an at sign."""
_IN_QUERY = re.compile(r"([?&][^=&]*pass[^=&]*=)[^&]*", re.IGNORECASE)


class Places(NamedTuple):
    """Where a record is: its database, the file of the log's key, and the file of the checkpoint that is kept apart."""

    database: str
    key: Path
    kept: Path

    @property
    def name(self) -> str:
        """The database, without whatever in its address lets somebody in."""
        if "://" not in self.database:
            return self.database
        try:
            parts = urlsplit(_USER.sub("", self.database, count=1))
        except ValueError:
            return "the database"  # which nothing else will be able to read either
        query = [(key, value) for key, value in parse_qsl(parts.query) if "pass" not in key.lower()]
        return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), ""))

    @property
    def masked(self) -> str:
        """The database, with stars for what lets somebody in."""
        if "://" not in self.database:
            return self.database
        return _IN_QUERY.sub(r"\1***", _PASSWORD.sub(r"\1***", self.database, count=1))


def places(told: RecordSettings) -> Places:
    """Where the settings have the record, or where it usually is."""
    if "://" in told.database:
        database, beside = told.database, user_folders.data()
    else:
        file = Path(told.database).absolute() if told.database else user_folders.data() / "record.db"
        database, beside = str(file), file.parent
    where = Places(database, Path(told.key or beside / "log.key"), Path(told.checkpoint))
    if told.checkpoint:
        return where
    known_by = sha256(where.name.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return where._replace(kept=user_folders.state() / "checkpoints" / known_by)


def log_key(where: Places, password: bytes | None) -> SigningKey:
    """The key of the log. Raises `KeyUnusable`: without it, nothing is recorded."""
    try:
        pem = where.key.read_bytes()
    except OSError as error:
        raise KeyUnusable(
            f"{where.key}: {error.strerror}; here should be the key of the log, without which nothing can be recorded. "
            "Put it back from where you keep a copy, or name its file in the settings (record: {key: FILE})"
        ) from None
    return private_key(str(where.key), pem, password, _LOG_WAYS)


def log_password(told: RecordSettings) -> bytes | None:
    """What opens the key of the log; None where nothing is said of it. Raises `KeyUnusable`."""
    value = os.environ.get(told.password_env or OPENS_LOG_KEY, "")
    if told.password_env and not value:
        raise KeyUnusable(
            f"record.password_env {told.password_env}: there is no such environment variable, or it is empty"
        )
    return os.fsencode(value) or None
