"""Cases that people decide, as they are shown to those people, and how the deciding goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil, sqrt
from typing import NamedTuple

from hilt.core.events import DecisionMade, Recorded
from hilt.core.rechecked import Change
from hilt.core.standing import Standing
from hilt.core.status import Status, UseStatus
from hilt.core.verdict import Outcome, Verdict

QUICK = 20
"""Seconds within which nobody reads evidence."""

_Z = 1.959964
"""Standard deviations within which 95 % of a normal distribution lie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """A request that waits for people. `since` is when it began to wait for what it waits for now, `waited` that in seconds."""

    case: int
    request: Recorded
    status: Status
    since: str
    waited: int

    @property
    def use(self) -> UseStatus:
        return self.status.uses[0]

    @property
    def weight(self) -> int:
        """How risky it is: 3 for each block that is to be excepted, 1 for each other question, and 1 at least."""
        asked = self.use.standing.waits_for
        return max(1, sum(3 if one.outcome is Outcome.BLOCK else 1 for one in asked))


@dataclass(frozen=True, slots=True, kw_only=True)
class LastDecision:
    """What was decided last about the same bytes, or about others under the same reference, and what changed since.

    `changes` is None where the verdict of then cannot be read any more.
    """

    decision: Recorded
    subject: str
    reference: str
    changes: tuple[Change, ...] | None = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Another case that asked some of the same rules, and how it ended: the decision, and what undid it, if anything did."""

    case: int
    reference: str
    use: str
    rules: tuple[str, ...]
    decision: Recorded
    undone: Recorded | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCase:
    """All that is shown of a case. `signed` is what a yes would sign but for the words; `opened` is true where it was noted
    that it was shown, to whoever's key was named. `remarks` are what people said without deciding, oldest first; `seen` names
    what an answer to this is an answer to."""

    open: OpenCase | None
    case: int
    request: Recorded
    status: Status
    verdict: Verdict
    before: LastDecision | None
    alike: tuple[Alike, ...]
    signed: DecisionMade
    opened: bool = False
    remarks: tuple[Recorded, ...] = ()
    seen: str = ""


class Share(NamedTuple):
    """`part` of `whole`, and between what the true share lies with 95 % confidence; None of nothing."""

    part: int
    whole: int
    low: float | None = None
    high: float | None = None

    @classmethod
    def of(cls, said: Iterable[bool]) -> Share:
        """The share of true ones, with Wilson's interval, which holds for small numbers too."""
        every = list(said)
        part, whole = sum(every), len(every)
        if not whole:
            return cls(0, 0)
        square, share = _Z * _Z / whole, part / whole
        middle, half = share + square / 2, _Z * sqrt(share * (1 - share) / whole + square / (4 * whole))
        return cls(part, whole, max(0.0, (middle - half) / (1 + square)), min(1.0, (middle + half) / (1 + square)))


class Times(NamedTuple):
    """Seconds below which lie a tenth (p10), half and all but a twentieth (p95); None of nothing."""

    p10: float | None = None
    median: float | None = None
    p95: float | None = None

    @classmethod
    def of(cls, seconds: Iterable[float]) -> Times:
        every = sorted(seconds)
        return cls(*(every[ceil(part * len(every)) - 1] for part in (0.1, 0.5, 0.95))) if every else cls()


@dataclass(frozen=True, slots=True, kw_only=True)
class HowDecided:
    """How some people decided, or how it went with some rule.

    `waited` is from when the case was put to people to the decision, `looked` from when the evidence was first shown.
    `unopened` are decisions before which nobody noted that it was, `quick` those and all within seconds of it. `looser` are
    yeses to what was blocked, `stricter` noes to what was admitted, `reversed` yeses that were withdrawn or refused later.
    `alarms` say what should not be.
    """

    name: str
    decisions: int
    yes: Share
    waited: Times
    looked: Times
    unopened: Share
    quick: Share
    looser: Share
    stricter: Share
    reversed: Share
    alarms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """How deciding goes since the day `since`; `groups` are people or rules, in the order of their names.

    `alike` are cases of which several people said the same, among all that several people decided. `waiting` is the number
    of open cases, `queue` how long they wait; `expired` are exceptions that ended and were neither renewed nor withdrawn.
    """

    since: str
    total: HowDecided
    groups: tuple[HowDecided, ...]
    alike: Share
    queue: Times
    waiting: int
    expired: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldException:
    """The newest decision that made an exception for one use, how that stands now, and `left`, the days until it ends: negative
    where it is over."""

    decision: Recorded
    reference: str
    standing: Standing
    until: str
    left: int
    names: Mapping[str, str] = field(default_factory=dict)
