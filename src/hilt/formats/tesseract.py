"""Reads the components of a Tesseract language file (`.traineddata`) and the settings that it brings.

Source: Tesseract 5, src/ccutil/tessdatamanager.{h,cpp} and src/ccutil/params.cpp (ReadParamsFromFp): a 32-bit number of
entries, as many 64-bit offsets (-1 where a component is missing), then the components in that order without gaps. The
first one is text, lines of `name value`, that set Tesseract's variables. A file may be written in either byte order.

What can bite: the settings in it, which Tesseract sets as it loads a language, can name files to write and to read, and
other languages to load.

What hilt cannot see: whether the language data abuse a fault of the C++ code that reads them; what they make of a
picture.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.reader import Head

COMPONENTS = (
    "config", "unicharset", "unicharambigs", "inttemp", "pffmtable", "normproto", "punc-dawg", "word-dawg",
    "number-dawg", "freq-dawg", "fixed-length-dawgs", "cube-unicharset", "cube-word-dawg", "shapetable", "bigram-dawg",
    "unambig-dawg", "params-model", "lstm", "lstm-punc-dawg", "lstm-word-dawg", "lstm-number-dawg", "lstm-unicharset",
    "lstm-recoder", "version",
)  # fmt: skip
"""Names by place in the table of offsets; the two for cube are read by Tesseract 3 only."""

_FEWEST, _MOST = 9, 50
"""Entries of a table. Each version writes as many as it has names for, the first one nine; Tesseract reads up to 1000."""
_LONG_LINE = 259
"""Tesseract reads a longer line as several, where the longest path of the system is that short (Windows)."""
_VERSION = re.compile(rb"[\x20-\x7e]{1,255}\n?")
_DAWG, _EDGE = 42, 8
"""How a word graph begins, and the bytes of each of its edges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One part of the file, in bytes from its start."""

    name: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tesseract:
    """The components in the order of the file, the version that wrote it, and (name, value, line) of its settings."""

    components: tuple[Component, ...]
    version: str
    settings: tuple[tuple[str, str, int], ...]


def probe(head: Head) -> bool:
    try:
        _components(head.data, head.source.size)
    except FormatError:
        return False
    return True


def read(source: ByteSource, limits: Limits) -> Tesseract:
    """The components of `source`; each byte belongs to the table or to one of them."""
    components = _components(source.read(0, 4 + 8 * _MOST), source.size)
    texts: dict[str, str] = {}
    for component in components:
        if component.name in ("config", "version"):
            size = component.end - component.begin
            if size > limits.text_bytes:
                raise LimitExceeded("text_bytes", size, limits.text_bytes, offset=component.begin)
            texts[component.name] = source.read(component.begin, size).decode("utf-8", "replace")
    _end(source, components[-1])
    return Tesseract(
        components=components, version=texts.get("version", ""), settings=tuple(_settings(texts.get("config", "")))
    )


def _end(source: ByteSource, last: Component) -> None:
    """The table says where components begin. Of those that writers put last, the content tells where they end."""
    size = last.end - last.begin
    if last.name == "version" and not _VERSION.fullmatch(source.read(last.begin, size)):
        raise FormatError(f"the version, {size} bytes long, is no line of text", offset=last.begin)
    if last.name.endswith("-dawg"):
        data = source.read(last.begin, 10)
        for order in "<>":
            magic, _, edges = struct.unpack(f"{order}hii", data.ljust(10, b"\0"))
            if magic == _DAWG and size == 10 + _EDGE * edges:
                return
        raise FormatError(f"the last component, {last.name}, is no word graph of {size} bytes", offset=last.begin)


def _components(start: bytes, size: int) -> tuple[Component, ...]:
    if len(start) < 4:
        raise FormatError("the file ends inside its table", offset=0)
    order = "<" if 0 <= int.from_bytes(start[:4], "little", signed=True) <= _MOST else ">"
    (count,) = struct.unpack_from(order + "i", start)
    table = 4 + 8 * count
    if not _FEWEST <= count <= _MOST or len(start) < table:
        raise FormatError(f"a table of {count} components is not one that Tesseract writes", offset=0)
    offsets = struct.unpack_from(f"{order}{count}q", start, 4)
    begins = [(number, offset) for number, offset in enumerate(offsets) if offset != -1]
    if not begins:
        raise FormatError("the table lists no component", offset=0)
    expected, found = table, []
    for (number, begin), end in zip(begins, [*(begin for _, begin in begins[1:]), size], strict=True):
        if begin != expected or end < begin or end > size:
            message = f"component {number} at bytes {begin} to {end} does not follow on byte {expected} of {size}"
            raise FormatError(message, offset=4 + 8 * number)
        name = COMPONENTS[number] if number < len(COMPONENTS) else f"component {number}"
        found.append(Component(name=name, begin=begin, end=end))
        expected = end
    return tuple(found)


def _settings(text: str) -> list[tuple[str, str, int]]:
    """Blank lines and comments are passed over, but not a comment so long that Tesseract reads its end as a setting."""
    settings = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip() and (not line.startswith("#") or len(line) > _LONG_LINE):
            name, _, value = line.rstrip("\r").replace("\t", " ", 1).partition(" ")
            settings.append((name, value.strip(), number))
    return settings
