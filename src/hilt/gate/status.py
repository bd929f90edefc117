"""status: how subjects stand, for which uses, by whose decision, until when, and what they wait for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from os import PathLike, fspath
from typing import TYPE_CHECKING, NamedTuple

from hilt.core.events import (
    DecisionMade,
    HoldingBegun,
    HoldingEnded,
    Person,
    Recorded,
    UseRequested,
    VerdictGiven,
    Withdrawn,
)
from hilt.core.progress import Progress
from hilt.core.standing import Standing, folded
from hilt.core.status import Status, UseStatus
from hilt.core.verdict import Outcome
from hilt.gate.record import no_earlier, opened
from hilt.gate.recording.named_subject import NamedSubject, named_subject
from hilt.gate.recording.verdicts import absolute
from hilt.gate.settings import Settings
from hilt.policy.standing import standing

if TYPE_CHECKING:
    from hilt.record.record import Record
    from hilt.record.registry_rows import Decision, Model


class Now(NamedTuple):
    """What holds for every subject of a record at one moment: the time that counts, that of the newest entry, and who there is."""

    at: datetime
    newest: str
    people: tuple[Person, ...]

    @classmethod
    def of(cls, record: Record) -> Now:
        newest = record.newest_at()  # once: a server whose clock is ahead may write another one meanwhile
        return cls(no_earlier(newest), newest, record.people())

    def standing(self, history: Sequence[Recorded], use: str) -> Standing:
        """How a subject with this history stands."""
        return standing(history, use=use, now=self.at, newest_at=self.newest)


def status(
    reference: str | PathLike[str],
    *,
    use: str | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Status:
    """How what `reference` means stands for `use`, without it for every use that the record knows of.

    It needs no key, and changes nothing. Where the policies of `settings` judge it otherwise by now than the newest verdict,
    nothing is admitted. Raises `RecordError` where the record cannot be read, or was tampered with.
    """
    settings = settings or Settings()
    with opened(settings) as record:
        subject = named_subject(fspath(reference), record, settings, progress=progress)
        told = status_of(subject, record, use=use or subject.use or None)
        return _as_of_today(told, record, settings)


def statuses(
    *,
    use: str | None = None,
    outcome: Outcome | None = None,
    expiring: int | None = None,
    matching: str = "",
    after: int | None = None,
    limit: int = 50,
    settings: Settings | None = None,
) -> tuple[list[Status], int | None]:
    """How everything stands by the newest verdicts that are recorded, what was judged last first: at most `limit` subjects, and the `after` of the
    next ones, None where there are none.

    With `use`, only how it stands for that; with `outcome`, only the uses for which it stands so; with `expiring`, only those
    that end within so many days, by when they were decided. `matching` is a part of the reference.
    """
    found: list[Status] = []
    with opened(settings or Settings()) as record:
        at = Now.of(record)
        days = None if expiring is None else (_day(at.at), _day(at.at + timedelta(days=expiring)))
        seen: set[str] = set()
        while rows := _rows(record, matching, days, after, limit + 1):  # one more tells whether there are more
            histories = record.histories({row.subject for row in rows} - seen)
            for row in rows:
                if len(found) == limit:
                    return found, after
                after = row.place
                if row.subject in seen:
                    continue
                seen.add(row.subject)
                told = status_from(f"sha256:{row.subject}", row.subject, histories[row.subject], at, use)
                chosen = _chosen(told, outcome, days[1] if days else None)
                if chosen is not None and matching.casefold() in chosen.reference.casefold():
                    found.append(chosen)
    return found, None


def _as_of_today(told: Status, record: Record, settings: Settings) -> Status:
    if told.outcome is not Outcome.ADMIT and len(told.uses) < 2:
        return told  # the policies need not be read
    from hilt.gate.reviewing.standing_today import held_against_today

    return held_against_today(told, record, settings)


def _rows(
    record: Record, matching: str, days: tuple[str, str] | None, after: int | None, limit: int
) -> Sequence[Model | Decision]:
    """Where to look next: rows whose subjects may be asked for."""
    if days is None:
        return record.registry.models(matching=matching, after=after, limit=limit)
    return record.registry.decisions(ending=days, after=after, limit=limit)


def _day(at: datetime) -> str:
    return at.date().isoformat()


def _chosen(told: Status, outcome: Outcome | None, last: str | None) -> Status | None:
    """`told` with the uses that were asked for; None where there are none."""
    if not told.uses:
        return told if last is None and outcome in (None, Outcome.REVIEW) else None
    uses = tuple(
        one
        for one in told.uses
        if (outcome is None or one.standing.outcome is outcome)
        and (last is None or (one.standing.outcome is Outcome.ADMIT and "" < one.standing.until <= last))
    )
    return replace(told, uses=uses) if uses else None


def status_of(subject: NamedSubject, record: Record, *, use: str | None = None) -> Status:
    """How it stands now."""
    told = status_from(subject.reference, subject.digest, record.history(subject.digest), Now.of(record), use)
    if subject.here:
        told = replace(told, reference=subject.reference)
    if subject.claimed:  # whoever digested these bytes here, nobody knows yet that the hub gives them
        uses = (replace(one, standing=replace(one.standing, claimed=True)) for one in told.uses)
        told = replace(told, uses=tuple(uses))
    if told.verdict is None and (checked := record.registry.newest_of(absolute(subject.reference))) is not None:
        told = replace(told, before=(checked.subject, checked.at[:10]))
    return told


def status_from(reference: str, digest: str, history: Sequence[Recorded], at: Now, use: str | None) -> Status:
    """How the subject with this history stands; `reference` where no verdict names one."""
    newest = max((at.newest, *(one.at for one in history if not one.origin)), key=datetime.fromisoformat)
    about = [(use, history)] if use is not None else by_use(history)
    return Status(
        reference=judged_as(history) or reference,
        subject=digest,
        verdict=_newest_verdict(history),
        uses=tuple(_use(said, at._replace(newest=newest), use) for use, said in about),
        holdings=lasting(history),
        names={one.person: name_of(one) for one in at.people},
    )


def judged_as(history: Sequence[Recorded]) -> str:
    """The reference under which it was judged last, empty where it never was."""
    newest = _newest_verdict(history)
    return newest.event.reference if newest is not None and isinstance(newest.event, VerdictGiven) else ""


def _newest_verdict(history: Sequence[Recorded]) -> Recorded | None:
    """Our own, for what came in bundles stands behind it in a history; theirs where there is none."""
    verdicts = [one for one in history if isinstance(one.event, VerdictGiven) and not one.lapsed]
    own = [one for one in verdicts if not one.origin]
    return next(reversed(own or verdicts), None)


def uses_in(history: Sequence[Recorded]) -> list[str]:
    """The uses that a history tells of, each once, as it was spelled first."""
    uses: dict[str, str] = {}
    for one in history:
        if named := _named_in(one):
            uses.setdefault(folded(named), named)
    return list(uses.values())


def by_use(history: Sequence[Recorded]) -> list[tuple[str, list[Recorded]]]:
    """The same, each with what decides how it stands: to look through the others for each would take long where there are many."""
    about: dict[str, list[tuple[int, Recorded]]] = {folded(use): [] for use in uses_in(history)}
    every: list[tuple[int, Recorded]] = []
    for number, one in enumerate(history):
        if not isinstance(one.event, HoldingBegun | HoldingEnded):
            (about[folded(named)] if (named := _named_in(one)) else every).append((number, one))
    told = [sorted((*every, *own), key=lambda one: one[0]) for own in about.values()]
    return [(use, [one for _, one in said]) for use, said in zip(uses_in(history), told, strict=True)]


def _named_in(entry: Recorded) -> str:
    event = entry.event
    return event.use if isinstance(event, UseRequested | DecisionMade | Withdrawn | HoldingBegun) else ""


def is_withdrawn(history: Sequence[Recorded], at: Now) -> bool:
    """Is it withdrawn for every use? Whoever admits it anew does so for one."""
    every = (one for one in history if isinstance(one.event, Withdrawn) and not one.event.use)
    return next(every, None) is not None and at.standing(history, "").outcome is Outcome.BLOCK


def lasting(history: Sequence[Recorded]) -> tuple[Recorded, ...]:
    """The holdings that are not over."""
    over = {one.event.holding for one in history if isinstance(one.event, HoldingEnded) and not one.lapsed}
    return tuple(one for one in history if isinstance(one.event, HoldingBegun) and one.index not in over)


def name_of(person: Person) -> str:
    """How people know them; what the log calls them where their name was erased."""
    return person.name.text or person.person


def _use(history: Sequence[Recorded], at: Now, use: str) -> UseStatus:
    stands = at.standing(history, use)
    asked_by = next((one.by for one in history if one.index == stands.case and not one.origin), "")
    may_decide = tuple(
        (
            question,
            tuple(
                name_of(one)
                for one in at.people
                if one.keys and one.person != asked_by and not set(one.roles).isdisjoint(question.by)
            ),
        )
        for question in stands.waits_for
    )
    return UseStatus(standing=stands, acts=tuple(_acts(history, stands)), may_decide=may_decide)


def _acts(history: Sequence[Recorded], stands: Standing) -> Iterator[Recorded]:
    """What people did that it stands so: of each of them the last decision, and the request that it answers."""
    decisive = [one for one in history if one.index in stands.rests_on and not one.origin]
    cases = {one.event.case for one in decisive if isinstance(one.event, DecisionMade)} | {stands.case}
    last = {one.by: one.index for one in decisive if isinstance(one.event, DecisionMade)}
    for one in history:
        match one.event:
            case UseRequested() if one.index in cases and not one.origin:
                yield one
            case DecisionMade() if last.get(one.by) == one.index:
                yield one
            case Withdrawn() if one in decisive:
                yield one
