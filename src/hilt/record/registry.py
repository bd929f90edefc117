"""What verbs search: rows of the tables that are made from the log, a page at a time.

They are as quick to read as they are easy to change behind hilt's back. So they tell where to look, and what is decided rests
on `Record.history`. Each query has an index of its own (tests/record/test_registry.py sees to that), and pages go on after the
last row of the page before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import cache
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, bindparam, false, func, select, true

from hilt.core.events import (
    THE_LOG,
    DecisionMade,
    HoldingBegun,
    HoldingEnded,
    Imported,
    Person,
    UseRequested,
    VerdictGiven,
    Withdrawn,
)
from hilt.core.verdict import Outcome
from hilt.core.wire import encode_text
from hilt.record import figures, open_requests, schema, words
from hilt.record.among import Among
from hilt.record.database import Database
from hilt.record.projection import WITHDRAWN
from hilt.record.registry_rows import Decision, Holding, Model, Request, read
from hilt.record.schema import stored

T = TypeVar("T")
_JUDGING = (VerdictGiven.kind, Imported.kind)
_DECIDING = (DecisionMade.kind, Withdrawn.kind)
_HOLDING = (HoldingBegun.kind, HoldingEnded.kind)
_USING = (UseRequested.kind, *_DECIDING, HoldingBegun.kind)
"""Kinds of entries that change which models, decisions, holdings and uses there are."""


_MODELS_OF = stored(schema.models).where(schema.models.c.subject.in_(bindparam("subjects", expanding=True)))


class Registry:
    """The models, requests, decisions and holdings of a record; `after` is the `place` of the last one of the page before."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._found: dict[str, tuple[Any, Any]] = {}
        self._finding: defaultdict[str, Lock] = defaultdict(Lock)

    def model(self, subject: str) -> Model | None:
        return self.models_of([subject]).get(subject)

    def newest_of(self, reference: str) -> Model | None:
        """The subject that was judged last under `reference`."""
        return next(iter(self.models(reference=reference, limit=1)), None)

    def models(
        self,
        *,
        reference: str | None = None,
        matching: str = "",
        outcome: Outcome | None = None,
        licence: str | None = None,
        openness: int | None = None,
        among: Among | None = None,
        after: int | None = None,
        limit: int = 50,
    ) -> list[Model]:
        """Newest verdicts first, those of this `reference`, or `matching` a part of it.

        An empty `licence` stands for those of which none is known, an `openness` of -1 for those of which it is not.
        """
        models = schema.models.c
        found = select(models.place).order_by(models.place.desc()).limit(limit)
        with self._database.reading() as connection:
            if reference is not None:
                found = found.where(models.reference == encode_text(reference))
            if matching:
                # SQLite's own LIKE makes no difference of letters' case, and lower() would take three times as long.
                contains = models.reference.contains if self._database.is_sqlite else models.reference.icontains
                found = found.where(contains(encode_text(matching), autoescape=True))
            if outcome is not None:
                found = found.where(models.outcome == int(outcome))
            if licence is not None:
                named = schema.has(models.licences, f" {encode_text(licence)} ", connection)
                found = found.where(named if licence else func.length(models.licences) == 0)
            if openness is not None:
                found = found.where(models.openness == openness)
            if among is not None:
                found = found.where(among.where(connection))
            if after is not None:
                found = found.where(models.place < after)
            page = connection.scalars(found).all()  # from an index alone; in one statement PostgreSQL may read all rows
            rows = stored(schema.models).where(models.place.in_(page)).order_by(models.place.desc())
            return read(connection, Model, rows)

    def models_of(self, subjects: Collection[str]) -> dict[str, Model]:
        """Those of these subjects that were judged."""
        with self._database.reading() as connection:
            return {one.subject: one for one in read(connection, Model, _MODELS_OF, subjects=list(subjects))}

    def withdrawn(self, subjects: Collection[str]) -> frozenset[str]:
        """Those of these subjects, of one page, that somebody ever withdrew for every use."""
        decided = schema.decisions.c
        found = select(decided.subject).where(
            decided.say == WITHDRAWN, decided.subject.in_(subjects), decided.use == ""
        )
        with self._database.reading() as connection:
            return frozenset(connection.scalars(found))

    def turned(self, *, limit: int = 50) -> list[Model]:
        """Those whose verdict changed last, newest first."""
        turned = schema.models.c.turned
        with self._database.reading() as connection:
            return read(
                connection, Model, stored(schema.models).where(turned >= 0).order_by(turned.desc()).limit(limit)
            )

    def admitted(self, *, after: str | None = None, limit: int = 50) -> list[str]:
        """Subjects of which somebody ever said yes, in the order of their digests; `after` is the last of the page before."""
        decided = schema.decisions.c
        found = select(decided.subject).distinct().where(decided.say == "yes", decided.subject > (after or ""))
        with self._database.reading() as connection:
            return list(connection.scalars(found.order_by(decided.subject).limit(limit)))

    def requests(self, subject: str | None = None, *, after: int | None = None, limit: int = 50) -> list[Request]:
        """Oldest first."""
        found = _page(stored(schema.requests), schema.requests.c, subject, after, limit)
        with self._database.reading() as connection:
            return read(connection, Request, found)

    def requests_at(self, places: Collection[int]) -> list[Request]:
        """Those that stand there, oldest first."""
        asked = schema.requests.c.place
        with self._database.reading() as connection:
            return read(connection, Request, stored(schema.requests).where(asked.in_(places)).order_by(asked))

    def maybe_open(
        self, *, today: str, whom: Person | None = None, after: int | None = None, limit: int = 50
    ) -> list[int]:
        """Where the requests stand in the log that may be open on the day `today`, and wait for `whom` or anybody, oldest first.

        What is open, the standing tells (record/open_requests.py).
        """
        with self._database.reading() as connection:
            return open_requests.places(connection, today, whom, after, limit)

    def decisions(
        self,
        subject: str | None = None,
        *,
        case: int | None = None,
        exception: bool | None = None,
        ending: tuple[str, str] | None = None,
        newest_first: bool = False,
        after: int | None = None,
        limit: int = 50,
    ) -> list[Decision]:
        """Oldest first, or `newest_first`; `ending` are the first and the last day on which they may end."""
        decided = schema.decisions.c
        found = _page(stored(schema.decisions), decided, subject, None if newest_first else after, limit)
        if newest_first:
            found = found.order_by(None).order_by(decided.place.desc())
            found = found if after is None else found.where(decided.place < after)
        if case is not None:
            found = found.where(decided.case == case)
        if exception is not None:
            found = found.where(decided.exception == (true() if exception else false()))
        if ending is not None:
            found = found.where(decided.until.between(*ending))
        with self._database.reading() as connection:
            return read(connection, Decision, found)

    def ending(self, first: str, last: str, *, limit: int = 50) -> list[Decision]:
        """Yeses that end from the day `first` to `last`, what ends first before the others; none that something later undid or renewed."""
        decided = schema.decisions.c
        yes = decided.say.not_in(["no", WITHDRAWN])  # said like this, the index of their ends is taken
        found = stored(schema.decisions).where(yes, decided.until.between(first, last))
        with self._database.reading() as connection:
            return read(
                connection,
                Decision,
                found.where(~figures.undone()).order_by(decided.until, decided.place).limit(limit),
            )

    def holdings(
        self, subject: str | None = None, *, lasting: bool = True, after: int | None = None, limit: int = 50
    ) -> list[Holding]:
        """Oldest first."""
        found = _page(stored(schema.holdings), schema.holdings.c, subject, after, limit)
        if lasting:
            found = found.where(schema.holdings.c.ended == -1)
        with self._database.reading() as connection:
            held = read(connection, Holding, found)
            said = words.load(connection, {one.holder.digest for one in held})
        return [replace(one, holder=said.get(one.holder.digest, one.holder)) for one in held]

    def stopped_holdings(self, *, limit: int = 50) -> list[Holding]:
        """Holdings that last of what is blocked or was withdrawn, newest first."""
        places = self._since_the_log_grew(
            f"stopped {limit}",
            (*_JUDGING, *_DECIDING, *_HOLDING),
            lambda connection: figures.stopped_holdings(connection, limit),
        )
        with self._database.reading() as connection:
            found = stored(schema.holdings).where(schema.holdings.c.place.in_(places))
            return read(connection, Holding, found.order_by(schema.holdings.c.place.desc()))

    def entries(
        self,
        *,
        kind: str | None = None,
        person: str | None = None,
        subject: str | None = None,
        after: int | None = None,
        limit: int = 50,
    ) -> list[int]:
        """The places of entries of this kind, signed by this person, about this subject; newest first."""
        entries = schema.entries.c
        found = select(entries.place).order_by(entries.place.desc()).limit(limit)
        if kind is not None:
            found = found.where(entries.kind == kind)
        if person is not None:
            found = found.where(entries.person == person)
            found = found if person == THE_LOG else found.where(schema.BY_PEOPLE)
        if subject is not None:
            found = found.where(entries.subject == subject)
        if after is not None:
            found = found.where(entries.place < after)
        with self._database.reading() as connection:
            return list(connection.scalars(found))

    def newest_signed(self) -> list[int]:
        """The place of the newest entry that each person signed, of those who signed any."""
        signed = schema.entries.c
        newest = select(func.max(signed.place)).where(signed.person == schema.people.c.person, schema.BY_PEOPLE)
        with self._database.reading() as connection:
            found = connection.scalars(select(newest.scalar_subquery()).select_from(schema.people))
            return sorted(place for place in found if place is not None)

    def judged_before(self, decisions: Collection[int]) -> dict[int, int]:
        """Of the decisions at these places, where the newest verdict on the same subject stood before each."""
        given, decided = schema.entries.c, schema.decisions.c
        about = given.subject == decided.subject, given.kind == VerdictGiven.kind, given.place < decided.place
        newest = select(func.max(given.place)).where(*about).scalar_subquery()
        with self._database.reading() as connection:
            rows = connection.execute(select(decided.place, newest).where(decided.place.in_(decisions)))
            return {decision: place for decision, place in rows if place is not None}

    def uses(self) -> list[str]:
        """Each use that anybody asked for, decided or runs something for, as it was spelled."""
        return self._since_the_log_grew("uses", _USING, figures.uses)

    def counts(self) -> list[figures.Count]:
        """How many models there are of each verdict, licences and openness."""
        return self._since_the_log_grew("counts", _JUDGING, figures.counts)

    def said_yes(self, today: str) -> int:
        """Of how many models somebody said yes to a use that lasts on the day `today` and that nothing later undid."""
        return self._since_the_log_grew(
            f"said yes {today}", _DECIDING, lambda connection: figures.said_yes(connection, today)
        )

    def _since_the_log_grew(self, what: str, kinds: tuple[str, ...], find: Callable[[Connection], T]) -> T:
        """What was found since the last entry of these kinds, from which alone it follows, or is found now; by one thread of several,
        for all open pages ask as soon as something is recorded."""
        with self._finding[what], self._database.reading() as connection:
            newest = connection.execute(_newest(kinds)).one()
            known = self._found.get(what)
            if known is None or known[0] != newest:
                known = self._found[what] = newest, find(connection)
        found: T = known[1]
        return found


@cache
def _newest(kinds: tuple[str, ...]) -> Select[Any]:
    """Where the newest entry of each of these kinds stands."""
    entries = schema.entries.c
    return select(*(select(func.max(entries.place)).where(entries.kind == kind).scalar_subquery() for kind in kinds))


def _page(found: Select[Any], columns: Any, subject: str | None, after: int | None, limit: int) -> Select[Any]:
    """Oldest first, those about `subject` or all."""
    if subject is not None:
        found = found.where(columns.subject == subject)
    if after is not None:
        found = found.where(columns.place > after)
    return found.order_by(columns.place).limit(limit)
