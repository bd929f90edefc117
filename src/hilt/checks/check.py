"""What a check is, and what it is given."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.fact import Fact, FactSpec
from hilt.core.finding import Finding, Severity
from hilt.core.limits import Limits
from hilt.core.report import Gap
from hilt.core.subject import Subject
from hilt.knowledge.byte_marks import Marks

T = TypeVar("T")

ANY = ("*",)
"""For `Check.reads`: every file, whatever its format, also those that no reader knows or could read."""

UNKNOWN = "unknown"
"""The format of a file that no reader knows."""

EMPTY = "empty"
"""The format of a file without a byte."""

UNREAD = "unread"
"""The format of a file whose bytes could not be had, or whose reader was stopped; it is in the coverage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFile(Generic[T]):
    """One file of the subject, read.

    `path` is inside the subject (`model.zip!/weights.pkl` for a member). `format` is the id of the reader, or
    `UNKNOWN`. `value` is what the reader returned, None where it failed with `error` or where no reader knows the file.
    """

    path: str
    format: str
    value: T
    source: ByteSource
    limits: Limits
    error: FormatError | None = None

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """The whole subject: what was listed, the format of each file that was read, and any file on request."""

    subject: Subject
    formats: Mapping[str, str]
    read: Callable[[str], ReadFile[object]]
    """The file at this path, with a value. Its `source` can be read until the next file is asked for.

    Raises `FormatError` or `SourceError`, as reading it did before.
    """
    limits: Limits
    open: Callable[[str], ByteSource]
    """The bytes of the file at this path, whether it could be read or not; until the next file is asked for."""
    marks: Mapping[str, Marks] = field(default_factory=dict)
    """What the search through all bytes noted, by path."""


Seen = Finding | Fact | Gap
"""What a check yields: what it saw, what it knows, and what it could not look at (a `Gap`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A check: a generator function and what hilt must know about it.

    `reads` are the ids of the formats it is given, one file at a time; empty for a check of the whole `Repository`.
    `severity` is the worst it says. `facts` declares every fact it may state. `doc` is its module's docstring: a title
    line, then paragraphs that begin with What:, Why:, What it cannot see: and Fix:.
    """

    id: str
    run: Callable[[Any], Iterator[Seen]]
    """Takes a `ReadFile` whose value is what the readers in `reads` return, or the `Repository`."""
    severity: Severity
    reads: tuple[str, ...] = ()
    searches: bool = False
    """Needs `Repository.marks`, and runs only where the search through all bytes was asked for."""
    facts: tuple[FactSpec, ...] = ()
    doc: str = field(repr=False)

    @property
    def title(self) -> str:
        return self.doc.strip().splitlines()[0].strip()

    @property
    def family(self) -> str:
        return self.run.__module__.split(".")[2]

    def paragraph(self, heading: str) -> str:
        """The text under `heading` ("What", "Why", "What it cannot see", "Fix"), white space folded."""
        found = re.search(rf"^{heading}:\s*(.*?)(?=\n\s*\n|\Z)", self.doc, re.MULTILINE | re.DOTALL)
        return " ".join(found[1].split()) if found else ""
