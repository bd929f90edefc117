"""What a check is given, and what it yields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from hilt.core.byte_source import ByteSource
from hilt.core.context import NOTHING_BESIDE, Context
from hilt.core.errors import FormatError
from hilt.core.fact import Fact, FactSpec
from hilt.core.finding import Finding
from hilt.core.limits import Limits
from hilt.core.report import Gap
from hilt.core.rights import Obligation, Term
from hilt.core.subject import Subject

if TYPE_CHECKING:
    from hilt.knowledge.byte_marks import Marks

T = TypeVar("T")


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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Repository:
    """The whole subject: what was listed, the format of each file that was read, and any file on request.

    A reading process makes one of each subject, and it is equal to itself only: what several checks need can be kept by
    `functools.lru_cache(maxsize=1)`.
    """

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
    facts: list[Fact] = field(default_factory=list)
    """For a check that `weighs`: what the checks before it in the list stated."""
    context: Context = NOTHING_BESIDE

    def merged(self, spec: FactSpec) -> Fact:
        """The statements of `facts` under this key as one fact."""
        return spec.merge(fact for fact in self.facts if fact.key == spec.key)


Seen = Finding | Fact | Gap | Term | Obligation
"""What a check yields: what it saw, what it knows, what it could not look at (a `Gap`), and what a licence asks."""
