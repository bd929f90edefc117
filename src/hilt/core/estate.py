"""What there is as a whole: models that a search found, and what home shows of all of them.

Each says what of it is *proven*, entry by entry when it was read, and what is *as the tables tell*, which nothing may rest on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from hilt.core.status import Held
from hilt.core.verdict import Outcome

if TYPE_CHECKING:
    from hilt.core.review import OpenCase

UNKNOWN = -1
"""The openness of models of which it is not known."""


class FoundModel(NamedTuple):
    """The newest verdict of a model, at `place` in the log, as the tables tell.

    `licences` are what its report recognised and `openness` the class of the Model Openness Framework, `UNKNOWN` where it tells none.
    `claimed` is true where nobody here has digested the bytes, `withdrawn` where it was withdrawn for every use.
    """

    subject: str
    reference: str
    outcome: Outcome
    licences: tuple[str, ...]
    openness: int
    claimed: bool
    at: str
    place: int
    withdrawn: bool = False


class FoundModels(NamedTuple):
    """A page of them, and the `after` of the next one, None where there is none."""

    models: tuple[FoundModel, ...]
    after: int | None


class Choices(NamedTuple):
    """What models can be searched by, the commonest first, with how many there are of each in the whole record, as the tables tell.

    A model counts for each of its licences; an empty one stands for models of which none is known. `uses` are told without numbers.
    """

    outcomes: tuple[tuple[Outcome, int], ...]
    licences: tuple[tuple[str, int], ...]
    openness: tuple[tuple[int, int], ...]
    uses: tuple[str, ...]


class Ending(NamedTuple):
    """A yes that ends on the day `until`, in `left` days, and that nothing undid or renewed; `place` is its number in the log."""

    place: int
    subject: str
    reference: str
    use: str
    until: str
    left: int
    exception: bool
    by: str


class Decided(NamedTuple):
    """Somebody said yes or no, or withdrew (`say`): the entry at `place` in the log; an empty `use` stands for all."""

    place: int
    subject: str
    reference: str
    use: str
    say: str
    at: str
    by: str


class Turned(NamedTuple):
    """A verdict that said something else than the one `before` it, at `place` in the log; the newest one may be later."""

    place: int
    subject: str
    reference: str
    before: Outcome
    now: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Estate:
    """All models at one time (`at`, UTC, ISO 8601), as whoever asks sees them first.

    Proven: `waiting`, the open cases that wait for them, oldest first; and `stopped`, what runs although it is blocked or was
    withdrawn. As the tables tell: everything else. `verdicts` count models by their newest verdict; `said_yes` those of which
    somebody said yes to a use, which neither came to its end nor was undone: whether it admits, the standing tells. `ending` ends within
    thirty days, soonest first. `decided` and `turned` are newest first. What is `more_...` may be there beside what is
    shown: what waits is counted up to `MOST_WAITING`, the rest up to `MOST`, and one more than that stands for any number. `names` are those of people, by what the log calls them.
    """

    at: str
    verdicts: Mapping[Outcome, int]
    said_yes: int
    waiting: tuple[OpenCase, ...] = ()
    more_waiting: int = 0
    ending: tuple[Ending, ...] = ()
    more_ending: int = 0
    decided: tuple[Decided, ...] = ()
    turned: tuple[Turned, ...] = ()
    stopped: tuple[Held, ...] = ()
    more_stopped: int = 0
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def models(self) -> int:
        return sum(self.verdicts.values())


MOST_WAITING, MOST = 1000, 100
"""What is counted at most of what is not shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """Open cases: `mine` wait for whoever asks, and up to `more_mine` others; `all` are those of one page, the next one of which
    begins `after` that number (None where it is the last). `decided` were decided lately, newest first."""

    mine: tuple[OpenCase, ...]
    more_mine: int
    all: tuple[OpenCase, ...]
    after: int | None
    decided: tuple[Decided, ...]
    names: Mapping[str, str] = field(default_factory=dict)
