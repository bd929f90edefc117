"""Who is told of what: from a real record, before and after entries of every door."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hilt.core.events import FixityRun, HoldingBegun, Remark, Words
from hilt.core.notification import Notification, Occasion
from hilt.gate.notifying.notifications import of_ends, of_subject
from hilt.gate.notifying.notifier import _ending, _since
from hilt.gate.record import opened
from hilt.gate.remark import remark
from hilt.gate.reviewing.deciding import words
from hilt.gate.signing_in.invite import invite
from hilt.gate.status import Now
from licence_texts import mit
from office import POLICY, STRICTER, USE, Office

CODE, TEXT = "calls-are-known=It rebuilds layers, nothing else", "licence-has-a-text=It came by mail"
BLOCKING = POLICY.replace("f.severity >= HIGH", "f.severity >= MEDIUM")


class Told(list[Notification]):
    """What is to be told, and of whom the log speaks."""

    def __init__(self, office: Office, found: Sequence[Notification]) -> None:
        super().__init__(found)
        with opened(office.settings) as record:
            self.names = {one.person: one.name.text or "" for one in record.people()}

    @property
    def short(self) -> list[tuple[Occasion, str]]:
        return [(one.occasion, " ".join(self.names.get(to, to) for to in one.to)) for one in self]


def since(office: Office, place: int) -> Told:
    with opened(office.settings) as record:
        return Told(office, list(_since(record, place, record.log.head().size, "")))


def asked(office: Office, model: Path, use: str = USE) -> str:
    assert office.run("admit", model, "--use", use, "--why", "cheap", by="Eve").code in (10, 20)
    return f"#{office.told('status', model, '--use', use)['uses'][0]['case']}"


def admitted(office: Office, model: Path, until: str = "2099-06-30") -> str:
    case = asked(office, model)
    office.run("admit", case, "--why", "fine", "--answer", TEXT, "--until", until, by="Lena")
    assert office.run("admit", case, "--why", "read it", "--answer", CODE, "--until", until, by="Otto").code == 0
    return case


def held(office: Office, model: Path, *, holder: str = "Team Chat", use: str = USE, by: str = "Eve") -> None:
    office.run("hold", "add", model, "--where", "cluster eu-1", "--holder", holder, "--use", use, by=by)


def in_days(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


def test_a_case_waits_for_whoever_has_a_role_that_it_asks_and_not_for_who_asked(office: Office) -> None:
    begin = office.entries()
    case = asked(office, office.model())
    told = since(office, begin)
    assert told.short == [(Occasion.WAITS, "Lena Otto")]
    assert told[0].line == f'Case {case} waits for legal, security: acme-lid, for "{USE}"'
    assert told[0].path == f"/cases/{case[1:]}"
    assert "cheap" not in told[0].line


def test_what_was_told_is_not_told_again_where_the_rest_still_waits(office: Office) -> None:
    case = asked(office, office.model())
    begin = office.entries()
    assert office.run("admit", case, "--why", "fine", "--answer", TEXT, by="Lena").code == 10
    office.run("check", office.model(), "--record")
    assert since(office, begin) == []


def test_a_stricter_policy_stops_the_model_and_opens_the_case_for_those_it_asks(office: Office) -> None:
    model = office.model()
    admitted(office, model)
    begin = office.entries()
    office.policy(STRICTER)
    assert office.run("check", model, "--record").code == 10
    told = since(office, begin)
    assert told.short == [(Occasion.STOPPED, "Eve"), (Occasion.WAITS, "Lena Otto")]
    assert "A model is not admitted any more: " in told[0].line


@pytest.mark.parametrize("admitted_first", [True, False])
def test_who_holds_a_model_is_told_that_it_was_withdrawn(office: Office, admitted_first: bool) -> None:
    model = office.model()
    if admitted_first:
        admitted(office, model)
    else:
        asked(office, model, "another use")
    held(office, model, by="Rita")
    begin = office.entries()
    office.run("withdraw", model, "--why", "it spies on people", by="Otto")
    told = [one for one in since(office, begin) if one.occasion is Occasion.STOPPED and "chatbot" in one.line]
    (stopped,) = Told(office, told)
    assert "is blocked" in stopped.line
    assert "whoever runs it is to stop" in stopped.line
    assert "spies" not in stopped.line
    names = Told(office, told).short[0][1]
    assert names == f"Rita holding-{begin - 1}" + (" Eve" if admitted_first else "")


def test_a_model_that_nobody_runs_or_was_ever_admitted_is_blocked_in_silence(office: Office) -> None:
    begin = office.entries()
    office.policy(BLOCKING)
    office.run("check", office.model(), "--record")
    assert since(office, begin) == []


def test_a_holding_for_no_use_and_one_that_is_over(office: Office) -> None:
    model = office.model()
    asked(office, model)
    held(office, model, use="")
    with opened(office.settings, writing=True) as record:
        (found,) = record.registry.models(limit=1)
        said: Words = words("holder", "Team Two")
        record.commit([HoldingBegun(subject=found.subject, use="", place="x", holder=said)], key=office.signing("Rita"))
    place = office.entries() - 1
    office.run("hold", "end", place, by="Rita")
    begin = office.entries()
    office.run("withdraw", model, "--why", "no", by="Otto")
    assert all("Rita" not in to for what, to in since(office, begin).short if what is Occasion.STOPPED)


def test_what_came_before_a_look_is_not_told_at_it(office: Office) -> None:
    model = office.model()
    case = asked(office, model)
    with opened(office.settings) as record:
        (subject,) = (one.subject for one in record.registry.requests())
        history = record.histories([subject])[subject]
        at = Now.of(record)
    assert [one.key for one in of_subject(history, int(case[1:]), at)] == [f"waits-{case[1:]}-{case[1:]}"]
    assert list(of_subject(history, int(case[1:]) + 1, at)) == []


def test_a_person_is_told_of_keys_that_others_register_and_not_of_their_own(office: Office) -> None:
    begin = office.entries()
    first = invite("Grace", "grace@acme.example", ["legal"], key=office.signing("Ada"), settings=office.settings)
    again = invite("Grace", key=office.signing("Ada"), settings=office.settings)
    invite("Ada", key=office.signing("Ada"), settings=office.settings)
    assert again.again
    told = since(office, begin)
    assert told.short == [(Occasion.ACCOUNT, "Grace")] * 3
    assert "A new key signs in your name" in told[0].line
    assert "was revoked" in told[2].line
    assert all(first.secret not in one.line and one.path == "/account" for one in told)


def test_who_relies_on_what_ends_is_told_some_days_before_and_on_no_other_day(office: Office) -> None:
    model = office.model()
    case = admitted(office, model, until=in_days(90))
    held(office, model, by="Rita")
    with opened(office.settings) as record:
        (subject,) = (one.subject for one in record.registry.requests())
        history, now = record.history(subject), Now.of(record)
    for left, since_days, when in [
        (30, 1, "in 30 days"),
        (7, 1, "in 7 days"),
        (1, 1, "tomorrow"),
        (5, 3, "in 5 days"),
        (0, 2, "today"),
        (0, 90, "today"),
        *((left, 1, "") for left in (31, 29, 8, 6, 2, 0)),
        (30, 0, ""),
        (-1, 9, ""),
    ]:
        at = now._replace(at=now.at + timedelta(days=90 - left))
        found = Told(office, list(of_ends(history, at, at.at.date() - timedelta(days=since_days))))
        assert len(found) == bool(when), (left, since_days)
        for one in found:
            assert f"What was admitted ends {when}, after {in_days(90)}: " in one.line
            assert one.path == f"/cases/{case[1:]}"
            assert found.short == [(Occasion.ENDS, f"Lena Otto Eve Rita holding-{office.entries() - 1}")]


def test_what_ends_is_found_among_all_that_was_decided(office: Office) -> None:
    model = office.model()
    admitted(office, model, until=in_days(7))
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    with opened(office.settings) as record:
        assert [one.occasion for one in _ending(record, yesterday)] == [Occasion.ENDS]
    office.run("withdraw", model, "--why", "no", by="Otto")
    with opened(office.settings) as record:
        assert list(_ending(record, yesterday)) == []


def test_names_of_models_and_uses_are_quoted_and_lead_nowhere(office: Office) -> None:
    model = office.model("a\nBcc: eve@evil.example\u202e", licence=mit())
    asked(office, model, "see https://evil.example/login")
    (told,) = since(office, 0)[-1:]
    assert told.occasion is Occasion.WAITS
    assert told.line.isprintable()
    assert r'a\nBcc: eve@evil.example\u202e, for "see https' in told.line
    assert "https[:]//evil.example" in told.line
    assert "://" not in told.line


def test_who_asked_for_a_use_is_told_that_somebody_asks_them_for_more(office: Office) -> None:
    case = int(asked(office, office.model())[1:])
    begin = office.entries()
    remark(case, Remark.ASKS, "which countries?", key=office.signing("Lena"), settings=office.settings)
    remark(case, Remark.SAYS, "all of them", key=office.signing("Eve"), settings=office.settings)
    remark(case, Remark.ASKS, "anybody?", key=office.signing("Eve"), settings=office.settings)
    told = since(office, begin)
    assert told.short == [(Occasion.ASKED, "Eve")]
    assert told[0].line == f'Somebody asks you for more in case #{case}: acme-lid, for "{USE}"'


def test_administrators_are_told_of_damage_in_the_library(office: Office) -> None:
    with opened(office.settings, writing=True) as record:
        place = record.log.head().size
        record.commit([FixityRun(files=3, size=9), FixityRun(files=3, size=9, damaged=("a" * 64, "b" * 64))])
    told = since(office, place)
    assert told.short == [(Occasion.DAMAGED, "Ada")]
    assert told[0].line == "2 files of the library were damaged or gone: none of them had again; see to its disk"
    assert told[0].path == f"/log/{place + 1}"
