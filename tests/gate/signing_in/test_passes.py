"""Passes: what their holders may, what ends them, and what they are worth to whoever has the database, or may write to it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hilt.core.errors import NotAllowed, UsageError
from hilt.core.roles import only_reads
from hilt.core.signed_in import PassKind
from hilt.gate import person
from hilt.gate.erase_person import erase_person
from hilt.gate.hold import hold
from hilt.gate.record import keeping_open, opened
from hilt.gate.settings import Settings
from hilt.gate.signing_in.invite import invite
from hilt.gate.signing_in.passes import (
    Asked,
    Opened,
    clock,
    digest_of,
    end,
    end_all,
    holder,
    make,
    new_token,
    passes,
    who,
)
from hilt.gate.signing_in.sign_in import WRONG, accept, sign_in
from hilt.record.accounts import store
from hilt.record.accounts.sealed import seal_with_password
from hilt.record.ledger.keys import new_signing_key
from office import Office
from quick_passwords import _quick_passwords  # noqa: F401 - pytest finds it by its name

PASSWORD, GRACE = "correct horse battery", "Grace Hopper"
LATER = (datetime.now(UTC).date() + timedelta(days=30)).isoformat()


@pytest.fixture
def settings(office: Office) -> Iterator[Settings]:
    with keeping_open(office.settings):
        yield office.settings


@pytest.fixture
def session(office: Office, settings: Settings) -> Opened:
    secret = invite(GRACE, "g@acme.example", ["legal"], key=office.key("Ada"), settings=settings).secret
    return accept(secret, PASSWORD, settings)


def asked(given: Opened, settings: Settings) -> Asked:
    found = who(given.secret, [given.who.kind], settings)
    assert found is not None
    return found


def is_over(given: Opened, settings: Settings) -> bool:
    return who(given.secret, list(PassKind), settings) is None


def changed(office: Office, statement: str, *values: object) -> None:
    """What somebody does who may write to the database."""
    with closing(sqlite3.connect(office.settings_file.parent / "record.db", isolation_level=None)) as database:
        assert database.execute(statement, values).rowcount > 0


def test_a_token_signs_for_whoever_made_it_and_is_kept_nowhere(
    office: Office, settings: Settings, session: Opened
) -> None:
    made = new_token(asked(session, settings), "nightly checks", LATER, settings)
    assert made.secret.startswith("hilt_")
    token = asked(made, settings)
    assert (token.who.label, token.who.kind, token.who.until[:10]) == ("nightly checks", PassKind.TOKEN, LATER)
    hold(office.model(), where="cluster", holder="team", key=token.key, settings=settings)
    listed = passes(token, settings)
    assert {(one.kind, one.shown) for one in listed} == {(PassKind.TOKEN, True), (PassKind.SESSION, False)}
    everything = b"".join(file.read_bytes() for file in office.settings_file.parent.glob("record.db*"))
    for secret in (made.secret, session.secret, PASSWORD, "PRIVATE KEY"):
        assert secret.encode() not in everything


def test_a_person_has_so_many_tokens(settings: Settings, session: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hilt.gate.signing_in.passes.MOST_TOKENS", 2)
    first, _ = [new_token(asked(session, settings), "ok", LATER, settings) for _ in range(2)]
    with pytest.raises(UsageError, match="end those that nobody needs"):
        new_token(asked(session, settings), "ok", LATER, settings)
    end(asked(session, settings), digest_of(first.secret), settings)
    new_token(asked(session, settings), "ok", LATER, settings)


@pytest.mark.parametrize(
    ("label", "until", "why"),
    [
        ("", LATER, "what the token is for"),
        ("x" * 300, LATER, "300 letters"),
        ("ok", "", "name the last day"),
        ("ok", "2020-01-01", "this day is over"),
        ("ok", "9999-01-01", "within 366 days"),
        ("ok", "tomorrow", "a day such as"),
    ],
)
def test_a_token_has_a_label_and_an_end(settings: Settings, session: Opened, label: str, until: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        new_token(asked(session, settings), label, until, settings)


def test_a_token_that_only_reads_signs_nothing_and_ends_no_other(
    office: Office, settings: Settings, session: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = new_token(asked(session, settings), "dashboard", LATER, settings, only_reads=True)
    token = asked(made, settings)
    assert token.key is None
    assert token.who.only_reads
    monkeypatch.setenv("HILT_KEY", str(office.key("Ada")))
    with pytest.raises(NotAllowed, match="a token that only reads"):
        hold(office.model(), where="cluster", holder="team", key=token.key, settings=settings)
    with pytest.raises(NotAllowed, match="only reads: it ends no other"):
        end(token, digest_of(session.secret), settings)
    with pytest.raises(NotAllowed, match="only reads: it ends no other"):
        end_all(token, settings)
    with pytest.raises(NotAllowed, match="made in a session"):
        new_token(token, "another", LATER, settings)
    end(token, token.pass_digest, settings)
    assert is_over(made, settings)


def test_tokens_make_no_tokens(settings: Settings, session: Opened) -> None:
    token = asked(new_token(asked(session, settings), "one", LATER, settings), settings)
    with pytest.raises(NotAllowed, match="made in a session"):
        new_token(token, "two", LATER, settings)


def test_a_pass_is_asked_for_by_its_kind(settings: Settings, session: Opened) -> None:
    assert who(session.secret, [PassKind.TOKEN, PassKind.INVITATION], settings) is None


@pytest.mark.parametrize("secret", ["", "x", "\0" * 43, "é" * 43, "x" * 43, "hilt_" + "x" * 43, "x" * 1_000_000, "'--"])
def test_whatever_is_no_secret_is_nobody(settings: Settings, secret: str) -> None:
    assert who(secret, list(PassKind), settings) is None


def test_people_end_their_own_passes_and_no_others(office: Office, settings: Settings, session: Opened) -> None:
    second = sign_in(GRACE, PASSWORD, settings)
    theirs = accept(
        invite("Other", "o@acme.example", ["legal"], key=office.key("Ada"), settings=settings).secret,
        PASSWORD,
        settings,
    )
    with pytest.raises(NotAllowed, match="no such pass of yours"):
        end(asked(session, settings), digest_of(theirs.secret), settings)
    end(asked(session, settings), digest_of(second.secret), settings)
    assert [is_over(one, settings) for one in (session, second, theirs)] == [False, True, False]
    end_all(asked(session, settings), settings)
    assert [is_over(one, settings) for one in (session, second, theirs)] == [True, True, False]


def test_a_pass_that_was_shown_earlier_counts_as_long_as_its_person_has_it(
    office: Office, settings: Settings, session: Opened
) -> None:
    kinds, digest = [PassKind.SESSION], digest_of(session.secret)
    found = holder(digest, kinds, settings)
    assert found is not None
    assert found.person == session.who.person.person
    assert holder(digest, [PassKind.LIBRARY], settings) is None
    assert holder(digest_of("x"), kinds, settings) is None
    end(asked(session, settings), digest, settings)
    assert holder(digest, kinds, settings) is None


def test_a_session_is_over_after_the_hours_of_the_settings(office: Office, session: Opened) -> None:
    changed(office, "UPDATE passes SET until = ?", clock())
    assert is_over(session, office.settings)
    office.settings_file.write_text(office.settings_file.read_text() + "serve: {session_hours: 2}\n")
    again = sign_in(GRACE, PASSWORD, office.settings)
    assert again.who.until <= clock(timedelta(hours=2))
    with opened(office.settings) as record:
        assert record.accounts.find_pass(digest_of(session.secret)) is None, "those that are over are forgotten"


def test_who_has_left_is_signed_out_at_once(office: Office, settings: Settings, session: Opened) -> None:
    token = new_token(asked(session, settings), "one", LATER, settings)
    person.change_roles(GRACE, [], key=office.key("Ada"), settings=settings)
    assert is_over(session, settings)
    assert is_over(token, settings)
    person.change_roles(GRACE, ["auditor"], key=office.key("Ada"), settings=settings)
    assert asked(session, settings).who.person.roles == ("auditor",), "roles are those of this moment"


def test_whose_key_is_revoked_is_signed_out_at_once(office: Office, settings: Settings, session: Opened) -> None:
    (key,) = asked(session, settings).who.person.keys
    assert office.run("person", "key", GRACE, key, "--compromised", "--why", "a stolen cookie", by="Ada").code == 0
    assert is_over(session, settings), "by another process than the server"
    with pytest.raises(NotAllowed, match=WRONG):
        sign_in(GRACE, PASSWORD, settings)


@pytest.mark.parametrize("roles", [(), ("reader",), ("auditor",), ("auditor", "reader"), ("auditor", "legal")])
def test_whoever_only_reads_records_nothing_at_any_door(office: Office, roles: tuple[str, ...]) -> None:
    office.run("person", "roles", "Eve", *(["--none"] if not roles else []), *_options(roles), by="Ada")
    before = office.entries()
    done = office.run("hold", "add", office.model(), "--where", "here", "--holder", "team", by="Eve")
    assert (office.entries() == before) == only_reads(roles)
    if only_reads(roles):
        assert "reads what others decide" in done.text
        assert done.code == 1


def _options(roles: tuple[str, ...]) -> list[str]:
    return [word for role in roles for word in ("--role", role)]


CHANGES = {
    "only_reads": 0,
    "until": "2999-01-01T00:00:00+00:00",
    "label": "something else",
    "kind": "token",
    "begun": "2020-01-01T00:00:00+00:00",
    "sealed": "secret$AAAA",
}


@pytest.mark.parametrize(("column", "value"), CHANGES.items(), ids=CHANGES.keys())
@pytest.mark.parametrize("reads", [False, True], ids=["signs", "reads"])
def test_a_pass_of_which_anything_was_changed_is_none(
    office: Office, settings: Settings, session: Opened, column: str, value: Any, reads: bool
) -> None:
    made = new_token(asked(session, settings), "one", LATER, settings, only_reads=reads)
    if column == "only_reads":
        value = int(not reads)
    value = "invitation" if column == "kind" else value
    changed(office, f"UPDATE passes SET {column} = ? WHERE kind = 'token'", value)
    assert is_over(made, settings)


@pytest.mark.parametrize("kind", [PassKind.SESSION, PassKind.TOKEN])
@pytest.mark.parametrize("reads", [False, True])
def test_who_writes_to_the_database_makes_no_pass(
    office: Office, settings: Settings, session: Opened, kind: PassKind, reads: bool
) -> None:
    """With a key of their own that nobody has signed for; with that which the log has, they lack the private half."""
    with opened(settings) as record:
        grace = record.person(GRACE)
        forged = make(grace, new_signing_key(), kind, until=f"{LATER}T00:00:00+00:00", only_reads=reads)
        record.accounts.change(store.add(forged.stored))
    assert is_over(forged.opened, settings)
    changed(office, "UPDATE passes SET key = ? WHERE digest = ?", grace.keys[0], forged.stored.digest)
    assert is_over(forged.opened, settings)


def test_a_pass_of_one_person_is_none_of_another(office: Office, settings: Settings, session: Opened) -> None:
    with opened(settings) as record:
        ada = record.person("Ada")
    changed(office, "UPDATE passes SET person = ?", ada.person)
    assert is_over(session, settings)
    changed(office, "UPDATE passes SET key = ?", ada.keys[0])
    assert is_over(session, settings)


def test_who_writes_to_the_database_makes_no_account(office: Office, settings: Settings, session: Opened) -> None:
    """Neither with a key of their own, nor with the box of their own account under another's name."""
    own = new_signing_key()
    with opened(settings) as record:
        grace, ada = record.person(GRACE), record.person("Ada")
        box = seal_with_password(own, PASSWORD, f"hilt account {ada.person} {own.public.text}")
        forged = store.Account(person=ada.person, subject=ada.person, key=own.public.text, sealed=box, at="")
        record.accounts.change(store.put(forged))
    with pytest.raises(NotAllowed, match=WRONG):
        sign_in("Ada", PASSWORD, settings)
    changed(office, "DELETE FROM tries")
    changed(office, "UPDATE accounts SET sealed = (SELECT sealed FROM accounts WHERE person = ?)", grace.person)
    for key in (own.public.text, ada.keys[0], grace.keys[0]):
        changed(office, "UPDATE accounts SET key = ? WHERE person = ?", key, ada.person)
        with pytest.raises(NotAllowed, match=WRONG):
            sign_in("Ada", PASSWORD, settings)


@pytest.mark.parametrize(
    "rubbish", ["", "password$", "password$$", "password$AA$AA", "password$é$\0", "x$y$z", b"\xff", 7]
)
def test_rubbish_in_the_tables_lets_nobody_in(
    office: Office, settings: Settings, session: Opened, rubbish: object
) -> None:
    changed(office, "UPDATE accounts SET sealed = ?", rubbish)
    with pytest.raises(NotAllowed, match=WRONG):
        sign_in(GRACE, PASSWORD, settings)
    changed(office, "UPDATE tries SET failures = ?, until = ?", rubbish, rubbish)
    with pytest.raises(NotAllowed):
        sign_in(GRACE, PASSWORD, settings)
    for column in ("sealed", "key", "label", "person", "only_reads"):
        changed(office, f"UPDATE passes SET {column} = ?", rubbish)
        assert is_over(session, settings)


def test_the_log_says_nothing_of_accounts(office: Office, settings: Settings, session: Opened) -> None:
    changed(office, "DELETE FROM passes")
    changed(office, "UPDATE accounts SET sealed = 'password$AA$AA'")
    done = office.run("log", "verify")
    assert done.code == 0, done.text
    assert "passes" not in done.text


def test_erasing_takes_the_labels_of_passes_off_the_disk(office: Office, settings: Settings, session: Opened) -> None:
    new_token(asked(session, settings), "for the laptop of my aunt", LATER, settings)
    erase_person(GRACE, key=office.key("Ada"), settings=settings)
    left = b"".join(file.read_bytes() for file in office.settings_file.parent.glob("record.db*"))
    assert b"laptop of my aunt" not in left


def test_many_threads_share_the_one_record(office: Office, settings: Settings, session: Opened) -> None:
    key = asked(session, settings).key
    model = office.model()
    hold(model, where="x", holder="y", key=key, settings=settings)
    before = office.entries()

    def work(number: int) -> bool:
        if number % 4:
            return asked(session, settings).who.name == GRACE
        return hold(model, where=f"cluster {number}", holder="team", key=key, settings=settings).entry is not None

    with ThreadPoolExecutor(40) as threads:
        assert all(threads.map(work, range(120)))
    assert office.entries() == before + 30


def test_nobody_is_a_holder_of_the_key_of_the_server(
    office: Office, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HILT_KEY", str(office.key("Ada")))
    with pytest.raises(NotAllowed, match="nobody is signed in"):
        person.change_roles("Eve", ["admin"], settings=settings)
    assert json.loads(office.run("person", "list", "--json").out)


def test_the_record_is_closed_where_the_server_ends(tmp_path: Path, office: Office) -> None:
    with keeping_open(office.settings), opened(office.settings) as one, opened(office.settings, writing=True) as other:
        assert one is other
    with opened(office.settings) as another:
        assert another is not one
