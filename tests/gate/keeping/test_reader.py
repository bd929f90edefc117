"""Who asks the library: by a token that opens nothing else, or, where the settings say so, without one."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hilt.core.errors import NotAllowed, UsageError
from hilt.core.library import Repository
from hilt.core.signed_in import ForLibrary, PassKind
from hilt.gate import person
from hilt.gate.configured.library_settings import LibrarySettings
from hilt.gate.keeping.reader import Reader, reader_of
from hilt.gate.record import keeping_open
from hilt.gate.settings import Settings
from hilt.gate.signing_in.for_library import for_library
from hilt.gate.signing_in.invite import invite
from hilt.gate.signing_in.passes import Asked, Opened, digest_of, end_all, new_token, passes, who
from hilt.gate.signing_in.sign_in import accept
from office import Office
from quick_passwords import _quick_passwords  # noqa: F401 - pytest finds it by its name

GRACE, USE = "Grace Hopper", "support chatbot, EU"
LATER = (datetime.now(UTC).date() + timedelta(days=30)).isoformat()
FOR = ForLibrary(use=USE, names=("acme/*", "datasets/*"), writes=True)


@pytest.fixture
def settings(office: Office) -> Iterator[Settings]:
    with keeping_open(office.settings):
        yield office.settings


@pytest.fixture
def session(office: Office, settings: Settings) -> Asked:
    secret = invite(GRACE, "g@acme.example", ["legal"], key=office.key("Ada"), settings=settings).secret
    found = who(accept(secret, "correct horse battery", settings).secret, [PassKind.SESSION], settings)
    assert found is not None
    return found


@pytest.fixture
def token(session: Asked, settings: Settings) -> Opened:
    return new_token(session, "laptop", LATER, settings, library=FOR)


def test_a_token_says_who_downloads_what_and_what_for(settings: Settings, session: Asked, token: Opened) -> None:
    assert re.fullmatch("hf_[A-Za-z0-9]{34,}", token.secret), "llama.cpp takes no other"
    reader = reader_of(token.secret, settings)
    assert reader is not None
    assert (reader.use, reader.names, reader.writes, reader.label) == (USE, FOR.names, True, "laptop")
    assert reader.asked is not None
    assert reader.asked.who.name == GRACE
    assert reader.asked.key is not None
    assert reader.asked.key.public.text in session.who.person.keys
    assert [reader.may_have(Repository(kind, "acme/x")) for kind in ("models", "spaces")] == [True, True]
    assert reader.may_have(Repository("datasets", "squad"))
    assert not reader.may_have(Repository("models", "other/x"))


def test_two_tokens_are_never_the_same(session: Asked, settings: Settings) -> None:
    made = {new_token(session, "one", LATER, settings, library=FOR).secret for _ in range(5)}
    assert len(made) == 5


def test_a_token_of_the_library_opens_nothing_else_and_nothing_else_opens_the_library(
    settings: Settings, session: Asked, token: Opened
) -> None:
    others = [kind for kind in PassKind if kind is not PassKind.LIBRARY]
    assert who(token.secret, others, settings) is None
    for made in (new_token(session, "api", LATER, settings), new_token(session, "r", LATER, settings, only_reads=True)):
        assert who(made.secret, [PassKind.TOKEN], settings) is not None
        assert reader_of(made.secret, settings) is None
    found = who(token.secret, [PassKind.LIBRARY], settings)
    assert found is not None
    with pytest.raises(NotAllowed, match="made in a session"):
        new_token(found, "another", LATER, settings)


def test_without_a_token_only_whom_the_settings_let_in_reads(settings: Settings) -> None:
    assert reader_of("", settings) is None
    told = replace(settings, library=LibrarySettings(anonymous="evaluation"))
    assert reader_of("", told) == Reader("evaluation")
    assert reader_of("hf_" + "a" * 43, told) is None, "whoever shows a wrong token is told so"


@pytest.mark.parametrize(
    "secret", ["hf_", "hf_" + "a" * 42, "hf_" + "-" * 43, "hf_" + "a" * 43 + "\n", "a" * 100_000, "\0"]
)
def test_whatever_is_no_token_is_nobody(settings: Settings, secret: str) -> None:
    assert reader_of(secret, settings) is None


CHANGES = {
    "use": "anything",
    "names": "*",
    "writes": 0,
    "kind": "token",
    "label": "another",
    "until": "2999-01-01T00:00:00+00:00",
    "only_reads": 1,
}


@pytest.mark.parametrize(("column", "value"), CHANGES.items(), ids=CHANGES.keys())
def test_a_token_of_which_anything_was_changed_opens_nothing(
    office: Office, settings: Settings, token: Opened, column: str, value: Any
) -> None:
    with closing(sqlite3.connect(office.settings_file.parent / "record.db", isolation_level=None)) as database:
        changed = database.execute(f"UPDATE passes SET {column} = ? WHERE kind = 'library'", (value,))
        assert changed.rowcount == 1
    assert all(who(token.secret, [kind], settings) is None for kind in PassKind)


def test_an_api_token_does_not_become_one_of_the_library(office: Office, settings: Settings, session: Asked) -> None:
    made = new_token(session, "api", LATER, settings)
    with closing(sqlite3.connect(office.settings_file.parent / "record.db", isolation_level=None)) as database:
        database.execute("UPDATE passes SET kind = 'library', \"use\" = 'x', names = '*' WHERE kind = 'token'")
    assert reader_of(made.secret, settings) is None


def test_a_token_ends_with_everything_else_and_when_its_person_leaves(
    office: Office, settings: Settings, session: Asked, token: Opened
) -> None:
    person.change_roles(GRACE, [], key=office.key("Ada"), settings=settings)
    assert reader_of(token.secret, settings) is None
    person.change_roles(GRACE, ["legal"], key=office.key("Ada"), settings=settings)
    assert reader_of(token.secret, settings) is not None
    end_all(session, settings)
    assert reader_of(token.secret, settings) is None


def test_tokens_are_listed_with_what_they_are_for(settings: Settings, session: Asked, token: Opened) -> None:
    listed = {one.digest: one for one in passes(session, settings)}
    assert listed[digest_of(token.secret)].library == FOR
    assert [one.library for one in listed.values() if one.kind is not PassKind.LIBRARY] == [None]


def test_tokens_of_both_kinds_are_counted(
    settings: Settings, session: Asked, token: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hilt.gate.signing_in.passes.MOST_TOKENS", 2)
    new_token(session, "api", LATER, settings)
    for library in (None, FOR):
        with pytest.raises(UsageError, match="end those that nobody needs"):
            new_token(session, "more", LATER, settings, library=library)


def test_what_a_token_is_for_is_said_in_words_and_patterns() -> None:
    assert for_library("  support \n chatbot ", [], writes=False, roles=["legal"]) == ForLibrary(use="support chatbot")
    told = for_library("x", ["a/*", "b/*", "a/*"], writes=True, roles=["requester", "reader"])
    assert told == ForLibrary(use="x", names=("a/*", "b/*"), writes=True)
    for use, names, said in (
        (" ", ["*"], "use: say what the downloads are for"),
        ("a\u202eb", ["*"], "use: say what the downloads are for"),
        ("x" * 201, ["*"], "201 letters"),
        ("x", ["a b"], "names: 'a b' names no repositories; say acme/"),
        ("x", ["*/*"], "names no repositories"),
        ("x", [f"a{number}/*" for number in range(101)], "101 patterns, where 100 are allowed"),
    ):
        with pytest.raises(UsageError, match=re.escape(said)):
            for_library(use, names, writes=False, roles=["legal"])


def test_whoever_only_reads_gets_no_token_for_what_is_recorded_in_their_name() -> None:
    with pytest.raises(NotAllowed, match="ask an administrator for the role requester"):
        for_library("x", ["*"], writes=False, roles=["reader", "auditor"])
