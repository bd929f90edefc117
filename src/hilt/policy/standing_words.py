"""Why a subject stands as it does, in sentences: with place in the log, role and day. Names are not told here, for they can be erased."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hilt.core.events import Recorded, VerdictGiven, Withdrawn
from hilt.core.roles import deciders
from hilt.core.verdict import Outcome
from hilt.policy.decided import FOREVER, Approval, AskedQuestion, Decided


def why(says: Decided, origin: str) -> Iterator[str]:
    """The sentences for one log, the deciding one first. `origin` is empty for our own."""
    log = f" of the log {origin}" if origin else ""
    if says.admitted:
        yield from _admitted(says, log)
        return
    if says.stop is not None:
        yield _stopped(says.stop, log)
    if says.given is None or says.verdict is None:
        yield f"There is no verdict{log} on these bytes: have them checked."
        return
    if says.stop is None and says.given.outcome is Outcome.ADMIT:
        yield f"Nobody has admitted it for this use{log}."
    yield _verdict(says.given, says.verdict, log)
    yield from (_open(one, says.given) for one in says.asked if one.missing)
    if says.given.outcome is not Outcome.ADMIT and not says.asked:
        yield f"The policy {says.given.policy} names no rule that people could answer, so nobody can admit it."
    yield from (f"{_named(entry, log)} does not count: {reason}." for entry, reason in says.lapsed)


def clock(now: str, newest: str) -> str:
    return f"The clock says {now}, and the newest entry of the log is of {newest}: set the clock right, then ask again."


def conditions(approvals: Sequence[Approval]) -> Iterator[str]:
    """What whoever approved asked for."""
    for entry, event in approvals:
        if event.conditions is not None:
            erased = f"there is a condition in entry {entry.index}, and its words were erased: ask whoever set it"
            yield erased if event.conditions.text is None else event.conditions.text


def _admitted(says: Decided, log: str) -> Iterator[str]:
    end = "" if says.until == FOREVER else f", until {says.until}"
    if says.given is None or says.verdict is None:
        return
    verdict = _place(says.verdict, log)
    if not says.asked:
        (approval,) = says.approvals
        yield f"Admitted for this use{_by(approval.entry.roles)} on {_place(approval.entry, log)}{end}."
    elif says.given.outcome is Outcome.BLOCK:
        yield f"Admitted for this use as an exception to the verdict block of {verdict}{end}."
    else:
        yield f"Admitted for this use: people answered what the verdict of {verdict} left to them{end}."
    for asked in says.asked:
        for one in asked.approvals:
            roles = tuple(role for role in one.entry.roles if role in asked.question.by)
            yield f"{asked.question.rule}: yes{_by(roles)} on {_place(one.entry, log)}."
    if not says.asked:
        yield _verdict(says.given, says.verdict, log)


def _stopped(stop: Recorded, log: str) -> str:
    did = "Refused for this use"
    if isinstance(stop.event, Withdrawn):
        did = "Withdrawn for this use" if stop.event.use else "Withdrawn for every use"
    told = f"{did}{_by(stop.roles)} on {_place(stop, log)}"
    if stop.lapsed:
        return f"{told}; but {stop.lapsed}, so nobody knows whether that was meant: have it admitted anew."
    return f"{told}. It stays so until somebody asks for it anew and somebody else says yes."


def _verdict(given: VerdictGiven, entry: Recorded, log: str) -> str:
    return f"The verdict is {given.outcome.word} by policy {given.policy}, on {_place(entry, log)}."


def _open(asked: AskedQuestion, given: VerdictGiven) -> str:
    question = asked.question
    blocks = question.outcome is Outcome.BLOCK
    if not question.by:
        way_out = "it has no `override`, so nobody can make an exception" if blocks else "give the rule `by`"
        return f"{question.rule}: the policy {question.policy} names nobody who may decide; {way_out}."
    what = "an exception" if blocks or given.outcome is Outcome.BLOCK else "a yes"
    return f"{question.rule}: {what} is missing by {deciders(question.by, asked.missing)}."


def _named(entry: Recorded, log: str) -> str:
    what = "The verdict" if isinstance(entry.event, VerdictGiven) else f"The yes{_by(entry.roles)}"
    return f"{what} of {_place(entry, log)}"


def _place(entry: Recorded, log: str) -> str:
    return f"{entry.at[:10]} (entry {entry.index}{log})"


def _by(roles: Sequence[str]) -> str:
    return f" by {' and '.join(roles)}" if roles else ""
