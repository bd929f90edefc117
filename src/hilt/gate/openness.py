"""openness: which components of a release are there, what class that comes to, and the framework's own file of it."""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike, fspath
from typing import Any, NamedTuple

from hilt.core.errors import NothingToCheck, UsageError
from hilt.core.fact import Fact, Known
from hilt.core.report import Report
from hilt.gate.check import verdict_on
from hilt.gate.settings import Settings
from hilt.knowledge.openness import mof_yaml, open_licences
from hilt.knowledge.openness.components import CLASSES, COMPONENTS, Component
from hilt.knowledge.openness.framework import Evaluation, evaluate

GRADES = {"open": "open", "present": "partial", "absent": "closed"}
"""A state of a component in the words of the European Open Source AI Index."""
CANNOT_TELL = "cannot tell"

_CHECK = "openness"
_TYPES = {"text": "language", "code": "code", "image": "image", "audio": "audio", "video": "video"}
"""What a model makes, in the words that the framework has for types of models."""


class ComponentRow(NamedTuple):
    """One component; `state` is a key of `GRADES`, or None. `where` is the evidence in words."""

    component: Component
    state: str | None
    licences: tuple[str, ...]
    known: Known
    where: str

    @property
    def grade(self) -> str:
        return GRADES[self.state] if self.state else CANNOT_TELL


class Openness(NamedTuple):
    """How open a subject is. `reached` is None where what nobody could tell would decide it."""

    reference: str
    rows: tuple[ComponentRow, ...]
    evaluation: Evaluation
    reached: int | None
    osaid: str
    osaid_parts: tuple[str, ...]
    remarks: tuple[str, ...]
    as_of: str

    @property
    def class_name(self) -> str:
        return CANNOT_TELL if self.reached is None else CLASSES[self.reached]


def openness(reference: str | PathLike[str], *, settings: Settings | None = None) -> tuple[Openness, Report]:
    """How open the subject at `reference` is, and the report that tells it.

    A file of the Model Openness Framework is judged as the framework does. Raises `NothingToCheck` where there is no model,
    and what `check` raises.
    """
    report = verdict_on(fspath(reference), settings=settings, hashed=False).report
    return of_report(report), report


def of_report(report: Report) -> Openness:
    """How open the subject of `report` is, by the facts that it states."""
    wrong = [finding for finding in report.findings if finding.check == _CHECK]
    rows = tuple(_rows(report))
    if all(row.state is None for row in rows):
        failed = [gap.why for gap in report.coverage.gaps if gap.what == _CHECK]
        if wrong or failed:
            raise UsageError(f"{report.subject.reference}: {(*(one.message for one in wrong), *failed)[0]}")
        raise NothingToCheck(
            f"{report.subject.reference}: neither weights, nor an architecture, nor a file of the Model Openness Framework"
        )
    untold = frozenset(row.component.id for row in rows if row.state is None)
    held = {row.component.id: row.licences for row in rows if row.state in ("open", "present")}
    evaluation = evaluate(held, untold)
    reached = _fact(report, "class").value
    osaid = _fact(report, "osaid").value
    return Openness(
        reference=report.subject.reference,
        rows=rows,
        evaluation=evaluation,
        reached=reached if isinstance(reached, int) else None,
        osaid=osaid if isinstance(osaid, str) else CANNOT_TELL,
        osaid_parts=report.texts(f"{_CHECK}.osaid_parts"),
        remarks=(*(f"{one.where.path}: {one.message}" for one in wrong), *_remarks(evaluation)),
        as_of=open_licences.as_of(),
    )


def as_data(told: Openness) -> dict[str, Any]:
    """All of it as plain data."""
    return {
        "reference": told.reference,
        "framework": mof_yaml.FRAMEWORK,
        "class": told.reached,
        "class_name": told.class_name,
        "percent": {str(standing.level): round(standing.percent, 1) for standing in told.evaluation.standings},
        "gap": told.evaluation.gap,
        "missing": [lack.words for lack in told.evaluation.next.lacks] if told.evaluation.next else [],
        "remarks": list(told.remarks),
        "components": [_as_data(row) for row in told.rows],
        "osaid": {"met": told.osaid, "parts": list(told.osaid_parts)},
        "open_licences": told.as_of,
    }


def _as_data(row: ComponentRow) -> dict[str, Any]:
    component = row.component
    return {
        "id": component.id,
        "name": component.name,
        "class": component.level,
        "required": component.required,
        "content": component.content,
        "state": row.state,
        "grade": row.grade,
        "licences": list(row.licences),
        "known": row.known.word,
        "where": row.where,
    }


def as_mof(told: Openness, report: Report) -> str:
    """What was found, as a file of the framework; whoever publishes the model has to complete it."""
    name = told.reference.rstrip("/").rpartition("/")[2] or told.reference
    owner, slash, _ = told.reference.removeprefix("hf:").rpartition("/")
    kinds = {_TYPES[one] for one in report.texts("model.generates") if one in _TYPES}
    about = {
        "version": "",
        "type": min(kinds) if len(kinds) == 1 else "multimodal" if kinds else "",
        "architecture": "",
    }
    licence = _spelled(report.texts("rights.licences"))
    release = mof_yaml.Release(
        name=name,
        producer=owner if slash and told.reference.startswith("hf:") else "",
        licences={"distribution": (licence, "")} if licence else {},
        parts=tuple(_part(row, licence) for row in told.rows if row.state in ("open", "present")),
        about=about,
    )
    return mof_yaml.write(release)


def _part(row: ComponentRow, distribution: str) -> mof_yaml.Part:
    place, _, how = row.where.partition(": ")
    own = _spelled(row.licences)
    return mof_yaml.Part(
        component=row.component.id,
        licence=None if own == distribution else own,
        path=next((how.removeprefix(said) for said in ("links ", "lists it at ") if how.startswith(said)), place),
        description=row.component.about,
    )


def _spelled(licences: tuple[str, ...]) -> str:
    return " AND ".join(open_licences.spelled(one) for one in licences)


def _rows(report: Report) -> Iterator[ComponentRow]:
    licences: dict[str, list[str]] = {}
    for line in report.texts(f"{_CHECK}.licences"):
        name, _, licence = line.partition(" ")
        licences.setdefault(name, []).append(licence)
    for component in COMPONENTS:
        fact = _fact(report, component.id)
        state = fact.value if isinstance(fact.value, str) else None
        where = fact.source if state in ("open", "present") else ""
        yield ComponentRow(component, state, tuple(licences.get(component.id, ())), fact.known, where)


def _remarks(evaluation: Evaluation) -> Iterator[str]:
    if evaluation.remarks:
        told = ", ".join(f"{one.words} ({one.content})" for one in evaluation.remarks)
        yield f"under an open licence, but of another type than the framework recommends: {told}"


def _fact(report: Report, name: str) -> Fact:
    fact = report.fact(f"{_CHECK}.{name}")
    return fact or Fact(key=f"{_CHECK}.{name}", value=None, known=Known.UNKNOWN, source="")
