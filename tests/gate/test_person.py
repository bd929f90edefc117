from __future__ import annotations

import threading
from base64 import b64decode
from pathlib import Path

import pytest

from hilt.core.errors import KeyUnusable, NotAllowed, UsageError
from hilt.core.events import KeyRevoked, Person, PersonStated
from hilt.gate import person as gate
from hilt.gate.record import opened
from hilt.gate.recording.key_files import read_private, read_public
from hilt.gate.settings import Settings
from sample_records import added, administrator, key_files, made


@pytest.fixture
def office(tmp_path: Path) -> Settings:
    """A record with an administrator, whose key is `ada.key`."""
    settings = made(tmp_path)
    administrator(tmp_path, settings)
    return settings


def named(settings: Settings, name: str) -> Person:
    return next(one for one in gate.people(settings) if one.name.text == name)


def test_the_first_person_is_the_administrator_and_the_log_says_so(tmp_path: Path) -> None:
    settings = made(tmp_path)
    key = administrator(tmp_path, settings)
    (ada,) = gate.people(settings)
    assert (ada.name.text, ada.contact.text, ada.roles) == ("Ada Lovelace", "ada@example", ("admin",))
    assert ada.keys == (read_public("", f"{key}.pub").text,)
    with opened(settings) as record:
        assert record.recorded(1).by == record.recorded(2).by == "log"


def test_the_first_person_needs_a_key_or_nobody_could_follow(tmp_path: Path) -> None:
    settings = made(tmp_path)
    with pytest.raises(UsageError, match=r"FILE\.pub is missing: the first person signs for all who follow"):
        gate.add("Ada", contact="ada@example", settings=settings)
    assert gate.people(settings) == ()


def test_of_two_who_would_be_the_first_at_once_one_is(tmp_path: Path) -> None:
    settings, problems = made(tmp_path), []

    def add(name: str, seed: int) -> None:
        try:
            gate.add(name, f"{key_files(tmp_path, name, seed)}.pub", contact="-", settings=settings)
        except (NotAllowed, KeyUnusable) as error:  # the one has come in, or the first is there already
            problems.append(error)

    threads = [threading.Thread(target=add, args=(f"n{seed}", seed)) for seed in range(20, 26)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(problems) == 5
    assert [one.roles for one in gate.people(settings)] == [("admin",)]


def test_everybody_else_is_added_by_an_administrator(tmp_path: Path, office: Settings) -> None:
    ben_key, ben = added(tmp_path, office, "Ben", 12, "legal", "risk-officer", "legal")
    assert ben == named(office, "Ben")
    assert ben.roles == ("legal", "risk-officer")
    for key, said in (
        (ben_key, f"role admin, which {ben.person} does not have"),
        (key_files(tmp_path, "eve", 66), "nobody"),
    ):
        with pytest.raises(NotAllowed, match=said):
            gate.add(
                "Eve", f"{key_files(tmp_path, 'eve', 66)}.pub", contact="-", roles=["admin"], key=key, settings=office
            )
    with pytest.raises(KeyUnusable, match="signed with your own key"):
        gate.add("Eve", contact="-", settings=office)
    assert len(gate.people(office)) == 2
    with opened(office) as record:
        assert record.recorded(3).by == record.people()[0].person


def test_a_person_without_a_key_is_known_and_signs_nothing(tmp_path: Path, office: Settings) -> None:
    one = gate.add("Cy", contact="-", key=tmp_path / "ada.key", settings=office)
    assert one.keys == ()


@pytest.mark.parametrize(
    ("name", "contact", "role", "said"),
    [
        ("ada  LOVELACE", "-", "x", "ada LOVELACE: there is a person of this name, p-"),
        (" ", "-", "x", "NAME: say it in words"),
        ("Cy", "\n", "x", "--contact: say it in words"),
        ("C" * 201, "-", "x", "NAME: 201 letters"),
        ("Cy", "-", "Legal", "--role 'Legal': small letters"),
        ("Cy", "-", "a b", "--role 'a b': small letters"),
    ],
)
def test_what_is_said_of_a_person_is_checked(
    tmp_path: Path, office: Settings, name: str, contact: str, role: str, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        gate.add(name, contact=contact, roles=[role], key=tmp_path / "ada.key", settings=office)
    assert len(gate.people(office)) == 1


def test_a_key_belongs_to_one_person_for_ever(tmp_path: Path, office: Settings) -> None:
    ada = tmp_path / "ada.key"
    key, _ = added(tmp_path, office, "Ben", 12)
    gate.revoke_key("Ben", f"{key}.pub", why="lost", key=ada, settings=office)
    for name in ("Ben", "Ada Lovelace"):
        with pytest.raises(NotAllowed, match="a key belongs to one for ever"):
            gate.add_key(name, f"{key}.pub", key=ada, settings=office)
    (tmp_path / "log.pub").write_bytes(read_private("", tmp_path / "log.key", None, "").public.pem())
    with pytest.raises(NotAllowed, match="the key is one of the log"):
        gate.add_key("Ben", tmp_path / "log.pub", key=ada, settings=office)


def test_a_key_is_replaced_by_another_one(tmp_path: Path, office: Settings) -> None:
    old, new = tmp_path / "ada.key", key_files(tmp_path, "new", 30)
    gate.add_key("Ada Lovelace", f"{new}.pub", key=old, settings=office)
    after = gate.revoke_key("Ada Lovelace", f"{old}.pub", why="a new machine", key=new, settings=office)
    assert after.keys == (read_public("", f"{new}.pub").text,)
    with pytest.raises(NotAllowed, match="was revoked"):
        gate.change_roles("Ada Lovelace", ["admin", "legal"], key=old, settings=office)
    with opened(office) as record:
        event = record.recorded(record.log.head().size - 1).event
    assert isinstance(event, KeyRevoked)
    assert (event.why.text, event.compromised) == ("a new machine", False)


def test_a_key_whose_file_is_lost_is_revoked_by_what_the_list_tells(tmp_path: Path, office: Settings) -> None:
    _, ben = added(tmp_path, office, "Ben", 12)
    after = gate.revoke_key(
        ben.person, ben.keys[0], why="lost", compromised=True, key=tmp_path / "ada.key", settings=office
    )
    assert after.keys == ()
    with pytest.raises(UsageError, match=r"FILE\.pub AAAA: No such file"):
        gate.revoke_key("Ben", "AAAA", why="lost", key=tmp_path / "ada.key", settings=office)


def test_the_last_administrator_stays_one(tmp_path: Path, office: Settings) -> None:
    ada = tmp_path / "ada.key"
    for attempt in (
        lambda: gate.revoke_key("Ada Lovelace", f"{ada}.pub", why="-", key=ada, settings=office),
        lambda: gate.change_roles("Ada Lovelace", [], key=ada, settings=office),
    ):
        with pytest.raises(NotAllowed, match="the last key with the role admin"):
            attempt()
    added(tmp_path, office, "Ben", 12, "admin")
    assert gate.change_roles("Ada Lovelace", [], key=ada, settings=office).roles == ()
    with pytest.raises(NotAllowed, match="does not have"):
        gate.change_roles("Ada Lovelace", ["admin"], key=ada, settings=office)


def test_of_two_administrators_who_leave_at_once_one_stays(tmp_path: Path, office: Settings) -> None:
    ben, _ = added(tmp_path, office, "Ben", 12, "admin")
    both, failed = threading.Barrier(2), list[Exception]()

    def leave(name: str, key: Path) -> None:
        both.wait()
        try:
            gate.change_roles(name, [], key=key, settings=office)
        except NotAllowed as error:
            failed.append(error)

    leaving = [
        threading.Thread(target=leave, args=one) for one in (("Ada Lovelace", tmp_path / "ada.key"), ("Ben", ben))
    ]
    for one in leaving:
        one.start()
    for one in leaving:
        one.join()
    assert len(failed) == 1
    assert [one.roles for one in gate.people(office)].count(("admin",)) == 1


def test_roles_take_the_place_of_those_before_and_leave_name_and_contact(tmp_path: Path, office: Settings) -> None:
    _, ben = added(tmp_path, office, "Ben", 12, "legal")
    after = gate.change_roles("ben", ["risk-officer", "auditor"], key=tmp_path / "ada.key", settings=office)
    assert after.roles == ("auditor", "risk-officer")
    assert (after.name, after.contact, after.keys) == (ben.name, ben.contact, ben.keys)


def test_no_entry_holds_a_name(tmp_path: Path, office: Settings) -> None:
    added(tmp_path, office, "Benjamin", 12, "legal")
    with opened(office) as record:
        payloads = b"".join(one.payload for one in record.log.envelopes(range(record.log.head().size)))
        stated = record.recorded(3).event
    assert b"admin" in payloads
    assert not any(word in payloads for word in (b"Ada", b"Lovelace", b"ada@", b"Benjamin", b"benjamin@"))
    assert isinstance(stated, PersonStated)
    assert len(bytes.fromhex(stated.name.salt)) >= 16


def test_a_new_key_is_for_one_pair_of_eyes(tmp_path: Path) -> None:
    public = gate.new_key(tmp_path / "me.key", b"correct horse")
    assert public == tmp_path / "me.key.pub"
    assert (tmp_path / "me.key").stat().st_mode & 0o777 == 0o600
    key = read_private("", tmp_path / "me.key", b"correct horse", "")
    assert key.public == read_public("", public)
    assert len(b64decode(key.public.text)) == 44
    before = public.read_bytes()
    for there in ("me.key", "me.key.pub"):
        (tmp_path / there).rename(tmp_path / "moved")
        with pytest.raises(UsageError, match="name another file"):
            gate.new_key(tmp_path / "me.key", None)
        (tmp_path / "moved").rename(tmp_path / there)
    assert public.read_bytes() == before
    assert read_private("", tmp_path / "me.key", b"correct horse", "").public == key.public
