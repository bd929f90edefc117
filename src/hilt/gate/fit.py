"""fit: where a model runs, how fast, and what that costs against having it hosted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any, NamedTuple

from hilt.core.errors import NothingToCheck, UsageError
from hilt.core.report import Report
from hilt.core.running import Fits, Machine, Memory, Running
from hilt.core.verdict import Verdict
from hilt.core.wire import encode_text
from hilt.gate.settings import Settings

if TYPE_CHECKING:
    from hilt.knowledge.fit.running import Asked
    from hilt.knowledge.fit.shape import Shape, Variant

CONTEXTS = (4096, 32768)
"""Beside the longest input that the model states."""
_WRITES = frozenset({"text", "code"})
_SAME = ("quantized ", "copy ")
"""Relations to a base that leave it the same model."""


class At(NamedTuple):
    """One set of weights with inputs of so many tokens. `memory` is None where it cannot be told."""

    context: int
    memory: Memory | None
    fits: Fits


class Row(NamedTuple):
    """One set of weights: as it is there, or as an `estimate` of a quantisation that is not. `at` is empty where nobody can
    tell what its layers keep."""

    name: str
    engine: str
    bytes: int
    estimate: bool
    at: tuple[At, ...]
    largest_context: int | None
    speed: tuple[float, float] | None


class Fit(NamedTuple):
    """`running` is told of `chosen`: the largest set that fits, or the smallest where none does. `elsewhere` is then the
    smallest card that it fits, and `instead` the answer for the largest quantisation that would fit, by an estimate."""

    reference: str
    machine: Machine
    sequences: int
    rows: tuple[Row, ...]
    chosen: str
    running: Running
    writes: bool
    elsewhere: Machine | None = None
    instead: tuple[str, Running] | None = None


def fit(
    of: str | PathLike[str] | Report | Verdict,
    *,
    memory: int | str | None = None,
    context: int | None = None,
    sequences: int | None = None,
    engine: str | None = None,
    machine: str | Machine | None = None,
    settings: Settings | None = None,
) -> Fit:
    """Where the subject at the reference `of` runs, or that of a report, a verdict, or the path of a stored report.

    `memory` is what the model may have of the machine, in bytes or as `"16GB"`; `machine` is a name of the pack, the one of
    the settings unless it is given, and this very machine without either. `context` is in tokens, `engine` a key of
    `hilt.knowledge.fit.memory.ENGINES`.

    Raises `UsageError` where one of these is wrong, `NothingToCheck` where there are no weights, and what `check` raises.
    """
    settings = settings or Settings()
    chosen = _machine(machine, memory, settings)
    for what, number in (("context", context), ("sequences", sequences)):
        if number is not None and not 0 < number <= 1 << 24:
            raise UsageError(f"{what}={number}: a whole number from 1 to {1 << 24:,} is needed")
    _known(engine)
    report = _report(of, settings)
    told = _of_report(report, chosen, datetime.now(UTC).date().isoformat())
    if told is None:
        raise NothingToCheck(f"{report.subject.reference}: no weights whose memory can be told")
    shape, asked = told
    asked = asked._replace(sequences=sequences, engine=engine or "", context=context or asked.context)
    return _fit(report, shape, asked, own_context=context is not None)


def running_of(report: Report, settings: Settings, today: str) -> Running | None:
    """What it takes to run the subject of `report` on the organisation's machine; None where there is nothing to tell."""
    from hilt.knowledge.fit import running

    told = _of_report(report, settings.machine or _this(measured=False), today)
    if told is None or not (told[0].layers or told[1].writes):
        return None
    shape, asked = told
    variant = running.best(shape, shape.variants, asked)
    return running.run(shape, variant, asked) if variant is not None else None


def as_data(told: Fit) -> dict[str, Any]:
    """All of it as plain data; `running` is as in the JSON of a verdict."""
    from hilt.core.running_v1 import encode_running

    return {
        "reference": encode_text(told.reference),
        "sequences": told.sequences,
        "chosen": encode_text(told.chosen),
        "rows": [_as_data(row) for row in told.rows],
        "elsewhere": told.elsewhere.name if told.elsewhere is not None else None,
        "running": encode_running(told.running),
        "instead": {"name": told.instead[0], "running": encode_running(told.instead[1])} if told.instead else None,
    }


def _as_data(row: Row) -> dict[str, Any]:
    return {
        "name": encode_text(row.name),
        "engine": row.engine,
        "bytes": row.bytes,
        "estimate": row.estimate,
        "at": [
            {
                "context": at.context,
                "reserved": at.memory.reserved if at.memory is not None else None,
                "resident": at.memory.resident if at.memory is not None else None,
                "fits": at.fits.value,
            }
            for at in row.at
        ],
        "largest_context": row.largest_context,
        "speed": row.speed,
    }


def machines() -> tuple[dict[str, Any], ...]:
    """The machines that hilt knows, as plain data."""
    from hilt.knowledge.fit import machines as pack

    each = [one for name in pack.names() if (one := pack.machine(name)) is not None]
    return tuple(
        {
            "name": one.name,
            "memory_gb": round(one.memory / 1e9, 1),
            "bandwidth_gb_s": round((one.bandwidth or 0) / 1e9),
            "price": one.price,
            "as_of": one.as_of,
            "source": one.source,
        }
        for one in each
    )


def _fit(report: Report, shape: Shape, asked: Asked, *, own_context: bool) -> Fit:
    from hilt.knowledge.fit import running

    longest = [shape.context] if shape.context else []
    contexts = sorted({one for one in (*CONTEXTS, *longest) if not shape.context or one <= shape.context})
    contexts = [asked.context] if own_context else contexts
    asked = asked._replace(context=asked.context if own_context else min(asked.context, contexts[0]))
    there = [one for one in shape.variants if not asked.engine or running.engine(one, asked)]
    estimates = list(_estimates(shape, asked)) if shape.layers else []
    if not shape.layers or not (there or estimates):
        there, contexts = list(shape.variants), []
    variant = running.best(shape, there or estimates, asked)
    if variant is None:
        raise NothingToCheck(f"{report.subject.reference}: no weights whose memory can be told")
    rows = [_row(shape, one, asked, contexts, estimate=False) for one in there]
    rows += [_row(shape, one, asked, contexts, estimate=True) for one in estimates]
    return Fit(
        reference=report.subject.reference,
        machine=asked.machine,
        sequences=asked.sequences or 1,
        rows=tuple(rows),
        chosen=variant.name,
        running=running.run(shape, variant, asked),
        writes=asked.writes,
        elsewhere=_elsewhere(shape, variant, asked),
        instead=_instead(shape, variant, estimates, asked),
    )


def _instead(shape: Shape, variant: Variant, estimates: list[Variant], asked: Asked) -> tuple[str, Running] | None:
    from hilt.knowledge.fit import running

    if running.fitting(running.memory_of(shape, variant, asked), asked.machine) is not Fits.NO:
        return None
    best = running.best(shape, estimates, asked)
    told = running.run(shape, best, asked) if best is not None else None
    return (best.name, told) if best is not None and told is not None and told.fits is Fits.YES else None


def _elsewhere(shape: Shape, variant: Variant, asked: Asked) -> Machine | None:
    from hilt.knowledge.fit import machines, running

    needs = running.memory_of(shape, variant, asked)
    if running.fitting(needs, asked.machine) is not Fits.NO:
        return None
    return next((one for one in machines.cards() if running.fitting(needs, one) is Fits.YES), None)


def _row(shape: Shape, variant: Variant, asked: Asked, contexts: list[int], *, estimate: bool) -> Row:
    from hilt.knowledge.fit import running

    told = [(one, running.memory_of(shape, variant, asked._replace(context=one))) for one in contexts]
    return Row(
        name=variant.name,
        engine=running.engine(variant, asked),
        bytes=variant.bytes,
        estimate=estimate,
        at=tuple(At(one, needs, running.fitting(needs, asked.machine)) for one, needs in told),
        largest_context=running.largest_context(shape, variant, asked),
        speed=running.speed_of(shape, variant, asked) if told and told[0][1] is not None else None,
    )


def _estimates(shape: Shape, asked: Asked) -> Iterator[Variant]:
    """Quantisations of llama.cpp that are not there; none for models that write no tokens, or for another engine."""
    from hilt.knowledge.fit import quantisations

    counted = max((one.parameters for one in shape.variants), default=0) or asked.parameters
    if not counted or not asked.writes or asked.engine in ("transformers", "vllm"):
        return
    there = " ".join(one.name for one in shape.variants if one.format == "gguf").upper()
    for one in quantisations.estimated(shape, counted, asked.active):
        if one.dtypes[0][0] not in there:
            yield one


def _of_report(report: Report, machine: Machine, today: str) -> tuple[Shape, Asked] | None:
    from hilt.knowledge.fit.running import CONTEXT, Asked
    from hilt.knowledge.fit.shape import shape

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
        writes=not _WRITES.isdisjoint(_texts(report, "model.generates")),
    )
    return told, asked


def _names(report: Report, shape: Shape) -> Iterator[str]:
    """What the subject is called: by its reference, as what it is a quantisation of, and by its files of GGUF."""
    yield report.subject.reference.removeprefix("hf:").partition("@")[0]
    for base in _texts(report, "rights.bases"):
        relation = next((one for one in _SAME if base.startswith(one)), None)
        if relation is not None:
            yield base.removeprefix(relation)
    yield from (one.name for one in shape.variants if one.format == "gguf")


def _report(of: str | PathLike[str] | Report | Verdict, settings: Settings) -> Report:
    if isinstance(of, Verdict):
        return of.report
    if isinstance(of, Report):
        return of
    reference = fspath(of)
    if reference == "-" or reference.endswith(".json"):
        from hilt.gate.judge import stored

        reports = stored(reference)
        if len(reports) != 1:
            raise UsageError(f"{reference} holds {len(reports)} reports; fit takes one")
        return reports[0]
    from hilt.gate.check import check

    return check(reference, settings=settings, hashed=False).report


def _machine(machine: str | Machine | None, memory: int | str | None, settings: Settings) -> Machine:
    from hilt.gate.machine import bytes_of, named

    chosen = named(machine) if isinstance(machine, str) else machine or settings.machine or _this(measured=True)
    if memory is None:
        return chosen
    size = memory if isinstance(memory, int) else bytes_of(memory)
    if size is None or size <= 0:
        raise UsageError(f"memory {memory!r:.40}: a size such as 16GB or 16GiB is needed")
    return chosen._replace(memory=size)


def _this(*, measured: bool) -> Machine:
    from hilt.knowledge.fit.machines import this_machine

    return this_machine(measured=measured)


def _known(engine: str | None) -> None:
    from hilt.knowledge.fit.memory import ENGINES

    if engine is not None and engine not in ENGINES:
        raise UsageError(f"there is no engine {engine!r:.40}; known are {', '.join(ENGINES)}")


def _count(report: Report, key: str) -> int | None:
    fact = report.fact(key)
    return fact.value if fact is not None and type(fact.value) is int and fact.value > 0 else None


def _texts(report: Report, key: str) -> tuple[str, ...]:
    fact = report.fact(key)
    return fact.value if fact is not None and isinstance(fact.value, tuple) else ()
