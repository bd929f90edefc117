"""Home: what it tells is what the histories tell, and what it leaves out it counts."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from hilt.core.estate import MOST_WAITING
from hilt.core.events import DecisionMade, KeyAdded, PersonStated, Recorded, Say, UseRequested, VerdictGiven, Withdrawn
from hilt.core.standing import same_use
from hilt.core.verdict import Outcome
from hilt.gate.overview.estate import DAYS, SHOWN, estate
from hilt.gate.person import people
from hilt.gate.record import keeping_open, opened
from hilt.gate.review import open_cases
from hilt.gate.reviewing.cases import cases
from hilt.gate.settings import Settings, read_settings
from hilt.gate.status import Now, lasting
from hilt.record.ledger.keys import new_signing_key
from hilt.record.record import Record
from office import KNOWN_ROAD, USE, Office
from record.many import fill, said
from record.one_of_each import judged

MODELS = 150


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder: Path = tmp_path_factory.mktemp("estate")
    many = fill(str(folder / "record.db"), MODELS, entries=900)
    with Record.open(str(folder / "record.db"), log_key=many.log_key) as record:
        now = Now.of(record)
        soon = (now.at + timedelta(days=3)).date().isoformat()
        entries = [entry for history in record.histories(many.subjects).values() for entry in history]
        yeses = [one.event for one in entries if isinstance(one.event, DecisionMade) and one.event.say is Say.YES]
        for number, event in enumerate(yeses[:12]):
            again = DecisionMade(
                subject=event.subject,
                use=event.use,
                say=Say.YES,
                policy_digest=event.policy_digest,
                evidence=event.evidence,
                why=said(f"again {number}"),
                case=event.case,
                until=soon,
            )
            record.commit([again], key=many.keys[3])
    file = folder / "settings.yaml"
    file.write_text("record: {database: record.db, key: log.key, checkpoint: kept}\n")
    return read_settings(file)


def histories(settings: Settings) -> tuple[Now, dict[str, tuple[Recorded, ...]]]:
    with opened(settings) as record:
        subjects = [one.subject for one in record.registry.models(limit=1000)]
        return Now.of(record), record.histories(subjects)


def newest_verdict(history: tuple[Recorded, ...]) -> VerdictGiven:
    return [one.event for one in history if isinstance(one.event, VerdictGiven)][-1]


def acts(history: tuple[Recorded, ...]) -> list[tuple[Recorded, str, str]]:
    """Each decision and withdrawal with its use and what it says."""
    return [
        (one, one.event.use, one.event.say.value if isinstance(one.event, DecisionMade) else "withdrawn")
        for one in history
        if isinstance(one.event, DecisionMade | Withdrawn)
    ]


def standing_yeses(history: tuple[Recorded, ...]) -> list[Recorded]:
    told = acts(history)
    return [
        one
        for number, (one, use, say) in enumerate(told)
        if say == "yes"
        and not any(same_use(use, later) or (not later and what != "yes") for _, later, what in told[number + 1 :])
    ]


def test_verdicts_are_counted_by_the_newest_of_each_model(settings: Settings) -> None:
    _, everything = histories(settings)
    told = estate(settings=settings)
    assert Counter(told.verdicts) == Counter(newest_verdict(one).outcome for one in everything.values())
    assert told.models == MODELS


def test_a_yes_counts_until_something_undoes_it_or_it_ends(settings: Settings) -> None:
    now, everything = histories(settings)
    today = now.at.date().isoformat()
    lasting_ones = {
        subject
        for subject, history in everything.items()
        for one in standing_yeses(history)
        if isinstance(one.event, DecisionMade) and (not one.event.until or one.event.until >= today)
    }
    assert estate(settings=settings).said_yes == len(lasting_ones) > 0


def test_what_ends_soon_ends_soonest_first(settings: Settings) -> None:
    now, everything = histories(settings)
    first, last = now.at.date().isoformat(), (now.at + timedelta(days=DAYS)).date().isoformat()
    ending = sorted(
        (one.event.until, one.index)
        for history in everything.values()
        for one in standing_yeses(history)
        if isinstance(one.event, DecisionMade) and first <= one.event.until <= last
    )
    told = estate(settings=settings)
    assert [(one.until, one.place) for one in told.ending] == ending[:SHOWN]
    assert told.more_ending == len(ending) - SHOWN > 0
    assert {one.left for one in told.ending} == {3}
    assert all(one.reference.startswith("hf:") for one in told.ending)


def test_what_changed_lately_comes_first(settings: Settings) -> None:
    _, everything = histories(settings)
    told = estate(settings=settings)
    decided = sorted((one.index for history in everything.values() for one, *_ in acts(history)), reverse=True)
    assert [one.place for one in told.decided] == decided[:SHOWN]
    turned = []
    for history in everything.values():
        verdicts = [(one.index, one.event.outcome) for one in history if isinstance(one.event, VerdictGiven)]
        pairs = [(at, b, now) for (_, b), (at, now) in pairwise(verdicts) if b is not now]
        turned += [(at, b, verdicts[-1][1]) for at, b, _ in pairs[-1:]]
    assert turned
    newest = sorted(turned, reverse=True)[:SHOWN]
    assert [(one.place, one.before, one.now) for one in told.turned] == newest


def test_what_runs_although_it_is_stopped_is_told_with_its_standing(settings: Settings) -> None:
    _, everything = histories(settings)
    told = estate(settings=settings)
    assert told.stopped
    for held in told.stopped:
        history = everything[held.standing.subject]
        assert held.entry in lasting(history)
        assert held.standing.outcome is not Outcome.ADMIT
    runs = [
        one.index
        for history in everything.values()
        for one in lasting(history)
        if newest_verdict(history).outcome is Outcome.BLOCK
    ]
    assert len(told.stopped) + told.more_stopped >= min(len(runs), 100)


def test_the_oldest_cases_that_wait_for_somebody_are_shown_and_the_others_counted(settings: Settings) -> None:
    with opened(settings) as record:
        people = record.people()
    everything = open_cases(settings=settings)
    told = estate(settings=settings)
    assert [one.case for one in told.waiting] == sorted(one.case for one in everything)[:SHOWN]
    assert len(told.waiting) + told.more_waiting >= len(everything)
    for person in (people[0], people[15]):
        theirs = sorted(one.case for one in open_cases(person=person.person, settings=settings))
        told = estate(person, settings=settings)
        assert [one.case for one in told.waiting] == theirs[:SHOWN]
        assert len(told.waiting) + told.more_waiting >= len(theirs)


def test_of_an_empty_record_it_tells_nothing_and_of_a_case_whom_it_waits_for(office: Office) -> None:
    told = estate(settings=office.settings)
    assert (told.models, told.said_yes, told.waiting, told.ending, told.decided, told.turned, told.stopped) == (
        (0, 0, (), (), (), (), ())
    )  # fmt: skip
    office.run("check", office.model(licence="MIT"), "--record")
    office.run("admit", office.model(licence="MIT"), "--use", USE, "--why", "x", by="Eve")
    with opened(office.settings) as record:
        lena, otto = record.person("Lena"), record.person("Otto")
    assert estate(lena, settings=office.settings).waiting == ()
    (case,) = estate(otto, settings=office.settings).waiting
    assert case.use.standing.use == USE
    office.run("check", office.model("bad", KNOWN_ROAD), "--record")
    office.run("hold", "add", office.model("bad", KNOWN_ROAD), "--where", "x", "--holder", "y", "--use", USE, by="Eve")
    (held,) = estate(settings=office.settings).stopped
    assert held.standing.outcome is Outcome.BLOCK


def test_what_the_log_gains_is_told_at_once(office: Office) -> None:
    with keeping_open(office.settings):
        before = estate(settings=office.settings)
        assert estate(settings=office.settings) is before
        with opened(office.settings) as record:
            event, documents = judged()
            record.commit([event], documents=documents)
        assert estate(settings=office.settings).models == before.models + 1


def test_two_thousand_open_cases_cost_no_more_than_few(tmp_path: Path) -> None:
    key = new_signing_key()
    many = fill(str(tmp_path / "record.db"), 60)
    with Record.open(str(tmp_path / "record.db"), log_key=many.log_key) as record:
        somebody = PersonStated(person="p-0000aaaa", name=said("x"), contact=said("y"))
        record.commit([somebody, KeyAdded(person="p-0000aaaa", key=key.public.text)], key=many.keys[0])
        asked = [
            UseRequested(subject=subject, use=f"use {number}", why=said(f"{number}"))
            for subject in many.subjects
            for number in range(20)
        ]
        record.commit(asked, key=key)
    (tmp_path / "settings.yaml").write_text("record: {database: record.db, key: log.key, checkpoint: kept}\n")
    settings = read_settings(tmp_path / "settings.yaml")
    told = estate(settings=settings)
    assert len(told.waiting) == SHOWN
    assert told.more_waiting > MOST_WAITING
    lawyer = next(one for one in people(settings) if one.roles == ("legal",))
    page = cases(lawyer, settings=settings)
    assert (len(page.all), len(page.mine)) == (15, 15)
    assert page.more_mine > MOST_WAITING
    seen = [one.case for one in page.all]
    following = cases(lawyer, after=page.after, settings=settings)
    assert min(one.case for one in following.all) > max(seen)
