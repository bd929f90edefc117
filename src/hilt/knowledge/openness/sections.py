"""Cards in pieces: the sections of a Markdown text, and how much of a piece is something that somebody wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from hilt.core.patterns import lazy_pattern
from hilt.formats.model_card import FENCE

_HEADING = lazy_pattern(r" {0,3}(#{1,6})[ \t]+(.+?)[ \t#]*\r?$")
_HTML_HEADING = lazy_pattern(r"\s*<h([1-6])[^<>]{0,200}>(.{1,200}?)</h[1-6]>\s*$", re.IGNORECASE)
_UNDERLINE = lazy_pattern(r" {0,3}(=+|-{3,})[ \t]*\r?$")
_LONGEST_TITLE = 300
"""A heading is a line; nothing in a longer one is."""
_MARKUP = lazy_pattern(r"<[^<>]{0,500}>|!\[[^\[\]]{0,200}\]\([^()]{0,500}\)|https?://\S+|\{\{[^{}]{0,200}\}\}")
_PLACEHOLDER = lazy_pattern(
    r"\[?more information needed\]?|\[?needs more information\]?|\[optional\]|coming soon|\b(todo|tbd|tba|n/a)\b",
    re.IGNORECASE,
)
_DIGIT = lazy_pattern(r"\d")
_WORD = lazy_pattern(r"[^\W\d_]{2,}")
_WIDE = r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
"""Letters of scripts that write no blanks between words; two or so make a word. Takes long to compile, and is rare."""
_FIGURE = lazy_pattern(r"(?<![\w./#-])\d{1,3}(?:\.\d+\s?%?|\s?%)(?![\w/])")


class Section(NamedTuple):
    """A heading and what stands under it, the sections inside it included. `code` is what stands in fenced blocks."""

    title: str
    level: int
    text: str
    code: str


def whole(body: str) -> Section:
    """All of a Markdown text as one section."""
    lines: list[str] = []
    code: list[str] = []
    for line, fenced in _lines(body):
        (code if fenced else lines).append(line)
    return Section("", 0, "\n".join(lines), "\n".join(code))


def _lines(body: str) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it stands in a fenced block; the fences themselves are left out."""
    fence = ""
    for line in body.split("\n"):
        found = FENCE.match(line)
        if fence and found and found[1].startswith(fence) and not found[2].strip():
            fence = ""
        elif fence:
            yield line, True
        elif found:
            fence = found[1]
        else:
            yield line, False


def sections(body: str) -> Iterator[Section]:
    """The sections of a Markdown text, each when it ends. What stands before the first heading has an empty title."""
    open_ones: list[_Open] = [_Open("", 0, [], [])]
    before = ""
    for line, fenced in _lines(body):
        heading = None if fenced else _heading(line, before)
        if heading is not None:
            title, level = heading
            while open_ones and (open_ones[-1].level >= level or open_ones[-1].level == 0):
                yield open_ones.pop().closed()
            open_ones.append(_Open(title, level, [], []))
        else:
            for one in open_ones:
                (one.code if fenced else one.lines).append(line)
        before = "" if fenced else line
    while open_ones:
        yield open_ones.pop().closed()


class _Open(NamedTuple):
    title: str
    level: int
    lines: list[str]
    code: list[str]

    def closed(self) -> Section:
        return Section(self.title, self.level, "\n".join(self.lines), "\n".join(self.code))


def _heading(line: str, before: str) -> tuple[str, int] | None:
    if len(line) > _LONGEST_TITLE:
        return None
    if found := _HEADING.match(line) if line.lstrip().startswith("#") else None:
        return _plain(found[2]), len(found[1])
    if found := _HTML_HEADING.match(line) if line.lstrip()[:2].lower() == "<h" else None:
        return _plain(found[2]), int(found[1])
    titled = before.strip() and len(before) < 100 and not before.lstrip().startswith(("|", "-", "*", "#", "<"))
    if titled and (found := _UNDERLINE.match(line)):
        return _plain(before), 1 if found[1].startswith("=") else 2
    return None


def _plain(title: str) -> str:
    return " ".join(_MARKUP.sub(" ", title).replace("*", "").replace("`", "").split())


def words(text: str) -> int:
    """The words that somebody wrote: no code, no markup, no addresses, none of what a template leaves to be filled in."""
    written = _MARKUP.sub(" ", _PLACEHOLDER.sub(" ", "".join(_outside_comments(text))))
    wide = 0 if written.isascii() else len(re.findall(_WIDE, written))
    return len(_WORD.findall(written)) + wide // 2


def _outside_comments(text: str) -> Iterator[str]:
    position = 0
    while (begin := text.find("<!--", position)) >= 0 and (end := text.find("-->", begin)) >= 0:
        yield text[position:begin]
        position = end + 3
    yield text[position:]


def rows(text: str) -> int:
    """The rows of tables that hold a figure."""
    lines = (line.strip() for line in text.split("\n"))
    return sum(line.startswith("|") and line.count("|") > 1 and _DIGIT.search(line) is not None for line in lines)


def figures(text: str) -> int:
    """The figures that look like results: decimals and percentages."""
    return len(_FIGURE.findall(text))
