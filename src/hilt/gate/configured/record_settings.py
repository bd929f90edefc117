"""The `record` of the settings: where what is decided is remembered, and who else vouches for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from hilt.core.errors import FormatError, KeyUnusable
from hilt.gate.configured.setting import Setting

KEYS = ("database", "key", "password_env", "origin", "checks", "checkpoint", "trusted_logs", "witnesses")
_WITNESS = {
    "url": "say where the witness answers, as https://witness.example",
    "key": "give its verifier key: name+id+key",
}
_ORIGIN = re.compile(r"[!-*,-~]{1,200}")
"""What names a log: no blanks, and no plus, for they end a name in notes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """Somebody who signs that the log only ever grew. `key` is their verifier key."""

    url: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSettings:
    """Where the record is; what is empty stands for the usual place.

    `key` is the file of the log's key and `password_env` names the environment variable that opens it. `checks` says whether
    every check is recorded. `checkpoint` is a file that is kept apart from the database. `trusted_logs` are verifier keys of
    other logs whose bundles count here.
    """

    database: str = ""
    key: str = ""
    password_env: str = ""
    origin: str = ""
    checks: bool = True
    checkpoint: str = ""
    trusted_logs: tuple[str, ...] = ()
    witnesses: tuple[Witness, ...] = ()


def read_record(setting: Setting, beside: Path) -> RecordSettings:
    """What `record` says; files are looked for `beside` the settings. Raises `SettingsInvalid`."""
    told = setting.table(KEYS)
    return RecordSettings(
        database=_database(told["database"], beside) if "database" in told else "",
        key=_path(told, "key", beside),
        password_env=told["password_env"].text() if "password_env" in told else "",
        origin=_origin(told["origin"]) if "origin" in told else "",
        checks=told["checks"].flag() if "checks" in told else True,
        checkpoint=_path(told, "checkpoint", beside),
        trusted_logs=tuple(_verifier(one) for one in _items(told, "trusted_logs", "verifier keys")),
        witnesses=tuple(_witness(one) for one in _items(told, "witnesses", "witnesses")),
    )


def _path(told: dict[str, Setting], key: str, beside: Path) -> str:
    return str(beside / told[key].text()) if key in told else ""


def _database(setting: Setting, beside: Path) -> str:
    text = setting.text()
    return text if "://" in text else str(beside / text)


def is_origin(text: str) -> bool:
    """Can a log be called so?"""
    return _ORIGIN.fullmatch(text) is not None


def _origin(setting: Setting) -> str:
    if not is_origin(text := setting.text()):
        raise setting.wrong("a name for the log, such as acme.example/models, without blanks and plus signs,")
    return text


def _items(told: dict[str, Setting], key: str, of: str) -> list[Setting]:
    return told[key].items(of) if key in told else []


def _verifier(setting: Setting) -> str:
    from hilt.record.ledger.notes import Verifier

    try:
        return Verifier.read(setting.text()).text
    except (FormatError, KeyUnusable) as error:
        raise setting.refused(f"{error}; `hilt log` prints that of a log") from None


def _witness(setting: Setting) -> Witness:
    told = setting.table(tuple(_WITNESS), _WITNESS)
    url = told["url"].text()
    if not re.fullmatch(r"https?://[^\s]+", url):
        raise told["url"].wrong("an address such as https://witness.example")
    return Witness(url=url.rstrip("/"), key=_verifier(told["key"]))
