"""offering: may whoever asks the library have a revision, for their use? `policy/standing.py` tells, from what the log proves.

Where the verdict is admit and nobody said anything yet, it takes the yes of one registered person, and whoever downloads it is one: their
token signs it. Everything else is left to the people whom the policy names.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hilt.core.errors import ChangedMeanwhile, NotServed
from hilt.core.events import DecisionMade, Event, Recorded, Say, VerdictGiven, Withdrawn
from hilt.core.finding import Severity
from hilt.core.library import KeptRevision
from hilt.core.standing import Standing
from hilt.core.status import Status
from hilt.core.verdict import Outcome, Verdict
from hilt.gate.admit import admit
from hilt.gate.keeping.reader import Reader
from hilt.gate.record import opened
from hilt.gate.recording.named_subject import NamedSubject
from hilt.gate.recording.verdicts import verdict_of
from hilt.gate.reviewing.todays_verdict import todays_verdict
from hilt.gate.settings import Settings
from hilt.gate.status import status

if TYPE_CHECKING:
    from hilt.record.record import Record

LONGEST = 400
"""Letters of what is said on one line of a terminal."""
_BLANKS = re.compile(r"[\x00-\x20\x7f]+")


def standing_for(kept: KeptRevision, reader: Reader, settings: Settings) -> Standing:
    """How it stands for the use of the `reader`: admit. Raises `NotServed` where it does not."""
    digest = kept.digest
    told = status(f"sha256:{digest}", use=reader.use, settings=settings)
    if _is_stale(told, settings):
        told = status(f"sha256:{digest}", use=reader.use, settings=settings)
    key = reader.asked.key if reader.asked is not None else None
    if key is not None and _only_waits_for_anybody(told) and not _was_ever_stopped(digest, settings):
        why = f"downloaded from the library with the token {reader.label!a}"
        try:
            told = admit(f"sha256:{digest}", use=reader.use, why=why, key=key, settings=settings)
        except ChangedMeanwhile:  # somebody else downloads it as well, at another server
            told = status(f"sha256:{digest}", use=reader.use, settings=settings)
    stands = _of(told)
    if stands.outcome is not Outcome.ADMIT:
        raise _refused(told, stands, kept, settings)
    return stands


def warning(stands: Standing) -> str:
    """What whoever may have it is told, on one line: the conditions, and until when. Empty where there is nothing to tell."""
    until = f" until {stands.until}" if stands.until else ""
    if stands.conditions:
        return one_line(f"Admitted for {stands.use!a}{until}, on condition: {'; '.join(stands.conditions)}")
    return one_line(f"Admitted for {stands.use!a}{until}, as an exception") if stands.exception else ""


def one_line(text: str) -> str:
    """`text` as every terminal and every header can have it: ASCII, on one line, and not too long."""
    plain = _BLANKS.sub(" ", text).encode("ascii", "replace").decode("ascii").strip()
    return plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 4]} ..."


def _of(told: Status) -> Standing:
    (use,) = told.uses
    return use.standing


def _is_stale(told: Status, settings: Settings) -> bool:
    """Was it judged by a policy that is not today's? Then today's verdict is on the record now."""
    if _of(told).outcome is Outcome.ADMIT or told.verdict is None:
        return False
    with opened(settings, writing=True) as record:
        before = record.log.head().size
        todays_verdict(NamedSubject(f"sha256:{told.subject}", told.subject), record, policy=None, settings=settings)
        return record.log.head().size != before


def _was_ever_stopped(digest: str, settings: Settings) -> bool:
    """Did anybody refuse or withdraw it, for whatever use? Then nobody says yes by downloading: another spelling of a use is another use."""
    with opened(settings) as record:
        history = record.history(digest)
    return any(
        isinstance(one.event, Withdrawn) or (isinstance(one.event, DecisionMade) and one.event.say is Say.NO)
        for one in history
        if not one.origin
    )


def _only_waits_for_anybody(told: Status) -> bool:
    return waits_for_anybody(_of(told), told.verdict.event if told.verdict is not None else None)


def waits_for_anybody(stands: Standing, given: Event | None) -> bool:
    """Does the policy admit it, as the verdict that was `given` says, and did nobody stop it? Then it takes the yes of any person."""
    return (
        stands.outcome is Outcome.REVIEW
        and isinstance(given, VerdictGiven)
        and given.outcome is Outcome.ADMIT
        and not given.questions
        and not stands.stopped_before
        and stands.case < 0
    )


def _refused(told: Status, stands: Standing, kept: KeptRevision, settings: Settings) -> NotServed:
    name = kept.repository.name
    page = f"/cases/{stands.case}" if stands.case >= 0 else f"/models/{told.subject}"
    with opened(settings) as record:
        stop = _stop(stands, record)
        if stop is not None:
            words = stop.event.why.text if isinstance(stop.event, Withdrawn) else ""
            said = f"hilt: {name} was withdrawn on {stop.at[:10]}{f': {words}' if words else ''}. Stop using it, and copies of it"
            return NotServed(one_line(said), link=page, recalled=True)
        why = _why(told, stands, record)
    if stands.outcome is Outcome.BLOCK:
        return NotServed(one_line(f"hilt blocks {name} for {stands.use!a}: {why}"), link=page)
    waits = (
        f"hilt: case {stands.case} of {name} waits for people" if stands.case >= 0 else f"hilt: {name} waits for review"
    )
    return NotServed(one_line(f"{waits}, for {stands.use!a}: {why}"), link=page)


def _stop(stands: Standing, record: Record) -> Recorded | None:
    """The withdrawal that decides, where one does."""
    decisive = record.recorded_each(sorted(stands.rests_on)) if stands.outcome is Outcome.BLOCK else []
    return next((one for one in reversed(decisive) if isinstance(one.event, Withdrawn) and not one.lapsed), None)


def _why(told: Status, stands: Standing, record: Record) -> str:
    """What keeps it: the reasons of the verdict, or else what the standing says."""
    given = told.verdict.event if told.verdict is not None else None
    if not isinstance(given, VerdictGiven) or given.outcome is Outcome.ADMIT:
        return stands.why[0] if stands.why else "nobody has judged it"
    found = _reasons(verdict_of(given, record.document))
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return f"{found[0]}{more}" if found else stands.why[0]


def _reasons(verdict: Verdict) -> list[str]:
    """What was found, the gravest first; then the rules that ask for something else than findings."""
    grave = sorted((one for one in verdict.counted if one.severity >= Severity.MEDIUM), key=lambda one: -one.severity)
    rules = [one for one in verdict.reasons if one.outcome is verdict.outcome]
    others = [one for one in rules if not grave or not any("in findings" in why for why in one.why)]
    return [
        *(f"{one.where.path or 'the whole of it'}: {one.message}" for one in grave),
        *(one.say or f"{one.rule}: {one.why[0] if one.why else one.outcome.word}" for one in others),
    ]
