"""Where the record is, who opens it, and with which keys."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hilt.core.errors import KeyUnusable, RecordBehind, RecordError, RecordUnreachable, UsageError
from hilt.core.events import PersonStated, Words
from hilt.gate import record as gate
from hilt.gate.configured.record_settings import RecordSettings
from hilt.gate.init import init
from hilt.gate.recording.key_files import read_public, write_private
from hilt.gate.settings import Settings
from hilt.record.database import Database
from hilt.record.ledger.keys import new_signing_key, signing_key_pem
from sample_records import PASSWORD, administrator, key_files, made


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def told(settings: Settings) -> RecordSettings:
    assert settings.record is not None
    return settings.record


def test_the_record_is_usually_with_the_users_data_and_its_checkpoint_apart(tmp_path: Path) -> None:
    usual = gate.places(RecordSettings())
    assert usual.database == str(tmp_path / "data/hilt/record.db")
    assert usual.key == tmp_path / "data/hilt/log.key"
    assert usual.kept.parent == tmp_path / "state/hilt/checkpoints"


def test_each_database_has_a_checkpoint_of_its_own_whatever_its_password() -> None:
    first, changed, other, elsewhere = (
        gate.places(RecordSettings(database=database)).kept
        for database in (
            "postgresql://hilt:one@db.example/models",
            "postgresql://hilt:two@db.example/models?sslpassword=3",
            "postgresql://hilt:one@db.example/other",
            "postgresql:///models?host=/run/a",
        )
    )
    assert first == changed
    assert len({first, other, elsewhere}) == 3


@pytest.mark.parametrize(
    "database",
    [
        "postgresql://hilt:secret@db.example/models",
        "postgresql://hilt:secret/secret@db.example/models",
        "postgresql://hilt:secret:secret@db.example/models",
        "postgresql://hilt:?secret#secret@db.example/models",
        "postgresql://hilt@acme:secret@db.example/models",
        "postgresql:///models?password=secret&host=/run/a",
        "postgresql:///models?host=/run/a&sslPassword=secret",
    ],
)
def test_the_name_of_a_database_lets_nobody_in(database: str) -> None:
    where = gate.places(RecordSettings(database=database))
    assert "secret" not in where.name + where.masked
    assert "/models" in where.name
    assert "***" in where.masked


def test_an_address_without_a_password_stays_as_it_is() -> None:
    for database in ("postgresql://hilt@db.example/models", "postgresql:///models?host=/run/a", "/srv/a?pass=b"):
        assert gate.places(RecordSettings(database=database)).masked == database


def test_the_usual_record_is_made_when_it_is_first_written_to(tmp_path: Path) -> None:
    with pytest.raises(RecordUnreachable, match="there is no record here"), gate.opened(Settings()):
        pass
    with gate.opened(Settings(), writing=True) as record:
        assert record.log.head().size == 1
        assert record.log.origin.startswith("hilt/")
    with gate.opened(Settings()) as record:
        assert record.people() == ()
    assert (tmp_path / "data/hilt/log.key").stat().st_mode & 0o777 == 0o600


def test_many_who_write_first_at_once_make_one_record() -> None:
    origins, problems = [], []

    def write() -> None:
        try:
            with gate.opened(Settings(), writing=True) as record:
                origins.append(record.log.origin)
        except Exception as error:  # noqa: BLE001 - told by the assertion below
            problems.append(error)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert len(origins) == 8
    assert len(set(origins)) == 1


def test_a_record_that_the_settings_name_is_never_made_in_passing(tmp_path: Path) -> None:
    settings = Settings(record=RecordSettings(database=str(tmp_path / "disk" / "record.db")))
    for writing in (False, True):
        with pytest.raises((RecordUnreachable, KeyUnusable)), gate.opened(settings, writing=writing):
            pass
    assert not (tmp_path / "disk").exists()


def test_a_record_that_is_gone_is_not_begun_anew(tmp_path: Path) -> None:
    with gate.opened(Settings(), writing=True):
        pass
    for file in (tmp_path / "data/hilt").glob("record.db*"):
        file.unlink()
    with pytest.raises(RecordBehind, match=r"is or was a record here.*remove that file"):
        gate.opened(Settings(), writing=True).__enter__()


def test_without_the_key_of_the_log_it_is_read_and_not_added_to(tmp_path: Path) -> None:
    settings = made(tmp_path)
    key = tmp_path / "log.key"
    hidden = key.rename(tmp_path / "hidden")
    with gate.opened(settings) as record:
        assert record.log.head().size == 1
        with pytest.raises(KeyUnusable, match="opened to be read"):
            record.commit([PersonStated(person="p-00000000", name=Words(digest=""), contact=Words(digest=""))])
    with pytest.raises(KeyUnusable, match=r"log\.key: No such file.*Put it back"), gate.opened(settings, writing=True):
        pass
    key.write_bytes(signing_key_pem(new_signing_key(), None))
    with pytest.raises(KeyUnusable, match="its log signs with another key"), gate.opened(settings, writing=True):
        pass
    key.write_bytes(b"")
    with pytest.raises(KeyUnusable, match=r"log\.key: no private key in PEM"), gate.opened(settings, writing=True):
        pass
    hidden.replace(key)
    with gate.opened(settings, writing=True) as record:
        assert record.log.head().size == 1


def test_the_key_of_the_log_opens_with_the_password_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HILT_LOG_KEY_PASSWORD", "correct horse")
    settings = made(tmp_path)
    assert b"ENCRYPTED" in (tmp_path / "log.key").read_bytes()
    with gate.opened(settings, writing=True):
        pass
    named = replace(settings, record=replace(told(settings), password_env="ACME"))
    with pytest.raises(KeyUnusable, match="password_env ACME: there is no such environment variable"):
        gate.opened(named, writing=True).__enter__()
    monkeypatch.setenv("ACME", "correct horse")
    monkeypatch.setenv("HILT_LOG_KEY_PASSWORD", "wrong")
    with gate.opened(named, writing=True):
        pass
    with pytest.raises(KeyUnusable, match="the password is wrong"), gate.opened(settings, writing=True):
        pass
    monkeypatch.delenv("HILT_LOG_KEY_PASSWORD")
    said = r"no password was given; give it in \$HILT_LOG_KEY_PASSWORD"
    with pytest.raises(KeyUnusable, match=said), gate.opened(settings, writing=True):
        pass


def test_whoever_decides_names_their_key_in_one_of_three_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, other = key_files(tmp_path, "mine", 5), key_files(tmp_path, "other", 6)
    mine = read_public("KEY", f"{file}.pub")
    with pytest.raises(KeyUnusable, match=r"--key FILE, or in \$HILT_KEY .*hilt person new-key"):
        gate.signing(None, None)
    monkeypatch.setenv("HILT_KEY", str(file))
    assert gate.signing(None, None).public == mine
    assert gate.signing(other, None).public != mine
    monkeypatch.setenv("HILT_KEY", "\n" + file.read_text())
    assert gate.signing(None, None).public == mine
    monkeypatch.setenv("HILT_KEY", "-----BEGIN NONSENSE-----")
    with pytest.raises(KeyUnusable, match=r"^\$HILT_KEY: no private key in PEM: there is a NONSENSE"):
        gate.signing(None, None)
    monkeypatch.setenv("HILT_KEY", str(tmp_path / "missing"))
    with pytest.raises(UsageError, match=r"^\$HILT_KEY .*missing: No such file"):
        gate.signing(None, None)


def test_an_encrypted_key_opens_with_what_the_call_or_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = key_files(tmp_path, "mine", 5, PASSWORD)
    said = (
        r"--key .*mine\.key: .*no password was given; give it with --password-file, --password-env or in \$HILT_KEY_PA"
    )
    with pytest.raises(KeyUnusable, match=said):
        gate.signing(file, None)
    with pytest.raises(KeyUnusable, match="the password is wrong"):
        gate.signing(file, b"wrong")
    assert gate.signing(file, PASSWORD).public == read_public("KEY", f"{file}.pub")
    monkeypatch.setenv("HILT_KEY_PASSWORD", PASSWORD.decode())
    assert gate.signing(file, None).public == read_public("KEY", f"{file}.pub")


def test_no_key_is_written_over_and_nobody_else_may_read_one(tmp_path: Path) -> None:
    file = tmp_path / "new" / "a.key"
    write_private(file, new_signing_key(), None)
    before = file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(UsageError, match="is there already"):
        write_private(file, new_signing_key(), None)
    assert file.read_bytes() == before
    with pytest.raises(UsageError, match="File exists; name another file"):
        write_private(file / "b.key", new_signing_key(), None)


def test_a_clock_that_was_put_back_goes_by_the_newest_entry(tmp_path: Path) -> None:
    settings = made(tmp_path)
    administrator(tmp_path, settings)
    later = datetime.now(UTC) + timedelta(days=400)
    with gate.opened(settings, writing=True) as record:
        before = datetime.now(UTC)
        assert before <= gate.now(record) <= datetime.now(UTC)
        person = record.people()[0]
        stated = PersonStated(person=person.person, name=person.name, contact=person.contact, roles=person.roles)
        record.commit([stated], key=gate.signing(tmp_path / "ada.key", None), at=later.isoformat())
        assert gate.now(record) == later


def test_a_record_whose_making_was_cut_short_is_made_by_init(tmp_path: Path) -> None:
    settings = Settings()
    where = gate.places(RecordSettings())
    write_private(where.key, new_signing_key(), None)
    database = Database(where.database, create=True)
    database.create_tables()
    database.close()
    with (
        pytest.raises(RecordError, match=r"the log is empty.*`hilt init` begins it"),
        gate.opened(settings, writing=True),
    ):
        pass
    init(settings)
    with gate.opened(settings, writing=True) as record:
        assert record.log.head().size == 1
