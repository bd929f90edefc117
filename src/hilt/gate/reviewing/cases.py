"""cases: what waits for whoever asks, a page of all that waits, and what was decided lately; bounded, however much there is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from hilt.core.estate import MOST_WAITING, Cases, Decided
from hilt.core.events import Person
from hilt.core.review import OpenCase
from hilt.gate.record import opened
from hilt.gate.recording.told_again import ToldAgain
from hilt.gate.review import may_decide, open_among
from hilt.gate.settings import Settings
from hilt.gate.status import Now, name_of

if TYPE_CHECKING:
    from hilt.record.record import Record

SHOWN = 15
"""Of each list; what is proven takes some 1.5 ms each."""


def cases(whom: Person, *, after: int | None = None, settings: Settings | None = None) -> Cases:
    """The cases, in each list those first in which waiting costs most: risk times time. Raises `RecordError`.

    Where the record is kept open, what was told is told again, until the log grows.
    """
    with opened(settings or Settings()) as record:
        return _TOLD.of(record, (whom.person, after), lambda: _cases(record, whom, after))


_TOLD = ToldAgain[Cases]()


def _cases(record: Record, whom: Person, after: int | None) -> Cases:
    at, registry = Now.of(record), record.registry
    today = at.at.date().isoformat()
    theirs = registry.maybe_open(today=today, whom=whom, limit=MOST_WAITING + SHOWN + 1)
    places = registry.maybe_open(today=today, after=after, limit=SHOWN + 1)
    shown = {one.case: one for one in open_among(record, list({*theirs[:SHOWN], *places[:SHOWN]}), at)}
    decided = registry.decisions(newest_first=True, limit=SHOWN)
    named = registry.models_of({one.subject for one in decided})
    return Cases(
        mine=_urgent(one for place in theirs[:SHOWN] if (one := shown.get(place)) and may_decide(whom, one)),
        more_mine=max(0, len(theirs) - SHOWN),
        all=_urgent(one for place in places[:SHOWN] if (one := shown.get(place))),
        after=places[SHOWN - 1] if len(places) > SHOWN else None,
        decided=tuple(
            Decided(
                one.place,
                one.subject,
                named[one.subject].reference if one.subject in named else f"sha256:{one.subject}",
                one.use,
                one.say,
                one.at,
                one.person,
            )
            for one in decided
        ),
        names={one.person: name_of(one) for one in at.people},
    )


def _urgent(found: Iterable[OpenCase]) -> tuple[OpenCase, ...]:
    return tuple(sorted(found, key=lambda one: (-one.weight * max(one.waited, 1), one.case)))
