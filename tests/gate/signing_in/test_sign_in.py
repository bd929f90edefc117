"""Signing in: the first administrator, invitations and passwords, and what somebody sees who has none of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from argon2 import low_level

from hilt.core.errors import NotAllowed, UsageError
from hilt.core.events import KeyAdded, KeyRevoked, PersonStated
from hilt.core.signed_in import PassKind
from hilt.gate import person
from hilt.gate.hold import hold
from hilt.gate.record import keeping_open, opened
from hilt.gate.settings import Settings
from hilt.gate.signing_in.invite import invite
from hilt.gate.signing_in.own_keys import own_keys
from hilt.gate.signing_in.passes import Asked, Opened, who
from hilt.gate.signing_in.sign_in import AT_ONCE, FREE_TRIES, WRONG, _number, accept, change_password, first, sign_in
from hilt.record.accounts import sealed, store
from office import Office
from quick_passwords import _quick_passwords  # noqa: F401 - pytest finds it by its name

PASSWORD, OTHER = "correct horse battery", "staple of the horse"
GRACE = "Grace Hopper"


@pytest.fixture
def settings(office: Office) -> Iterator[Settings]:
    with keeping_open(office.settings):
        yield office.settings


@pytest.fixture
def stretched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The memory that each password took to be stretched."""
    taken: list[int] = []
    stretch = low_level.hash_secret_raw

    def counted(secret: bytes, salt: bytes, passes: int, memory: int, *rest: int) -> bytes:
        taken.append(memory * passes)
        return stretch(secret, salt, passes, memory, *rest)

    monkeypatch.setattr(low_level, "hash_secret_raw", counted)
    return taken


def asked(given: Opened, settings: Settings) -> Asked:
    found = who(given.secret, [given.who.kind], settings)
    assert found is not None
    return found


def is_over(given: Opened, settings: Settings) -> bool:
    return who(given.secret, list(PassKind), settings) is None


def invited(office: Office, name: str = GRACE, *roles: str) -> str:
    by = office.key("Ada")
    return invite(name, "grace@acme.example", roles or ["legal"], key=by, settings=office.settings).secret


def grace(office: Office) -> Opened:
    return accept(invited(office), PASSWORD, office.settings)


def refused(name: str, password: str, settings: Settings) -> str:
    with pytest.raises(NotAllowed) as error:
        sign_in(name, password, settings)
    return str(error.value)


def test_an_invitation_is_accepted_once_and_what_is_signed_then_is_theirs(office: Office, settings: Settings) -> None:
    secret = invited(office)
    session = accept(secret, PASSWORD, settings)
    told = asked(session, settings)
    assert (told.who.name, told.who.person.roles, told.who.kind) == (GRACE, ("legal",), PassKind.SESSION)
    held = hold(office.model(), where="cluster 1", holder="her team", key=told.key, settings=settings)
    assert held.entry is not None
    assert held.entry.by == told.who.person.person
    with pytest.raises(NotAllowed, match="used already"):
        accept(secret, OTHER, settings)
    again = asked(sign_in("  grace  HOPPER ", PASSWORD, settings), settings)
    assert again.key == told.key
    assert office.run("log", "verify").code == 0


def test_of_two_who_accept_one_invitation_at_once_one_comes_in(office: Office, settings: Settings) -> None:
    secret = invited(office)

    def come(password: str) -> str:
        try:
            return accept(secret, password, settings).secret
        except NotAllowed:
            return ""

    with ThreadPoolExecutor(8) as threads:
        came = [one for one in threads.map(come, [f"{PASSWORD} {number}" for number in range(8)]) if one]
    assert len(came) == 1


def test_the_first_of_a_record_that_is_not_there_yet_is_its_administrator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATA", "STATE", "CONFIG"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    settings = Settings()
    with keeping_open(settings):
        ada = asked(first("Ada Lovelace", "ada@acme.example", PASSWORD, settings), settings)
        assert ada.who.person.roles == ("admin",)
        with pytest.raises(NotAllowed, match="somebody here already"):
            first("Mallory", "m@acme.example", PASSWORD, settings)
        secret = invite("Grace", "g@acme.example", key=ada.key, settings=settings).secret
        assert asked(accept(secret, OTHER, settings), settings).who.person.roles == ("reader",)
        with opened(settings) as record:
            assert [one.by for place in range(4) if (one := record.find(place))][:3] == ["log"] * 3


def test_of_many_firsts_at_once_one_is_the_administrator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATA", "STATE", "CONFIG"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    settings = Settings()

    def come(name: str) -> str:
        try:
            return first(name, "x@acme.example", PASSWORD, settings).who.name
        except NotAllowed:
            return ""

    with keeping_open(settings):
        with ThreadPoolExecutor(6) as threads:
            came = [one for one in threads.map(come, [f"Ada {number}" for number in range(6)]) if one]
        with opened(settings) as record:
            assert [one.name.text for one in record.people()] == came
    assert len(came) == 1


def test_whatever_is_wrong_the_words_and_the_work_are_the_same(
    office: Office, settings: Settings, stretched: list[int]
) -> None:
    grace(office)
    invited(office, "Not Come Yet")
    gone = asked(accept(invited(office, "Gone"), PASSWORD, settings), settings)
    person.change_roles("Gone", [], key=office.key("Ada"), settings=settings)
    with opened(settings) as record:
        record.accounts.change(
            store.put(
                store.Account(person="p-0a", issuer="https://id.example", subject="o", key="k", sealed="secret$", at="")
            )
        )
    stretched.clear()
    names = [
        GRACE,
        "Nobody",
        "Ada",
        "Not Come Yet",
        "",
        "x" * 10_000,
        "\udcff\0",
        gone.who.person.person,
        "p-0a",
        "Gone",
    ]
    told = {refused(name, PASSWORD if name == "Gone" else "wrong password", settings) for name in names}
    assert told == {WRONG}
    assert stretched == [sealed.KIBIBYTES * sealed.PASSES] * len(names)


class Clock:
    """A clock that stands still."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self, later: timedelta = timedelta()) -> str:
        return (self.now + later).isoformat(timespec="seconds")


@pytest.mark.parametrize("name", [GRACE, "Nobody"])
def test_after_some_that_failed_the_next_one_waits_longer_and_longer(
    office: Office, settings: Settings, stretched: list[int], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    grace(office)
    clock = Clock()
    monkeypatch.setattr("hilt.gate.signing_in.sign_in.clock", clock)
    stretched.clear()
    waits = []
    for _ in range(16):
        assert refused(name, "wrong password", settings) == WRONG
        with opened(settings) as record:
            wait = datetime.fromisoformat(record.accounts.tries(_number(name)).until) - clock.now
        if wait:
            clock.now += wait - timedelta(seconds=1)
            assert refused(name, PASSWORD, settings).startswith("too many tries failed with this name")
            clock.now += timedelta(seconds=1)
        waits.append(int(wait.total_seconds()))
    assert waits == [0] * (FREE_TRIES - 1) + [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
    assert len(stretched) == 16, "what comes too early is not even looked at"
    clock.now += timedelta(days=2)
    for _ in range(FREE_TRIES):
        assert refused(name, "wrong password", settings) == WRONG
    clock.now += timedelta(seconds=1)
    if name == GRACE:
        sign_in(name, PASSWORD, settings)
        with opened(settings) as record:
            assert record.accounts.tries(_number(GRACE)).failures == 0


def test_many_who_try_at_once_are_counted_before_anything_is_compared(
    office: Office, settings: Settings, stretched: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    grace(office)
    monkeypatch.setattr("hilt.gate.signing_in.sign_in.clock", Clock())
    stretched.clear()
    with ThreadPoolExecutor(20) as threads:
        list(threads.map(lambda number: refused(GRACE, f"wrong password {number}", settings), range(40)))
    assert len(stretched) <= FREE_TRIES


def test_a_flood_of_tries_takes_no_more_than_some_threads(
    office: Office, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    stretch, others_are_refused, refusals = low_level.hash_secret_raw, Event(), list[str]()

    def slow(*how: Any) -> bytes:
        assert others_are_refused.wait(20)
        return stretch(*how)

    def told(number: int) -> str:
        refusals.append(why := refused(f"nobody {number}", "wrong password", settings))
        if len(refusals) == 40 - AT_ONCE:
            others_are_refused.set()
        return why

    monkeypatch.setattr(low_level, "hash_secret_raw", slow)
    with ThreadPoolExecutor(40) as threads:
        found = Counter(threads.map(told, range(40)))
    busy = "too many people sign in at this moment; try again in a few seconds"
    assert found == {WRONG: AT_ONCE, busy: 40 - AT_ONCE}


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("too short", "9 letters, where 12"),
        ("grace hopper", "this is your name"),
        ("Grace@Acme.Example", "this is your name or your address"),
        ("aaaaaaaaaaaaaa", "1 different letters"),
        ("x" * 501, "501 letters, where 500"),
    ],
)
def test_a_password_is_long_and_not_the_name(office: Office, settings: Settings, password: str, why: str) -> None:
    secret = invited(office)
    with pytest.raises(UsageError, match=why):
        accept(secret, password, settings)
    assert accept(secret, "größe ist alles", settings).who.name == GRACE
    assert sign_in(GRACE, "gro\u0308ße ist alles", settings).who.name == GRACE, "however the keyboard spells it"


def test_with_another_password_all_other_passes_end(office: Office, settings: Settings) -> None:
    before, now = grace(office), sign_in(GRACE, PASSWORD, settings)
    with pytest.raises(NotAllowed, match="the old password is wrong"):
        change_password(asked(now, settings), "wrong password", OTHER, settings)
    with pytest.raises(UsageError, match="letters"):
        change_password(asked(now, settings), PASSWORD, "short", settings)
    change_password(asked(now, settings), PASSWORD, OTHER, settings)
    assert is_over(before, settings)
    assert not is_over(now, settings)
    assert refused(GRACE, PASSWORD, settings) == WRONG
    assert sign_in(GRACE, OTHER, settings).who.name == GRACE


def test_who_is_invited_anew_begins_anew_and_the_log_says_so(office: Office, settings: Settings) -> None:
    session = grace(office)
    old = asked(session, settings)
    with opened(settings) as record:
        stolen = record.accounts.account(old.who.person.person)
        size = record.log.head().size
    assert stolen is not None
    secret = invite(GRACE, key=office.key("Ada"), settings=settings).secret
    assert is_over(session, settings)
    assert refused(GRACE, PASSWORD, settings) == WRONG
    with opened(settings) as record:
        added, revoked = (record.recorded(place) for place in range(size, record.log.head().size))
        record.accounts.change(store.put(stolen))
    assert isinstance(added.event, KeyAdded)
    assert isinstance(revoked.event, KeyRevoked)
    assert revoked.event.key == stolen.key
    assert added.by == revoked.by == record.person("Ada").person
    assert refused(GRACE, PASSWORD, settings) == WRONG, "the old account, put back, signs nothing"
    with pytest.raises(NotAllowed, match="revoked"):
        hold(office.model(), where="x", holder="y", key=old.key, settings=settings)
    told = asked(accept(secret, OTHER, settings), settings)
    assert (told.who.person.person, told.who.person.roles) == (old.who.person.person, ("legal",))
    assert told.who.person.contact.text == "grace@acme.example"


def test_an_administrator_begins_anew_by_themselves(office: Office, settings: Settings) -> None:
    secret = invite("Ada", key=office.key("Ada"), settings=settings).secret
    ada = asked(accept(secret, PASSWORD, settings), settings)
    assert len(ada.who.person.keys) == 2, "the key in their file counts as before"
    again = invite("Ada", key=ada.key, settings=settings)
    assert again.again
    assert asked(accept(again.secret, PASSWORD, settings), settings).who.person.roles == ("admin",)


def test_people_see_who_gave_them_a_key(office: Office, settings: Settings) -> None:
    """An administrator who invites somebody and comes in their place signs as them: it is in the log, and before their eyes."""
    eve = asked(accept(invite("Eve", key=office.key("Ada"), settings=settings).secret, PASSWORD, settings), settings)
    here, file = own_keys(eve, settings)
    assert (here.by, here.is_here, file.by, file.is_here) == ("Ada", True, "Ada", False)
    assert here.entry > file.entry
    taken = invite("Eve", key=office.key("Ada"), settings=settings)
    (now, _) = own_keys(asked(accept(taken.secret, OTHER, settings), settings), settings)
    assert now.key != here.key


def test_an_invitation_states_other_roles_and_another_contact(office: Office, settings: Settings) -> None:
    grace(office)
    invite(GRACE, "hopper@acme.example", ["auditor"], key=office.key("Ada"), settings=settings)
    with opened(settings) as record:
        told = record.person(GRACE)
        stated = [one.event for place in range(record.log.head().size) if (one := record.recorded(place))]
    assert (told.contact.text, told.roles) == ("hopper@acme.example", ("auditor",))
    assert len([one for one in stated if isinstance(one, PersonStated) and one.person == told.person]) == 2


def test_only_administrators_invite(office: Office, settings: Settings) -> None:
    entries = office.entries()
    for key in (office.key("Eve"), asked(grace(office), settings).key):
        with pytest.raises(NotAllowed, match="admin"):
            invite("Mallory", "m@acme.example", ["admin"], key=key, settings=settings)
    with pytest.raises(UsageError, match="small letters"):
        invite("Mallory", "m@acme.example", ["Not a role"], key=office.key("Ada"), settings=settings)
    assert office.entries() == entries + 2, "what Ada said of Grace"


def test_an_invitation_on_the_command_line_prints_a_link(office: Office) -> None:
    done = office.run("person", "invite", GRACE, "--contact", "g@acme.example", "--role", "legal", by="Ada")
    assert done.code == 0, done.err
    link = next(line.strip() for line in done.out.splitlines() if "/begin?link=" in line)
    assert link.startswith("http://127.0.0.1:8791/begin?link=")
    assert "works once" in done.text
    assert accept(link.partition("=")[2], PASSWORD, office.settings).who.name == GRACE
    again = office.told("person", "invite", GRACE, by="Ada")
    assert (again["again"], again["roles"], again["name"]) == (True, ["legal"], GRACE)
    assert "has ended" in office.run("person", "invite", GRACE, by="Ada").text
    assert office.run("person", "invite", "Mallory", by="Ada").code == 2


def test_erasing_a_person_leaves_no_account(office: Office, settings: Settings) -> None:
    session = grace(office)
    told = asked(session, settings).who.person.person
    assert office.run("erase-person", GRACE, by="Ada").code == 0
    assert is_over(session, settings)
    assert refused(told, PASSWORD, settings) == WRONG
    with opened(settings) as record:
        assert record.accounts.account(told) is None
    assert office.run("log", "verify").code == 0


def test_a_backup_has_the_accounts_and_no_session(office: Office, tmp_path: Path) -> None:
    session = grace(office)
    invited(office, "Not Come Yet")
    assert office.run("backup", tmp_path / "saved").code == 0
    settings_file = office.settings_file
    text = settings_file.read_text()
    settings_file.write_text(text.replace("record.db", "restored.db").replace("checkpoint: kept", "checkpoint: kept2"))
    (settings_file.parent / "log.key").rename(settings_file.parent / "moved.key")
    settings_file.write_text(settings_file.read_text().replace("{database", "{key: moved.key, database"))
    done = office.run("restore", tmp_path / "saved")
    assert done.code == 0, done.err
    assert is_over(session, office.settings)
    assert sign_in(GRACE, PASSWORD, office.settings).who.name == GRACE
    with opened(office.settings) as record:
        assert record.accounts.account(record.person("Not Come Yet").person) is None
