"""Two pictures of what it takes to run a model: its memory against the machine's, and its cost against that of hosts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hilt.core.running import Fits, Memory, Offer, Part, Running
from hilt.output import svg
from hilt.output.figures import size_text
from hilt.output.markup import Html
from hilt.output.quote import quote
from hilt.output.running_words import dollars, host, many, priced, surely, whole

PARTS = {
    "weights": "the numbers of the model",
    "cache": "keys and values of the tokens so far",
    "state": "what layers without a cache remember",
    "buffer": "room to compute in",
    "runtime": "the program itself",
}
"""The parts of the memory, in the order they are drawn, and what they are for."""

_BAR, _ROW = 22, 52
_ZOOM = 0.25
"""Where less than this of a machine is taken, the parts are drawn larger than it."""
_LEAST = 0.004


def part_class(name: str) -> str:
    return f"part-{name}" if name in PARTS else "part-other"


def drawn_at(part: Part) -> int:
    """Its place among the parts; the last for one that has no place there."""
    return list(PARTS).index(part.name) if part.name in PARTS else len(PARTS)


def memory_bars(running: Running, name: str) -> Html | None:
    """What is reserved, and what of it is touched, by part; below it the machine's. None where either is not known."""
    memory, machine = running.memory, running.machine
    if memory is None or not machine.memory or not memory.reserved:
        return None
    largest = max(memory.reserved, memory.resident, machine.memory)
    zoomed = memory.reserved < _ZOOM * machine.memory
    scale = max(memory.reserved, memory.resident) if zoomed else largest
    told = [("reserved", [part.reserved for part in memory.parts])]
    if memory.resident != memory.reserved:
        told.append(("touched", [part.resident for part in memory.parts]))
    drawn: list[Html] = []
    for row, (word, sizes) in enumerate(told):
        drawn += _stacked(row * _ROW, f"{word}: {size_text(sum(sizes))}", memory, sizes, scale)
    below = len(told) * _ROW
    over = running.fits is Fits.NO or running.fits is Fits.TIGHT
    share, used = machine.memory / largest, min(memory.reserved, machine.memory) / largest
    drawn.append(svg.rect(0, below + 20, share, _BAR, "machine"))
    drawn.append(svg.rect(0, below + 20, max(used, _LEAST), _BAR, "over" if over else "used"))
    if zoomed:
        drawn.append(svg.line(0, below - 10, 0, below + 20, "guide"))
        drawn.append(svg.line(1, below - 10, max(used, _LEAST), below + 20, "guide"))
    elif over:
        drawn.append(svg.line(share, 18, share, below + 20 + _BAR, "limit"))
    drawn.append(svg.text(0, below + 58, f"{quote(machine.name, 40)}: {size_text(machine.memory)}"))
    about = f"{size_text(memory.reserved)} of {size_text(machine.memory)}: {running.fits.value}. The table below has each part."
    return svg.picture(name, "Memory by part, against that of the machine", about, below + 66, *drawn)


def _stacked(top: float, label: str, memory: Memory, sizes: Sequence[int], scale: int) -> Iterator[Html]:
    yield svg.text(0, top + 13, label)
    start = 0
    for part, size in sorted(zip(memory.parts, sizes, strict=True), key=lambda one: drawn_at(one[0])):
        yield svg.rect(start / scale, top + 20, size / scale, _BAR, part_class(part.name))
        start += size


class _Line(NamedTuple):
    """What hosts ask: one price, or as low as `cheapest` and as high as `dearest`, and the break-even of both."""

    words: str
    cheapest: Offer
    dearest: Offer
    evens: tuple[float | None, ...]

    @property
    def reached(self) -> tuple[tuple[Offer, float], ...]:
        """Where own hardware becomes cheaper, as far as it does; that of the dearest offer last."""
        told = dict(zip((self.cheapest, self.dearest), self.evens, strict=False)).items()
        return tuple((offer, even) for offer, even in told if even is not None and 0 < even < math.inf)


_LEFT, _TOP, _HEIGHT = 0.13, 56, 330
"""Where the axes stand: a part of the width, and pixels."""
_APART = 34
"""Pixels that the two lines of a label take, above the line of which they tell."""
_DECADES = 12
_CENT_PARTS, _FORTUNE = 1e-9, 1e9
"""Dollars further apart than so many powers of ten, or outside of these, are none that anybody asks or pays."""


class _Axes(NamedTuple):
    """Both are logarithmic: tokens a day, and dollars for a million."""

    least: float
    most: float
    bottom: float
    top: float

    def x(self, tokens: float) -> float:
        return _LEFT + (1 - _LEFT) * math.log(tokens / self.least) / math.log(self.most / self.least)

    def y(self, price: float) -> float:
        return _TOP + _HEIGHT * math.log(self.top / price) / math.log(self.top / self.bottom)


def cost_curve(running: Running, name: str) -> Html | None:
    """Dollars for a million tokens by how many are written a day: falling for own hardware, level for hosts.

    Own hardware costs the same by the day whatever it writes, so that the curve is sure; how many tokens a day it can write
    is not, and where it ends is an interval. None where there is no cost.
    """
    full = whole(running)
    figures = [running.machine.price or 0.0, *((full.low, full.high) if full else (0.0,))]
    figures += [offer.blended for offer in running.offers]
    if full is None or not all(_CENT_PARTS < one < _FORTUNE for one in figures):
        return None
    a_day = running.machine.price * 24 * 1e6 if running.machine.price else 0.0
    top = max(2.5 * max(figures[3:], default=0.0), 30 * full.high)
    bottom = min(min(figures[3:], default=full.low), full.low) / 2
    axes = _Axes(a_day / top, 1.8 * a_day / full.low, bottom, top)
    if not (0 < axes.least < axes.most < math.inf) or math.log10(top / bottom) > _DECADES or full.high < full.low:
        return None
    slow, fast = a_day / full.high, a_day / full.low
    lines = _lines(running)
    drawn = [
        *_grid(axes),
        *(_level(axes, one) for one in lines),
        svg.line(axes.x(axes.least), axes.y(top), axes.x(slow), axes.y(full.high), "own"),
        svg.line(axes.x(slow), axes.y(full.high), axes.x(fast), axes.y(full.low), "own perhaps"),
        *_labels(running, axes, lines),
        *(
            svg.dot(axes.x(even), axes.y(offer.blended), "even")
            for one in lines
            for offer, even in one.reached
            if axes.least <= even <= axes.most
        ),
    ]
    about = (
        f"Own hardware falls from {dollars(top)} with {many(axes.least)} tokens a day to {dollars(full.low)} with {many(fast)}; "
        "hosts are level lines. The table below has the figures."
    )
    return svg.picture(name, "Cost of a million tokens, by tokens a day", about, _TOP + _HEIGHT + 42, *drawn)


def _lines(running: Running) -> list[_Line]:
    """This model's hosts together; others by their price."""
    evens = {one.offer: one for one in running.break_even}
    groups: dict[str, list[Offer]] = {}
    for offer in running.offers:
        groups.setdefault("" if offer.same else dollars(offer.blended), []).append(offer)
    told = []
    for key, offers in groups.items():
        ranked = sorted(offers, key=lambda offer: offer.blended)
        names = "this model, hosted" if not key else ", ".join(quote(host(offer), 24) for offer in ranked[:2])
        more = f" and {len(ranked) - 2} more" if key and len(ranked) > 2 else ""
        words = f"{names}{more}: {priced(ranked)}"
        ends = [evens[offer].tokens_a_day for offer in (ranked[0], ranked[-1]) if offer in evens]
        told.append(_Line(words, ranked[0], ranked[-1], tuple(ends) if len(ends) == 2 else ()))
    return sorted(told, key=lambda one: -one.dearest.blended)


def _level(axes: _Axes, one: _Line) -> Html:
    low, high = axes.y(one.cheapest.blended), axes.y(one.dearest.blended)
    kind = "hosted same" if one.cheapest.same else "hosted"
    if low - high > 2:
        return svg.rect(_LEFT, high, 1 - _LEFT, low - high, f"{kind} band")
    return svg.line(_LEFT, low, 1, low, kind)


def _labels(running: Running, axes: _Axes, lines: Sequence[_Line]) -> Iterator[Html]:
    """Above each line what it is, and from when own hardware is cheaper; on the side that the curve leaves free."""
    places = [axes.y(one.dearest.blended) for one in lines]
    for number in range(len(places) - 2, -1, -1):
        places[number] = min(places[number], places[number + 1] - _APART)
    middle = _LEFT + (1 - _LEFT) / 2
    for one, y in zip(lines, places, strict=True):
        right = any(axes.x(even) < middle for _, even in one.reached)
        x, anchor = (1.0, "end") if right else (_LEFT + 0.012, "start")
        yield svg.text(x, y - 20, one.words, anchor=anchor, class_="name")
        yield svg.text(x, y - 6, _cheaper(running, one), anchor=anchor, class_="from")


def _cheaper(running: Running, one: _Line) -> str:
    """From how many tokens a day own hardware is cheaper than the dearest of these offers, and than the cheapest."""
    if not one.reached:
        return "never cheaper here" if one.evens else ""
    (_, most), (offer, least) = one.reached[0], one.reached[-1]
    told = f"cheaper here from {many(least)}" + (f" to {many(most)}" if many(most) != many(least) else "")
    if not surely(running, offer):
        return f"{told} at best"
    return f"{told}, or never" if None in one.evens else told


def _grid(axes: _Axes) -> Iterator[Html]:
    end = _TOP + _HEIGHT
    for power in _powers(axes.bottom, axes.top, 6):
        y = axes.y(10.0**power)
        yield svg.line(_LEFT, y, 1, y, "grid")
        yield svg.text(_LEFT - 0.012, y + 4, _price(power), anchor="end", class_="tick")
    for power in _powers(axes.least, axes.most, 5):
        x = axes.x(10.0**power)
        yield svg.line(x, _TOP, x, end, "grid")
        yield svg.text(x, end + 17, _short(power), anchor="end" if x > 0.95 else "middle", class_="tick")
    yield svg.line(_LEFT, end, 1, end, "axis")
    yield svg.text(0, 12, "US dollars for a million tokens", class_="tick")
    yield svg.text(1, end + 36, "tokens a day", anchor="end", class_="tick")


def _powers(low: float, high: float, most: int) -> list[int]:
    """The powers of ten between two figures, thinned out where they are many."""
    powers = list(range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1))
    return powers[:: max(1, -(-len(powers) // most))]


def _price(power: int) -> str:
    return f"${10**power:,}" if power >= 0 else f"${10.0**power:.{max(2, -power)}f}"


def _short(power: int) -> str:
    """`10M` for ten million."""
    for size, word in ((12, "T"), (9, "B"), (6, "M"), (3, "k")):
        if power >= size:
            return f"{10 ** (power - size):,}{word}"
    return f"{10.0**power:g}"
