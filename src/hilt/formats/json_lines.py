"""Reads JSON lines: a JSON value on each line, as data sets, logs and the pattern files of spaCy are written.

Specification: jsonlines.org and RFC 8259. The file may have any size: its first lines are parsed, the others are only looked
at as text.

What can bite: nothing by itself; keys and tokens that somebody left in it.

What hilt cannot see: whether lines behind the first megabyte are JSON; what programs do by them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.limits import MIB, Limits
from hilt.formats import text
from hilt.formats.reader import HEAD, Head

_NAMES = (".jsonl", ".ndjson")
_PARSED = 1 * MIB
"""Bytes from the start of the file whose lines are parsed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonLines:
    """The keys of the first line, where it is an object, how many lines were parsed, and the file's size in bytes."""

    keys: tuple[str, ...]
    parsed: int
    size: int


def probe(head: Head) -> bool:
    """Two values on two lines, or one under a name that says so; the last line may be cut off."""
    if head.data.lstrip()[:1] not in (b"{", b"["):
        return False
    lines = [line for line in head.data.splitlines() if line.strip()]
    named = head.name.lower().endswith(_NAMES)
    if len(head.data) == HEAD and head.source.size > HEAD and lines:
        cut = lines.pop()
        if named and not lines:
            return cut.lstrip()[:1] == b"{"
    return len(lines) >= (1 if named else 2) and all(_is_json(line) for line in lines[:20])


def _is_json(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict | list)
    except (ValueError, RecursionError):
        return False


def read(source: ByteSource, limits: Limits) -> JsonLines:
    """Parses the first lines of `source` and sees that the rest is text."""
    text.read(source, limits)
    keys: tuple[str, ...] = ()
    parsed = 0
    start = source.read(0, _PARSED)
    lines = start.split(b"\n")
    if len(start) < source.size:
        lines.pop()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise FormatError(f"line {number} is not JSON: {error}") from None
        if not parsed and isinstance(value, dict):
            keys = tuple(value)
        parsed += 1
    return JsonLines(keys=keys, parsed=parsed, size=source.size)
