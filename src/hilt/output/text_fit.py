"""What `hilt fit` tells, on a terminal: the verdict, the memory of each set of weights, the costs, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hilt.core.fit import At, Fit, FitRow
from hilt.core.running import BreakEven, Fits, Offer, Running
from hilt.output.figures import counted, size_text
from hilt.output.layout import Page, cells
from hilt.output.quote import quote
from hilt.output.running_words import BUSY, BUSY_PARTS, TONES, between, cheaper_from, dollars, tokens, whole
from hilt.output.text_columns import SHADE

_SHORT = {Fits.YES: "fits", Fits.TIGHT: "tight", Fits.NO: "no", Fits.UNKNOWN: "?"}
_NAME, _CELL, _MOST = 26, 18, 8
_PRICES, _PRICE, _IN_OUT = 33, 11, 16
"""Where the columns of the tables begin, and how wide they are."""


def write(page: Page, told: Fit, busy: float | None) -> None:
    running = told.running
    page.flow([(quote(told.reference), "bold")])
    page.flow(
        [(verdict(told), "")],
        indent=len(running.fits.value) + 4,
        label=(running.fits.value, SHADE[TONES[running.fits]]),
    )
    if running.costs:
        page.flow([(_price(told), "")], indent=len(running.fits.value) + 4)
    page.blank()
    if told.rows and told.rows[0].at:
        _table(page, told)
    else:
        page.flow([("Weights", "bold")])
        for row in told.rows:
            page.flow([(size_text(row.bytes), ""), (quote(row.name), "dim")], indent=14)
    if told.writes:
        page.blank()
        _costs(page, told, busy)
    page.blank()
    page.flow([("Why", "bold")])
    for why in _why(told):
        page.flow([(quote(why, 1000), "dim")], indent=4, label=("-", ""))


def write_machines(page: Page, machines: Sequence[Mapping[str, Any]]) -> None:
    """The machines that hilt knows, a line each."""
    for one in machines:
        price = f"{one['price']:.3f} $/h as of {one['as_of']}" if one["price"] is not None else "no price"
        page.line(f"{one['name']:<24} {one['memory_gb']:>7} GB {one['bandwidth_gb_s']:>6} GB/s  {price}")


def _why(told: Fit) -> list[str]:
    """Each reason once; where another quantisation is priced, not that this one is not."""
    if told.instead is None:
        return list(told.running.why)
    own = [why for why in told.running.why if not why.startswith("cost ")]
    return list(dict.fromkeys((*own, *told.instead[1].why)))


def verdict(told: Fit) -> str:
    running, machine = told.running, quote(told.machine.name)
    if running.memory is None:
        weights = next((size_text(row.bytes) for row in told.rows if row.name == told.chosen), "")
        alone = (
            f"the weights alone take {weights} of {size_text(told.machine.memory)} on {machine}; " if weights else ""
        )
        return f"{alone}{quote(next(iter(running.why[1:]), ''), 300)}"
    has = f"{size_text(running.memory.reserved)} of {size_text(told.machine.memory)} on {machine}"
    takes = f"{quote(told.chosen)} in {running.memory.engine} takes {has} with {tokens(running.memory.context)} tokens"
    match running.fits:
        case Fits.YES:
            return f"{takes}, and up to {tokens(running.largest_context or 0)} tokens fit"
        case Fits.TIGHT:
            return f"{takes}; what it touches fits ({size_text(running.memory.resident)}), what it reserves does not"
        case _:
            return f"{takes}; {_instead(told)}"


def _price(told: Fit) -> str:
    """What it costs here at a quarter of the time, and the cheapest host of the same model."""
    quarter = next(cost for cost in told.running.costs if cost.utilisation == BUSY)
    here = (
        f"{between(dollars(quarter.low), dollars(quarter.high))} for a million tokens when busy a quarter of the time"
    )
    even = next((one for one in told.running.break_even if one.offer.same), None)
    if even is None:
        return f"{here}; no host of this model is known"
    hosted = f"{dollars(even.offer.blended)} hosted by {quote(even.offer.provider)}"
    if even.tokens_a_day is None:
        return f"{here}, {hosted}: less than here even at full use"
    return f"{here}, {hosted}; own hardware is cheaper {cheaper_from(told.running, even)}"


def _instead(told: Fit) -> str:
    """The best estimated quantisation that would fit, and the card that this one does."""
    smaller = f"{bare(told.instead[0])} of llama.cpp would, by an estimate" if told.instead is not None else ""
    card = told.elsewhere
    larger = f"it would fit {card.name} ({size_text(card.memory)})" if card is not None else ""
    return "; ".join(filter(None, (smaller, larger))) or "no quantisation would, and no card that hilt knows"


def _table(page: Page, told: Fit) -> None:
    many = f" for {counted(told.sequences, 'sequence')} at once" if told.sequences > 1 else ""
    page.flow([("Memory,", "bold"), (f"reserved / touched, in GB,{many} with so many tokens:", "")])
    heads = "".join(f"{tokens(at.context):<{_CELL}}" for at in told.rows[0].at)
    rate = "tokens/s" if told.writes else ""
    page.line(page.styled(f"  {'':<{_NAME}}{heads}{'up to':<{_MOST}}{rate}", "dim"))
    for estimate in (False, True):
        rows = [row for row in told.rows if row.estimate is estimate]
        if estimate and rows:
            page.flow([("not there; estimated for", "dim"), (rows[0].engine, "dim"), ("from the parameters:", "dim")])
        for row in rows:
            _row(page, row, writes=told.writes)


def _row(page: Page, row: FitRow, *, writes: bool) -> None:
    name = quote(bare(row.name) if row.estimate else row.name)
    label = f"{name} {size_text(row.bytes)}"
    if len(label) > _NAME - 1:
        page.line(f"  {name}")
        label = f"  {size_text(row.bytes)}"
    cells = "".join(_cell(page, at) for at in row.at)
    most = "?" if row.largest_context is None else tokens(row.largest_context) if row.largest_context else "-"
    page.line(f"  {label:<{_NAME}}{cells}{most:<{_MOST}}{speed(row) if writes else ''}")


def _cell(page: Page, at: At) -> str:
    if at.memory is None:
        return f"{'?':<{_CELL}}"
    figures = f"{_gb(at.memory.reserved)} / {_gb(at.memory.resident)} "
    word = _SHORT[at.fits]
    return figures + page.styled(word, SHADE[TONES[at.fits]]) + " " * max(1, _CELL - len(figures) - len(word))


def _gb(size: int) -> str:
    return f"{size / 1e9:.2f}" if size < 1e10 else f"{size / 1e9:.1f}"


def bare(name: str) -> str:
    """Without the mark of an estimate."""
    return name.removesuffix(", estimated")


def speed(row: FitRow) -> str:
    if row.at[0].fits is Fits.NO:
        return "-"
    return f"{_short(row.speed[0])}-{_short(row.speed[1])}" if row.speed is not None else "?"


def _short(figure: float) -> str:
    return f"{figure:.0f}" if figure >= 10 else f"{figure:.2g}"


def _costs(page: Page, told: Fit, busy: float | None) -> None:
    running = told.instead[1] if told.instead is not None else told.running
    of = f" with {bare(told.instead[0])}" if told.instead is not None else ""
    hour = f"; an hour of {quote(told.machine.name)}: {dollars(told.machine.price)}" if told.machine.price else ""
    page.flow([("Cost,", "bold"), (f"US dollars for a million tokens{of}, three of input to one of output{hour}", "")])
    full = whole(running)
    for part in (busy,) if busy is not None else BUSY_PARTS:
        if full is not None:
            label = f"here, busy {part * 100:g} % of the time"
            page.flow(
                [(between(dollars(full.low / part), dollars(full.high / part)), "")],
                indent=_PRICES,
                label=(label, ""),
            )
    _hosts(page, running)
    page.flow([(f"Prices as of {running.prices_of}.", "dim")])


def _hosts(page: Page, running: Running) -> None:
    heads = f"{'a million':<{_PRICE}}{'in / out':<{_IN_OUT}}" + ("cheaper here" if running.break_even else "")
    page.line(page.styled(f"  {'':<{_PRICES - 2}}{heads}", "dim"))
    even = {one.offer: one for one in running.break_even}
    for same, words in ((True, "this model, hosted, by its name"), (False, "others; not held against its work")):
        offers = [offer for offer in running.offers if offer.same is same]
        page.flow([(words, "dim")] if offers or not same else [("no host of this model is known by its name", "dim")])
        for offer in offers:
            _offer(page, running, offer, even.get(offer))


def _offer(page: Page, running: Running, offer: Offer, even: BreakEven | None) -> None:
    name = quote(offer.provider if offer.same else f"{offer.provider} {offer.model}", 80)
    if cells(name) > _PRICES - 3:
        page.line(f"  {name}")
        name = ""
    prices = f"{dollars(offer.blended):<{_PRICE}}{f'{dollars(offer.input)} / {dollars(offer.output)}':<{_IN_OUT}}"
    told = cheaper_from(running, even) if even is not None else ""
    never = even is not None and even.tokens_a_day is None
    room = " " * (_PRICES - 2 - cells(name))
    page.line(f"  {name}{room}{prices}{page.styled(told, 'yellow' if never else '')}")
