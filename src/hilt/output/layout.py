"""Lines of a terminal: styled words flow into a width, and each column starts where it should."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import zip_longest

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

LEFTMOST = 2
"""Nothing that flows starts further left: that is where our own headings stand."""

_STYLED = re.compile(r"\x1b\[[0-9;]+m")

Span = tuple[str, str]
"""Text and its style; an empty style is plain."""


def cells(text: str) -> int:
    """The columns that `text` takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.category(character) in ("Mn", "Me") else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in text
    )


class Page:
    """Lines that are written one below the other, `width` columns wide."""

    def __init__(self, width: int, *, colour: bool) -> None:
        self.width, self.colour = width, colour
        self.lines: list[str] = []

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def styled(self, text: str, style: str) -> str:
        return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if self.colour and style and text.strip() else text

    def line(self, text: str) -> None:
        """A line as it is, however wide."""
        self.lines.append(text.rstrip())

    def blank(self) -> None:
        self.lines.append("")

    def fits(self) -> bool:
        """Does every line keep to the width? One with a word that is wider than that does not."""
        return all(self._wide(line) <= self.width for line in self.lines)

    def beside(self, left: Page, right: Page, gap: int) -> None:
        """The lines of two narrower pages side by side."""
        for one, other in zip_longest(left.lines, right.lines, fillvalue=""):
            room = " " * (left.width + gap - self._wide(one)) if other else ""
            self.lines.append(one + room + other)

    def below(self, *pages: Page) -> None:
        """The lines of other pages, one page below the other."""
        for number, page in enumerate(pages):
            self.lines += [*([""] if number else []), *page.lines]

    def _wide(self, line: str) -> int:
        return cells(_STYLED.sub("", line) if self.colour else line)

    def flow(self, spans: Sequence[Span], *, indent: int = 0, label: Span = ("", "")) -> None:
        """The words of `spans` from column `indent` on, with `label` before the first line.

        A word that is wider than the line is never broken: a path stays whole for copying, and starts further left where
        that makes it fit.
        """
        line, used, start = self._beside(label, indent), indent, True
        for text, style in spans:
            for word in text.split():
                wide = cells(word)
                if used + (0 if start else 1) + wide > self.width:
                    if line.strip():
                        self.lines.append(line.rstrip())
                    used, start = max(min(LEFTMOST, indent), min(indent, self.width - wide)), True
                    line = " " * used
                line += ("" if start else " ") + self.styled(word, style)
                used += wide + (0 if start else 1)
                start = False
        self.lines.append(line.rstrip())

    def _beside(self, label: Span, indent: int) -> str:
        text, style = label
        if not text:
            return " " * indent
        room = indent - 2 - cells(text)
        if room < 1:
            self.lines.append("  " + self.styled(text, style))
            return " " * indent
        return "  " + self.styled(text, style) + " " * room
