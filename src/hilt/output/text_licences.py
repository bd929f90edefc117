"""The licences that hilt knows, on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from hilt.output.layout import Page

_HEADS = ("licence", "kind", "read", "it depends on")


def write(page: Page, rows: Sequence[tuple[str, str, str, str]], *, unread: int, remark: str) -> None:
    """A line for each licence; of `unread` ones nobody has read the text."""
    cells = [_HEADS, *rows]
    widths = [max(len(row[column]) for row in cells) for column in range(3)]
    for row in cells:
        page.line("  ".join([*(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)), row[3]]))
    page.blank()
    page.line(f"{len(rows)} licences; `hilt explain LICENCE` tells more about one. NOT READ ({unread}): what is")
    page.line(f"generally said of them; nobody has read their texts for hilt. {remark}")
