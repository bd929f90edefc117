"""Records with people in them, made as `hilt init` and `hilt person` make them."""

from __future__ import annotations

from pathlib import Path

from hilt.core.events import Person
from hilt.gate import person
from hilt.gate.configured.record_settings import RecordSettings
from hilt.gate.init import init
from hilt.gate.settings import Settings
from hilt.record.ledger.keys import signing_key_pem
from sample_receipts import ed25519_key

ORIGIN = "log.example/models"
PASSWORD = b"correct horse"


def settings(folder: Path, database: str = "") -> Settings:
    """Settings that have the record below `folder`, or in `database`."""
    told = RecordSettings(
        database=database or str(folder / "record.db"),
        key=str(folder / "log.key"),
        origin=ORIGIN,
        checkpoint=str(folder / "elsewhere" / "checkpoint"),
    )
    return Settings(record=told)


def made(folder: Path, database: str = "") -> Settings:
    """The settings of a record without people."""
    told = settings(folder, database)
    result = init(told)
    assert result.key_is_new
    return told


def key_files(folder: Path, name: str, seed: int, password: bytes | None = None) -> Path:
    """The file of a private key; that of the public half is beside it, with .pub."""
    key = ed25519_key(seed)
    file = folder / f"{name}.key"
    file.write_bytes(signing_key_pem(key, password))
    (folder / f"{name}.key.pub").write_bytes(key.public.pem())
    return file


def administrator(folder: Path, told: Settings, name: str = "Ada Lovelace", contact: str = "ada@example") -> Path:
    """The key of the first person."""
    key = key_files(folder, "ada", 11)
    person.add(name, f"{key}.pub", contact=contact, settings=told)
    return key


def added(folder: Path, told: Settings, name: str, seed: int, *roles: str) -> tuple[Path, Person]:
    """The key of one more person, whom the administrator adds."""
    key = key_files(folder, name.lower(), seed)
    one = person.add(
        name, f"{key}.pub", contact=f"{name.lower()}@example", roles=roles, key=folder / "ada.key", settings=told
    )
    return key, one
