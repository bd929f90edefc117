"""recheck: what is recorded, held against the checks and the policy of today.

Where the bytes still lie where they were, they are read again. Where they do not, or the way there leads over the network, the
stored report is judged again, and that is said. A verdict is recorded where it is another one than before: what people
approved rests on the one before, so it lapses, and the case is open again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hilt.checks import CHECKS
from hilt.core.errors import HiltError, UsageError
from hilt.core.events import DecisionMade, Imported, Recorded, Say, VerdictGiven, Withdrawn
from hilt.core.progress import Progress, Silent
from hilt.core.rechecked import Rechecked, RecheckedAll
from hilt.core.standing import folded, same_use
from hilt.core.verdict import Outcome, Verdict
from hilt.gate.check import check_each
from hilt.gate.judge import Named, policies
from hilt.gate.record import opened
from hilt.gate.recording.pages import pages
from hilt.gate.recording.verdicts import ELSEWHERE
from hilt.gate.reviewing.judging import Judging, NewVerdict, RecordedVerdict, after
from hilt.gate.reviewing.todays_verdict import newest_verdict, rests_on
from hilt.gate.settings import Settings
from hilt.gate.status import Now, status_from

if TYPE_CHECKING:
    from hilt.record.record import Record

_BATCH = 500
"""Subjects that are judged and recorded at once."""
MOST_TOLD = 500
_SEARCHING = frozenset(check.id for check in CHECKS if check.searches)


class _Asked(NamedTuple):
    """A subject, what is recorded of it, the uses for which people said yes, and its newest verdict."""

    subject: str
    history: tuple[Recorded, ...]
    uses: tuple[str, ...]
    before: RecordedVerdict


class _Batch(NamedTuple):
    """Some subjects, by subject why they were not read again, and what became of them; `judged` may still be at work."""

    asked: Sequence[_Asked]
    unread: dict[str, str]
    read: dict[str, NewVerdict | HiltError]
    judged: Iterable[tuple[str, NewVerdict | HiltError]]


class _Reading(NamedTuple):
    """By what bytes that are read again are judged."""

    policy: Named | Sequence[Named] | None
    settings: Settings


def recheck(
    *,
    use: str = "",
    everything: bool = False,
    reports_only: bool = False,
    policy: Named | Sequence[Named] | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> list[Rechecked | HiltError]:
    """What was admitted, judged again: for the one `use`, or for any; with `everything`, all that is recorded.

    With `reports_only` no bytes are read. In place of a subject that cannot be judged stands what keeps it from that.
    Raises `RecordError` where the record cannot be read or added to, `UsageError` where policy or settings are wrong.
    """
    if use and everything:
        raise UsageError("--all takes all that is recorded, for whatever use: leave out one of --all and --use")
    settings, progress = settings or Settings(), progress or Silent()
    chosen = policies(policy, settings)
    told: list[Rechecked | HiltError] = []
    with opened(settings, writing=True) as record:
        subjects = _subjects(record, everything=everything)
        progress.start(files=len(subjects), size=0)
        with Judging(chosen, settings, after, expected=len(subjects)) as judging:
            reading = None if reports_only else _Reading(policy, settings)
            for batch in _ahead(
                _begun(judging, list(_asked(record, subjects[at : at + _BATCH], use, everything=everything)), reading)
                for at in range(0, len(subjects), _BATCH)
            ):
                told += _recorded(record, batch)
                progress.advance(files=len(batch.asked))
    return told


def recheck_all(
    use: str, settings: Settings, progress: Progress, *, everything: bool, reports_only: bool
) -> RecheckedAll:
    """The same with `MOST_TOLD` of those that changed, for whoever is told of it later. Raises as `recheck` does."""
    found = recheck(use=use, everything=everything, reports_only=reports_only, settings=settings, progress=progress)
    judged = [one for one in found if isinstance(one, Rechecked)]
    changed = [one for one in judged if one.place >= 0 or one.now is not one.before]
    problems = [str(one) for one in found if isinstance(one, HiltError)]
    return RecheckedAll(
        judged=len(judged),
        changed=len(changed),
        told=tuple(sorted(changed, key=lambda one: (-one.now, one.reference))[:MOST_TOLD]),
        problems=tuple(problems[:MOST_TOLD]),
    )


def _ahead(batches: Iterable[_Batch]) -> Iterator[_Batch]:
    """Each batch once the next one has begun: while that is judged, this one is recorded."""
    before: list[_Batch] = []
    for batch in batches:
        yield from before
        before = [batch]
    yield from before


def _subjects(record: Record, *, everything: bool) -> list[str]:
    """All that were judged, or those of which somebody ever said yes."""
    if everything:
        return [one.subject for page in pages(record.registry.models) for one in page]
    return list(chain.from_iterable(pages(record.registry.admitted)))


def _asked(record: Record, subjects: Sequence[str], use: str, *, everything: bool) -> Iterator[_Asked]:
    """What is recorded of each, as the log proves it."""
    histories = record.histories(subjects)
    newest = {subject: event for subject in subjects if (event := _newest(histories[subject]))}
    documents = record.documents([digest for event in newest.values() for digest in (event.report, event.verdict)])
    for subject, event in newest.items():
        uses = tuple(_approved(histories[subject]))
        if everything or any(not use or same_use(one, use) for one in uses):
            before = RecordedVerdict(event, documents[event.report], documents[event.verdict])
            yield _Asked(subject, histories[subject], uses, before)


def _newest(history: Sequence[Recorded]) -> VerdictGiven | None:
    """Our own newest verdict, else the one that came in a bundle."""
    imported = (one.event.verdict for one in reversed(history) if isinstance(one.event, Imported) and not one.lapsed)
    return newest_verdict(history) or next(imported, None)


def _approved(history: Sequence[Recorded]) -> list[str]:
    """The uses for which somebody said yes, and nobody something else since."""
    uses: dict[str, str] = {}
    for one in history:
        if isinstance(one.event, DecisionMade | Withdrawn) and not one.lapsed:
            named = folded(one.event.use)
            uses.pop(named, None)
            if not one.event.use:
                uses.clear()
            if isinstance(one.event, DecisionMade) and one.event.say is Say.YES:
                uses[named] = one.event.use
    return list(uses.values())


def _begun(judging: Judging[NewVerdict], asked: Sequence[_Asked], reading: _Reading | None) -> _Batch:
    """Reads what can be read, and has the stored reports of the others judged."""
    read: dict[str, NewVerdict | HiltError] = {}
    unread = {one.subject: _why_not(one) if reading else "only stored reports were asked for" for one in asked}
    for one, verdict in _read([one for one in asked if not unread[one.subject]], reading):
        if isinstance(verdict, HiltError):
            unread[one.subject] = f"it cannot be read any more: {verdict}"
        elif verdict.report.subject.digest != one.subject:
            unread[one.subject] = "other bytes lie there now"
        else:
            read[one.subject] = after(one.before, one.before.read(), verdict)
    stored = [one for one in asked if unread[one.subject]]
    judged = zip((one.subject for one in stored), judging.each([one.before for one in stored]), strict=True)
    return _Batch(asked, unread, read, judged)


def _recorded(record: Record, batch: _Batch) -> Iterator[Rechecked | HiltError]:
    """What became of a batch, with what is new of it recorded."""
    again = batch.read | dict(batch.judged)
    entries = _record(record, [(one.before.event, again[one.subject]) for one in batch.asked])
    at = Now.of(record)
    for one in batch.asked:
        judged = again[one.subject]
        if isinstance(judged, HiltError):
            yield judged
            continue
        yield Rechecked(
            subject=one.subject,
            reference=one.before.event.reference,
            before=one.before.event.outcome,
            now=judged.event.outcome,
            unread=batch.unread[one.subject],
            changes=judged.changes,
            **_what_follows(one, entries.get(one.subject), at),
        )


def _what_follows(asked: _Asked, entry: Recorded | None, at: Now) -> dict[str, Any]:
    """Where the new verdict stands in the log, and what is admitted otherwise with it."""
    if entry is None:
        return {}
    was, is_ = (_runs_for(history, at) for history in (asked.history, (*asked.history, entry)))
    lapsed, revived = (
        tuple(use for use in asked.uses if folded(use) in one - other) for one, other in ((was, is_), (is_, was))
    )
    return {"place": entry.index, "lapsed": lapsed, "revived": revived}


def _runs_for(history: Sequence[Recorded], at: Now) -> set[str]:
    """The uses for which a subject with this history is admitted."""
    uses = status_from("", "", history, at, None).uses
    return {folded(one.standing.use) for one in uses if one.standing.outcome is Outcome.ADMIT}


def _why_not(asked: _Asked) -> str:
    """Why the bytes are not read again; empty where they may be."""
    reference = asked.before.event.reference
    if reference.startswith(ELSEWHERE):
        return "it lies elsewhere, and nothing is fetched"
    if not Path(reference).exists():
        return "it is not there any more"
    return "what a hub said of its bases is not fetched again" if asked.before.read().report.transfer else ""


def _read(asked: Sequence[_Asked], reading: _Reading | None) -> Iterator[tuple[_Asked, Verdict | HiltError]]:
    """The verdict on the bytes that lie now where each subject was found, looked at as closely as then."""
    if reading is None:
        return
    for closely in (False, True):
        some = [one for one in asked if _was_searched(one.before) is closely]
        settings = replace(reading.settings, search_bytes=closely or reading.settings.search_bytes)
        references = [one.before.event.reference for one in some]
        with closing(check_each(references, policy=reading.policy, settings=settings)) as verdicts:
            yield from zip(some, verdicts, strict=True)


def _was_searched(before: RecordedVerdict) -> bool:
    return any(ran.check in _SEARCHING for ran in before.read().report.coverage.ran)


def _record(record: Record, again: Iterable[tuple[VerdictGiven, NewVerdict | HiltError]]) -> dict[str, Recorded]:
    """Records those on which a decision rests otherwise than before. Their entries by subject."""
    new = [now for was, now in again if isinstance(now, NewVerdict) and rests_on(now.event) != rests_on(was)]
    if not new:
        return {}
    documents = [document for one in new for document in one.documents]
    entries = record.commit([one.event for one in new], documents=documents)
    return {one.event.subject: entry for one, entry in zip(new, entries, strict=True)}
