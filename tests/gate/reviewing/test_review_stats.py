"""How deciding goes, told from a record in which all that happened is known to the second."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from hilt.core.errors import UsageError
from hilt.core.events import DecisionMade, Question, Say, UseRequested, VerdictGiven, Withdrawn
from hilt.core.review import QUICK, Stats
from hilt.core.verdict import Outcome
from hilt.gate.configured.record_settings import RecordSettings
from hilt.gate.review import open_cases
from hilt.gate.reviewing.review_stats import MANY, review_stats
from hilt.gate.settings import Settings
from hilt.record.ledger.keys import SigningKey
from record.one_of_each import ANNA, ANNA_KEY, BEN, BEN_KEY, CARL_KEY, judged, said, with_people

BEGIN = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
ASKED = Question(rule="licence", policy="acme", outcome=Outcome.REVIEW, by=("legal",), ask="Which?")
TWO, ATTACK = replace(ASKED, rule="code", approvals=2), replace(ASKED, rule="attack", outcome=Outcome.BLOCK)


class Desk:
    """A record in which a clock stands as it is put."""

    def __init__(self, file: Path) -> None:
        self.record = with_people(str(file))
        self.settings = Settings(record=RecordSettings(database=str(file)))
        self.clock, self.subjects = BEGIN, 0

    def asked(self, *questions: Question) -> DecisionMade:
        """A yes, by somebody else, to a model that was judged and asked for a moment ago."""
        self.subjects += 1
        event, documents = judged(sha256(f"model {self.subjects}".encode()).hexdigest(), report=b"r")
        outcome = max((one.outcome for one in questions), default=Outcome.ADMIT)
        event = replace(event, questions=questions, outcome=outcome)
        self.record.commit([event], documents=documents, at=self.clock.isoformat())
        case = self.say(UseRequested(subject=event.subject, use="chat", why=said("please")), BEN_KEY)
        return decision(event, case)

    def say(self, event: UseRequested | DecisionMade | Withdrawn, key: SigningKey, after: int = 0) -> int:
        self.clock += timedelta(seconds=after)
        (entry,) = self.record.commit([event], key=key, at=self.clock.isoformat())
        return entry.index

    def opened(self, before: DecisionMade) -> DecisionMade:
        return replace(before, opened=self.clock.isoformat())

    def stats(self, **options: str) -> Stats:
        return review_stats(settings=self.settings, **{"since": "", **options})


def decision(event: VerdictGiven, case: int) -> DecisionMade:
    return DecisionMade(
        subject=event.subject,
        use="chat",
        say=Say.YES,
        policy_digest=event.policy_digest,
        evidence=event.evidence,
        why=said("seen"),
        case=case if event.questions else -1,
        answers=tuple((one.rule, said("read")) for one in event.questions),
        until="2099-01-01" if event.outcome is Outcome.BLOCK else "",
        exception=event.outcome is Outcome.BLOCK,
    )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "record.db")
    with made.record:
        yield made


def test_of_nothing_nothing_is_told(desk: Desk) -> None:
    told = desk.stats(by="person")
    assert (told.total.decisions, told.groups, told.waiting, told.total.alarms) == (0, (), 0, ())
    assert told.total.waited.median is None


def test_times_run_from_the_request_and_from_the_evidence(desk: Desk) -> None:
    for seconds in (100, 300, 500):
        yes = desk.asked(ASKED)
        desk.clock += timedelta(seconds=seconds)
        desk.say(desk.opened(yes), ANNA_KEY, after=60)
    total = desk.stats().total
    assert (total.decisions, total.waited, total.looked) == (3, (160.0, 360.0, 560.0), (60.0, 60.0, 60.0))
    assert (total.unopened.part, total.quick.part, total.yes.part) == (0, 0, 3)


def test_a_case_that_was_opened_again_waits_from_then(desk: Desk) -> None:
    yes = desk.asked(ASKED)
    desk.clock += timedelta(days=30)
    event, documents = judged(yes.subject, report=b"newer")
    event = replace(event, questions=(ASKED,), outcome=Outcome.REVIEW)
    desk.record.commit([event], documents=documents, at=desk.clock.isoformat())
    desk.say(decision(event, yes.case), ANNA_KEY, after=40)
    assert desk.stats().total.waited.median == 40.0


def test_what_nobody_opened_or_nobody_had_time_to_read_is_quick(desk: Desk) -> None:
    desk.say(desk.asked(ASKED), ANNA_KEY, after=1000)
    desk.say(desk.opened(desk.asked(ASKED)), ANNA_KEY, after=QUICK - 1)
    desk.say(desk.opened(desk.asked(ASKED)), ANNA_KEY, after=QUICK)
    total = desk.stats().total
    assert (total.unopened.part, total.unopened.whole) == (1, 3)
    assert (total.quick.part, total.quick.whole) == (2, 3)


def test_people_and_hilt_disagree_both_ways(desk: Desk) -> None:
    desk.say(desk.asked(ATTACK), ANNA_KEY)
    desk.say(replace(desk.asked(ATTACK), say=Say.NO), ANNA_KEY)
    for say in (Say.YES, Say.YES, Say.NO):
        desk.say(replace(desk.asked(), say=say), ANNA_KEY)
    desk.say(desk.asked(ASKED), ANNA_KEY)
    total = desk.stats().total
    assert (total.looser.part, total.looser.whole) == (1, 2)
    assert (total.stricter.part, total.stricter.whole) == (1, 3)
    assert total.looser.low is not None


def test_a_yes_that_was_taken_back_is_told(desk: Desk) -> None:
    first, second, third = (desk.asked(ASKED) for _ in range(3))
    for one in (first, second, third):
        desk.say(one, ANNA_KEY)
    desk.say(Withdrawn(subject=first.subject, why=said("bad")), BEN_KEY)
    desk.say(replace(second, say=Say.NO), BEN_KEY)
    desk.say(Withdrawn(subject=third.subject, use="another use", why=said("bad")), BEN_KEY)
    total = desk.stats().total
    assert (total.reversed.part, total.reversed.whole) == (2, 3)


def test_several_people_say_the_same_or_they_do_not(desk: Desk) -> None:
    alike, apart, alone = (desk.asked(TWO) for _ in range(3))
    for one, key, say in (
        (alike, ANNA_KEY, Say.YES),
        (alike, CARL_KEY, Say.YES),
        (apart, ANNA_KEY, Say.YES),
        (apart, CARL_KEY, Say.NO),
        (alone, ANNA_KEY, Say.YES),
    ):
        desk.say(replace(one, say=say), key)
    told = desk.stats().alike
    assert (told.part, told.whole) == (1, 2)


def test_each_person_and_each_rule_has_a_part(desk: Desk) -> None:
    desk.say(desk.asked(ASKED, TWO), ANNA_KEY)
    desk.say(replace(desk.asked(ASKED), say=Say.NO, answers=()), CARL_KEY)
    by_person = {one.name: one.decisions for one in desk.stats(by="person").groups}
    assert by_person == {f"Anna ({ANNA})": 1, "Carl (p-0000000c)": 1}
    by_rule = {one.name: (one.decisions, one.yes.part) for one in desk.stats(by="rule").groups}
    assert by_rule == {"licence": (2, 1), "code": (1, 1)}
    with pytest.raises(UsageError, match="--by tribe: known are person and rule"):
        desk.stats(by="tribe")


def test_only_what_was_decided_since_then(desk: Desk) -> None:
    desk.say(desk.asked(ASKED), ANNA_KEY)
    desk.say(desk.asked(ASKED), ANNA_KEY, after=40 * 86400)
    assert desk.stats(since="2026-04-01").total.decisions == 1
    assert desk.stats(since="2026-03-01").total.decisions == 2


def test_the_queue_is_told_with_its_age(desk: Desk) -> None:
    for _ in range(20):
        desk.asked(ASKED)
        desk.clock += timedelta(days=1)
    told = desk.stats()
    assert told.waiting == 20
    assert told.queue.median is not None
    assert told.queue.p95 is not None
    assert told.queue.p95 - told.queue.median == pytest.approx(9 * 86400, abs=2)
    oldest, *_, newest = open_cases(settings=desk.settings)
    assert oldest.waited > newest.waited


def stamped(desk: Desk, *, number: int = MANY, seconds: int = 5, noes: int = 0) -> tuple[str, ...]:
    """What is said of somebody who decides so many cases within so many seconds of the evidence."""
    for index in range(number):
        say = Say.NO if index < noes else Say.YES
        desk.say(replace(desk.opened(desk.asked(ASKED)), say=say), ANNA_KEY, after=seconds)
    (anna,) = desk.stats(by="person").groups
    return anna.alarms


def test_a_rubber_stamp_is_an_alarm(desk: Desk) -> None:
    (alarm,) = stamped(desk)
    assert alarm == (
        f"{MANY} of {MANY} decisions were a yes, and at least a tenth of them came within {QUICK} seconds of the evidence, "
        "or without it"
    )


@pytest.mark.parametrize("otherwise", [{"number": MANY - 1}, {"seconds": QUICK}, {"noes": 1}])
def test_few_slow_or_mixed_decisions_are_no_alarm(desk: Desk, otherwise: dict[str, int]) -> None:
    assert stamped(desk, **otherwise) == ()


def test_people_are_told_of_whatever_their_names_are(desk: Desk) -> None:
    words = next(one.name for one in desk.record.people() if one.person == BEN)
    desk.record.erase(BEN, [words.digest], key=ANNA_KEY)
    desk.say(replace(desk.asked(), case=-1), BEN_KEY)
    assert [one.name for one in desk.stats(by="person").groups] == [f"{BEN} ({BEN})"]
