"""How open a release is by what was found of it: three-valued, since what could not be read or told is no absence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from hilt.knowledge.openness.components import COMPONENTS, Component
from hilt.knowledge.openness.evidence import Evidence
from hilt.knowledge.openness.framework import Evaluation, Licences, counts, evaluate
from hilt.knowledge.openness.osaid import Answer, answers, overall

OPEN, PRESENT, ABSENT = "open", "present", "absent"

_ANY_OPEN = ("MIT",)
"""Stands for a licence that nobody told, where one asks what the best would be."""


class Row(NamedTuple):
    """One component: what there is of it, and under which licences. `state` is None where nobody can tell."""

    component: Component
    state: str | None
    evidence: Evidence | None
    licences: Licences


class Assessment(NamedTuple):
    """`evaluation` takes what cannot be told as missing; `reached` is None where that might change the class."""

    rows: tuple[Row, ...]
    evaluation: Evaluation
    reached: int | None
    osaid: tuple[Answer, ...]
    osaid_met: bool | None


def assess(
    found: Mapping[str, Evidence], subject: Licences | None, untold: frozenset[str], code_at: str = ""
) -> Assessment:
    """`subject` are the licences of the subject as a whole, None where something names one that nobody knows.

    `untold` are the components of which nobody can say that they are missing. `code_at` is where the subject says that code is kept.
    """
    held = {component: _licences(one, subject) for component, one in found.items()}
    rows = tuple(_row(component, found.get(component.id), held, untold) for component in COMPONENTS)
    best = (
        {component: licences or _ANY_OPEN for component, licences in held.items()}
        if _may_be_open(found, subject)
        else held
    )
    best = {**dict.fromkeys(untold - held.keys(), _ANY_OPEN), **best}
    evaluation = evaluate(held, untold)
    reached = evaluation.reached if evaluation.reached == evaluate(best).reached else None
    absent = frozenset(row.component.id for row in rows if row.state == ABSENT)
    elsewhere = frozenset(component for component, one in found.items() if one.elsewhere)
    parts = answers(held, absent, elsewhere, code_at)
    return Assessment(rows, evaluation, reached, parts, overall(parts))


def _licences(one: Evidence, subject: Licences | None) -> Licences:
    """Its own, or else those of the subject; what is elsewhere has none of the subject's."""
    if one.licences is not None:
        return one.licences
    return () if one.elsewhere or subject is None else subject


def _may_be_open(found: Mapping[str, Evidence], subject: Licences | None) -> bool:
    return subject is None or any(one.elsewhere and not one.licences for one in found.values())


def _row(component: Component, one: Evidence | None, held: Mapping[str, Licences], untold: frozenset[str]) -> Row:
    if one is None:
        return Row(component, None if component.id in untold else ABSENT, None, ())
    return Row(component, OPEN if counts(component, held) else PRESENT, one, held[component.id])
