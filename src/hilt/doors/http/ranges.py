"""Which of its bytes a request asks for. Specification: RFC 9110, section 14."""

from __future__ import annotations

import re
from typing import NamedTuple

_ONE = re.compile(r"bytes=\s*([0-9]{0,18})-([0-9]{0,18})\s*", re.ASCII | re.IGNORECASE)


class Span(NamedTuple):
    """Bytes from `start` on, and before `end`."""

    start: int
    end: int


class OutOfReach(Exception):
    """The bytes that were asked for begin behind the last one."""


def span(header: str, size: int) -> Span | None:
    """What a header `Range` asks for of so many bytes; None for all of them, as for several ranges or what cannot be read.

    Raises `OutOfReach`.
    """
    found = _ONE.fullmatch(header)
    first, last = (found[1], found[2]) if found else ("", "")
    if not first and not last:
        return None
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return None
    if start >= size:
        raise OutOfReach
    return Span(start, end)
