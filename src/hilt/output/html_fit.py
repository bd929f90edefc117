"""What `hilt fit` tells, as a page: the verdict, pictures of memory and cost, and all sets of weights."""

from __future__ import annotations

from hilt.core.fit import At, Fit, FitRow
from hilt.core.running import Fits
from hilt.output.figures import size_text
from hilt.output.html_page import made, page
from hilt.output.html_running import running
from hilt.output.markup import Html, code, table, tag
from hilt.output.quote import quote
from hilt.output.running_words import TONES, tokens
from hilt.output.text_fit import bare, speed, verdict

_TINTS = {Fits.YES: "admit", Fits.TIGHT: "review", Fits.NO: "block", Fits.UNKNOWN: "review"}


def document(told: Fit) -> str:
    fits = told.running.fits
    hero = tag(
        "header",
        tag("h1", fits.value),
        tag("p", code(quote(told.reference)), class_="reference"),
        tag("p", tag("bdi", quote(verdict(told), 1000)), class_="lede"),
        class_=f"hero {_TINTS[fits]}",
    )
    parts = [*running(told.running, "fit"), *_instead(told), _sets(told)]
    title = f"{fits.value}: {quote(told.reference, 100)} · hilt fit"
    return page(title, tag("main", tag("article", hero, *parts)), tag("footer", made()))


def _instead(told: Fit) -> tuple[Html, ...]:
    """The quantisation that would fit, by an estimate."""
    if told.instead is None:
        return ()
    name, of = told.instead
    return tuple(running(of, "instead", f"What {quote(bare(name), 60)} would take and cost, by an estimate"))


def _sets(told: Fit) -> Html:
    contexts = [f"{tokens(at.context)} tokens" for at in told.rows[0].at] if told.rows else []
    heads = ("Weights", "Size", *contexts, "Up to", *(("Tokens/s",) if told.writes else ()))
    shown = table(heads, [_set(row, writes=told.writes) for row in told.rows], class_="figures sets")
    note = tag(
        "p", "Memory that is reserved. Estimated sets are quantisations of llama.cpp that are not there.", class_="note"
    )
    return tag("section", tag("h2", "All sets of weights"), note, shown)


def _set(row: FitRow, *, writes: bool) -> list[str]:
    name = [tag("bdi", quote(bare(row.name), 100)), *([tag("small", "estimated")] if row.estimate else [])]
    most = "?" if row.largest_context is None else tokens(row.largest_context) if row.largest_context else "-"
    told = [tag("span", *name), size_text(row.bytes), *(_at(at) for at in row.at), most]
    return [*told, speed(row)] if writes and row.at else told


def _at(at: At) -> Html:
    size = size_text(at.memory.reserved) if at.memory is not None else "?"
    return tag("span", size, " ", tag("span", at.fits.value, class_=f"badge {TONES[at.fits].name.lower()}"))
