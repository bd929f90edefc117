"""One thing a check saw."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum


class Severity(IntEnum):
    """How bad it is if the finding is right. Checks state it; what follows from it is the policy's to say."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def word(self) -> str:
        return self.name.lower()


class Confidence(IntEnum):
    """How sure the check is that it saw what it says."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """The place of a finding. `path` is inside the subject; members of archives stand behind `!/`.

    An empty path means the subject as a whole. `offset` is in bytes from the start of that file, `line` counts from 1.
    """

    path: str = ""
    offset: int | None = None
    line: int | None = None
    tensor: str | None = None

    def __str__(self) -> str:
        text = self.path or "(the whole subject)"
        if self.line is not None:
            text += f":{self.line}"
        if self.offset is not None:
            text += f"@{self.offset}"
        if self.tensor is not None:
            text += f"[{self.tensor}]"
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing a check saw.

    `message` says what was seen, with the values seen; strings of the subject stand in it as they are, and every
    output quotes them. `why` and `fix` may stay empty: then the check's own Why and Fix are told. `whole` is true where
    it rests on more files than the one at `where`, so that the digest of that file does not say what was seen.
    """

    check: str
    severity: Severity
    confidence: Confidence = Confidence.HIGH
    where: Where = field(default_factory=Where)
    message: str
    why: str = ""
    fix: str = ""
    whole: bool = False

    def __str__(self) -> str:
        return f"{self.severity.word} {self.check} {self.where}: {self.message}"


def any_inside(paths: Sequence[str], file: str) -> bool:
    """Whether one of these sorted paths is `file` itself or stands inside it, behind `!/`."""
    itself, inside = bisect_left(paths, file), bisect_left(paths, f"{file}!/")
    return file in paths[itself : itself + 1] or any(
        path.startswith(f"{file}!/") for path in paths[inside : inside + 1]
    )
