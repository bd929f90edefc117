"""What it takes to run a model, and what that costs, in words: the columns, the page and `hilt fit` share them.

Nothing here is quoted yet: names of machines, hosts and engines may come from settings or a stored report.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from hilt.core.running import BreakEven, Cost, Fits, Memory, Offer, Running, stale
from hilt.output.entry import Tone
from hilt.output.figures import counted, grouped, size_text

THIS = "this machine"
BUSY = 0.25
"""The part of the time that hardware is taken to be busy where one figure must do."""
BUSY_PARTS = (0.05, BUSY, 0.5, 1.0)
"""The parts of the time for which the cost is told."""
TONES = {Fits.YES: Tone.GOOD, Fits.TIGHT: Tone.OPEN, Fits.NO: Tone.BAD, Fits.UNKNOWN: Tone.OPEN}

_SMALL = 10**9


def tokens(number: int) -> str:
    """`32k` for 32 768."""
    return f"{number >> 10}k" if number and not number & 1023 else grouped(number)


def many(figure: float) -> str:
    """`5.58 million`."""
    for size, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"), (1e3, "thousand")):
        if figure >= size:
            return f"{figure / size:.3g} {word}"
    return f"{figure:.0f}"


def dollars(figure: float) -> str:
    if 0 < figure < 0.0005:
        return "under $0.001"
    return f"${figure:,.2f}" if figure >= 0.0995 else f"${figure:.3f}"


def between(low: str, high: str) -> str:
    """`$0.17 to $0.90`, or the one figure that both are."""
    return low if low == high else f"{low} to {high}"


def whole(running: Running) -> Cost | None:
    """What a million tokens cost on hardware that is always busy."""
    return next((cost for cost in running.costs if cost.utilisation == 1.0), None)


def load(memory: Memory) -> str:
    """`4k tokens in llama.cpp`."""
    together = f" for each of {memory.sequences} sequences" if memory.sequences > 1 else ""
    return f"{tokens(memory.context)} tokens{together} in {memory.engine}"


def takes(running: Running) -> str:
    """`254 MB of 22.1 GB on this machine, with 4k tokens in llama.cpp; up to 8k tokens fit`; empty where that is not known."""
    memory, machine = running.memory, running.machine
    if memory is None:
        return ""
    if not machine.memory:
        return f"{size_text(memory.reserved)} with {load(memory)}; the memory of {machine.name} is not known"
    has = f"{machine.name} has {size_text(machine.memory)}"
    match running.fits:
        case Fits.TIGHT:
            reserved, touched = size_text(memory.reserved), size_text(memory.resident)
            return f"{reserved} are reserved and {touched} touched with {load(memory)}; {has}"
        case Fits.NO:
            return f"{size_text(memory.reserved)} are needed with {load(memory)}; {has}"
    told = f"{size_text(memory.reserved)} of {size_text(machine.memory)} on {machine.name}, with {load(memory)}"
    return f"{told}; up to {tokens(running.largest_context)} tokens fit" if running.largest_context else told


def speed(running: Running) -> str:
    """`29 to 81 tokens a second`; empty where it cannot be told."""
    if running.speed is None:
        return ""
    low, high = (f"{one:,.0f}".replace(",", " ") if one >= 10 else f"{one:.2g}" for one in running.speed)
    return f"{between(low, high)} tokens a second"


def small(running: Running) -> bool:
    """Is it so small that computing holds it up more than reading, from which the speed is told?"""
    parts = running.memory.parts if running.memory is not None else ()
    return any(part.name == "weights" and part.resident < _SMALL for part in parts)


def cost(cost: Cost) -> str:
    busy = "at full use" if cost.utilisation == 1.0 else f"when busy {cost.utilisation * 100:g} % of the time"
    return f"{between(dollars(cost.low), dollars(cost.high))} a million tokens {busy}"


def host(offer: Offer) -> str:
    """Who offers it; of another model, which."""
    return offer.provider if offer.same else offer.model


def priced(offers: Sequence[Offer]) -> str:
    """`$0.028 to $0.060`."""
    prices = sorted(offer.blended for offer in offers)
    return between(dollars(prices[0]), dollars(prices[-1]))


def surely(running: Running, offer: Offer) -> bool:
    """Is own hardware cheaper from the break-even on, however slow it is within what is told of it?"""
    full = whole(running)
    return full is not None and full.high <= offer.blended


def cheaper_from(running: Running, even: BreakEven) -> str:
    """From when own hardware is cheaper than the host."""
    if even.tokens_a_day is None:
        return "never, not even at full use"
    told = f"from {many(even.tokens_a_day)} tokens a day"
    return told if surely(running, even.offer) else f"{told} at best"


def against(running: Running) -> Iterator[tuple[str, str]]:
    """What hosts ask, in two lines at most: for this model, then for others; each with the words that lead it in.

    Without a cost of one's own to hold them against, others are not told.
    """
    same = [offer for offer in running.offers if offer.same]
    others = [offer for offer in running.offers if not offer.same]
    if same:
        hosts = counted(len({offer.provider for offer in same}), "host")
        yield "hosted", f"{priced(same)} a million tokens at {hosts}{_even(running, same)}"
    elif running.costs:
        yield "hosted", "no host of this model is known by its name"
    if others and running.costs:
        yield "others", f"{priced(others)} a million tokens{_even(running, others)}"


def _even(running: Running, offers: Sequence[Offer]) -> str:
    """From when own hardware is cheaper than the cheapest and the dearest of these."""
    evens = {one.offer: one for one in running.break_even}
    told = [evens[offer] for offer in _ends(offers) if offer in evens]
    reached = [one for one in told if one.tokens_a_day is not None]
    parts = [f"than {host(one.offer)} {cheaper_from(running, one)}" for one in reached]
    never = [host(one.offer) for one in told if one.tokens_a_day is None]
    said = f"; cheaper here {', '.join(parts)}" if parts else ""
    return f"{said}; never cheaper here than {' or '.join(never)}" if never else said


def _ends(offers: Iterable[Offer]) -> list[Offer]:
    ranked = sorted(offers, key=lambda offer: offer.blended)
    return [ranked[0], ranked[-1]] if ranked[0].blended < ranked[-1].blended else ranked[:1]


def unmeasured(running: Running) -> bool:
    """Is the cost not told because nobody measured the machine that hilt runs on?"""
    machine = running.machine
    return running.fits is Fits.YES and bool(running.offers) and machine.name == THIS and machine.bandwidth is None


def old(running: Running, judged_at: str) -> list[tuple[str, str, int]]:
    """Prices that are told and old: what they are of, of which day, and how many days before the verdict that is."""
    told = [offer for offer in running.offers if running.costs or offer.same]
    days = (
        ("hosts", running.prices_of if told else ""),
        (running.machine.name, running.machine.as_of if running.costs else ""),
    )
    return [(what, day, age) for what, day in days if (age := stale(day, judged_at))]
