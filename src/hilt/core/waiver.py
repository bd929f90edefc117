"""What the organisation decided not to hold against a file: one check, one path, one digest, a reason and an end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from hilt.core.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """Takes the findings of `check` on `path` out of what policies count, as long as the bytes are the same.

    `path` is spelled as a report's JSON spells it, members of archives behind `!/`; empty for the subject as a whole.
    `digest` is `sha256:` and the lower-case hex of the file, of the outermost one where `path` is inside an archive, or
    of the subject; the subject's is needed where a finding rests on more files than its own (`Finding.whole`).
    `expires` is the last day, in UTC, on which the waiver counts.
    """

    check: str
    path: str
    digest: str
    reason: str
    expires: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Waived:
    """A finding that no rule counted, and the waiver that says so."""

    finding: Finding
    waiver: Waiver


class Idle(Enum):
    """Why a waiver that names a finding did nothing."""

    EXPIRED = "expired"
    NOT_HASHED = "not-hashed"
    """The subject was not hashed, so nobody can tell whether it is the file that was waived."""
    NEEDS_SUBJECT = "needs-subject"
    """The finding rests on other files as well, and the waiver has the digest of its own file only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwaived:
    """A finding that counts although a waiver names it."""

    finding: Finding
    waiver: Waiver
    why: Idle
