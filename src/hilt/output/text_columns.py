"""The two columns of a terminal: side by side where it is wide enough, otherwise one below the other."""

from __future__ import annotations

from collections.abc import Sequence

from hilt.output.entry import Entry, Tone
from hilt.output.layout import Page, cells
from hilt.output.quote import quote

BESIDE = 100
"""Columns of a terminal from which on the two stand side by side."""
GAP = 3
STACKED = 18
"""Where the entries of a column stand that has the whole width."""
LONGEST = 14
"""Columns that a label may take; a longer one stands on a line of its own."""

SHADE = {Tone.BAD: "red", Tone.OPEN: "yellow", Tone.DUE: "cyan", Tone.PLAIN: "", Tone.GOOD: "green"}


def columns(page: Page, gains: Sequence[Entry], burdens: Sequence[Entry]) -> None:
    told = [("What you gain", gains), ("What you take on", burdens)]
    told = [(title, entries) for title, entries in told if entries]
    if not told:
        return
    page.blank()
    if page.width >= BESIDE and len(told) == 2:
        half = (page.width - GAP) // 2
        left, right = (_column(half, page.colour, title, entries) for title, entries in told)
        if left.fits() and right.fits():
            page.beside(left, right, GAP)
            return
    page.below(*(_column(page.width, page.colour, title, entries, STACKED) for title, entries in told))


def _column(width: int, colour: bool, title: str, entries: Sequence[Entry], indent: int = 0) -> Page:
    """`indent` is where the entries stand; as narrow as the labels let them without it."""
    column = Page(width, colour=colour)
    column.line(column.styled(title, "bold"))
    indent = indent or 4 + max((wide for entry in entries if (wide := cells(entry.label)) <= LONGEST), default=LONGEST)
    for entry in entries:
        how = f"({quote(entry.how, 600)})" if entry.how else ""
        label = (entry.label, SHADE[entry.tone])
        column.flow([(quote(entry.text, 1000), ""), (how, "dim")], indent=indent, label=label)
    return column
