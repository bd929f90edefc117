from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hilt.core.errors import KeyUnusable, RecordBehind, RecordUnreachable, UsageError
from hilt.gate.configured.record_settings import RecordSettings
from hilt.gate.init import init
from hilt.gate.record import opened
from hilt.gate.settings import Settings
from hilt.record.ledger.keys import signing_key_pem
from hilt.record.ledger.notes import Verifier
from sample_receipts import KEYS, LOG_KEY
from sample_records import ORIGIN, key_files, settings


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_a_record_is_made_where_the_settings_say(tmp_path: Path) -> None:
    made = init(settings(tmp_path))
    assert made.database == str(tmp_path / "record.db")
    assert made.key == str(tmp_path / "log.key")
    assert made.checkpoint == str(tmp_path / "elsewhere" / "checkpoint")
    assert made.settings == {}
    with opened(settings(tmp_path)) as record:
        assert [one.text for one in record.log.verifiers()] == [made.verifier]
        assert record.log.origin == ORIGIN


def test_what_the_call_says_goes_before_the_settings_and_is_told_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACME", "correct horse")
    monkeypatch.chdir(tmp_path)
    made = init(settings(tmp_path), database="other.db", origin="acme", key="acme.key", password_env="ACME")
    assert made.verifier.startswith("acme+")
    assert made.settings == {
        "database": str(tmp_path / "other.db"),
        "key": str(tmp_path / "acme.key"),
        "password_env": "ACME",
    }
    assert b"ENCRYPTED" in (tmp_path / "acme.key").read_bytes()
    assert made.settings.keys() <= set(RecordSettings.__slots__)
    found = Settings(record=replace(RecordSettings(checkpoint=made.checkpoint), **made.settings))
    with opened(found, writing=True) as record:
        assert record.log.origin == "acme"


def test_a_key_that_is_there_already_is_taken(tmp_path: Path) -> None:
    key = key_files(tmp_path, "log", 2)
    before = key.read_bytes()
    made = init(settings(tmp_path))
    assert not made.key_is_new
    assert made.verifier == Verifier(ORIGIN, LOG_KEY.public).text
    assert key.read_bytes() == before


def test_a_key_that_cannot_sign_checkpoints_is_refused(tmp_path: Path) -> None:
    for pem, said in (
        (key_files(tmp_path, "other", 4).read_bytes()[:60], r"log\.key: the private key is damaged"),
        (signing_key_pem(KEYS["P-256"], None), "notes are signed with Ed25519 keys alone"),
    ):
        (tmp_path / "log.key").write_bytes(pem)
        with pytest.raises(KeyUnusable, match=said):
            init(settings(tmp_path))
        assert not (tmp_path / "record.db").exists()


def test_there_is_one_record_in_a_place(tmp_path: Path) -> None:
    init(settings(tmp_path))
    with pytest.raises(RecordUnreachable, match=f"there is a record here already, of the log '{ORIGIN}'"):
        init(settings(tmp_path))
    (tmp_path / "record.db").rename(tmp_path / "away.db")
    with pytest.raises(RecordBehind, match=r"is or was a record here.*hilt restore"):
        init(settings(tmp_path))


def test_a_password_in_an_address_is_not_told(tmp_path: Path) -> None:
    with pytest.raises(RecordUnreachable) as raised:
        init(settings(tmp_path), database="postgresql://hilt:secret@127.0.0.1:1/models")
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("origin", ["", "a b", "a+b", "a\n", "\xe4", "a" * 201])
def test_a_log_has_a_name_that_notes_can_hold(tmp_path: Path, origin: str) -> None:
    with pytest.raises(UsageError, match=r"--origin .*without blanks and plus signs"):
        init(settings(tmp_path), origin=origin)
