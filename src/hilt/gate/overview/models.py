"""models: search what was judged, newest verdicts first."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from hilt.core.estate import UNKNOWN, Choices, FoundModel, FoundModels
from hilt.core.standing import folded
from hilt.core.verdict import Outcome
from hilt.gate.record import opened
from hilt.gate.recording.told_again import ToldAgain
from hilt.gate.settings import Settings
from hilt.gate.status import Now, is_withdrawn

if TYPE_CHECKING:
    from hilt.record.among import Among
    from hilt.record.record import Record
    from hilt.record.registry_rows import Model

MOST = 50
"""Models of a page."""
MOST_CHOICES = 200
"""Licences and uses that are offered to be chosen from."""


def find_models(
    *,
    matching: str = "",
    outcome: Outcome | None = None,
    licence: str | None = None,
    openness: int | None = None,
    use: str = "",
    owner: str = "",
    after: int | None = None,
    limit: int = MOST,
    settings: Settings | None = None,
) -> FoundModels:
    """The models of which all that is named is true, those that were judged last first; `after` is that of the page before.

    `matching` is a part of the reference. An empty `licence` finds those of which none is known, `openness` `UNKNOWN` those of which
    that is not. `use` is what somebody asked for, decided or runs them for, in any spelling. `owner` is the person, by name or as
    the log calls them, who asked to use them, or recorded who runs them, while that lasts: the words that tell who runs something
    can be erased, and are not searched. Raises `UsageError` where there is no such person, `RecordError`.
    """
    most = max(1, min(limit, MOST))
    asked = matching, outcome, licence, openness, use, owner, after, most

    def find() -> FoundModels:
        found = record.registry.models(
            matching=matching,
            outcome=outcome,
            licence=licence,
            openness=openness,
            among=_among(record, use, owner),
            after=after,
            limit=most + 1,  # one more tells whether there are more
        )
        stopped = _withdrawn(record, [one.subject for one in found[:most]])
        page = tuple(found_model(one)._replace(withdrawn=one.subject in stopped) for one in found[:most])
        return FoundModels(page, page[-1].place if len(found) > most else None)

    with opened(settings or Settings()) as record:
        return _FOUND.of(record, asked, find)


def choices(settings: Settings | None = None) -> Choices:
    """What to search by. Raises `RecordError`."""
    with opened(settings or Settings()) as record:
        return _CHOICES.of(record, "", lambda: _choices(record))


_FOUND, _CHOICES = ToldAgain[FoundModels](), ToldAgain[Choices]()


def _choices(record: Record) -> Choices:
    outcomes, licences, openness = Counter[Outcome](), Counter[str](), Counter[int]()
    for one in record.registry.counts():
        outcomes[one.outcome] += one.models
        openness[one.openness] += one.models
        for licence in one.licences or ("",):
            licences[licence] += one.models
    return Choices(
        tuple(outcomes.most_common()),
        tuple(licences.most_common(MOST_CHOICES)),
        tuple(openness.most_common()),
        tuple(record.registry.uses()[:MOST_CHOICES]),
    )


def found_model(model: Model) -> FoundModel:
    return FoundModel(
        subject=model.subject,
        reference=model.reference,
        outcome=model.outcome,
        licences=model.licences,
        openness=UNKNOWN if model.openness is None else model.openness,
        claimed=model.claimed,
        at=model.at,
        place=model.place,
    )


def _withdrawn(record: Record, subjects: list[str]) -> set[str]:
    """Those that are withdrawn for every use: the tables tell where to look."""
    maybe = record.registry.withdrawn(subjects)
    if not maybe:
        return set()
    now = Now.of(record)
    return {subject for subject, history in record.histories(maybe).items() if is_withdrawn(history, now)}


def _among(record: Record, use: str, owner: str) -> Among | None:
    from hilt.record.among import Among

    if not use and not owner:
        return None
    wanted = folded(use)
    uses = {use, *(one for one in record.registry.uses() if folded(one) == wanted)} if use else None
    return Among(uses, record.person(owner).person if owner else None)
