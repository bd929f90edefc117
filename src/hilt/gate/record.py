"""The record that a verb reads or adds to: where it is, the key of the log, and the key of whoever decides."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from os import PathLike
from typing import TYPE_CHECKING, TypeAlias

from hilt.core.errors import KeyUnusable, NotAllowed
from hilt.gate.configured.record_settings import RecordSettings
from hilt.gate.named_file import Named
from hilt.gate.recording.key_files import private_key, read_private
from hilt.gate.recording.record_places import Places, log_key, log_password, places
from hilt.gate.settings import Settings

if TYPE_CHECKING:
    from hilt.record.ledger.keys import SigningKey
    from hilt.record.record import Record

OwnKey: TypeAlias = "Named | SigningKey"
"""How a call gives the key of whoever decides: its file, or itself, as somebody has it who is signed in."""

KEY, OPENS_KEY = "HILT_KEY", "HILT_KEY_PASSWORD"
"""Environment variables that hold the key of whoever decides (its path, or its PEM), and what opens it."""

_NO_KEY = (
    f"this is signed with your own key: give it with --key FILE, or in ${KEY} (the path of the file, or its PEM). "
    "`hilt person new-key -o FILE` makes one, and whoever has the role admin registers it"
)
_NOBODY = "nobody is signed in here who may sign: sign in, and not with a token that only reads"
_WAYS = f"with --password-file, --password-env or in ${OPENS_KEY}"


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
    return no_earlier(record.newest_at())


def no_earlier(newest: str) -> datetime:
    """Now, or when the `newest` entry was written, where that is later; empty where there is none."""
    clock = datetime.now(UTC)
    return max(clock, datetime.fromisoformat(newest)) if newest else clock
