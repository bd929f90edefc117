"""The verdict that today's checks and policy give on bytes: the recorded one where it still stands, else a new one, recorded.

Where the recorded report was made by these very checks, the bytes are not read again: the policy is asked anew of what was
seen, which takes milliseconds and leaves out nothing that a day can change (waivers that expired, laws that came into force,
settings that were edited). Where it says what the record says already, nothing is added.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from hilt.checks.run import VERSIONS
from hilt.core.errors import ChangedWhileRead, UsageError
from hilt.core.events import Recorded, VerdictGiven
from hilt.core.progress import Progress
from hilt.core.verdict import Verdict
from hilt.gate.check import verdict_on
from hilt.gate.judge import Named, judged, names, policies
from hilt.gate.recording.named_subject import NamedSubject
from hilt.gate.recording.verdicts import absolute, given, verdict_of
from hilt.gate.settings import Settings

if TYPE_CHECKING:
    from hilt.record.record import Record


class Todays(NamedTuple):
    """A verdict, and how the record has it."""

    event: VerdictGiven
    verdict: Verdict


def todays_verdict(
    named: NamedSubject,
    record: Record,
    *,
    policy: Named | Sequence[Named] | None,
    settings: Settings,
    progress: Progress | None = None,
) -> Todays:
    """The verdict on these bytes, recorded where the record does not have it.

    It is that of the policies of the settings and of those that the call names beside them: nobody chooses a weaker one.

    Raises `UsageError` where the bytes are others than were checked, or have to be read and are not here.
    """
    layers = list(dict.fromkeys((*names(None, settings), *(names(policy, settings) if policy else ()))))
    last = newest_verdict(record.history(named.digest))
    if last is None:
        _refuse_changed(named, record)
        return _recorded(record, _read(named, layers, settings, progress), absolute(named.reference))
    before = verdict_of(last, record.document)
    if before.report.versions != VERSIONS or (last.claimed and named.here and not named.claimed):
        return _recorded(record, _read(named, layers, settings, progress), absolute(named.reference))
    now = judged(before.report, policies(layers, settings), settings)
    event, _ = given(now, reference=last.reference)
    if rests_on(event) == rests_on(last):
        return Todays(last, before)
    return _recorded(record, now, last.reference)


def newest_verdict(history: Sequence[Recorded]) -> VerdictGiven | None:
    """The last verdict that this record gave; those of other logs rest on other people's policies."""
    own = (one.event for one in reversed(history) if not one.origin and not one.lapsed)
    return next((event for event in own if isinstance(event, VerdictGiven)), None)


def rests_on(event: VerdictGiven) -> tuple[object, ...]:
    """What has to be the same for two verdicts to say the same."""
    return event.outcome, event.policy_digest, event.evidence, event.questions


def _recorded(record: Record, verdict: Verdict, reference: str) -> Todays:
    event, documents = given(verdict, reference=reference)
    record.commit([event], documents=documents)
    return Todays(event, verdict)


def _refuse_changed(named: NamedSubject, record: Record) -> None:
    """Raises `UsageError` where other bytes were checked under this reference."""
    checked = record.registry.newest_of(absolute(named.reference))
    if checked is not None:
        raise UsageError(
            f"{named.reference}: the bytes changed since they were checked on {checked.at[:10]}; they were "
            f"sha256:{checked.subject} and are sha256:{named.digest}. Nothing that was said of the ones counts for the others: "
            f"see what changed with `hilt check --record {named.reference}`, then decide"
        )


def _read(named: NamedSubject, policy: Sequence[Named], settings: Settings, progress: Progress | None) -> Verdict:
    if not named.here:
        raise UsageError(
            f"{named.reference}: this version of hilt has not checked these bytes, and has to read them: name the model by its "
            "path, or have it checked where it lies (`hilt check --record REF`)"
        )
    verdict = verdict_on(named.reference, policy=policy, settings=settings, progress=progress)
    if verdict.report.subject.digest != named.digest:
        raise ChangedWhileRead(
            f"{named.reference}: it changed while it was read; it was sha256:{named.digest} and is "
            f"sha256:{verdict.report.subject.digest or ' not to be digested'}. Let nobody write to it, and try again"
        )
    return verdict
