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

    @property
    def hurries(self) -> bool:
        return self in (Occasion.STOPPED, Occasion.ACCOUNT)


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


class Undelivered(NamedTuple):
    """How many notifications wait to be tried again, how many were given up lately, and why the last one of either failed."""

    waiting: int
    given_up: int
    why: str
