"""The record that a verb reads or adds to: where it is, the key of the log, and the key of whoever decides."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from hilt.core.errors import KeyUnusable, NotAllowed
from hilt.gate.configured import user_folders
from hilt.gate.configured.record_settings import RecordSettings
from hilt.gate.named_file import Named
from hilt.gate.recording.key_files import private_key, read_private
from hilt.gate.settings import Settings

if TYPE_CHECKING:
    from hilt.record.ledger.keys import SigningKey
    from hilt.record.record import Record

OwnKey: TypeAlias = "Named | SigningKey"
"""How a call gives the key of whoever decides: its file, or itself, as somebody has it who is signed in."""

KEY, OPENS_KEY = "HILT_KEY", "HILT_KEY_PASSWORD"
"""Environment variables that hold the key of whoever decides (its path, or its PEM), and what opens it."""
OPENS_LOG_KEY = "HILT_LOG_KEY_PASSWORD"

_NO_KEY = (
    f"this is signed with your own key: give it with --key FILE, or in ${KEY} (the path of the file, or its PEM). "
    "`hilt person new-key -o FILE` makes one, and whoever has the role admin registers it"
)
_NOBODY = "nobody is signed in here who may sign: sign in, and not with a token that only reads"
_WAYS = f"with --password-file, --password-env or in ${OPENS_KEY}"
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


@contextmanager
def opened(settings: Settings, *, writing: bool = False) -> Iterator[Record]:
    """The record of the settings, else the one at the usual place, which is made when it is first written to.

    Inside `keeping_open` it is the one that is open already. Raises `RecordError` where it cannot be read, `KeyUnusable` where it is
    to be written to and the log's key is not there.
    """
    from hilt.gate.init import make_usual
    from hilt.record.record import Record

    told = settings.record or RecordSettings()
    where, key = places(told), None
    if where in _KEPT_OPEN:
        yield _KEPT_OPEN[where]
        return
    if writing:
        password = log_password(told)
        if not told.database:
            make_usual(where, origin=told.origin, password=password)
        key = log_key(where, password)
    with Record.open(where.database, log_key=key, kept=where.kept) as record:
        yield record


_KEPT_OPEN: dict[Places, Record] = {}


@contextmanager
def keeping_open(settings: Settings) -> Iterator[None]:
    """Opens the record once, to be added to, for all verbs of all threads of a server, until the block is left.

    As long as one is kept open, nobody signs with a key of the environment: that is the server's, and not of whoever asks.
    """
    where = places(settings.record or RecordSettings())
    with opened(settings, writing=True) as record:
        _KEPT_OPEN[where] = record
        try:
            yield
        finally:
            del _KEPT_OPEN[where]


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


def opens_key() -> bytes | None:
    """What opens one's own key, as the environment has it."""
    return os.fsencode(os.environ.get(OPENS_KEY, "")) or None


def signing(key: OwnKey | None, password: bytes | None) -> SigningKey:
    """The key of whoever decides: `key` or what is in its file, else that of the environment. Raises `KeyUnusable`, `UsageError`;
    `NotAllowed` where a server asks, and nobody is signed in who may sign.
    """
    if not isinstance(key, str | PathLike | None):
        return key
    if _KEPT_OPEN and key is None:
        raise NotAllowed(_NOBODY)
    if password is None:
        password = opens_key()
    if key is not None:
        return read_private("--key", key, password, _WAYS)
    told = os.environ.get(KEY, "").strip()
    if not told:
        raise KeyUnusable(_NO_KEY)
    if told.startswith("-----BEGIN "):
        return private_key(f"${KEY}", told.encode(), password, _WAYS)
    return read_private(f"${KEY}", told, password, _WAYS)


def now(record: Record) -> datetime:
    """The time that counts: no earlier than that of the newest entry, so that a clock put back revives nothing."""
    newest = record.newest_at()
    clock = datetime.now(UTC)
    return max(clock, datetime.fromisoformat(newest)) if newest else clock
