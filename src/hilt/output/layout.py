"""Lines of a terminal: styled words flow into a width, and each column starts where it should."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

STYLES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "yellow": "33",
    "green": "32",
    "cyan": "36",
    "bold red": "1;31",
    "bold yellow": "1;33",
    "bold green": "1;32",
    "on red": "1;97;41",
    "on yellow": "1;30;43",
    "on green": "1;97;42",
}

Span = tuple[str, str]
"""Text and its style; an empty style is plain."""


def cells(text: str) -> int:
    """The columns that `text` takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(character) else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in text
    )


class Page:
    """Lines that are written one below the other, `width` columns wide."""

    def __init__(self, width: int, *, colour: bool) -> None:
        self.width, self.colour = width, colour
        self._lines: list[str] = []

    def __str__(self) -> str:
        return "\n".join(self._lines)

    def styled(self, text: str, style: str) -> str:
        return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if self.colour and style and text.strip() else text

    def line(self, text: str) -> None:
        """A line as it is, however wide."""
        self._lines.append(text.rstrip())

    def blank(self) -> None:
        self._lines.append("")

    def flow(self, spans: Sequence[Span], *, indent: int = 0, label: Span = ("", "")) -> None:
        """The words of `spans` from column `indent` on, with `label` before the first line.

        A word that is wider than the line is never broken: a path stays whole for copying.
        """
        before = self._beside(label, indent)
        line, used, start = before, indent, True
        for text, style in spans:
            for word in text.split():
                wide = cells(word)
                if not start and used + 1 + wide > self.width:
                    self._lines.append(line)
                    line, used, start = " " * indent, indent, True
                line += ("" if start else " ") + self.styled(word, style)
                used += wide + (0 if start else 1)
                start = False
        self._lines.append(line.rstrip())

    def _beside(self, label: Span, indent: int) -> str:
        text, style = label
        if not text:
            return " " * indent
        room = indent - 2 - cells(text)
        if room < 1:
            self._lines.append("  " + self.styled(text, style))
            return " " * indent
        return "  " + self.styled(text, style) + " " * room
