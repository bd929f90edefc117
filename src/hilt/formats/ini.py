"""Reads INI files: configs of spaCy and Thinc, of Darknet, and of many tools.

Source: CPython, Lib/configparser.py, read leniently: `[section]`, then `key = value` or `key: value`, blank lines and comments
(`#`, `;`); whatever else stands there goes on with the value before. Sections and keys may stand twice.

What can bite: names of functions in the configs of spaCy and Thinc, for which packages are imported as the pipeline is loaded.

What hilt cannot see: what a setting means to other programs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.reader import HEAD, Head
from hilt.formats.text import encoding_of, whole

_SECTION = re.compile(r"\[([^\[\]\r\n]{1,200})\]")
_ITEM = re.compile(r"([^\s=:#;\[][^=:]{0,200}?)\s*[=:]\s*(.*)")
_NAMES = (".cfg", ".ini")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One setting; `line` counts from 1."""

    section: str
    key: str
    value: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ini:
    """The sections and the settings in the order of the file."""

    sections: tuple[str, ...]
    items: tuple[Item, ...]


def probe(head: Head) -> bool:
    """A section, then nothing but sections and settings; under another name, of the kind that spaCy writes."""
    encoding = encoding_of(head.data)
    if encoding is None:
        return False
    text = head.data.decode(encoding, "ignore").removeprefix("\ufeff")
    lines = [line for line in text.splitlines() if line.strip() and line.lstrip()[0] not in "#;"]
    if len(head.data) == HEAD and len(lines) > 1:
        lines.pop()
    if len(lines) < 2 or not _SECTION.fullmatch(lines[0].strip()):
        return False
    strange = sum(
        not (_SECTION.fullmatch(line.strip()) or _ITEM.match(line)) for line in lines if not line[0].isspace()
    )
    return not strange and (head.name.lower().endswith(_NAMES) or "\n@" in text or '{"@' in text)


def read(source: ByteSource, limits: Limits) -> Ini:
    """The settings in `source`. Raises `FormatError` where there is no section."""
    sections: list[str] = []
    items: list[tuple[str, str, int, list[str]]] = []  # the last is the lines of the value, joined once all are there
    for number, line in _lines(whole(source, limits)):
        if found := _SECTION.fullmatch(line.strip()):
            sections.append(found[1])
        elif not sections:
            raise FormatError(f"line {number} stands before the first section: {line[:80]!r}")
        elif (found := _ITEM.match(line)) and not line[0].isspace():
            items.append((sections[-1], found[1].strip(), number, [found[2].strip()]))
        elif items:
            items[-1][-1].append(line.strip())
        if len(items) + len(sections) > limits.header_entries:
            raise LimitExceeded("header_entries", len(items) + len(sections), limits.header_entries)
    if not sections:
        raise FormatError("no section")
    settings = (
        Item(section=section, key=key, value="\n".join(value), line=number) for section, key, number, value in items
    )
    return Ini(sections=tuple(sections), items=tuple(settings))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that say something, with their numbers."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and line.lstrip()[0] not in "#;":
            yield number, line
