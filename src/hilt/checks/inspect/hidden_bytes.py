"""Bytes of a file that its format has no use for.

What: bytes behind the end that the format states, between its parts, or in fields that its specification does not have.
A few zeros, with which writers fill up, are only mentioned.

Why: whoever loads the file passes over them, so they may be anything: a program, a pickle, a second file of another kind
that something else takes out again. Honest writers leave none.

What it cannot see: what the bytes are for. Bytes that the format accounts for, and that hold something else than they
should: the numbers of a tensor are never looked at (--search-bytes looks for programs in them).

Fix: ask the publisher how the bytes came there, or write the file anew with the format's own library, which drops them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.formats.stretches import Stretch

FILLED = 4096
"""So many zeros may be there to fill up a page."""


class Accounted(Protocol):
    """A format that tells which bytes of a file belong to nothing."""

    @property
    def unowned(self) -> tuple[Stretch, ...]: ...


def hidden_bytes(file: ReadFile[Accounted]) -> Iterator[Finding]:
    for begin, end in file.value.unowned:
        start = file.source.read(begin, min(end - begin, FILLED))
        blank = end - begin <= FILLED and not start.strip(b"\0")
        said = "zeros" if blank else f"bytes, beginning with {start[:16]!r},"
        message = f"{end - begin} {said} belong to no part of the file"
        where = Where(path=file.path, offset=begin)
        severity = Severity.LOW if blank else Severity.MEDIUM
        yield Finding(check=CHECK.id, severity=severity, where=where, message=message)


CHECK = listed("hidden-bytes")
