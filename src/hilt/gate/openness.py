"""openness: which components of a release are there, what class that comes to, and the framework's own file of it."""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike, fspath

from hilt.core.errors import NothingToCheck, UsageError
from hilt.core.fact import Fact, Known
from hilt.core.openness import CANNOT_TELL, OpenComponent, Openness, OpennessClass
from hilt.core.report import Report
from hilt.gate.check import verdict_on
from hilt.gate.settings import Settings
from hilt.knowledge.openness import mof_yaml, open_licences
from hilt.knowledge.openness.components import CLASSES, COMPONENTS
from hilt.knowledge.openness.framework import Evaluation, evaluate

_CHECK = "openness"
_TYPES = {"text": "language", "code": "code", "image": "image", "audio": "audio", "video": "video"}
"""What a model makes, in the words that the framework has for types of models."""


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
    components = tuple(_components(report))
    if all(one.state is None for one in components):
        failed = [gap.why for gap in report.coverage.gaps if gap.what == _CHECK]
        if wrong or failed:
            raise UsageError(f"{report.subject.reference}: {(*(one.message for one in wrong), *failed)[0]}")
        raise NothingToCheck(
            f"{report.subject.reference}: neither weights, nor an architecture, nor a file of the Model Openness Framework"
        )
    untold = frozenset(one.id for one in components if one.state is None)
    held = {one.id: one.licences for one in components if one.state in ("open", "present")}
    evaluation = evaluate(held, untold)
    told = _fact(report, "class").value
    reached = told if isinstance(told, int) else None
    osaid = _fact(report, "osaid").value
    return Openness(
        reference=report.subject.reference,
        framework=mof_yaml.FRAMEWORK,
        reached=reached,
        class_name=CANNOT_TELL if reached is None else CLASSES[reached],
        classes=tuple(OpennessClass(one.level, one.name, one.percent) for one in evaluation.standings),
        gap=evaluation.gap,
        missing=tuple(lack.words for lack in evaluation.next.lacks) if evaluation.next else (),
        components=components,
        osaid=osaid if isinstance(osaid, str) else CANNOT_TELL,
        osaid_parts=report.texts(f"{_CHECK}.osaid_parts"),
        remarks=(*(f"{one.where.path}: {one.message}" for one in wrong), *_remarks(evaluation)),
        as_of=open_licences.as_of(),
    )


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
        parts=tuple(_part(one, licence) for one in told.components if one.state in ("open", "present")),
        about=about,
    )
    return mof_yaml.write(release)


def _part(one: OpenComponent, distribution: str) -> mof_yaml.Part:
    place, _, how = one.where.partition(": ")
    own = _spelled(one.licences)
    return mof_yaml.Part(
        component=one.id,
        licence=None if own == distribution else own,
        path=next((how.removeprefix(said) for said in ("links ", "lists it at ") if how.startswith(said)), place),
        description=one.about,
    )


def _spelled(licences: tuple[str, ...]) -> str:
    return " AND ".join(open_licences.spelled(one) for one in licences)


def _components(report: Report) -> Iterator[OpenComponent]:
    licences: dict[str, list[str]] = {}
    for line in report.texts(f"{_CHECK}.licences"):
        name, _, licence = line.partition(" ")
        licences.setdefault(name, []).append(licence)
    for component in COMPONENTS:
        fact = _fact(report, component.id)
        state = fact.value if isinstance(fact.value, str) else None
        where = fact.source if state in ("open", "present") else ""
        yield OpenComponent(
            id=component.id,
            name=component.name,
            words=component.words,
            about=component.about,
            content=component.content,
            level=component.level,
            required=component.required,
            state=state,
            licences=tuple(licences.get(component.id, ())),
            known=fact.known,
            where=where,
        )


def _remarks(evaluation: Evaluation) -> Iterator[str]:
    if evaluation.remarks:
        told = ", ".join(f"{one.words} ({one.content})" for one in evaluation.remarks)
        yield f"under an open licence, but of another type than the framework recommends: {told}"


def _fact(report: Report, name: str) -> Fact:
    fact = report.fact(f"{_CHECK}.{name}")
    return fact or Fact(key=f"{_CHECK}.{name}", value=None, known=Known.UNKNOWN, source="")
