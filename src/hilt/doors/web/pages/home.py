"""The first page: what waits, what ends, what changed, and what runs and should not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hilt.core.estate import MOST, MOST_WAITING, Estate
from hilt.core.events import FixityRun, Recorded
from hilt.core.review import OpenCase
from hilt.core.roles import ADMIN, only_reads
from hilt.core.verdict import Outcome
from hilt.doors.http.asking import Asking
from hilt.doors.web.page import Page
from hilt.output import svg
from hilt.output.figures import counted
from hilt.output.markup import Html


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage(Page):
    """`estate` has what waits for whoever asks; `others` are cases that wait for others, told where none waits for them.

    `undelivered` is how much could not be told to people and programs, for administrators. `damaged` is the entry
    of when the library was read anew last, where files were damaged and nobody had them.
    """

    template: ClassVar[str] = "home.html"
    most_waiting: ClassVar[int] = MOST_WAITING
    most: ClassVar[int] = MOST
    estate: Estate
    others: tuple[OpenCase, ...]
    more_others: int
    may_act: bool
    undelivered: int
    damaged: Recorded | None

    @property
    def verdicts(self) -> tuple[tuple[Outcome, int], ...]:
        return tuple((one, self.estate.verdicts.get(one, 0)) for one in Outcome)

    @property
    def bar(self) -> Html:
        """All models by their verdict."""
        every, drawn, left = self.estate.models, [], 0.0
        for outcome, number in self.verdicts:
            drawn.append(svg.rect(left, 0, number / every, 14, outcome.word))
            left += number / every
        told = ", ".join(f"{outcome.word} {number:,}" for outcome, number in self.verdicts)
        return svg.picture("estate", f"{counted(every, 'model')} by verdict", told, 14, *drawn)

    def data(self) -> object:
        from hilt.output.record_json import holdings_data
        from hilt.output.review_json import list_data

        told = self.estate
        return {
            "title": self.title,
            "at": told.at,
            "verdicts": {outcome.word: number for outcome, number in self.verdicts},
            "said_yes": told.said_yes,
            "waiting": list_data(told.waiting),
            "more_waiting": told.more_waiting,
            "ending": [one._asdict() for one in told.ending],
            "decided": [one._asdict() for one in told.decided],
            "turned": [{**one._asdict(), "before": one.before.word, "now": one.now.word} for one in told.turned],
            "stopped": holdings_data(told.stopped),
            "undelivered": self.undelivered,
            "damaged": self.damaged.index if self.damaged is not None else None,
        }


def show(asking: Asking) -> Page:
    from hilt.gate.overview.estate import estate

    person = asking.signed_in().who.person
    mine = estate(person, settings=asking.settings)
    every = estate(settings=asking.settings) if not mine.waiting and not asking.wants_json else None
    return HomePage(
        title="Home",
        estate=mine,
        others=every.waiting if every else (),
        more_others=every.more_waiting if every else 0,
        may_act=not only_reads(person.roles),
        undelivered=_undelivered(asking) if ADMIN in person.roles else 0,
        damaged=_damaged(asking),
    )


def _damaged(asking: Asking) -> Recorded | None:
    from hilt.gate.fixity import last_run

    last = last_run(asking.settings)
    if last is None or not isinstance(last.event, FixityRun):
        return None
    return last if len(last.event.repaired) < len(last.event.damaged) or last.event.unread else None


def _undelivered(asking: Asking) -> int:
    from hilt.gate.notifying.undelivered import undelivered

    told = undelivered(asking.settings)
    return told.waiting + told.given_up
