"""Cuts a card, a README or a notice into passages: what reStructuredText and Markdown show as one paragraph, item or row.

Only what is needed to read sentences: code, pictures, tags and marks of footnotes are left out, of links the text stays and
where they lead is kept beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from hilt.core.patterns import lazy_pattern

LONGEST_TEXT = 1 << 20
"""What of a text is looked at; no card is longer."""
_LONGEST_LINE, _LONGEST = 4_000, 3_000
_FENCE = lazy_pattern(r"\s*(`{3,}|~{3,})")
_HEADING = lazy_pattern(r"\s{0,3}(#{1,6})\s+(.+?)[\s#]*$")
_UNDERLINE = lazy_pattern(r"\s*([=\-~^\"'+*#])\1{2,}\s*$")
_ITEM = lazy_pattern(r"\s*(?:[-*+•]|\d{1,3}[.)])\s+")
_LABEL = lazy_pattern(r"\s*(?:\*\*|__)?(?:[\w ]{1,30} )?licen[cs]e[\w ]{0,20}(?:\*\*|__)?\s*:", re.IGNORECASE)
_DIRECTIVE = lazy_pattern(r"\s*\.\. ")
_TITLE_LENGTH = 120
_PICTURE = lazy_pattern(r"!\[[^\]\[]{0,300}\]\([^()\s]{0,2000}(?:\s[^()]{0,200})?\)")
_TAG = lazy_pattern(r"<(?:/?[a-zA-Z][a-zA-Z0-9-]{0,20}(?:\s[^<>]{0,1000})?/?|!--[^<>]{0,1000}--)>")
_FOOTNOTE = lazy_pattern(r"\[\^[^\]\[\s]{1,40}\](?!:)")
_LINK = lazy_pattern(
    r"\[(?P<text>[^\]\[]{0,300})\](?:\((?P<to>[^()\s]{0,1000})[^()]{0,200}\)|\[[^\]\[]{0,100}\])"
    r"|`(?P<said>[^`<>]{1,300}?)\s*<(?P<url>[^`<>\s]{1,1000})>`_{0,2}"
    r"|<(?P<bare>https?://[^<>\s]{1,1000})>"
)
_MARKS = lazy_pattern(r"\*\*|__|`|(?<!\w)[*_]|[*_](?!\w)|\\")


class Passage(NamedTuple):
    """One paragraph, item of a list or row of a table as plain text; it begins on `line` of the text, counted from 1.

    `headings` are those it stands under, the widest first. `links` are (begin, end, where it leads) in `text`.
    """

    text: str
    line: int
    headings: tuple[str, ...] = ()
    links: tuple[tuple[int, int, str], ...] = ()


def passages(text: str) -> Iterator[Passage]:
    """The passages of a text, in order."""
    cutter = _Cutter()
    for number, line in enumerate(text[:LONGEST_TEXT].split("\n"), start=1):
        yield from cutter.line(number, line[:_LONGEST_LINE].rstrip())
    yield from cutter.flush()


@dataclass(slots=True)
class _Cutter:
    """The passage that is being put together, and the headings above it."""

    held: list[str] = field(default_factory=list)
    begun: int = 0
    fence: str = ""
    headings: list[tuple[int, str]] = field(default_factory=list)
    underlines: list[str] = field(default_factory=list)

    def line(self, number: int, line: str) -> Iterator[Passage]:
        fence = _FENCE.match(line) if line.lstrip()[:1] in ("`", "~") else None
        if self.fence or fence:
            yield from self.flush()
            if not self.fence and fence:
                self.fence = fence[1]
            elif fence and fence[1].startswith(self.fence):
                self.fence = ""
            return
        line = line.lstrip(">") if line.startswith(">") else line
        mark = line.lstrip()[:1]  # most lines begin with a letter, and need no pattern
        underline = None if mark.isalnum() else _UNDERLINE.match(line)
        if heading := _HEADING.match(line) if mark == "#" else None:
            yield from self.flush()
            self._head(len(heading[1]), heading[2])
        elif underline and len(self.held) == 1 and len(self.held[0]) <= _TITLE_LENGTH:
            if underline[1] not in self.underlines:
                self.underlines.append(underline[1])
            self._head(1 + self.underlines.index(underline[1]), self.held.pop())
        elif not mark or underline or (mark == "." and _DIRECTIVE.match(line)):
            if not (
                self.held and self.held[-1].endswith(":") and not underline
            ):  # what a colon announces belongs to it
                yield from self.flush()
        else:
            item = None if mark.isalpha() else _ITEM.match(line)
            if item or mark == "|" or _LABEL.match(line):
                yield from self.flush()
            if not self.held:
                self.begun = number
            self.held.append((line[item.end() :] if item else line).strip())
            if mark == "|":
                yield from self.flush()

    def flush(self) -> Iterator[Passage]:
        """The passage that ends here, if there is one."""
        if self.held:
            text, links = _plain(" ".join(self.held)[:_LONGEST])
            headings = tuple(heading for _, heading in self.headings)
            if text:
                yield Passage(text=text, line=self.begun, headings=headings, links=links)
        self.held.clear()

    def _head(self, level: int, text: str) -> None:
        self.headings = [(above, heading) for above, heading in self.headings if above < level]
        self.headings.append((level, _plain(text[:_TITLE_LENGTH])[0]))
        self.held.clear()


def _plain(text: str) -> tuple[str, tuple[tuple[int, int, str], ...]]:
    """A text without marks, and its links."""
    text = _TAG.sub(" ", _PICTURE.sub("", text))
    if "[^" in text:
        text = _FOOTNOTE.sub("", text)
    links: list[tuple[int, int, str]] = []
    parts, size, last = list[str](), 0, 0

    def add(piece: str) -> None:
        nonlocal size
        piece = re.sub(r"\s+", " ", _MARKS.sub("", piece))
        if size and parts[-1].endswith(" "):
            piece = piece.removeprefix(" ")
        if piece:
            parts.append(piece)
            size += len(piece)

    for found in _LINK.finditer(text):
        add(text[last : found.start()])
        begin = size
        add((found["text"] or found["said"] or "").strip() or (found["bare"] or ""))
        to = found["to"] or found["url"] or found["bare"] or ""
        if to and size > begin:
            links.append((begin, size, to))
        last = found.end()
    add(text[last:])
    whole = "".join(parts)
    lead = len(whole) - len(whole.lstrip())
    return whole.strip(), tuple((begin - lead, end - lead, to) for begin, end, to in links)
