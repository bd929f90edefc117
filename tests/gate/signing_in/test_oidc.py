"""People for whom another server vouches: held against a certified provider, and against answers that somebody forged."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from hilt.core.errors import KeyUnusable, NotAllowed, SourceError, UsageError
from hilt.core.events import KeyAdded, KeyRevoked
from hilt.core.signed_in import PassKind, Waiting
from hilt.gate import person
from hilt.gate.hold import hold
from hilt.gate.record import keeping_open, opened
from hilt.gate.settings import Settings, read_settings
from hilt.gate.signing_in import accounts, oidc
from hilt.gate.signing_in.accounts import let_in, sign_in_as, turn_away, waiting
from hilt.gate.signing_in.desk_key import desk_key
from hilt.gate.signing_in.invite import invite
from hilt.gate.signing_in.passes import Asked, Opened, make, who
from hilt.gate.signing_in.sign_in import WRONG, accept, sign_in
from hilt.record.accounts.store import add
from office import Office
from oidc_provider import SECRET, OidcProvider, provider, told_in
from quick_passwords import _quick_passwords  # noqa: F401 - pytest finds it by its name

BACK = "http://127.0.0.1:8791/oidc/return"
ISSUER = "https://id.acme.example"
PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def acme() -> Iterator[OidcProvider]:
    with provider(BACK) as running:
        yield running


@pytest.fixture
def settings(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    monkeypatch.setenv("OIDC_SECRET", SECRET)
    with keeping_open(office.settings):
        yield office.settings


def with_issuer(office: Office, acme: OidcProvider, **more: Any) -> Settings:
    import yaml

    file = office.settings_file.with_name("oidc.yaml")
    told = yaml.safe_load(office.settings_file.read_text())
    file.write_text(yaml.safe_dump({**told, "serve": {"oidc": acme.settings(**more)}}))
    return read_settings(file)


def asked(given: Opened | Waiting, settings: Settings) -> Asked:
    assert isinstance(given, Opened)
    found = who(given.secret, [PassKind.SESSION], settings)
    assert found is not None
    return found


def ada(office: Office, settings: Settings) -> Asked:
    with opened(settings) as record:
        made = make(record.person("Ada"), office.signing("Ada"), PassKind.SESSION, until="2999-01-01T00:00:00+00:00")
        record.accounts.change(add(made.stored))
    return asked(made.opened, settings)


# A certified provider.


def test_somebody_signs_in_at_the_provider_of_the_organisation(
    office: Office, settings: Settings, acme: OidcProvider
) -> None:
    settings = with_issuer(office, acme)
    begun = oidc.start(settings, BACK)
    answer = told_in(acme.sign_in(begun.url))
    assert answer["iss"] == acme.issuer
    vouched = oidc.finish(settings, BACK, begun.secret, answer)
    assert vouched == (acme.issuer, "grace", "grace of Acme", "grace@acme.example")
    with pytest.raises(NotAllowed, match=r"gives nothing for this code .'invalid_grant'"):
        oidc.finish(settings, BACK, begun.secret, answer)


def test_an_answer_counts_in_the_browser_that_asked_alone(
    office: Office, settings: Settings, acme: OidcProvider
) -> None:
    settings = with_issuer(office, acme)
    begun, other = oidc.start(settings, BACK), oidc.start(settings, BACK)
    answer = told_in(acme.sign_in(begun.url, "mallory"))
    for secret in (other.secret, "", "x" * 43):
        with pytest.raises(NotAllowed, match="no question that your browser asked"):
            oidc.finish(settings, BACK, secret, answer)
    for state in ("", "forged", "\udcff", told_in(other.url)["state"]):
        with pytest.raises(NotAllowed, match="no question that your browser asked"):
            oidc.finish(settings, BACK, begun.secret, {**answer, "state": state})
    with pytest.raises(NotAllowed, match="gives nothing for this code"):
        oidc.finish(settings, BACK, other.secret, {**answer, "state": told_in(other.url)["state"]})
    assert oidc.finish(settings, BACK, begun.secret, answer).subject == "mallory"


def test_a_token_that_was_made_for_another_question_is_refused(
    office: Office, settings: Settings, acme: OidcProvider
) -> None:
    settings = with_issuer(office, acme)
    begun = oidc.start(settings, BACK)
    nonce = told_in(begun.url)["nonce"]
    answer = told_in(acme.sign_in(begun.url.replace(nonce, "x" * len(nonce))))
    with pytest.raises(NotAllowed, match="answers another question than ours"):
        oidc.finish(settings, BACK, begun.secret, answer)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"iss": "https://id.mallory.example"}, "another issuer answers"),
        ({"error": "access_denied\x1b[2J"}, r"Acme ID says 'access_denied\\x1b\[2J'"),
        ({"code": ""}, "gives nothing for this code"),
        ({"code": "x" * 100}, "gives nothing for this code"),
        ({"code": "\udcff\0&client_id=other"}, "gives nothing for this code"),
    ],
)
def test_a_forged_answer_is_refused(
    office: Office, settings: Settings, acme: OidcProvider, change: dict[str, str], why: str
) -> None:
    settings = with_issuer(office, acme)
    begun = oidc.start(settings, BACK)
    with pytest.raises(NotAllowed, match=why):
        oidc.finish(settings, BACK, begun.secret, {"state": told_in(begun.url)["state"], "code": "forged", **change})


def test_without_the_secret_of_the_client_nobody_comes_in(
    office: Office, settings: Settings, acme: OidcProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = with_issuer(office, acme)
    begun = oidc.start(settings, BACK)
    answer = told_in(acme.sign_in(begun.url))
    monkeypatch.setenv("OIDC_SECRET", "wrong")
    with pytest.raises(NotAllowed, match="invalid_client"):
        oidc.finish(settings, BACK, begun.secret, answer)
    monkeypatch.delenv("OIDC_SECRET")
    with pytest.raises(KeyUnusable, match="OIDC_SECRET: there is no such environment variable"):
        oidc.finish(settings, BACK, begun.secret, answer)


def test_an_issuer_that_calls_itself_otherwise_is_not_believed(
    office: Office, settings: Settings, acme: OidcProvider
) -> None:
    for issuer in (acme.issuer.replace("127.0.0.1", "localhost"), acme.issuer + "/"):
        with pytest.raises(SourceError, match="it calls itself 'http://127"):
            oidc.start(with_issuer(office, acme, issuer=issuer), BACK)
    with pytest.raises(SourceError, match="Acme ID cannot be asked"):
        oidc.start(with_issuer(office, acme, issuer="http://127.0.0.1:9"), BACK)
    with pytest.raises(UsageError, match=r"serve: \{oidc"):
        oidc.start(settings, BACK)


# Who is somebody here.


def test_nobody_becomes_somebody_before_an_administrator_lets_them_in(office: Office, settings: Settings) -> None:
    entries = office.entries()
    came = sign_in_as(ISSUER, "s-17", "Grace Hopper", "grace@acme.example", settings)
    assert isinstance(came, Waiting)
    again = sign_in_as(ISSUER, "s-17", "Grace B. Hopper", "grace@acme.example", settings)
    boss = ada(office, settings)
    (one,) = waiting(boss, settings)
    assert (one, one.person, one.name) == (again, came.person, "Grace B. Hopper")
    assert office.entries() == entries
    eve = invite("Eve", key=boss.key, settings=settings)
    plain = asked(accept(eve.secret, PASSWORD, settings), settings)
    for refused in (lambda: waiting(plain, settings), lambda: turn_away(plain, one.person, settings)):
        with pytest.raises(NotAllowed, match="takes the role admin"):
            refused()
    with pytest.raises(NotAllowed, match="admin"):
        let_in(one.person, ["admin"], key=plain.key, settings=settings)
    told = let_in(one.person, ["legal"], key=boss.key, settings=settings)
    assert (told.person, told.name.text, told.roles) == (one.person, "Grace B. Hopper", ("legal",))
    assert waiting(boss, settings) == ()
    grace = asked(sign_in_as(ISSUER, "s-17", "Somebody Else", "x@acme.example", settings), settings)
    assert grace.who.name == "Grace B. Hopper", "who somebody is here, an administrator says"
    assert hold(office.model(), where="x", holder="y", key=grace.key, settings=settings).entry is not None
    with pytest.raises(UsageError, match="nobody waits here as"):
        let_in(one.person, ["admin"], key=boss.key, settings=settings)
    assert office.run("log", "verify").code == 0


def test_another_subject_or_issuer_is_another_person(office: Office, settings: Settings) -> None:
    first = sign_in_as(ISSUER, "s-17", "Grace", "g@acme.example", settings)
    let_in(_waits(first), ["legal"], key=office.key("Ada"), settings=settings)
    for issuer, subject in ((ISSUER, "S-17"), (ISSUER, "s-17 "), (f"{ISSUER}/", "s-17"), ("https://x.example", "s-17")):
        assert isinstance(sign_in_as(issuer, subject, "Grace", "g@acme.example", settings), Waiting)
    assert isinstance(sign_in_as(ISSUER, "s-17", "Grace", "g@acme.example", settings), Opened)


def _waits(came: Opened | Waiting) -> str:
    assert isinstance(came, Waiting)
    return came.person


def test_somebody_who_is_there_is_let_in_as_the_same_person(office: Office, settings: Settings) -> None:
    """Or one human would be two people, who could approve each other's requests."""
    session = accept(invite("Lena", key=office.key("Ada"), settings=settings).secret, PASSWORD, settings)
    came = _waits(sign_in_as(ISSUER, "lena", "Lena", "lena@acme.example", settings))
    with pytest.raises(UsageError, match="there is a person of this name; let them in as that one"):
        let_in(came, ["legal"], key=office.key("Ada"), settings=settings)
    with opened(settings) as record:
        size = record.log.head().size
    told = let_in(came, [], into="Lena", key=office.key("Ada"), settings=settings)
    assert told.roles == ("legal",)
    with opened(settings) as record:
        added, revoked = (record.recorded(place) for place in range(size, size + 2))
        assert record.accounts.account(came) is None
    assert isinstance(added.event, KeyAdded)
    assert isinstance(revoked.event, KeyRevoked)
    assert who(session.secret, list(PassKind), settings) is None
    with pytest.raises(NotAllowed, match=WRONG):
        sign_in("Lena", PASSWORD, settings)
    lena = asked(sign_in_as(ISSUER, "lena", "Lena", "lena@acme.example", settings), settings)
    assert lena.who.person.person == told.person
    with pytest.raises(UsageError, match=r"signs in at https://id\.acme"):
        invite("Lena", key=office.key("Ada"), settings=settings)


def test_who_has_left_waits_again(office: Office, settings: Settings) -> None:
    came = _waits(sign_in_as(ISSUER, "g", "Grace", "g@acme.example", settings))
    told = let_in(came, ["legal"], key=office.key("Ada"), settings=settings)
    session = sign_in_as(ISSUER, "g", "Grace", "g@acme.example", settings)
    assert isinstance(session, Opened)
    person.change_roles("Grace", [], key=office.key("Ada"), settings=settings)
    assert who(session.secret, list(PassKind), settings) is None
    assert _waits(sign_in_as(ISSUER, "g", "Grace", "g@acme.example", settings)) == told.person
    again = let_in(told.person, ["auditor"], key=office.key("Ada"), settings=settings)
    assert (again.person, len(again.keys), again.contact.text) == (told.person, 1, "g@acme.example")
    assert again.keys != told.keys, "the old key is revoked"


def test_with_another_secret_of_the_server_keys_stay_closed(office: Office, settings: Settings) -> None:
    came = _waits(sign_in_as(ISSUER, "g", "Grace", "g@acme.example", settings))
    let_in(came, ["legal"], key=office.key("Ada"), settings=settings)
    file = office.settings_file.parent / "desk.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert desk_key(settings).hex() == file.read_text().strip()
    file.write_text("0" * 64)
    assert _waits(sign_in_as(ISSUER, "g", "Grace", "g@acme.example", settings)) == came
    file.write_text("rubbish")
    with pytest.raises(KeyUnusable, match="this is no secret of hilt"):
        let_in(came, ["legal"], key=office.key("Ada"), settings=settings)


def test_no_more_wait_than_somebody_can_look_at(
    office: Office, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "MOST_WAITING", 5)
    for number in range(5):
        sign_in_as(ISSUER, f"s-{number}", f"\u202eName {number} <b>", "", settings)
    with pytest.raises(NotAllowed, match="5 people wait"):
        sign_in_as(ISSUER, "one more", "", "", settings)
    boss = ada(office, settings)
    turn_away(boss, waiting(boss, settings)[0].person, settings)
    assert isinstance(sign_in_as(ISSUER, "one more", "one more", "", settings), Waiting)
    told = let_in(waiting(boss, settings)[-1].person, ["reader"], name="Rita R.", key=boss.key, settings=settings)
    assert (told.name.text, told.contact.text) == ("Rita R.", ISSUER)


def test_what_the_settings_say_of_an_issuer_is_checked(office: Office, acme: OidcProvider) -> None:
    for issuer in (
        "http://id.acme.example",
        "id.acme.example",
        "https://a b",
        "https://u:p@x.example",
        "https://x?y=1",
    ):
        with pytest.raises(UsageError, match=r"an address such as https://id\.acme"):
            with_issuer(office, acme, issuer=issuer)
    with pytest.raises(UsageError, match="the key client_id is missing"):
        with_issuer(office, acme, client_id=None)


def test_somebody_is_let_in_on_the_command_line(office: Office, settings: Settings) -> None:
    first = _waits(sign_in_as(ISSUER, "grace", "Grace", "g@acme.example", settings))
    second = _waits(sign_in_as(ISSUER, "lena", "L.", "lena@acme.example", settings))
    (told,) = office.told("person", "let-in", first, "--role", "legal", "--name", "Grace B. Hopper", by="Ada")
    assert (told["name"], told["roles"], told["contact"]) == ("Grace B. Hopper", ["legal"], "g@acme.example")
    assert "Lena" in office.run("person", "let-in", second, "--as", "Lena", by="Ada").text
    assert "nobody waits here" in office.run("person", "let-in", first, by="Ada").text


CHANGED = ("issuer", "subject", "name", "contact", "person", "at")


@pytest.mark.parametrize("column", CHANGED)
def test_who_writes_to_the_database_is_nobody_else_who_waits(office: Office, settings: Settings, column: str) -> None:
    """Or an administrator would let in Grace, and it would be Mallory."""
    sign_in_as(ISSUER, "mallory", "Mallory", "m@acme.example", settings)
    boss = ada(office, settings)
    (waits,) = waiting(boss, settings)
    value = "p-99999999" if column == "person" else "grace"
    changed(office, f"UPDATE accounts SET {column} = ?", value)
    assert waiting(boss, settings) == ()
    with pytest.raises(UsageError, match="nobody waits here"):
        let_in("p-99999999" if column == "person" else waits.person, ["legal"], key=boss.key, settings=settings)


def test_who_writes_to_the_database_is_nobody_else_who_was_let_in(office: Office, settings: Settings) -> None:
    came = _waits(sign_in_as(ISSUER, "grace", "Grace", "g@acme.example", settings))
    let_in(came, ["legal"], key=office.key("Ada"), settings=settings)
    changed(office, "UPDATE accounts SET subject = 'mallory'")
    told = sign_in_as(ISSUER, "mallory", "Mallory", "m@acme.example", settings)
    assert isinstance(told, Waiting)
    assert told.name == "Mallory"


def changed(office: Office, statement: str, *values: object) -> None:
    """What somebody does who may write to the database."""
    with closing(sqlite3.connect(office.settings_file.parent / "record.db", isolation_level=None)) as database:
        assert database.execute(statement, values).rowcount == 1
