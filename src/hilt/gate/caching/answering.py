"""What a server answers a workstation that asks how its caches stand: as the record has it, of what their token may know.

Of a model that a token is not for, nobody is told more than they know: that it was withdrawn or is blocked, where they have what makes it
so or name its revision; and how it stands, where they have all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from hilt.core.cache_comparison import Compared, RecordedModel, Wanted
from hilt.core.cache_comparison_v1 import LINES, MODELS, decode_question, encode_answer
from hilt.core.errors import ReferenceInvalid, ReportInvalid, UsageError
from hilt.core.events import DecisionMade, Imported, Recorded, UseRequested, VerdictGiven, Withdrawn
from hilt.core.library import Repository
from hilt.core.repository_patterns import EVERY
from hilt.core.standing import folded
from hilt.gate.caching.recorded import compared
from hilt.gate.caching.report_index import ReportIndex
from hilt.gate.keeping.reader import Reader
from hilt.gate.record import opened
from hilt.gate.settings import Settings
from hilt.sources.hub_place import parse_reference

_ELSEWHERE = "The server tells no more of it, for this token is for other models."
_EARLIER = "The server does not tell why: people decided while these bytes had a name that this token is not for."


class CacheAnswers:
    """Answers from the record of the settings; used by many threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._index = settings, ReportIndex()

    def answer(self, question: object, reader: Reader) -> dict[str, Any]:
        """What is told of a question (`cache_comparison_v1`). Raises `UsageError` where it is none, or asks too much; `RecordError`."""
        try:
            wanted, use = decode_question(question)
        except ReportInvalid as error:
            raise UsageError(f"this is no question that this version of hilt reads: {error}") from None
        with opened(self._settings) as record:
            asked = (record, self._index, wanted, use, self._settings)
            if EVERY in reader.names:
                told = compared(*asked, most=MODELS)
            else:
                told = _narrowed(compared(*asked, told=partial(_as_told, reader, wanted), most=MODELS), reader)
        return encode_answer(replace(told, problems=_some(told.problems)))


def _some(problems: tuple[str, ...]) -> tuple[str, ...]:
    """As many as are taken."""
    more = len(problems) - LINES + 1
    return problems if more < 2 else (*problems[: LINES - 1], f"and {more} reports more")


def _narrowed(told: Compared, reader: Reader) -> Compared:
    """Without what tells of the record as a whole."""
    problems = (f"{len(told.problems)} reports of the record cannot be compared",) if told.problems else ()
    return replace(told, count=None, problems=problems, only=reader.names)


def _as_told(reader: Reader, wanted: Wanted, model: RecordedModel, history: Sequence[Recorded]) -> RecordedModel | None:
    """A model of which this was recorded, as far as it is for the reader."""
    theirs, others = _by_name(reader, history)
    called = next((name for one in reversed(theirs) if (name := _judged_as(one))), None)
    return _known(model, called, theirs, others, reader) if called is not None else _strange(model, wanted)


def _by_name(reader: Reader, history: Sequence[Recorded]) -> tuple[list[Recorded], list[Recorded]]:
    """What was said of the same bytes while they were called as one of the models that the token is for, and all else."""
    theirs: list[Recorded] = []
    others: list[Recorded] = []
    saying = others
    for one in history:
        if (name := _judged_as(one)) is not None:
            saying = theirs if not one.lapsed and _is_for(reader, name[0]) else others
        saying.append(one)
    return theirs, others


def _judged_as(entry: Recorded) -> tuple[str, str] | None:
    """The reference and the revision, where it is a verdict."""
    verdict = entry.event.verdict if isinstance(entry.event, Imported) else entry.event
    return (verdict.reference, verdict.revision) if isinstance(verdict, VerdictGiven) else None


def _known(
    model: RecordedModel,
    called: tuple[str, str],
    theirs: Sequence[Recorded],
    others: Sequence[Recorded],
    reader: Reader,
) -> RecordedModel:
    """By the name that the reader may know, without what was said when it had another one."""
    uses = {"", *(folded(one.event.use) for one in theirs if isinstance(one.event, UseRequested | DecisionMade))}
    secret = any(isinstance(one.event, DecisionMade | Withdrawn) for one in others)
    return replace(
        model,
        reference=called[0],
        revision=called[1],
        names=model.names if model.state.stopped else frozenset(n for n in model.names if _is_for(reader, n[0])),
        uses=tuple(one for one in model.uses if folded(one.use) in uses),
        why=(_EARLIER,) if secret else model.why,
    )


def _strange(model: RecordedModel, wanted: Wanted) -> RecordedModel | None:
    """A model that the token is not for."""
    has_all = model.subject in wanted.subjects and len(model.files) == model.count
    stopped = model.state.stopped
    if not has_all and not (stopped and (model.telling or model.names)):
        return None
    return RecordedModel(
        subject=model.subject if has_all else "",
        reference="",
        revision="",
        count=model.count if has_all else 0,
        files=model.files if has_all else (),
        shared=model.telling if stopped else frozenset(),
        telling=model.telling if stopped else frozenset(),
        state=model.state,
        why=(_ELSEWHERE,),
        since=model.since,
        names=model.names if stopped else frozenset(),
    )


def _is_for(reader: Reader, reference: str) -> bool:
    """Is it one of the repositories that their token is for?"""
    if not reference.startswith("hf:"):
        return False
    try:
        place = parse_reference(reference)
    except ReferenceInvalid:
        return False
    return reader.may_have(Repository(place.kind, place.repository))
