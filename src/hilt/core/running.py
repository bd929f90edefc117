"""What it takes to run a subject, and what that costs: computed from a report, for a machine and its prices.

Named tuples, because a dataclass costs ten times as much when hilt starts, and most subjects have none of these.
"""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import NamedTuple

WRITES = frozenset({"text", "code"})
"""What a model makes token by token, of what `model.generates` may hold."""
STALE_DAYS = 60


class Fits(Enum):
    """Does it fit into the memory of a machine?"""

    YES = "fits"
    TIGHT = "tight"
    """What is touched fits, what is reserved does not."""
    NO = "does not fit"
    UNKNOWN = "cannot tell"


class Part(NamedTuple):
    """One part of the memory: "weights", "cache" (of keys and values), "state" (of layers that have no cache), "buffer"
    (of computing) or "runtime"; in bytes. What is reserved is not all touched."""

    name: str
    reserved: int
    resident: int


class Memory(NamedTuple):
    """What `engine` takes for `sequences` at once of `context` tokens each. `why` says what the figures rest on, and what is
    not told."""

    engine: str
    context: int
    sequences: int
    parts: tuple[Part, ...]
    why: tuple[str, ...] = ()

    @property
    def reserved(self) -> int:
        return sum(part.reserved for part in self.parts)

    @property
    def resident(self) -> int:
        return sum(part.resident for part in self.parts)


class Machine(NamedTuple):
    """Something to run a model on. `memory` is in bytes, `bandwidth` in bytes a second (None: not known), `price` in US
    dollars an hour (None: not known); `source` says where the figures are from, `as_of` of which day the price is."""

    name: str
    memory: int
    bandwidth: float | None = None
    price: float | None = None
    source: str = ""
    as_of: str = ""


class Cost(NamedTuple):
    """US dollars for a million tokens on own hardware that is busy for `utilisation` of the time (0 to 1); at least and at
    most, as the speed is an interval."""

    utilisation: float
    low: float
    high: float


class Offer(NamedTuple):
    """What a host asks for a million tokens, in US dollars. `same` is true where it is this model. `blended` are three
    tokens of input to one of output."""

    provider: str
    model: str
    input: float
    output: float
    same: bool
    as_of: str

    @property
    def blended(self) -> float:
        return (3 * self.input + self.output) / 4


class BreakEven(NamedTuple):
    """From how many tokens a day own hardware is cheaper than `offer`; None: it never is, at the speed of this machine."""

    offer: Offer
    tokens_a_day: float | None


class Running(NamedTuple):
    """What it takes to run one subject on one machine. Figures that cannot be told are None or empty; `why` says why."""

    memory: Memory | None
    machine: Machine
    fits: Fits
    largest_context: int | None = None
    speed: tuple[float, float] | None = None
    """Tokens a second of one sequence, at least and at most."""
    costs: tuple[Cost, ...] = ()
    offers: tuple[Offer, ...] = ()
    break_even: tuple[BreakEven, ...] = ()
    prices_of: str = ""
    """The day of the prices."""
    why: tuple[str, ...] = ()


def stale(as_of: str, today: str) -> int:
    """How many days old a price is, where that is more than `STALE_DAYS`; otherwise 0."""
    try:
        days = (date.fromisoformat(today[:10]) - date.fromisoformat(as_of)).days
    except ValueError:
        return 0
    return days if days > STALE_DAYS else 0
