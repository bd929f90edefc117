"""What was seen, and what was not: findings, facts and coverage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NoReturn

from hilt.core import notebook
from hilt.core.fact import Fact
from hilt.core.finding import Finding, Severity
from hilt.core.rights import Obligation, Term
from hilt.core.subject import Subject


class State(Enum):
    """What became of a check or of a file."""

    RAN = "ran"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something that was not checked, or not to its end: the opposite of silence.

    `what` is a check's id, or "read" where a file as a whole could not be read. An empty `path` means the subject.
    """

    what: str
    path: str
    state: State
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A check that ran, and on how many files (1 for one that takes the whole repository)."""

    check: str
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Every check as ran, skipped (why) or failed (why)."""

    ran: tuple[Ran, ...] = ()
    gaps: tuple[Gap, ...] = ()

    @property
    def complete(self) -> bool:
        """True when nothing was skipped and nothing failed."""
        return not self.gaps


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """What a subject that was read before download took: bytes of content and of listings, and requests."""

    bytes: int = 0
    requests: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Report:
    """Findings, facts and coverage of one subject. It judges nothing.

    `facts` are merged from all that checks stated. `statements` are those of them that a check made of a file in which it
    also found something, for facts whose silence means that all is well; and beside them, without a check, one for each
    such fact that says what everything else comes to. With them a fact can be had without what a waiver takes away.

    `formats` maps each path that was read, members of archives included, to the id of its format. `versions` holds the
    versions of everything that the report depends on. `terms` and `obligations` are what the licences ask of whoever uses
    the subject; whether an organisation meets them is not judged here. `transfer` is there where the subject was read before download.
    """

    subject: Subject
    findings: tuple[Finding, ...] = ()
    facts: tuple[Fact, ...] = ()
    statements: tuple[Fact, ...] = ()
    coverage: Coverage = field(default_factory=Coverage)
    formats: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    transfer: Transfer | None = None
    terms: tuple[Term, ...] = ()
    obligations: tuple[Obligation, ...] = ()

    def at_least(self, severity: Severity) -> tuple[Finding, ...]:
        """The findings of this severity or worse."""
        return tuple(finding for finding in self.findings if finding.severity >= severity)

    def fact(self, key: str) -> Fact | None:
        """The fact of this key, or None when no check of the run declares it."""
        return next((fact for fact in self.facts if fact.key == key), None)

    def texts(self, key: str) -> tuple[str, ...]:
        """What the fact of this key lists; nothing where it is unknown, or holds something else than a list."""
        fact = self.fact(key)
        return fact.value if fact is not None and isinstance(fact.value, tuple) else ()

    def __repr__(self) -> str:
        return notebook.report_line(self)

    def _repr_html_(self) -> str:
        return notebook.report_table(self)

    def __bool__(self) -> NoReturn:
        raise TypeError("a Report is neither true nor false; ask its policy verdict: hilt.check(...).outcome")
