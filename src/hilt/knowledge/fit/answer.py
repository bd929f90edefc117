"""Where a subject runs, set by set: those that are there, and quantisations that are not; and what to do where none fits."""

from __future__ import annotations

from collections.abc import Iterator

from hilt.core.fit import At, Fit, FitRow
from hilt.core.running import Fits, Machine, Running
from hilt.knowledge.fit import machines, quantisations, running
from hilt.knowledge.fit.running import Asked
from hilt.knowledge.fit.shape import Shape, Variant

CONTEXTS = (4096, 32768)
"""Beside the longest input that the model states."""


def answer(reference: str, shape: Shape, asked: Asked, *, own_context: bool) -> Fit | None:
    """The answer for the subject at `reference`; None where nothing can be told. `own_context`: its length was asked for."""
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
        return None
    rows = [_row(shape, one, asked, contexts, estimate=False) for one in there]
    rows += [_row(shape, one, asked, contexts, estimate=True) for one in estimates]
    return Fit(
        reference=reference,
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
    if running.fitting(running.memory_of(shape, variant, asked), asked.machine) is not Fits.NO:
        return None
    best = running.best(shape, estimates, asked)
    told = running.run(shape, best, asked) if best is not None else None
    return (best.name, told) if best is not None and told is not None and told.fits is Fits.YES else None


def _elsewhere(shape: Shape, variant: Variant, asked: Asked) -> Machine | None:
    needs = running.memory_of(shape, variant, asked)
    if running.fitting(needs, asked.machine) is not Fits.NO:
        return None
    return next((one for one in machines.cards() if running.fitting(needs, one) is Fits.YES), None)


def _row(shape: Shape, variant: Variant, asked: Asked, contexts: list[int], *, estimate: bool) -> FitRow:
    told = [(one, running.memory_of(shape, variant, asked._replace(context=one))) for one in contexts]
    return FitRow(
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
    counted = max((one.parameters for one in shape.variants), default=0) or asked.parameters
    if not counted or not asked.writes or asked.engine in ("transformers", "vllm"):
        return
    there = " ".join(one.name for one in shape.variants if one.format == "gguf").upper()
    for one in quantisations.estimated(shape, counted, asked.active):
        if one.dtypes[0][0] not in there:
            yield one
