"""`hilt exceptions`: what runs against its verdict, when that ends, and how it goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_bytes

import pytest

from hilt.core.events import DecisionMade, Words
from hilt.gate.record import opened
from office import OTHER_CALL, POLICY, USE, Done, Office

BLOCKING = (
    POLICY.replace("f.severity >= HIGH", "f.severity >= MEDIUM").partition("  calls-are-known")[0]
    + "  any: {require: 'true', else: review}\n"
)
ANSWER = ("--answer", "no-known-attack=in a sandbox without network")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path, BLOCKING)


def day(ahead: int) -> str:
    return (datetime.now(UTC) + timedelta(days=ahead)).date().isoformat()


def excepted(office: Office, until: str, *, name: str = "acme-lid", weights: bytes = b"", use: str = USE) -> str:
    """The number of the entry that makes an exception for a model."""
    model = office.model(name, weights) if weights else office.model(name)
    assert office.run("admit", model, "--use", use, "--why", "nothing else does", by="Eve").code == 20
    case = f"#{office.told('status', model, '--use', use)['uses'][0]['case']}"
    said = ("--why", "until there are safetensors", "--until", until, "--conditions", "no network", *ANSWER)
    assert office.run("admit", case, *said, by="Rita").code == 0
    return str(office.entries() - 1)


def over(office: Office) -> str:
    """The number of the entry that made an exception which ended yesterday."""
    place = int(excepted(office, day(9)))
    assert office.run("refuse", office.model(), "--use", USE, "--why", "too long", by="Eve").code == 20
    assert office.run("admit", office.model(), "--use", USE, "--why", "please", by="Eve").code == 20
    with opened(office.settings, writing=True) as record:
        event = record.recorded(place).event
        assert isinstance(event, DecisionMade)
        said = replace(event, case=record.log.head().size - 1, until=day(-1), why=words("once"))
        return str(record.commit([said], key=office.signing("Rita"))[0].index)


def words(text: str) -> Words:
    return Words.of(text, token_bytes(16))


def refused(done: Done, code: int, words: str) -> None:
    assert (done.code, done.out) == (code, "")
    assert words in done.text


def test_what_ends_soonest_is_told_first(office: Office) -> None:
    assert office.run("exceptions").out == "there are no exceptions\n"
    late = excepted(office, day(200))
    soon = excepted(office, day(20), name="acme-two", weights=OTHER_CALL)
    done = office.run("exceptions")
    assert (done.code, done.err) == (0, "")
    assert done.text.index(f"#{soon} {office.folder}/acme-two for {USE} ends in 20 days") < done.text.index(f"#{late}")
    assert "by Rita (risk-officer)" in done.text
    told = office.told("exceptions", "list")
    assert [(one["decision"]["entry"], one["ends"], one["days_left"]) for one in told] == [
        (int(soon), day(20), 20),
        (int(late), day(200), 200),
    ]
    assert told == office.told("exceptions")
    assert [one["ends"] for one in office.told("exceptions", "list", "--expiring", 30)] == [day(20)]


def test_what_is_over_stays_until_somebody_acts(office: Office) -> None:
    place = over(office)
    assert office.run("status", office.model()).code == 20
    done = office.run("exceptions")
    assert f"block #{place}" in done.text
    assert f"ended 1 day ago ({day(-1)})" in done.text
    assert office.told("review", "stats")["expired_exceptions"] == 1
    (case,) = office.told("review")
    office.run("refuse", f"#{case['case']}", "--why", "there are safetensors now", by="Eve")
    assert office.told("exceptions") == []
    assert office.told("review", "stats")["expired_exceptions"] == 0


def test_what_was_withdrawn_is_no_exception_any_more(office: Office) -> None:
    excepted(office, day(9))
    excepted(office, day(9), use="search")
    office.run("withdraw", office.model(), "--use", "Search", "--why", "it leaks", by="Eve")
    assert [one["standing"]["use"] for one in office.told("exceptions")] == [USE]


def test_what_the_policy_does_not_block_any_more_needs_no_exception(office: Office) -> None:
    excepted(office, day(9))
    office.policy(BLOCKING.replace("f.severity >= MEDIUM", "f.severity >= HIGH"))
    office.run("check", office.model(), "--record")
    office.run("admit", office.model(), "--use", USE, "--why", "fine now", by="Eve")
    assert office.told("exceptions") == []


@pytest.mark.parametrize("is_over", [False, True])
def test_a_renewal_is_a_new_decision_on_the_evidence_of_today(office: Office, is_over: bool) -> None:
    place = over(office) if is_over else excepted(office, day(9))
    done = office.run("exceptions", "renew", place, "--until", day(90), "--why", "still no safetensors", by="Rita")
    assert (done.code, done.err) == (0, "")
    assert f"ADMIT {office.folder}/acme-lid for {USE}" in done.text
    (one,) = office.told("exceptions")
    assert (one["decision"]["entry"], one["ends"]) == (office.entries() - 1, day(90))
    assert one["standing"]["conditions"] == ["no network"]
    assert one["decision"]["answers"] == [["no-known-attack", "still no safetensors"]]


def test_a_renewal_may_say_more(office: Office) -> None:
    place = excepted(office, day(9))
    more = ("--conditions", "only staff", "--answer", "no-known-attack=the sandbox was tested")
    assert office.run("exceptions", "renew", place, "--until", day(90), "--why", "again", *more, by="Rita").code == 0
    (one,) = office.told("exceptions")
    assert one["standing"]["conditions"] == ["only staff"]
    assert one["decision"]["answers"] == [["no-known-attack", "the sandbox was tested"]]


def test_after_the_policy_changed_it_is_the_policy_of_today_that_asks(office: Office) -> None:
    place = excepted(office, day(9))
    office.policy(BLOCKING.replace("override: {by: risk-officer}", "override: {by: [legal]}"))
    renewal = ("exceptions", "renew", place, "--until", day(90), "--why", "again")
    refused(office.run(*renewal, by="Rita"), 1, "Rita may not decide this: it takes legal")
    assert office.run(*renewal, by="Lena").code == 0
    office.policy(BLOCKING.replace("override: {by: risk-officer}\n", ""))
    assert office.run(*renewal, by="Lena").code == 20


def test_renewals_that_are_none(office: Office) -> None:
    place = excepted(office, day(9))
    renewal = ("--until", day(90), "--why", "again")
    for number in ("0", "999", str(int(place) - 1)):
        done = office.run("exceptions", "renew", number, *renewal, by="Rita")
        refused(done, 2, f"entry {number} is no exception; `hilt exceptions` tells their numbers")
    refused(office.run("exceptions", "renew", place, *renewal, by="Eve"), 1, "nobody approves their own")
    refused(office.run("exceptions", "renew", place, *renewal, by="Otto"), 1, "Otto may not decide this")
    late = office.run("exceptions", "renew", place, "--until", day(-1), "--why", "again", by="Rita")
    refused(late, 2, "this day is over")
    refused(office.run("exceptions", "renew", place, "--until", day(9), by="Rita"), 2, "--why")
    refused(office.run("exceptions", "renew", place, *renewal), 2, "this is signed with your own key")
    assert office.entries() == int(place) + 1


def test_conditions_that_were_erased_are_said_anew(office: Office) -> None:
    place = excepted(office, day(9))
    assert office.run("erase-person", "Rita", "--texts", by="Ada").code == 0
    renewal = ("exceptions", "renew", place, "--until", day(90), "--why", "again")
    refused(office.run(*renewal, by="Rita"), 2, "--conditions: those of this exception were erased; say them anew")
    assert office.run(*renewal, "--conditions", "no network", by="Rita").code == 0
