"""Keys of Ollamas: what the database has of them cannot be changed, nor used without the secret of the server."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hilt.core.errors import KeyUnusable, NotAllowed, UsageError
from hilt.core.signed_in import ForLibrary, PassKind
from hilt.gate.configured.record_settings import RecordSettings
from hilt.gate.person import change_roles
from hilt.gate.record import keeping_open, opened
from hilt.gate.recording.record_places import places
from hilt.gate.settings import Settings
from hilt.gate.signing_in import ollama_keys
from hilt.gate.signing_in.passes import Asked, clock, end_all, make, new_token, passes, who
from library_office import ollama_code
from office import Office
from ollama_client import OllamaKey

LATER = (datetime.now(UTC).date() + timedelta(days=30)).isoformat()
FOR = ForLibrary(use="support chatbot, EU", names=("acme/*",))
CHANGES = {
    "digest": "0" * 64,
    "person": "p-00000000",
    "use": "anything",
    "names": "*",
    "writes": 1,
    "until": "2999-01-01T00:00:00+00:00",
}


@pytest.fixture
def settings(office: Office) -> Iterator[Settings]:
    with keeping_open(office.settings):
        yield office.settings


@pytest.fixture
def session(office: Office, settings: Settings) -> Asked:
    with opened(settings) as record:
        made = make(record.person("Eve"), office.signing("Eve"), PassKind.SESSION, until=clock(timedelta(hours=1)))
    return Asked(made.opened.who, office.signing("Eve"), made.stored.digest)


@pytest.fixture
def digest(session: Asked, settings: Settings) -> str:
    return ollama_keys.add(session, ollama_code(OllamaKey(), settings), "laptop", LATER, FOR, settings)


def changed(office: Office, column: str, value: Any) -> None:
    with closing(sqlite3.connect(office.settings_file.parent / "record.db", isolation_level=None)) as database:
        assert database.execute(f"UPDATE passes SET {column} = ? WHERE kind = 'ollama'", (value,)).rowcount == 1


def test_a_key_says_who_downloads_what_and_what_for(settings: Settings, session: Asked, digest: str) -> None:
    found = ollama_keys.who_has(digest, settings)
    assert found is not None
    assert found.key is not None
    assert (found.who.name, found.who.library, found.who.label) == ("Eve", FOR, "laptop")
    assert found.key.public.text in session.who.person.keys
    (listed,) = passes(session, settings)
    assert (listed.digest, listed.kind, listed.library) == (digest, PassKind.OLLAMA, FOR)


@pytest.mark.parametrize(("column", "value"), CHANGES.items(), ids=CHANGES.keys())
def test_a_key_of_which_anything_was_changed_opens_nothing(
    office: Office, settings: Settings, digest: str, column: str, value: Any
) -> None:
    changed(office, column, value)
    assert ollama_keys.who_has(value if column == "digest" else digest, settings) is None


def test_the_database_alone_opens_nothing(settings: Settings, digest: str) -> None:
    secret = places(settings.record or RecordSettings()).key.with_name("desk.key")
    secret.write_text("0" * 64)
    assert ollama_keys.who_has(digest, settings) is None
    secret.unlink()
    with pytest.raises(KeyUnusable, match="put it back"):
        ollama_keys.who_has(digest, settings)
    assert not secret.exists(), "whoever only reads makes no new one"


def test_a_key_is_of_one_person_until_they_can_use_it_no_more(
    office: Office, settings: Settings, session: Asked
) -> None:
    key = OllamaKey()
    digest = ollama_keys.add(session, ollama_code(key, settings), "laptop", LATER, FOR, settings)
    with opened(settings) as record:
        ada = make(record.person("Ada"), office.signing("Ada"), PassKind.SESSION, until=clock(timedelta(hours=1)))
    other = Asked(ada.opened.who, office.signing("Ada"), ada.stored.digest)
    with pytest.raises(UsageError, match="on an account already"):
        ollama_keys.add(other, ollama_code(key, settings), "mine", LATER, FOR, settings)
    change_roles("Eve", [], key=office.key("Ada"), settings=settings)
    assert ollama_keys.add(other, ollama_code(key, settings), "mine", LATER, FOR, settings) == digest
    change_roles("Eve", ["requester"], key=office.key("Ada"), settings=settings)
    found = ollama_keys.who_has(digest, settings)
    assert found is not None
    assert found.who.name == "Ada"


def test_a_key_is_no_token_and_counts_as_one(
    settings: Settings, session: Asked, digest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert who(digest, list(PassKind), settings) is None
    monkeypatch.setattr("hilt.gate.signing_in.passes.MOST_TOKENS", 1)
    for more in (
        lambda: new_token(session, "api", LATER, settings),
        lambda: ollama_keys.add(session, ollama_code(OllamaKey(), settings), "other", LATER, FOR, settings),
    ):
        with pytest.raises(UsageError, match="end those that nobody needs"):
            more()
    end_all(session, settings)
    assert ollama_keys.who_has(digest, settings) is None


def test_a_key_is_added_in_a_session_alone(settings: Settings, session: Asked) -> None:
    token = who(new_token(session, "api", LATER, settings).secret, [PassKind.TOKEN], settings)
    assert token is not None
    with pytest.raises(NotAllowed, match="in a session"):
        ollama_keys.add(token, ollama_code(OllamaKey(), settings), "laptop", LATER, FOR, settings)
