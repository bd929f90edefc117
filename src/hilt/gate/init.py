"""init: makes a record and the key of its log, before anybody writes to it."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from secrets import token_hex

from hilt.core.errors import RecordBehind, RecordUnreachable, UsageError
from hilt.core.record import MadeRecord
from hilt.gate.configured.record_settings import RecordSettings, is_origin
from hilt.gate.named_file import Named
from hilt.gate.recording.key_files import write_private
from hilt.gate.recording.record_places import Places, log_key, log_password, places
from hilt.gate.settings import Settings
from hilt.knowledge.file_lock import locked

_FOUND_BY = ("database", "key", "password_env")
"""What of the settings it takes to find a record again."""


def init(
    settings: Settings,
    *,
    database: str | None = None,
    origin: str | None = None,
    key: Named | None = None,
    password_env: str | None = None,
) -> MadeRecord:
    """Makes the record of the settings, or of what the call says in their place.

    Raises `UsageError` where the call is wrong, `RecordError` where there is a record already, or was one.
    """
    if origin is not None and not is_origin(origin):
        raise UsageError(f"--origin {origin!r:.100}: a name without blanks and plus signs, such as acme.example/models")
    stated = settings.record or RecordSettings()
    told = replace(
        stated,
        database=_address(database) if database else stated.database,
        origin=origin or stated.origin,
        key=_file(key) if key is not None else stated.key,
        password_env=password_env or stated.password_env,
    )
    where = places(told)
    key_is_new = not where.key.exists()
    verifier = make(where, origin=told.origin, password=log_password(told))
    lines = {name: getattr(told, name) for name in _FOUND_BY if getattr(told, name) != getattr(stated, name)}
    if "database" in lines:
        lines["database"] = where.masked
    return MadeRecord(where.name, str(where.key), key_is_new, str(where.kept), verifier, lines)


def make(where: Places, *, origin: str, password: bytes | None, continues: str = "") -> str:
    """Makes a record, and the key of its log where that is not there. The verifier key of the log."""
    from hilt.record.ledger.keys import new_signing_key
    from hilt.record.record import Record

    if where.kept.exists() and not Path(where.database).exists():
        raise RecordBehind(
            f"{where.name}: there is or was a record here, for its checkpoint is kept in {where.kept}. Where the database is "
            "gone, put back a backup (hilt restore); to begin anew and lose what was recorded, remove that file"
        )
    if not where.key.exists():
        write_private(where.key, new_signing_key(), password)
    key = log_key(where, password)
    origin = origin or f"hilt/{token_hex(6)}"
    with Record.create(where.database, log_key=key, origin=origin, kept=where.kept, continues=continues) as record:
        return record.log.verifiers()[0].text


def make_usual(where: Places, *, origin: str, password: bytes | None) -> None:
    """Makes the record that is not there yet; of many who want that at the same moment, one."""
    try:
        where.key.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locked(where.key, wait=30):
            if not Path(where.database).exists():
                make(where, origin=origin, password=password)
    except OSError as error:
        raise RecordUnreachable(f"{where.key.parent}: {error.strerror}; no record can be made here") from None


def _address(database: str) -> str:
    return database if "://" in database else _file(database)


def _file(name: Named) -> str:
    return str(Path(os.fspath(name)).absolute())
