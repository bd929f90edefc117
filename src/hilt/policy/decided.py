"""What one log says of a subject for one use: its newest verdict, and what people decided since somebody last stopped it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from hilt.core.events import (
    THE_LOG,
    DecisionMade,
    Event,
    Question,
    Recorded,
    Say,
    UseRequested,
    VerdictGiven,
    Withdrawn,
)
from hilt.core.standing import same_use
from hilt.core.verdict import Outcome

FOREVER = "9999-12-31"


class Approval(NamedTuple):
    """A yes, with the entry that says it."""

    entry: Recorded
    event: DecisionMade

    @property
    def until(self) -> str:
        """The last day on which it counts, `FOREVER` where there is no end."""
        return min(self.event.until or FOREVER, self.entry.until or FOREVER)


class AskedQuestion(NamedTuple):
    """A question, the newest yes of each person who may answer it, and how many more people it takes."""

    question: Question
    approvals: tuple[Approval, ...]
    missing: int

    @property
    def until(self) -> str:
        """The last day on which there are enough."""
        return sorted((one.until for one in self.approvals), reverse=True)[max(1, self.question.approvals) - 1]


class Decided(NamedTuple):
    """What the entries of one log come to on one day.

    `approvals` are those that count. `case` is the request that is open, `lapsed` are entries that would count, each with
    why it does not. `stop` is the refusal or withdrawal after which nothing was admitted; it is doubtful where the key that
    signed it turned out to be compromised.
    """

    verdict: Recorded | None = None
    given: VerdictGiven | None = None
    admitted: bool = False
    until: str = FOREVER
    approvals: tuple[Approval, ...] = ()
    asked: tuple[AskedQuestion, ...] = ()
    case: Recorded | None = None
    lapsed: tuple[tuple[Recorded, str], ...] = ()
    stop: Recorded | None = None
    undecided: bool = True
    """Nobody ever said yes or no to this use."""
    stopped_before: bool = False
    """Somebody refused or withdrew it once: since then it takes a request, and the yes of another person."""

    @property
    def silent(self) -> bool:
        """Does it say nothing against what another log admits?"""
        return self.undecided and (self.given is None or self.given.outcome is Outcome.ADMIT)

    @property
    def outcome(self) -> Outcome:
        if self.admitted:
            return Outcome.ADMIT
        stopped = self.stop is not None and not self.stop.lapsed
        blocked = self.given is not None and self.given.outcome is Outcome.BLOCK
        return Outcome.BLOCK if stopped or blocked else Outcome.REVIEW


def decided(entries: Sequence[Recorded], use: str, today: str) -> Decided:
    """What `entries`, in the order of their log, come to for `use` on the day `today`."""
    found = _since_last_stop(entries, use, today)
    stopping = [one for one in entries if stops(one.event, use)]
    if found.admitted or not stopping:
        return found
    counting = [one for one in stopping if not one.lapsed]
    if counting and not _admitted_after(counting[-1], entries, use):
        return found._replace(stop=counting[-1])
    return found._replace(stop=stopping[-1] if stopping[-1].lapsed else None)


class _Counting:
    """What may count of approvals for one verdict: the newest, and for each question the newest of each person who may answer it."""

    def __init__(self, given: VerdictGiven, bound: Iterable[Approval] = ()) -> None:
        self.given, self.seen = given, 0
        self.newest: Approval | None = None
        self.answered: list[dict[str, Approval]] = [{} for _ in given.questions]
        for approval in bound:
            self.add(approval)

    def add(self, approval: Approval) -> None:
        self.newest = approval
        for question, newest in zip(self.given.questions, self.answered, strict=True):
            if _answers(approval, question):
                newest[approval.entry.by] = approval


def _admitted_after(stop: Recorded, entries: Sequence[Recorded], use: str) -> bool:
    """Was it admitted at any time after `stop`? Then that is over for another reason. Each approval is looked at once."""
    found, firsts = Decided(stopped_before=True), _first_verdicts(entries)
    said, counting = defaultdict[object, list[Approval]](list), dict[object, _Counting]()
    for one in entries:
        event = one.event
        if stops(event, use):
            found, counting = found._replace(case=None), {}
            said.clear()
        elif isinstance(event, VerdictGiven) and _judges(one):
            found = found._replace(verdict=one, given=event)
        elif found.case is None and _asks(one, use):
            found = found._replace(case=one)
        elif isinstance(event, DecisionMade) and same_use(event.use, use):
            said[event.basis].append(Approval(one, event))
        else:
            continue
        given = found.given
        if given is not None and one.index > stop.index:
            counts = counting.setdefault((given.outcome, given.basis, given.questions), _Counting(given))
            for approval in said[given.basis][counts.seen :]:
                counts.seen += 1
                if not _why_not(approval, given, found, firsts):
                    counts.add(approval)
            if _counted(found, counts, one.at[:10]).admitted:
                return True
    return False


def stops(event: Event, use: str) -> bool:
    """Does it undo whatever was said of this use before?"""
    match event:
        case Withdrawn():
            return not event.use or same_use(event.use, use)
        case DecisionMade(say=Say.NO):
            return same_use(event.use, use)
    return False


def _since_last_stop(entries: Sequence[Recorded], use: str, today: str) -> Decided:
    since = max((one.index for one in entries if stops(one.event, use)), default=-1)
    verdict = next((one for one in reversed(entries) if _judges(one)), None)
    case = next((one for one in entries if one.index > since and _asks(one, use)), None)
    every = [Approval(one, one.event) for one in entries if isinstance(one.event, DecisionMade)]
    every = [one for one in every if same_use(one.event.use, use)]
    found = Decided(case=case, undecided=not every and since < 0, stopped_before=since >= 0)
    if verdict is None or not isinstance(verdict.event, VerdictGiven):
        return found
    firsts = _first_verdicts(entries)
    after = [one for one in every if one.entry.index > since]
    why_not = [(one, _why_not(one, verdict.event, found, firsts)) for one in after]
    bound = [one for one, why in why_not if not why]
    found = found._replace(verdict=verdict, given=verdict.event)
    found = _counted(found, _Counting(verdict.event, bound), today)
    lapsed = [(one.entry, why) for one, why in why_not if why]
    lapsed += [(one.entry, f"it counted until {one.until}") for one in bound if one.until < today]
    if (verdict.until or FOREVER) < today:
        lapsed.append((verdict, f"what its log says counted until {verdict.until}"))
    return found._replace(until=min(found.until, verdict.until or FOREVER), lapsed=tuple(lapsed))


def _judges(entry: Recorded) -> bool:
    return isinstance(entry.event, VerdictGiven) and entry.by == THE_LOG and not entry.lapsed


def _asks(entry: Recorded, use: str) -> bool:
    return isinstance(entry.event, UseRequested) and same_use(entry.event.use, use) and not entry.lapsed


def _first_verdicts(entries: Sequence[Recorded]) -> Mapping[tuple[str, str], int]:
    """By what it rests on, the place of the first verdict: nobody approves what was not there yet."""
    return {
        one.event.basis: one.index for one in reversed(entries) if _judges(one) and isinstance(one.event, VerdictGiven)
    }


def _why_not(approval: Approval, verdict: VerdictGiven, found: Decided, firsts: Mapping[tuple[str, str], int]) -> str:
    """Why an approval does not count for `verdict`, whoever gave it; empty where it may."""
    (entry, event), case = approval, found.case
    if entry.lapsed or entry.by == THE_LOG:
        return entry.lapsed or "no person signed it"
    if event.policy_digest != verdict.policy_digest:
        return "it rests on another policy than the newest verdict"
    if event.evidence != verdict.evidence:
        return "it rests on other evidence than the newest verdict"
    if entry.index < firsts[event.basis]:
        return "what it rests on was not recorded yet"
    if verdict.outcome is Outcome.BLOCK and not (event.exception and event.until):
        return "it is no exception with an end, and the verdict is block"
    if verdict.questions or verdict.outcome is not Outcome.ADMIT or found.stopped_before:
        if case is None or event.case != case.index or entry.index < case.index:
            return "it answers no request that is open"
        if entry.by == case.by:
            return "it is by whoever asked for the use"
    return ""


def _counted(found: Decided, counting: _Counting, today: str) -> Decided:
    """Is what `counting` has enough today, for its verdict?"""
    given = counting.given
    lasts = found.verdict is not None and (found.verdict.until or FOREVER) >= today
    if not given.questions:
        newest = counting.newest
        if newest is None or newest.until < today or given.outcome is not Outcome.ADMIT:
            return found
        return found._replace(admitted=lasts, approvals=(newest,), until=newest.until)
    people = zip(given.questions, counting.answered, strict=True)
    asked = tuple(_asked(question, newest.values(), today) for question, newest in people)
    approvals = {approval.entry.index: approval for one in asked for approval in one.approvals}
    found = found._replace(asked=asked, approvals=tuple(approvals[place] for place in sorted(approvals)))
    if any(one.missing for one in asked):
        return found
    return found._replace(admitted=lasts, until=min(one.until for one in asked))


def _asked(question: Question, newest: Iterable[Approval], today: str) -> AskedQuestion:
    approvals = tuple(one for one in newest if one.until >= today)
    return AskedQuestion(question, approvals, max(0, max(1, question.approvals) - len(approvals)))


def _answers(approval: Approval, question: Question) -> bool:
    """Had they a role that the question names, and did they answer it in words?"""
    said = [words.text for rule, words in approval.event.answers if rule == question.rule]
    in_words = any(text is None or text.strip() for text in said)  # None: erased since
    return in_words and not set(question.by).isdisjoint(approval.entry.roles)
