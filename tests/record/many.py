"""A record with as many models as a large organisation has, made quickly: for query plans and benchmarks.

Nothing in it is read from anywhere; the same `seed` gives the same record but for salts and keys.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from hilt.core.events import (
    DecisionMade,
    Event,
    HoldingBegun,
    HoldingEnded,
    KeyAdded,
    PersonStated,
    Question,
    Say,
    UseRequested,
    VerdictGiven,
    Withdrawn,
    Words,
)
from hilt.core.fact import Fact, Known, Value
from hilt.core.report import Coverage, Ran, Report
from hilt.core.subject import Entry, Subject
from hilt.core.verdict import Outcome, Reason, Verdict
from hilt.gate.recording.verdicts import given
from hilt.record.ledger.keys import SigningKey, new_signing_key
from hilt.record.record import Record

POLICY = sha256(b"policy").hexdigest()
LICENCES = (
    "apache-2.0", "mit", "llama3.1", "gemma", "cc-by-nc-4.0", "apache-2.0 mit", "gpl-3.0", "bigscience-bloom-rail-1.0", "",
)  # fmt: skip
USES = ("support chatbot, EU", "code completion", "search", "summaries for staff", "translation")
_LOOK: Any = {
    "rule": "people-look",
    "policy": "default",
    "outcome": Outcome.REVIEW,
    "by": ("legal",),
    "ask": "Is it fine?",
}
_ASKED = Question(**_LOOK)
_AT_ONCE = 1000


class Many(NamedTuple):
    """Who signs in the record, and the subjects of its models in the order in which they were judged."""

    log_key: SigningKey
    keys: tuple[SigningKey, ...]
    subjects: tuple[str, ...]


def said(text: str) -> Words:
    return Words.of(text, sha256(text.encode()).digest()[:16])


def fill(where: str, models: int, *, seed: int = 0, kept: Path | None = None, entries: int = 0) -> Many:
    """Makes a record at `where`: `models` verdicts, a request and a decision for every third, a holding for every fifth, and
    for every tenth a second verdict. Where that is less than `entries`, models are judged again, and held for a while, until
    there are as many."""
    random, log_key = Random(seed), new_signing_key()
    keys = tuple(new_signing_key() for _ in range(20))
    with Record.create(where, log_key=log_key, origin="hilt/many", kept=kept) as record:
        _people(record, keys)
        clock = datetime(2026, 1, 1, tzinfo=UTC)
        verdicts = [_verdict(random, number) for number in range(models)]
        again = [_verdict(random, number) for number in range(0, models, 10)]
        for begin in range(0, models, _AT_ONCE):
            clock += timedelta(minutes=5)
            _judge(record, [*verdicts[begin : begin + _AT_ONCE], *again[begin // 10 : (begin + _AT_ONCE) // 10]], clock)
        for number, some in enumerate(_chunks(verdicts[::3])):
            clock += timedelta(minutes=5)
            _decide(record, some, keys, random, clock, exceptions=number % 4 == 3)
        for some in _chunks(verdicts[::5]):
            clock += timedelta(minutes=5)
            _hold(record, some, keys[random.randrange(20)], random, clock)
        chunks = list(_chunks(verdicts))
        while (left := entries - record.log.head().size) > 0:
            clock += timedelta(minutes=5)
            some = random.choice(chunks)[:left]
            _judge(record, [(_changed(random, event), ()) for event, _ in some], clock)
            if held := some[: (left - len(some)) // 2]:
                _hold(record, held, keys[random.randrange(20)], random, clock, ending=1)
    return Many(log_key, keys, tuple(event.subject for event, _ in verdicts))


def _people(record: Record, keys: Sequence[SigningKey]) -> None:
    events: list[Event] = []
    for number, key in enumerate(keys):
        person, roles = f"p-{number:08x}", ("admin", "legal") if number < 3 else ("legal",)
        name, contact = said(f"Person {number}"), said(f"person{number}@example.org")
        events += [PersonStated(person=person, name=name, contact=contact, roles=roles)]
        events += [KeyAdded(person=person, key=key.public.text)]
    record.commit(events[:2])
    record.commit(events[2:], key=keys[0])


def _verdict(random: Random, number: int) -> tuple[VerdictGiven, tuple[bytes, ...]]:
    outcome = random.choices(tuple(Outcome), (70, 20, 10))[0]
    reasons = () if outcome is Outcome.ADMIT else (Reason(say="somebody must look", why=("it is new",), **_LOOK),)
    report = _report(random, number)
    verdict = Verdict(outcome=outcome, report=report, policy="default", policy_digest=POLICY, reasons=reasons)
    return given(verdict)


def _report(random: Random, number: int) -> Report:
    licences = random.choices(LICENCES, (40, 20, 10, 10, 5, 5, 1, 1, 8))[0].split()
    openness = random.choice((None, 0, 0, 0, 3, 2, 1))
    file = Entry(path="model.safetensors", size=number, sha256=sha256(f"model {number}".encode()).hexdigest())
    return Report(
        subject=Subject(
            reference=f"hf:publisher-{number % 997}/model-{number}",
            revision=f"{random.getrandbits(160):040x}",
            entries=(file,),
        ),
        facts=(_fact("rights.licences", tuple(licences) or None), _fact("openness.class", openness)),
        coverage=Coverage(ran=(Ran(check="safetensors-header", files=1),)),
        formats={file.path: "safetensors"},
    )


def _fact(key: str, value: Value) -> Fact:
    known = Known.UNKNOWN if value is None else Known.CLAIMED
    return Fact(key=key, value=value, known=known, source="" if value is None else "README.md")


def _changed(random: Random, event: VerdictGiven) -> VerdictGiven:
    """The verdict of another day: one in fifty says something else."""
    outcome = event.outcome if random.random() > 0.02 else random.choice(tuple(Outcome))
    return replace(event, outcome=outcome, questions=() if outcome is Outcome.ADMIT else (_ASKED,))


def _judge(record: Record, verdicts: Sequence[tuple[VerdictGiven, tuple[bytes, ...]]], at: datetime) -> None:
    documents = [document for _, some in verdicts for document in some]
    record.commit([event for event, _ in verdicts], documents=documents, at=at.isoformat())


def _decide(
    record: Record,
    verdicts: Sequence[tuple[VerdictGiven, tuple[bytes, ...]]],
    keys: Sequence[SigningKey],
    random: Random,
    at: datetime,
    *,
    exceptions: bool,
) -> None:
    use, until = random.choice(USES), (at + timedelta(days=random.randrange(30, 700))).date().isoformat()
    asked = [UseRequested(subject=event.subject, use=use, why=said(f"{use} {event.subject}")) for event, _ in verdicts]
    cases = record.commit(asked, key=keys[random.randrange(10, 20)], at=at.isoformat())
    # One in ten waits for its decision.
    decided = [
        DecisionMade(
            subject=event.subject,
            use=use,
            say=Say.NO if case.index % 9 == 0 else Say.YES,
            policy_digest=event.policy_digest,
            evidence=event.evidence,
            why=said(f"decided {event.subject}"),
            case=case.index,
            answers=((_ASKED.rule, said(f"answered {event.subject}")),),
            until=until if exceptions or case.index % 2 else "",
            exception=exceptions,
        )
        for case, (event, _) in zip(cases, verdicts, strict=True)
        if case.index % 10
    ]
    record.commit(decided, key=keys[random.randrange(10)], at=(at + timedelta(minutes=1)).isoformat())
    withdrawn = [Withdrawn(subject=one.subject, why=said(f"withdrawn {one.subject}")) for one in decided[::20]]
    record.commit(withdrawn, key=keys[0], at=(at + timedelta(minutes=2)).isoformat())


def _hold(
    record: Record,
    verdicts: Sequence[tuple[VerdictGiven, tuple[bytes, ...]]],
    key: SigningKey,
    random: Random,
    at: datetime,
    *,
    ending: int = 4,
) -> None:
    """Every fourth holding is over soon, or each that `ending` names."""
    use = random.choice(USES)
    begun = [
        HoldingBegun(subject=event.subject, use=use, place=f"cluster {number % 40}", holder=said(f"team {number}"))
        for number, (event, _) in enumerate(verdicts)
    ]
    held = record.commit(begun, key=key, at=at.isoformat())
    over = [HoldingEnded(subject=one.event.subject, holding=one.index) for one in held[::ending]]  # type: ignore[union-attr]
    record.commit(over, key=key, at=(at + timedelta(minutes=1)).isoformat())


def _chunks(
    verdicts: Sequence[tuple[VerdictGiven, tuple[bytes, ...]]],
) -> Iterator[Sequence[tuple[VerdictGiven, tuple[bytes, ...]]]]:
    return (verdicts[begin : begin + _AT_ONCE] for begin in range(0, len(verdicts), _AT_ONCE))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("where", help="path or address of the database that is to hold the record")
    parser.add_argument("--models", type=int, default=100_000)
    parser.add_argument("--entries", type=int, default=0, help="how long the log is at least")
    options = parser.parse_args()
    print(len(fill(options.where, options.models, entries=options.entries).subjects))
