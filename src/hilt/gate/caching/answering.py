"""What a server answers a workstation that asks how its caches stand: as the record has it, of what their token may know.

Of a model that a token is not for, nobody is told more than they know: that it was withdrawn or is blocked, where they have bytes of it
or name its revision; and how it stands, where they have all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hilt.core.cache_comparison import Compared, RecordedModel, Wanted
from hilt.core.cache_comparison_v1 import LINES, MODELS, decode_question, encode_answer
from hilt.core.errors import ReferenceInvalid, ReportInvalid, UsageError
from hilt.core.events import Recorded, VerdictGiven
from hilt.core.library import Repository
from hilt.core.repository_patterns import EVERY
from hilt.gate.caching.recorded import compared
from hilt.gate.caching.report_index import ReportIndex
from hilt.gate.keeping.reader import Reader
from hilt.gate.record import opened
from hilt.gate.recording.pages import histories
from hilt.gate.settings import Settings
from hilt.sources.hub_place import parse_reference

if TYPE_CHECKING:
    from hilt.record.record import Record

_ELSEWHERE = "The server tells no more of it, for this token is for other models."


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
            told = compared(record, self._index, wanted, use, self._settings, most=MODELS)
            if EVERY not in reader.names:
                told = _narrowed(told, wanted, reader, record)
        return encode_answer(replace(told, problems=_some(told.problems)))


def _some(problems: tuple[str, ...]) -> tuple[str, ...]:
    """As many as are taken."""
    more = len(problems) - LINES + 1
    return problems if more < 2 else (*problems[: LINES - 1], f"and {more} reports more")


def _narrowed(told: Compared, wanted: Wanted, reader: Reader, record: Record) -> Compared:
    """The same, as far as it is for the reader."""
    strange = [one.subject for one in told.models if not _is_for(reader, one.reference)]
    names = {subject: _known_as(history, reader) for subject, history in histories(record, strange)}
    models = (_as_told(one, names[one.subject], wanted) if one.subject in names else one for one in told.models)
    return Compared(
        models=tuple(one for one in models if one is not None),
        count=told.count,
        problems=(f"{len(told.problems)} reports of the record cannot be compared",) if told.problems else (),
        only=reader.names,
    )


def _known_as(history: Sequence[Recorded], reader: Reader) -> tuple[str, str] | None:
    """What the same bytes were called when they were judged as one of the models that the token is for: reference and revision."""
    for one in reversed(history):
        if isinstance(one.event, VerdictGiven) and not one.lapsed and _is_for(reader, one.event.reference):
            return one.event.reference, one.event.revision
    return None


def _as_told(model: RecordedModel, known_as: tuple[str, str] | None, wanted: Wanted) -> RecordedModel | None:
    """A model whose newest name the token is not for."""
    if known_as is not None:
        return replace(model, reference=known_as[0], revision=known_as[1])
    has_all, stopped = model.subject in wanted.subjects, model.state.stopped
    if not has_all and not stopped:
        return None
    named = model.name in wanted.names
    return RecordedModel(
        subject=model.subject if has_all else "",
        reference=model.reference if named else "",
        revision=model.revision if named else "",
        count=model.count if has_all else 0,
        files=model.files if has_all else (),
        shared=model.telling if stopped else frozenset(),
        telling=model.telling if stopped else frozenset(),
        state=model.state,
        why=(_ELSEWHERE,),
        since=model.since,
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
