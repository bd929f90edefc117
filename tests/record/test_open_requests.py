"""The search for open requests leaves none out that the standing calls open, whatever the record holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random

import pytest

from hilt.core.events import (
    DecisionMade,
    Event,
    KeyAdded,
    KeyRevoked,
    Question,
    Say,
    UseRequested,
    VerdictGiven,
    Withdrawn,
)
from hilt.core.verdict import Outcome
from hilt.gate.review import may_decide, open_among
from hilt.gate.status import Now
from hilt.policy.standing import standing
from hilt.record.record import Record
from record.one_of_each import (
    ANNA,
    ANNA_KEY,
    BEN,
    BEN_KEY,
    CARL,
    CARL_KEY,
    LOG_KEY,
    ORIGIN,
    judged,
    said,
    stated,
    with_people,
)
from sample_receipts import ed25519_key

ASKED = Question(rule="licence", policy="acme", outcome=Outcome.REVIEW, by=("legal",), ask="Which?")
OTHER = replace(ASKED, rule="code", by=("admin",))
QUESTIONS = [(), (ASKED,), (replace(ASKED, approvals=2),), (ASKED, OTHER), (replace(ASKED, rule="attack", outcome=Outcome.BLOCK),)]  # fmt: skip
USES = ["chat", "CHAT ", "search"]
DAN, DAN_KEY = "p-0000000d", ed25519_key(61)
TODAY = datetime(2027, 6, 1, tzinfo=UTC)
KEYS = {ANNA_KEY: ANNA, BEN_KEY: BEN, CARL_KEY: CARL, DAN_KEY: DAN}


def verdict(random: Random, subject: str) -> tuple[VerdictGiven, tuple[bytes, ...]]:
    event, documents = judged(subject, report=random.choice([b"a report", b"another report"]))
    asked = random.choice(QUESTIONS)
    return replace(
        event, questions=asked, outcome=max((one.outcome for one in asked), default=Outcome.ADMIT)
    ), documents


def act(record: Record, random: Random, subject: str, newest: VerdictGiven) -> None:
    """What somebody does with hilt's verbs: they see to it that whoever says yes may, and to an open request."""
    key, use = random.choice(list(KEYS)), random.choice(USES)
    before = standing(record.history(subject), use=use, now=TODAY)
    case, to_others = before.case, bool(newest.questions) or before.stopped_before
    kind = random.choices(["request", "yes", "no", "withdrawal"], [3, 8, 1, 1])[0]
    if kind == "request" or (kind == "yes" and to_others and (case < 0 or record.recorded(case).by == KEYS[key])):
        event: Event = UseRequested(subject=subject, use=use, why=said("please"))
    elif kind == "withdrawal":
        event = Withdrawn(subject=subject, use=random.choice(["", use]), why=said("no more"))
    else:
        days = ["2027-05-31", "2027-06-01", "2028-01-01"]
        event = DecisionMade(
            subject=subject,
            use=use,
            say=Say.NO if kind == "no" else Say.YES,
            policy_digest=newest.policy_digest,
            evidence=newest.evidence,
            why=said("seen"),
            case=case if to_others else -1,
            answers=tuple((one.rule, said("read")) for one in newest.questions),
            until=random.choice(days if newest.outcome is Outcome.BLOCK else ["", *days]),
            exception=newest.outcome is Outcome.BLOCK,
        )
    record.commit([event], key=key)


def fill(where: str, seed: int, subjects: int) -> list[str]:
    random = Random(seed)
    names = [sha256(f"model {number}".encode()).hexdigest() for number in range(subjects)]
    with with_people(where) as record:
        record.commit([stated(DAN, "Dan", "legal"), KeyAdded(person=DAN, key=DAN_KEY.public.text)], key=ANNA_KEY)
        for subject in names:
            newest, documents = verdict(random, subject)
            record.commit([newest], documents=documents)
            for _ in range(random.randrange(7)):
                if random.random() < 0.15:
                    newest, documents = verdict(random, subject)
                    record.commit([newest], documents=documents)
                act(record, random, subject, newest)
        stolen = KeyRevoked(person=DAN, key=DAN_KEY.public.text, compromised=True, why=said("stolen"))
        record.commit([stolen], key=ANNA_KEY)
    return names


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_no_open_request_is_left_out(where: str, seed: int) -> None:
    subjects = fill(where, seed, 60)
    with Record.open(where) as record:
        for day in range(-2, 2):
            now = TODAY + timedelta(days=day)
            histories = record.histories(subjects)
            is_open = {
                one.index
                for history in histories.values()
                for one in history
                if isinstance(one.event, UseRequested)
                and (found := standing(history, use=one.event.use, now=now)).case == one.index
                and found.outcome is not Outcome.ADMIT
            }
            found, today = list[int](), now.date().isoformat()
            while some := record.registry.maybe_open(today=today, after=found[-1] if found else None, limit=5):
                found += some
            assert is_open
            assert is_open <= set(found)
            assert found == record.registry.maybe_open(today=today, limit=1000) == sorted(set(found))
            at = Now(now, record.newest_at(), record.people())
            cases = list(open_among(record, found, at))
            for person in at.people:
                theirs = {one.case for one in cases if may_decide(person, one)}
                asked = record.registry.maybe_open(today=today, whom=person, limit=1000)
                assert theirs <= set(asked) <= set(found)


def test_what_was_decided_is_left_out(where: str) -> None:
    """Otherwise every history that there ever was is read for the queue of today."""
    with Record.create(where, log_key=LOG_KEY, origin=ORIGIN) as record:
        record.commit([stated(BEN, "Ben", "admin", "legal"), KeyAdded(person=BEN, key=BEN_KEY.public.text)])
        event, documents = judged()
        record.commit([replace(event, questions=(ASKED,))], documents=documents)
        use = UseRequested(subject=event.subject, use="chat", why=said("please"))
        (case,) = record.commit([use], key=BEN_KEY)
        assert record.registry.maybe_open(today="2027-06-01") == [case.index]
        record.commit([stated(ANNA, "Anna", "legal"), KeyAdded(person=ANNA, key=ANNA_KEY.public.text)], key=BEN_KEY)
        yes = DecisionMade(
            subject=event.subject,
            use="chat",
            say=Say.YES,
            policy_digest=event.policy_digest,
            evidence=event.evidence,
            why=said("seen"),
            case=case.index,
            until="2027-06-01",
        )
        record.commit([yes], key=BEN_KEY)  # who asked for it
        assert record.registry.maybe_open(today="2027-06-01") == [case.index]
        record.commit([yes], key=ANNA_KEY)
        assert record.registry.maybe_open(today="2027-06-01") == []
        assert record.registry.maybe_open(today="2027-06-02") == [case.index]
        assert record.registry.maybe_open(today="2027-06-02", after=case.index) == []
        record.commit([replace(yes, until="2028-01-01", why=said("longer"))], key=ANNA_KEY)
        record.commit([replace(yes, until="2027-06-02", why=said("no, shorter"))], key=ANNA_KEY)
        assert record.registry.maybe_open(today="2027-06-03") == [case.index]
        record.commit([replace(yes, say=Say.NO, why=said("not any more"))], key=BEN_KEY)
        assert record.registry.maybe_open(today="2027-06-02") == []
