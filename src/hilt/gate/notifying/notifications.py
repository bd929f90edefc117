"""Who is to be told of what, as the log tells it: pure, from what it said before some entries, and with them.

No notification has the name of a person or anything that somebody said in words, so that nothing has to be erased from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from hilt.core.events import (
    DecisionMade,
    FixityRun,
    HoldingBegun,
    Imported,
    KeyAdded,
    KeyRevoked,
    Person,
    Recorded,
    Remark,
    Remarked,
    UseRequested,
)
from hilt.core.notification import Notification, Occasion
from hilt.core.roles import ADMIN
from hilt.core.standing import Standing, folded
from hilt.core.verdict import Outcome
from hilt.gate.status import Now, by_use, judged_as, lasting
from hilt.output.called import called
from hilt.output.figures import counted
from hilt.output.quote import quote

DAYS = (30, 7, 1)
"""How many days before a use ends people are told."""
HOLDING = "holding-"
"""How what somebody runs is called as a recipient, in front of its entry."""
_LONGEST_USE = 120


class _Use(NamedTuple):
    """One use of a model: how it stood before `by`, the last of the entries that are new, and how it stands now.

    `said` are the entries that concern it, `held` its holdings that last, and `named` is how both are told.
    """

    then: Standing
    now: Standing
    said: Sequence[Recorded]
    held: Sequence[Recorded]
    by: Recorded
    named: str
    number: int

    @property
    def askers(self) -> list[str]:
        return [one.by for one in self.said if isinstance(one.event, UseRequested) and not one.origin]

    @property
    def holders(self) -> list[str]:
        """Who said that they run it, and the holdings, in which somebody may stand who is no person of the record."""
        return [name for one in self.held for name in (one.by, f"{HOLDING}{one.index}")]


def of_subject(history: Sequence[Recorded], since: int, at: Now) -> Iterator[Notification]:
    """What the entries of a subject from the place `since` on have changed, for those whom it concerns."""
    new = [one for one in history if not one.origin and one.index >= since]
    if not new:
        return
    brought = {one.event.origin for one in new if isinstance(one.event, Imported)}
    before = [one for one in history if (one.origin not in brought if one.origin else one.index < since)]
    was = {folded(use): at.standing(said, use) for use, said in by_use(before)}
    held = _holdings(history)
    uses = by_use(history) + ([("", list(history))] if "" in held else [])
    for number, (use, said) in enumerate(uses):
        then = was[folded(use)] if folded(use) in was else at.standing(before, use)
        holdings = held.get(folded(use), [])
        one = _Use(then, at.standing(said, use), said, holdings, new[-1], _named(history, use), number)
        yield from _stopped(one)
        yield from _waits(one, at.people)
    for entry in new:
        yield from _asked(entry, history)


def of_key(entry: Recorded) -> Iterator[Notification]:
    """A person is told where somebody else says with what they sign, and so that an invitation began their account anew."""
    if not isinstance(entry.event, KeyAdded | KeyRevoked) or entry.lapsed or entry.by == entry.event.person:
        return
    added = "A new key signs in your name: an administrator registered it, or invited you"
    revoked = "A key with which you signed was revoked, and a session with it has ended: you may have been invited anew"
    yield Notification(
        key=f"account-{entry.index}",
        occasion=Occasion.ACCOUNT,
        at=entry.at,
        line=f"{added if isinstance(entry.event, KeyAdded) else revoked}. If you did not expect that, ask whoever has the role admin",
        path="/account",
        to=(entry.event.person,),
    )


def of_fixity(entry: Recorded, people: Iterable[Person]) -> Iterator[Notification]:
    """Administrators are told where files of the library were damaged, for the next ones may be nowhere else."""
    if not isinstance(entry.event, FixityRun) or not entry.event.damaged:
        return
    damaged, again = len(entry.event.damaged), len(entry.event.repaired)
    rest = "all were had again" if again == damaged else f"{again or 'none'} of them had again"
    yield Notification(
        key=f"damaged-{entry.index}",
        occasion=Occasion.DAMAGED,
        at=entry.at,
        line=f"{counted(damaged, 'file')} of the library {'was' if damaged == 1 else 'were'} damaged or gone: {rest}; see to its disk",
        path=f"/log/{entry.index}",
        to=_each(one.person for one in people if ADMIN in one.roles),
    )


def of_ends(history: Sequence[Recorded], at: Now, since: date) -> Iterator[Notification]:
    """Whoever relies on what was admitted is told once it has no more than so many days left, and had more on the day `since`."""
    held = _holdings(history)
    for number, (use, said) in enumerate(by_use(history)):
        standing = at.standing(said, use)
        if standing.outcome is not Outcome.ADMIT or not standing.until:
            continue
        end = date.fromisoformat(standing.until)
        left = (end - at.at.date()).days
        reached = [days for days in DAYS if left <= days < (end - since).days]
        if not reached:
            continue
        one = _Use(standing, standing, said, held.get(folded(use), []), said[-1], _named(history, use), number)
        yeses = {
            act.by: act.event.case
            for act in said
            if isinstance(act.event, DecisionMade) and act.index in standing.rests_on and not act.origin
        }
        what = "The exception" if standing.exception else "What was admitted"
        when = {0: "today", 1: "tomorrow"}.get(left, f"in {left} days")
        case = max(yeses.values(), default=-1)
        yield Notification(
            key=f"end-{standing.subject}-{number}-{standing.until}-{min(reached)}",
            occasion=Occasion.ENDS,
            at=at.at.isoformat(timespec="seconds"),
            line=f"{what} ends {when}, after {standing.until}: {one.named}",
            path=f"/cases/{case}" if case >= 0 else f"/models/{standing.subject}",
            to=_each([*yeses, *one.askers, *one.holders]),
        )


def _stopped(use: _Use) -> Iterator[Notification]:
    outcome = use.now.outcome
    if outcome <= use.then.outcome or not (use.held or use.then.outcome is Outcome.ADMIT):
        return
    what = "is blocked" if outcome is Outcome.BLOCK else "is not admitted any more"
    stop = "; whoever runs it is to stop" if outcome is Outcome.BLOCK else ""
    yield Notification(
        key=f"stopped-{use.by.index}-{use.number}",
        occasion=Occasion.STOPPED,
        at=use.by.at,
        line=f"A model {what}: {use.named}{stop}",
        path=f"/models/{use.now.subject}",
        to=_each([*use.holders, *use.askers]),
    )


def _waits(use: _Use, people: Iterable[Person]) -> Iterator[Notification]:
    then, now = use.then, use.now
    if now.case < 0 or now.outcome is Outcome.ADMIT:
        return
    known = {one.rule for one in then.waits_for} if then.case == now.case else set()
    asked = [one for one in now.waits_for if one.rule not in known]
    if then.case == now.case and not asked:
        return
    roles = sorted({role for one in asked for role in one.by})
    own = next((one.by for one in use.said if one.index == now.case and not one.origin), "")
    yield Notification(
        key=f"waits-{now.case}-{use.by.index}",
        occasion=Occasion.WAITS,
        at=use.by.at,
        line=f"Case #{now.case} waits for {quote(', '.join(roles), 200) or 'a decision'}: {use.named}",
        path=f"/cases/{now.case}",
        to=_each(
            one.person for one in people if one.keys and one.person != own and not set(roles).isdisjoint(one.roles)
        ),
    )


def _asked(entry: Recorded, history: Sequence[Recorded]) -> Iterator[Notification]:
    event = entry.event
    if not isinstance(event, Remarked) or event.says is not Remark.ASKS or entry.lapsed:
        return
    request = next((one for one in history if one.index == event.case and not one.origin), None)
    if request is None or not isinstance(request.event, UseRequested) or request.by == entry.by:
        return
    yield Notification(
        key=f"asked-{entry.index}",
        occasion=Occasion.ASKED,
        at=entry.at,
        line=f"Somebody asks you for more in case #{event.case}: {_named(history, request.event.use)}",
        path=f"/cases/{event.case}",
        to=(request.by,),
    )


def _named(history: Sequence[Recorded], use: str) -> str:
    """The model and the use. No program that shows this makes a link of what somebody called them."""
    model = called(judged_as(history)) or "a model that nobody judged"
    whole = f'{model}, for "{quote(use, _LONGEST_USE)}"' if use else f"{model}, for every use"
    return whole.replace("://", "[:]//")


def _holdings(history: Sequence[Recorded]) -> dict[str, list[Recorded]]:
    """Those that last, by their use."""
    held: dict[str, list[Recorded]] = {}
    for one in lasting(history):
        if isinstance(one.event, HoldingBegun) and not one.origin:
            held.setdefault(folded(one.event.use), []).append(one)
    return held


def _each(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
