"""What was decided before a case: about the same bytes, about others under their name, and in cases that are alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from hilt.core.errors import ReportInvalid
from hilt.core.events import DecisionMade, Recorded, UseRequested, VerdictGiven, Withdrawn
from hilt.core.rechecked import Change
from hilt.core.review import Alike, LastDecision
from hilt.core.standing import same_use
from hilt.core.verdict import Verdict
from hilt.gate.recording.told_again import ToldAgain
from hilt.gate.recording.verdicts import verdict_of
from hilt.gate.reviewing.differences import differences
from hilt.policy.decided import stops

if TYPE_CHECKING:
    from hilt.record.record import Record
    from hilt.record.registry_rows import Decision

_LOOKED_THROUGH = 200
"""Decisions, the newest first, among which cases that are alike are looked for."""
_ALIKE, _EARLIER = 5, 20
_REMEMBERED = 1000
"""Decisions of which it is remembered what had asked for them."""


def before(
    record: Record, place: int, history: Sequence[Recorded], given: VerdictGiven, verdict: Verdict, *, is_open: bool
) -> LastDecision | None:
    """What was decided last. Of an open case without what others said of it as it is now: each has a view of their own."""
    said_now = (place, given.basis)
    own = [one for one in acts(history) if not is_open or (_case_of(one), _basis(one)) != said_now]
    if own:
        return _since(record, given.subject, own[-1], history, verdict)
    others = [one.subject for one in record.registry.models(reference=given.reference, limit=_EARLIER)]
    histories = record.histories({subject for subject in others if subject != given.subject})
    earlier = [(act, subject) for subject, said in histories.items() for act in acts(said)]
    if not earlier:
        return None
    act, subject = max(earlier, key=lambda one: one[0].index)
    return _since(record, subject, act, histories[subject], verdict)


def _since(record: Record, subject: str, act: Recorded, history: Sequence[Recorded], verdict: Verdict) -> LastDecision:
    then = verdict_under(act, history)
    changes: tuple[Change, ...] | None = None
    if then is not None:
        with suppress(ReportInvalid):  # of another version of hilt
            changes = differences(verdict_of(then, record.document), verdict)
    return LastDecision(decision=act, subject=subject, reference=then.reference if then else "", changes=changes)


def alike(record: Record, asked: UseRequested, given: VerdictGiven) -> Iterator[Alike]:
    """Other cases that asked the same rules: those with most of them first, of those the newest."""
    rules = {one.rule for one in given.questions}
    last = {
        one.case: one
        for one in reversed(_LAST.of(record, "", lambda: _last_decisions(record)))
        if one.case >= 0 and one.subject != asked.subject
    }
    same = {one.case: _same(rules, then) for one, then in _rules_of(record, list(last.values()))}
    found = [one for one in last.values() if same[one.case]]
    found.sort(key=lambda one: (-len(same[one.case]), not same_use(one.use, asked.use), -one.case))
    yield from islice(_proven_alike(record, found, rules), _ALIKE)


_LAST = ToldAgain["list[Decision]"]()


def _last_decisions(record: Record) -> list[Decision]:
    return record.registry.decisions(newest_first=True, limit=_LOOKED_THROUGH)


def _proven_alike(record: Record, found: Sequence[Decision], rules: set[str]) -> Iterator[Alike]:
    for begin in range(0, len(found), _ALIKE):
        some = found[begin : begin + _ALIKE]
        histories = record.histories({one.subject for one in some})
        for row in some:
            act, then = _act_at(row, history := histories[row.subject])
            if act is not None and then is not None:
                undone = next(
                    (one for one in acts(history) if one.index > act.index and stops(one.event, row.use)), None
                )
                same = _same(rules, tuple(one.rule for one in then.questions))
                yield Alike(
                    case=row.case, reference=then.reference, use=row.use, rules=same, decision=act, undone=undone
                )


def _rules_of(record: Record, rows: Sequence[Decision]) -> list[tuple[Decision, tuple[str, ...]]]:
    """The rules that asked for each decision. No later entry changes them, and they only tell where to look: so they are remembered."""
    known = _RULES.setdefault(record, {})
    if new := [one.place for one in rows if one.place not in known]:
        judged = record.registry.judged_before(new)
        said = {one.index: one.event for one in record.recorded_each([*new, *judged.values()])}
        unclear = set()
        for place in new:
            act, then = said[place], said.get(judged.get(place, -1))
            if isinstance(act, DecisionMade) and isinstance(then, VerdictGiven) and act.basis == then.basis:
                known[place] = tuple(question.rule for question in then.questions)
            else:  # it rests on an older verdict, or on none
                unclear.add(place)
        known |= _rules_by_history(record, [one for one in rows if one.place in unclear])
    told = [(one, known.get(one.place, ())) for one in rows]
    for place in sorted(known)[:-_REMEMBERED]:
        known.pop(place, None)
    return told


def _rules_by_history(record: Record, rows: Sequence[Decision]) -> dict[int, tuple[str, ...]]:
    """The same, where the whole history has to be asked, of which there may be much."""
    histories = record.histories({one.subject for one in rows}) if rows else {}
    then = {one.place: _act_at(one, histories[one.subject])[1] for one in rows}
    return {place: tuple(asked.rule for asked in given.questions) if given else () for place, given in then.items()}


_RULES: WeakKeyDictionary[Record, dict[int, tuple[str, ...]]] = WeakKeyDictionary()


def _same(rules: set[str], then: Sequence[str]) -> tuple[str, ...]:
    return tuple(one for one in then if one in rules)


def _act_at(row: Decision, history: Sequence[Recorded]) -> tuple[Recorded | None, VerdictGiven | None]:
    """What somebody decided there, if that counts, and the verdict it rests on."""
    act = next((one for one in acts(history) if one.index == row.place), None)
    return act, verdict_under(act, history) if act is not None else None


def acts(history: Sequence[Recorded]) -> list[Recorded]:
    """What people decided here, as far as it counts."""
    return [
        one for one in history if isinstance(one.event, DecisionMade | Withdrawn) and not one.origin and not one.lapsed
    ]


def verdict_under(act: Recorded, history: Sequence[Recorded]) -> VerdictGiven | None:
    """The verdict that a decision rests on; of a withdrawal, the last one before it."""
    before = [
        one.event for one in history if isinstance(one.event, VerdictGiven) and not one.origin and one.index < act.index
    ]
    basis = _basis(act)
    return next((one for one in reversed(before) if basis in (None, one.basis)), None)


def _basis(act: Recorded) -> tuple[str, str] | None:
    event = act.event
    return event.basis if isinstance(event, DecisionMade) else None


def _case_of(act: Recorded) -> int:
    return act.event.case if isinstance(act.event, DecisionMade) else -1
