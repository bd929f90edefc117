"""Who may sign what, told entry by entry."""

from __future__ import annotations

import pytest

from hilt.core.events import THE_LOG, Erased, Event, KeyAdded, KeyRevoked, LogKeyAdded, PersonStated, Withdrawn, Words
from hilt.record.ledger.notes import Verifier
from hilt.record.signers import Signers
from sample_receipts import KEYS, ed25519_key

ORIGIN, LOG, NEW_LOG = "hilt/test", ed25519_key(1), ed25519_key(2)
ANNA, BEN = "p-0000000a", "p-0000000b"
WORDS = Words(digest="00" * 32)
WITHDRAWN = Withdrawn(subject="ab" * 32, why=WORDS)


def person(name: str, *roles: str) -> PersonStated:
    return PersonStated(person=name, name=WORDS, contact=WORDS, roles=roles)


def log_key(key: str = "", name: str = ORIGIN) -> LogKeyAdded:
    return LogKeyAdded(verifier=key or Verifier(name, LOG.public).text)


def told(*entries: tuple[Event, str]) -> Signers:
    """Signers who were told these entries, each with the key that signed it; every one of them counts."""
    signers = Signers(ORIGIN)
    for place, (event, key) in enumerate(entries):
        assert signers.add(event, key, place, str(place)) == ""
    return signers


BEGUN = (
    (log_key(), LOG.public.text),
    (person(ANNA, "admin"), LOG.public.text),
    (KeyAdded(person=ANNA, key="anna"), LOG.public.text),
    (person(BEN, "legal"), "anna"),
    (KeyAdded(person=BEN, key="ben"), "anna"),
)


def test_a_key_counts_from_behind_the_entry_that_brings_it_to_the_one_that_revokes_it() -> None:
    signers = told(*BEGUN, (KeyRevoked(person=BEN, key="ben", why=WORDS), "anna"))
    assert [signers.by("ben", place) for place in range(3, 8)] == ["", "", BEN, "", ""]
    assert signers.by("anna", 99) == ANNA
    assert signers.by("nobody", 99) == ""
    assert signers.why_not(WITHDRAWN, "ben", 6) == f"the key of {BEN} was revoked by entry 5"


def test_roles_are_those_of_then() -> None:
    signers = told(*BEGUN, (person(BEN, "risk"), "anna"), (person(BEN), "anna"))
    assert [signers.roles(BEN, place) for place in (3, 4, 5, 6, 7)] == [(), ("legal",), ("legal",), ("risk",), ()]
    assert signers.roles("p-ffffffff", 9) == ()


def test_the_log_signs_with_its_newest_key_alone() -> None:
    new = Verifier(ORIGIN, NEW_LOG.public).text
    signers = told(*BEGUN, (log_key(new), LOG.public.text))
    assert [signers.by(LOG.public.text, place) for place in (0, 5, 6)] == [THE_LOG, THE_LOG, ""]
    assert [signers.by(NEW_LOG.public.text, place) for place in (5, 6)] == ["", THE_LOG]


def test_the_first_entry_is_signed_with_the_key_that_it_names() -> None:
    signers = Signers(ORIGIN)
    assert signers.add(log_key(), NEW_LOG.public.text, 0) == "the first entry is signed with another key than it names"
    assert signers.refused[0]


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (log_key(), "the key is one of the log"),
        (log_key("no verifier"), "is no key of the log hilt/test"),
        (log_key(Verifier("hilt/other", NEW_LOG.public).text), "is no key of the log hilt/test"),
    ],
)
def test_the_log_takes_no_key_that_is_not_new_and_its_own(event: Event, why: str) -> None:
    assert why in told(*BEGUN).add(event, LOG.public.text, 5)


def test_the_log_speaks_for_people_until_the_first_of_them_has_a_key() -> None:
    signers = told(*BEGUN[:2], (person(BEN, "legal"), LOG.public.text), BEGUN[2])
    assert "not by the log" in signers.add(person(BEN, "admin"), LOG.public.text, 4)
    assert "not by the log" in signers.add(KeyAdded(person=BEN, key="ben"), LOG.public.text, 5)
    assert "not by the log" in signers.add(Erased(person=BEN, words=()), LOG.public.text, 6)
    # What was so before stays so: whoever reads the log later comes to the same.
    assert signers.why_not(person(BEN, "legal"), LOG.public.text, 2) == ""
    assert set(signers.refused) == {4, 5, 6}


def test_a_compromised_key_lapses_wherever_it_signed_and_the_people_it_brought_in_stay() -> None:
    signers = told(*BEGUN, (person(ANNA, "admin"), "anna"))
    assert signers.lapsed("anna") == ""
    assert signers.add(KeyRevoked(person=ANNA, key="anna", compromised=True, why=WORDS), "anna", 6) == ""
    assert signers.lapsed("anna") == f"the key of {ANNA} turned out to be compromised (entry 6)"
    assert signers.by("ben", 9) == BEN


def test_a_key_of_which_it_was_known_before_is_revoked_once() -> None:
    signers = told(*BEGUN)
    for place, compromised, why in (
        (5, False, ""),
        (6, False, "the key was revoked already, by entry 5"),
        (7, True, ""),
        (8, True, "the key was revoked already, by entry 5"),
    ):
        assert signers.add(KeyRevoked(person=BEN, key="ben", compromised=compromised, why=WORDS), "anna", place) == why
    assert signers.lapsed("ben")


def test_a_copy_learns_without_telling() -> None:
    signers = told(*BEGUN)
    signers.copy().add(KeyRevoked(person=BEN, key="ben", why=WORDS), "anna", 5)
    assert signers.by("ben", 9) == BEN


def test_what_was_erased_is_known_where_an_administrator_says_so() -> None:
    signers = told(*BEGUN)
    assert signers.add(Erased(person=BEN, words=("one",)), "ben", 5)
    assert signers.add(Erased(person=BEN, words=("two",)), "anna", 6) == ""
    assert signers.erased == {"two"}


def test_everybody_is_told_as_of_now() -> None:
    key = KEYS["P-256"].public.text
    signers = told(*BEGUN, (KeyAdded(person=BEN, key=key), "anna"), (person(BEN, "risk"), "anna"))
    assert [(one.person, one.roles, one.keys) for one in signers.people()] == [
        (ANNA, ("admin",), ("anna",)),
        (BEN, ("risk",), ("ben", key)),
    ]
    assert [one.roles for one in signers.stated(BEN)] == [("legal",), ("risk",)]
