from __future__ import annotations

from dataclasses import replace

from hilt.core.signed_in import Invitation
from hilt.output.layout import Page
from hilt.output.text_people import write, write_invitation, write_new_key
from told_of_records import EVE, HOSTILE, person


def page() -> Page:
    return Page(100, colour=False)


def test_each_person_has_their_roles_and_keys() -> None:
    told = page()
    write(told, [person(), replace(person(), roles=(), keys=())])
    first, roles, key, _, none, no_key = str(told).splitlines()
    assert first.split() == [EVE, "Eve", "eve@acme.example"]
    assert (roles.split(), key.split()) == (["roles", "engineer"], ["key", "KEY"])
    assert none.split() == ["roles", "none"]
    assert "none: what they sign does not count" in no_key


def test_of_nobody_it_is_said_who_comes_first() -> None:
    told = page()
    write(told, [])
    assert str(told).strip() == "nobody yet: hilt person add makes the first, who is the administrator"


def test_a_name_that_was_erased_is_told_as_that() -> None:
    told = page()
    write(told, [person(None)])
    assert "erased" in str(told)


def test_a_new_key_says_which_file_is_whose() -> None:
    told = page()
    write_new_key(told, "eve.key.pub", private="eve.key")
    private, public = str(told).splitlines()
    assert private.startswith("eve.key: your private key")
    assert public.startswith("eve.key.pub: your public key")


def test_an_invitation_is_a_link_that_is_shown_once() -> None:
    link = "https://hilt.acme.example/join#secret"
    invited = Invitation(person=person(), secret="secret", link=link, until="2026-04-04", again=False)
    once, again = page(), page()
    write_invitation(once, invited)
    write_invitation(again, replace(invited, again=True))
    assert link in str(once).splitlines()
    assert "it works once, until 2026-04-04, and is shown only now" in str(once)
    assert "What they signed in with before has ended" not in str(once)
    assert "What they signed in with before has ended" in str(again)


def test_no_control_character_reaches_the_terminal() -> None:
    told = page()
    write(told, [replace(person(HOSTILE, contact=HOSTILE), roles=(HOSTILE,))])
    write_new_key(told, HOSTILE, private=HOSTILE)
    assert not {"\x1b", "\u202e"} & set(str(told))
