"""What a report asks of a machine: the shape of the subject, its names and its parameters."""

from __future__ import annotations

from collections.abc import Iterator

from hilt.core.report import Report
from hilt.core.running import WRITES, Machine, Running
from hilt.knowledge.fit.running import CONTEXT, Asked, best, run
from hilt.knowledge.fit.shape import Shape, shape

_SAME = ("quantized ", "copy ")
"""Relations to a base that leave it the same model."""


def running_of(report: Report, machine: Machine, today: str) -> Running | None:
    """What it takes to run the subject of `report` on `machine`; None where there is nothing to tell."""
    told = asked_of(report, machine, today)
    if told is None or not (told[0].layers or told[1].writes):
        return None
    shape, asked = told
    variant = best(shape, shape.variants, asked)
    return run(shape, variant, asked) if variant is not None else None


def asked_of(report: Report, machine: Machine, today: str) -> tuple[Shape, Asked] | None:
    """The shape of the subject of `report`, and what is asked of it; None where it has no weights of which that is told."""
    told = shape(report.facts)
    if told is None or not told.variants:
        return None
    asked = Asked(
        machine=machine,
        today=today,
        context=min(CONTEXT, told.context) if told.context else CONTEXT,
        names=tuple(_names(report, told)),
        parameters=_count(report, "model.parameters"),
        active=_count(report, "model.parameters_active"),
        writes=not WRITES.isdisjoint(report.texts("model.generates")),
    )
    return told, asked


def _names(report: Report, shape: Shape) -> Iterator[str]:
    """What the subject is called: by its reference, as what it is a quantisation of, and by its files of GGUF."""
    yield report.subject.reference.removeprefix("hf:").partition("@")[0]
    for base in report.texts("rights.bases"):
        relation = next((one for one in _SAME if base.startswith(one)), None)
        if relation is not None:
            yield base.removeprefix(relation)
    yield from (one.name for one in shape.variants if one.format == "gguf")


def _count(report: Report, key: str) -> int | None:
    fact = report.fact(key)
    return fact.value if fact is not None and type(fact.value) is int and fact.value > 0 else None
