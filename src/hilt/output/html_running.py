"""The part of the page that tells where a model runs, and what that costs: two pictures, each with its figures in a table."""

from __future__ import annotations

from collections.abc import Iterator

from hilt.core.running import Memory, Offer, Running
from hilt.output import running_words, svg
from hilt.output.figures import size_text
from hilt.output.markup import Html, table, tag
from hilt.output.pictures import PARTS, cost_curve, drawn_at, memory_bars, part_class
from hilt.output.quote import quote
from hilt.output.running_words import dollars


def running(told: Running | None, name: str, heading: str = "") -> Iterator[Html]:
    """`name` begins the names of the pictures, which are their own on the page."""
    if told is None:
        return
    word = tag("span", told.fits.value, class_=f"badge {running_words.TONES[told.fits].name.lower()}")
    says = running_words.takes(told) or "the memory cannot be told"
    lead = tag("p", word, tag("bdi", quote(says, 1000)), class_="lead")
    why = tag("ul", *(tag("li", tag("bdi", quote(one, 1000))) for one in told.why), class_="why")
    folded = tag("details", tag("summary", "What these figures rest on"), why) if told.why else Html()
    cost = tuple(_cost(told, name))
    heading = heading or ("Where it runs, and what it costs" if cost else "Where it runs")
    parts = (*_memory(told, name), *cost, folded)
    yield tag("section", tag("h2", heading), lead, *parts, class_="running")


def _memory(told: Running, name: str) -> Iterator[Html]:
    if told.memory is None:
        return
    drawn = memory_bars(told, f"{name}-memory")
    caption = f"Memory with {running_words.load(told.memory)}"
    pictures = [drawn] if drawn is not None else []
    yield tag("figure", tag("figcaption", quote(caption, 200)), *pictures, _parts(told, told.memory))


def _parts(told: Running, memory: Memory) -> Html:
    rows: list[list[str]] = [
        [
            tag("span", svg.swatch(part_class(one.name)), tag("bdi", quote(one.name, 60))),
            PARTS.get(one.name, ""),
            size_text(one.reserved),
            size_text(one.resident),
        ]
        for one in sorted(memory.parts, key=drawn_at)
    ]
    rows.append(["together", "", size_text(memory.reserved), size_text(memory.resident)])
    if told.machine.memory:
        rows.append([quote(told.machine.name, 100), "what a model may have of it", size_text(told.machine.memory), ""])
    return table(("Part", "What for", "Reserved", "Touched"), rows, class_="figures parts")


def _cost(told: Running, name: str) -> Iterator[Html]:
    """Hosts without a cost of one's own are told only where they are of this model."""
    offers = told.offers if told.costs else tuple(offer for offer in told.offers if offer.same)
    if not offers and not told.costs:
        return
    drawn = cost_curve(told, f"{name}-cost")
    pictures = []
    if drawn is not None:
        note = (
            "The falling line is own hardware, which costs the same each day whatever it writes: dashed, where it must be "
            "faster than the least that is told of it. Level lines are hosts; a dot is where own hardware becomes cheaper. "
            "Both axes are logarithmic."
        )
        pictures = [drawn, tag("p", note, class_="own")]
    tables = [_own(told)] if told.costs else []
    if offers:
        tables.append(_hosts(told, offers))
    hour = (
        f", at {dollars(told.machine.price)} an hour of {told.machine.name}" if told.machine.price is not None else ""
    )
    day = f"; prices as of {told.prices_of}" if told.prices_of else ""
    note = tag(
        "small", quote(f"US dollars, three tokens of input to one of output{hour if told.costs else ''}{day}", 300)
    )
    yield tag("figure", tag("figcaption", "What a million tokens cost ", note), *pictures, *tables)


def _own(told: Running) -> Html:
    """What own hardware costs by how busy it is, and how many tokens a day that is."""
    rows = []
    price = told.machine.price
    for cost in told.costs:
        if cost.utilisation not in running_words.BUSY_PARTS:
            continue
        a_day = [
            running_words.many(price * 24e6 / one) if price is not None and one > 0 else "?"
            for one in (cost.high, cost.low)
        ]
        rows.append(
            [
                f"{cost.utilisation * 100:g} %",
                running_words.between(*a_day),
                running_words.between(dollars(cost.low), dollars(cost.high)),
            ]
        )
    return table(("Own hardware, busy", "Tokens a day", "A million"), rows, class_="figures own-cost")


def _hosts(told: Running, offers: tuple[Offer, ...]) -> Html:
    evens = {one.offer: one for one in told.break_even}
    rows = []
    for offer in sorted(offers, key=lambda one: (not one.same, one.blended)):
        of = "this model" if offer.same else quote(offer.model, 100)
        even = evens.get(offer)
        row: list[str] = [
            tag("span", tag("bdi", quote(offer.provider, 100)), tag("small", tag("bdi", of))),
            dollars(offer.blended),
            f"{dollars(offer.input)} in, {dollars(offer.output)} out",
        ]
        rows.append([*row, running_words.cheaper_from(told, even) if even is not None else ""] if evens else row)
    heads = ("Host", "A million", "Input and output", "Own hardware is cheaper")
    return table(heads if evens else heads[:3], rows, class_="figures hosts")
