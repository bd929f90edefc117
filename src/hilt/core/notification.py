"""What people are told without having asked: by e-mail, and programs of the organisation by webhook."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class Occasion(Enum):
    """What somebody is told of, as webhooks call it. What hurries comes first, and does not wait for more."""

    STOPPED = "model.stopped"
    ACCOUNT = "account.changed"
    WAITS = "case.waits"
    ASKED = "case.asked"
    ENDS = "use.ends"
    DAMAGED = "library.damaged"

    @property
    def hurries(self) -> bool:
        return self in (Occasion.STOPPED, Occasion.ACCOUNT, Occasion.DAMAGED)

    @property
    def may_be_unwanted(self) -> bool:
        """May somebody choose to get no letter of it? Not where it says that somebody else signs in their name."""
        return self is not Occasion.ACCOUNT


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """`line` says in words what happened `at` then; what came from outside is quoted in it. `path` leads to the page that tells more.

    `key` is the same whoever finds it, and however often. `to` are the people, as the log calls them, and the holdings
    (`holding-17`), for whose holder may be no person of the record; nobody's name or address is in here.
    """

    key: str
    occasion: Occasion
    at: str
    line: str
    path: str
    to: tuple[str, ...] = ()


class Failed(NamedTuple):
    """A notification that one recipient did not get: it was tried `tries` times, the last time in vain because of `why`, and is
    tried again when it is `due`, unless it was `given_up`.
    """

    key: str
    recipient: str
    channel: str
    occasion: Occasion
    line: str
    path: str
    at: str
    tries: int
    due: str
    why: str
    given_up: bool


class Undelivered(NamedTuple):
    """How many notifications wait to be tried again, how many were given up lately, and why the last one of either failed."""

    waiting: int
    given_up: int
    why: str
