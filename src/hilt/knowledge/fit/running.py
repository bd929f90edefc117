"""What it takes to run one set of weights on one machine: memory, the longest input, speed, cost and break-even.

Pure: the same shape, machine and day give the same answer, so that a stored report can be asked again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hilt.core.running import Fits, Machine, Memory, Running, stale
from hilt.knowledge.fit import cost, prices, speed
from hilt.knowledge.fit.machines import serves_many
from hilt.knowledge.fit.memory import engine_of, memory
from hilt.knowledge.fit.shape import Shape, Variant

CONTEXT = 4096
TOGETHER = 32
"""So many sequences at once, at most, are taken for granted of a machine that serves many people."""
_LONGEST = 1 << 24
_SMALL = 10**9
_TAKES = {"vllm": 0.9}
"""The part of a machine's memory beyond which an engine takes none, unless it is told otherwise."""
_OF_GGUF = frozenset({"llama.cpp", "llama-cpp-python"})


class Asked(NamedTuple):
    """What is asked of a model. `sequences` is None where nobody said how many run at once; `names` are what the model is
    called, the surest first; `parameters` and `active` are counted ones; `writes` is true where it writes tokens."""

    machine: Machine
    today: str
    context: int = CONTEXT
    sequences: int | None = None
    engine: str = ""
    names: tuple[str, ...] = ()
    parameters: int | None = None
    active: int | None = None
    writes: bool = True


def engine(variant: Variant, asked: Asked) -> str:
    """The engine that was asked for, or that the format suggests; empty where it does not load this format."""
    own = engine_of(variant)
    if not asked.engine or not own:
        return own
    return asked.engine if (asked.engine in _OF_GGUF) == (own in _OF_GGUF) else ""


def fitting(told: Memory | None, machine: Machine) -> Fits:
    """What is reserved has to fit, or what is touched at least, into the part of the memory that the engine takes."""
    if told is None or not machine.memory:
        return Fits.UNKNOWN
    memory = machine.memory * _TAKES.get(told.engine, 1)
    if told.reserved <= memory:
        return Fits.YES
    return Fits.TIGHT if told.resident <= memory else Fits.NO


def best(shape: Shape, variants: Sequence[Variant], asked: Asked) -> Variant | None:
    """The largest set of weights that fits, the smallest where none does; None where there are none."""
    ranked = sorted(variants, key=lambda one: one.bytes)
    good = [one for one in ranked if fitting(memory_of(shape, one, asked), asked.machine) is Fits.YES]
    return next(iter(good[-1:] or ranked), None)


def largest_context(shape: Shape, variant: Variant, asked: Asked) -> int | None:
    """The most tokens of each sequence for which the memory is enough, at most what the model states; 0 where not even
    one fits, None where that cannot be told."""
    if not shape.layers or not asked.machine.memory or not engine(variant, asked):
        return None
    least, most = 0, min(shape.context or _LONGEST, _LONGEST)
    while least < most:
        middle = (least + most + 1) // 2
        told = memory_of(shape, variant, asked._replace(context=middle))
        if fitting(told, asked.machine) is Fits.YES:
            least = middle
        else:
            most = middle - 1
    return least


def speed_of(shape: Shape, variant: Variant, asked: Asked, sequences: int = 1) -> tuple[float, float] | None:
    """Tokens a second of so many sequences together; None where the bandwidth is not known, or nothing is written."""
    told = memory_of(shape, variant, asked._replace(sequences=sequences))
    if told is None or not asked.machine.bandwidth or not asked.writes or not variant.bytes:
        return None
    kept = sum(part.resident for part in told.parts if part.name in ("cache", "state"))
    read = variant.read or _share(variant, asked)
    return speed.batched(
        asked.machine.bandwidth,
        total=max(read, variant.bytes),
        read=read,
        cache=kept // sequences,
        sequences=sequences,
    )


def run(shape: Shape, variant: Variant, asked: Asked) -> Running:
    """The whole answer for one set of weights."""
    told = memory_of(shape, variant, asked)
    fits = fitting(told, asked.machine)
    alone = speed_of(shape, variant, asked) if fits is not Fits.NO else None
    why = [f"{variant.name}: {_rests(variant)}", *(told.why if told is not None else _untold(shape, variant, asked))]
    if alone is not None and (variant.read or variant.bytes) < _SMALL:
        why.append("so small a model is held up by computing more than by reading: it may be slower than told")
    running = Running(
        memory=told,
        machine=asked.machine,
        fits=fits,
        largest_context=largest_context(shape, variant, asked),
        speed=alone,
        why=(*why, asked.machine.source),
    )
    return _priced(running, shape, variant, asked) if asked.writes else running


def _priced(running: Running, shape: Shape, variant: Variant, asked: Asked) -> Running:
    machine = asked.machine
    offers = (*prices.same_model(asked.names, asked.parameters, asked.today), *prices.references(asked.today))
    told = running._replace(offers=offers, prices_of=min(offer.as_of for offer in offers))
    why = [*running.why, *_ages(told, asked.today)]
    together = _together(shape, variant, asked)
    written = speed_of(shape, variant, asked, together) if running.speed is not None else None
    if written is None or machine.price is None:
        return told._replace(why=(*why, f"cost cannot be told: {_lacking(running)}"))
    tokens = cost.blended(written)
    why.append(
        f"cost: {together} sequence{'' if together == 1 else 's'} at once, three tokens of input to one of output, input read "
        f"{cost.READ[0]} to {cost.READ[1]} times as fast as output is written; {machine.price:.3g} dollars an hour"
    )
    return told._replace(
        costs=cost.costs(machine.price, tokens),
        break_even=tuple(cost.break_even(machine.price, tokens, offer) for offer in offers),
        why=tuple(why),
    )


def _untold(shape: Shape, variant: Variant, asked: Asked) -> tuple[str, ...]:
    """Why the memory cannot be told."""
    if not engine(variant, asked):
        return (
            *shape.untold,
            "no engine that hilt knows loads " + variant.format
            if not asked.engine
            else f"{asked.engine} does not load {variant.format}",
        )
    return shape.untold or ("what its layers keep of each token cannot be told",)


def _lacking(running: Running) -> str:
    """Why there is no cost."""
    machine = running.machine.name
    if running.memory is None:
        return "the memory cannot be told"
    if running.fits is Fits.NO:
        return f"it does not fit {machine}"
    return (
        f"nobody says what an hour of {machine} costs"
        if running.speed is not None
        else f"the bandwidth of {machine} is not known"
    )


def _ages(running: Running, today: str) -> list[str]:
    told = [("prices of hosts", running.prices_of), (f"price of {running.machine.name}", running.machine.as_of)]
    return [
        f"{what} as of {day}, {stale(day, today)} days ago: look at today's before you decide"
        for what, day in told
        if stale(day, today)
    ]


def _together(shape: Shape, variant: Variant, asked: Asked) -> int:
    """How many sequences share the machine: as many as were asked for; else as many as fit, where it serves many."""
    if asked.sequences is not None or not serves_many(asked.machine):
        return asked.sequences or 1
    counts = [TOGETHER >> halved for halved in range(TOGETHER.bit_length())]
    return next(
        (
            count
            for count in counts
            if fitting(memory_of(shape, variant, asked._replace(sequences=count)), asked.machine) is Fits.YES
        ),
        1,
    )


def memory_of(shape: Shape, variant: Variant, asked: Asked) -> Memory | None:
    """None where it cannot be told, and where no engine loads the format."""
    chosen = engine(variant, asked)
    return memory(shape, variant, chosen, asked.context, asked.sequences or 1) if chosen else None


def _share(variant: Variant, asked: Asked) -> int:
    """Bytes of the weights that one token passes through, by the share of the parameters that work."""
    counted = variant.parameters or asked.parameters
    if not asked.active or not counted or asked.active >= counted:
        return variant.bytes
    return variant.bytes * asked.active // counted


def _rests(variant: Variant) -> str:
    dtypes = ", ".join(name for name, _ in sorted(variant.dtypes, key=lambda one: -one[1])[:3])
    return f"{variant.bytes:,} bytes of tensors{f' ({dtypes})' if dtypes else ''}"
