"""May these bytes run for this use now: the one answer that every door asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn
from unicodedata import normalize

from hilt.core.events import Question
from hilt.core.verdict import Outcome


def same_use(one: str, other: str) -> bool:
    """Do both name one use? Blanks and capitals make no difference, nor how letters are put together from code points."""
    return one == other or folded(one) == folded(other)


def folded(use: str) -> str:
    """A use as all its spellings have it."""
    return " ".join(normalize("NFKC", normalize("NFKC", use).casefold()).split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a subject stands for one use, at one time (`at`, UTC, ISO 8601).

    `outcome` admit means: it may run. `why` tells it in sentences, the deciding one first. `rests_on` are the places in the log
    of the entries that decided it; `until` is the last day on which it counts as it stands, empty for no end.
    `conditions` are what whoever admitted it asked for. `waits_for` are the questions that still need people, with how
    many approvals are missing in `approvals`; `case` is the open case, -1 for none. `claimed` is true where nobody here has
    digested the bytes: a door lets them through only once they match. `exception` is true where it runs against its verdict,
    `stopped_before` where somebody refused or withdrew it once: since then it takes two people, one who asks and one who says yes.
    """

    outcome: Outcome
    subject: str
    use: str
    at: str
    why: tuple[str, ...]
    rests_on: tuple[int, ...] = ()
    until: str = ""
    conditions: tuple[str, ...] = ()
    waits_for: tuple[Question, ...] = ()
    case: int = -1
    claimed: bool = False
    exception: bool = False
    stopped_before: bool = False

    def __bool__(self) -> NoReturn:
        raise TypeError("a Standing is neither true nor false; compare its outcome: standing.outcome == Outcome.ADMIT")
