"""Events of every kind, made up by hypothesis."""

from __future__ import annotations

from base64 import b64encode

from hypothesis import strategies as st

from hilt.core.events import (
    DecisionMade,
    Erased,
    Event,
    FixityRun,
    HoldingBegun,
    HoldingEnded,
    Imported,
    KeyAdded,
    KeyRevoked,
    LogKeyAdded,
    PersonStated,
    Question,
    Remark,
    Remarked,
    Say,
    UseRequested,
    VerdictGiven,
    Withdrawn,
    Words,
)
from hilt.core.verdict import Outcome

texts = st.text(max_size=20).map(lambda text: text.replace("\0", "")) | st.sampled_from(
    ["\ud800", "\\ud800", "a\\", "ſ", " "]
)
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)
words = st.builds(Words, digest=digests)
days = st.dates().map(str) | st.just("")
times = st.datetimes().map(lambda time: time.isoformat() + "+00:00")
persons = st.binary(min_size=4, max_size=4).map(lambda number: f"p-{number.hex()}")
places = st.integers(0, 1 << 62)
keys = st.binary(min_size=44, max_size=120).map(lambda der: b64encode(der).decode())
roles = st.sampled_from(["admin", "legal", "risk-officer"])
questions = st.builds(
    Question,
    rule=texts,
    policy=texts,
    outcome=st.sampled_from(Outcome),
    by=st.lists(texts, max_size=2).map(tuple),
    approvals=st.integers(0, 5),
    ask=texts,
)

verdicts = st.builds(
    VerdictGiven,
    subject=digests,
    reference=texts,
    revision=texts,
    outcome=st.sampled_from(Outcome),
    policy=texts,
    policy_digest=digests,
    evidence=digests,
    report=digests,
    verdict=digests,
    questions=st.lists(questions, max_size=2).map(tuple),
    claimed=st.booleans(),
)

of_each_kind: tuple[st.SearchStrategy[Event], ...] = (
    verdicts,
    st.builds(UseRequested, subject=digests, use=texts, why=words),
    st.builds(
        DecisionMade,
        subject=digests,
        use=texts,
        say=st.sampled_from(Say),
        policy_digest=digests,
        evidence=digests,
        why=words,
        case=places | st.just(-1),
        answers=st.lists(st.tuples(texts, words), max_size=2).map(tuple),
        conditions=st.none() | words,
        until=days,
        exception=st.booleans(),
        opened=times | st.just(""),
    ),
    st.builds(
        Remarked,
        subject=digests,
        case=places,
        says=st.sampled_from(Remark),
        policy_digest=digests,
        evidence=digests,
        why=words,
    ),
    st.builds(Withdrawn, subject=digests, why=words, use=texts),
    st.builds(HoldingBegun, subject=digests, use=texts, place=texts, holder=words),
    st.builds(HoldingEnded, subject=digests, holding=places),
    st.builds(PersonStated, person=persons, name=words, contact=words, roles=st.lists(roles, max_size=3).map(tuple)),
    st.builds(KeyAdded, person=persons, key=keys),
    st.builds(KeyRevoked, person=persons, key=keys, compromised=st.booleans(), why=words),
    st.builds(LogKeyAdded, verifier=texts),
    st.builds(
        FixityRun,
        files=st.integers(0, 1 << 40),
        size=st.integers(0, (1 << 63) - 1),
        damaged=st.lists(digests, max_size=3).map(tuple),
        repaired=st.lists(digests, max_size=2).map(tuple),
        unread=st.integers(0, 1 << 40),
    ),
    st.builds(Erased, person=persons, words=st.lists(digests, max_size=3).map(tuple)),
    st.builds(
        lambda verdict, **rest: Imported(subject=verdict.subject, verdict=verdict, **rest),
        origin=texts,
        bundle=digests,
        checkpoint=texts,
        verdict=verdicts,
        until=days,
        words=st.lists(words, max_size=2).map(tuple),
    ),
)
events: st.SearchStrategy[Event] = st.one_of(*of_each_kind)
