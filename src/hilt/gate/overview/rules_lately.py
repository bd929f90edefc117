"""What each rule of a policy did lately, by the newest verdicts that are recorded."""

from __future__ import annotations

from typing import NamedTuple

from hilt.core.events import Recorded, VerdictGiven
from hilt.gate.overview.entries import entries
from hilt.gate.record import opened
from hilt.gate.recording.told_again import ToldAgain
from hilt.gate.settings import Settings

LOOKED_AT, NAMED = 50, 3
"""Verdicts that are looked at, each proven when it is read, and those that are told of each rule."""


class Lately(NamedTuple):
    """How many verdicts a rule made review or block, and the newest of those."""

    review: int = 0
    block: int = 0
    newest: tuple[Recorded, ...] = ()


def rules_lately(settings: Settings) -> tuple[int, dict[str, Lately]]:
    """How many verdicts were looked at, and what each rule did in them. Raises `RecordError`."""
    with opened(settings) as record:
        return _TOLD.of(record, "", lambda: _rules_lately(settings))


_TOLD = ToldAgain[tuple[int, dict[str, Lately]]]()


def _rules_lately(settings: Settings) -> tuple[int, dict[str, Lately]]:
    found = entries(kind=VerdictGiven.kind, limit=LOOKED_AT, settings=settings).entries
    told: dict[str, Lately] = {}
    for one in found:
        for question in one.event.questions if isinstance(one.event, VerdictGiven) else ():
            rule, what = told.get(question.rule, Lately()), question.outcome.word
            newest = (*rule.newest, one) if len(rule.newest) < NAMED else rule.newest
            told[question.rule] = rule._replace(newest=newest, **{what: getattr(rule, what) + 1})
    return len(found), told
