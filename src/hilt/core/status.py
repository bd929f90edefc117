"""How subjects stand and what was done about them, for people to read: standings with the entries of the log beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn

from hilt.core.events import Question, Recorded
from hilt.core.standing import Standing
from hilt.core.verdict import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class UseStatus:
    """How a subject stands for one use. `acts` are what people did that it stands so, oldest first; `may_decide` who may answer
    each question that it waits for."""

    standing: Standing
    acts: tuple[Recorded, ...] = ()
    may_decide: tuple[tuple[Question, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Status:
    """How a subject stands.

    `verdict` is the newest one, None where nobody judged these bytes; `reference` is what was asked for. `before` is the
    digest of the bytes that were checked under this reference last, where they were others, and the day. `holdings` are
    those that last. `names` are the names of people, by what the log calls them. `entry` is what the call that returns this
    put on the record, None where it only asked, or where nothing was to be decided.
    """

    reference: str
    subject: str
    verdict: Recorded | None = None
    uses: tuple[UseStatus, ...] = ()
    before: tuple[str, str] | None = None
    holdings: tuple[Recorded, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    entry: Recorded | None = None

    @property
    def outcome(self) -> Outcome:
        """The strictest of all uses; review where there is none."""
        return max((one.standing.outcome for one in self.uses), default=Outcome.REVIEW)

    def __repr__(self) -> str:
        uses = "; ".join(f"{one.standing.outcome.word} for {one.standing.use!a}" for one in self.uses)
        return f"<Status {self.reference!a}: {uses or 'nobody has asked to use it'}>"

    def __bool__(self) -> NoReturn:
        raise TypeError("a Status is neither true nor false; compare its outcome: status.outcome == Outcome.ADMIT")


class Held(NamedTuple):
    """A holding that lasts, as what the model was checked, and how it stands for the use that it was begun for."""

    reference: str
    entry: Recorded
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All that was recorded of the subject with the digest `subject`, oldest first. `reference` is what was asked for."""

    reference: str
    subject: str
    entries: tuple[Recorded, ...]
    names: Mapping[str, str] = field(default_factory=dict)
