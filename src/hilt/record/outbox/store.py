"""What is to be sent, in the database: put there once, taken by one server each, and sent, tried again or given up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, Update, and_, delete, func, insert, select, update

from hilt.core.notification import Failed, Notification, Occasion, Undelivered
from hilt.record.database import Database
from hilt.record.outbox.tables import outbox as table
from hilt.record.outbox.tables import outbox_seen
from hilt.record.schema import in_parts

WAITING, SENT, GIVEN_UP, NOBODY, DROPPED = "waiting", "sent", "given-up", "nobody", "dropped"
_FIRST = list(Occasion)
_LONGEST = 300
"""Letters of what is told of a failure."""
_COLUMNS = table.c
_WAITS = _COLUMNS.state == WAITING
_FAILED = (_WAITS & (_COLUMNS.why != "")) | (_COLUMNS.state == GIVEN_UP)


class Seen(NamedTuple):
    """The first `place` entries of the log have been looked at, and the ends of decisions as they were seen on `day`."""

    place: int
    day: str


class Item(NamedTuple):
    """A notification to one recipient by one channel, not to be sent before `due`."""

    notification: Notification
    channel: str
    recipient: str
    due: str


class Which(NamedTuple):
    """Names one notification to one recipient."""

    key: str
    recipient: str


class Letter(NamedTuple):
    """What one recipient is sent at once, what hurries first. `id` stays the same as long as nobody knows whether it has arrived."""

    id: str
    channel: str
    recipient: str
    tries: int
    told: tuple[Notification, ...]


class Outbox:
    """What is to be sent; used by many threads, and by many servers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def seen(self) -> Seen | None:
        with self._database.reading() as connection:
            row = connection.execute(select(outbox_seen.c.place, outbox_seen.c.day)).first()
        return Seen(*row) if row else None

    def begin(self, seen: Seen) -> None:
        """Nothing before this is told of."""
        with self._database.writing() as connection:
            if connection.execute(select(outbox_seen.c.number)).first() is None:
                connection.execute(insert(outbox_seen), {"number": 1, "place": seen.place, "day": seen.day})

    def put(self, before: Seen, after: Seen, items: Iterable[Item]) -> bool:
        """What was found between `before` and `after`; False, and nothing is done, where another server was quicker."""
        rows = {(one.notification.key, one.recipient): _row(one) for one in items}
        moved = update(outbox_seen).where(outbox_seen.c.place == before.place, outbox_seen.c.day == before.day)
        with self._database.writing() as connection:
            if connection.execute(moved.values(place=after.place, day=after.day)).rowcount != 1:
                return False
            for keys in in_parts({key for key, _ in rows}):
                there = select(_COLUMNS.key, _COLUMNS.recipient).where(_COLUMNS.key.in_(keys))
                for key, recipient in connection.execute(there).all():
                    rows.pop((key, recipient), None)
            if rows:
                connection.execute(insert(table), list(rows.values()))
        return True

    def take(self, channel: str, new: str, now: str, lease: str, *, gathers: bool) -> Letter | None:
        """What is due, for whoever asks alone until `lease`; None where nothing is. A letter that is begun is called `new`.

        Where the channel `gathers`, all that waits for the recipient goes into one letter, and none follows another at once.
        """
        with self._database.reading() as connection:
            if connection.execute(_due(channel, now)).first() is None:
                return None
        with self._database.writing() as connection:
            first = connection.execute(_due(channel, now)).first()
            if first is None:
                return None
            key, recipient, letter = first.key, first.recipient, first.letter
            its: ColumnElement[bool] = _COLUMNS.letter == letter
            if not letter:
                letter, its = new, and_(_COLUMNS.letter == "", _WAITS, _COLUMNS.recipient == recipient)
                its = its if gathers else and_(its, _COLUMNS.key == key)
            taken = {"letter": letter, "due": lease, "tries": _COLUMNS.tries + 1}
            connection.execute(update(table).where(its, _WAITS).values(taken))
            wanted = (_COLUMNS.key, _COLUMNS.occasion, _COLUMNS.at, _COLUMNS.line, _COLUMNS.path, _COLUMNS.tries)
            rows = connection.execute(select(*wanted).where(_COLUMNS.letter == letter, _WAITS)).all()
        told = [
            Notification(key=one.key, occasion=Occasion(one.occasion), at=one.at, line=one.line, path=one.path)
            for one in rows
        ]
        told.sort(key=lambda one: (_FIRST.index(one.occasion), one.at, one.key))
        return Letter(letter, channel, recipient, max(one.tries for one in rows), tuple(told))

    def sent(self, letter: Letter, until: str, *, state: str = SENT, why: str = "") -> None:
        """It is over with `letter`; nothing else is sent to its recipient before `until`."""
        with self._database.writing() as connection:
            connection.execute(_of(letter).values(state=state, due=until, why=why[:_LONGEST]))

    def again(self, letter: Letter, due: str, why: str, *, arrived: bool, everybody: bool) -> None:
        """It is to be tried again when it is `due`, and so is all that waits for its recipient; with `everybody`, for the channel.

        Where it may have `arrived`, it stays as it is; else it waits for what comes to it.
        """
        others = _COLUMNS.channel == letter.channel if everybody else _COLUMNS.recipient == letter.recipient
        with self._database.writing() as connection:
            connection.execute(_of(letter).values(due=due, why=why[:_LONGEST], letter=letter.id if arrived else ""))
            waiting = (others, _WAITS, _COLUMNS.letter == "", _COLUMNS.due < due)
            connection.execute(update(table).where(*waiting).values(due=due))

    def sweep(self, *, give_up: str, forget: str) -> None:
        """Gives up what waits since before `give_up`, and forgets what was over before `forget`."""
        with self._database.writing() as connection:
            connection.execute(update(table).where(_WAITS, _COLUMNS.at < give_up).values(state=GIVEN_UP))
            connection.execute(delete(table).where(_COLUMNS.state != WAITING, _COLUMNS.at < forget))

    def undelivered(self) -> Undelivered:
        """What was tried in vain."""
        counted = select(_COLUMNS.state, func.count()).where(_FAILED).group_by(_COLUMNS.state)
        newest = select(_COLUMNS.why).where(_FAILED, _COLUMNS.why != "").order_by(_COLUMNS.at.desc()).limit(1)
        with self._database.reading() as connection:
            tried = {row[0]: row[1] for row in connection.execute(counted)}
            return Undelivered(tried.get(WAITING, 0), tried.get(GIVEN_UP, 0), connection.scalar(newest) or "")

    def failed(self, most: int) -> list[Failed]:
        """The same, one by one, the newest first."""
        wanted = [_COLUMNS[name] for name in Failed._fields if name != "given_up"]
        found = (
            select(*wanted, _COLUMNS.state)
            .where(_FAILED)
            .order_by(_COLUMNS.at.desc(), _COLUMNS.key, _COLUMNS.recipient)
        )
        with self._database.reading() as connection:
            rows = connection.execute(found.limit(most)).all()
        told = ((*row[:-1], row.state == GIVEN_UP) for row in rows)
        return [one._replace(occasion=Occasion(one.occasion)) for one in map(Failed._make, told)]

    def try_again(self, which: Which | None, now: str) -> int:
        """What failed, all of it or one, is due `now`, with all that goes out with it; how many there were."""
        return self._settle(which, state=WAITING, due=now)

    def drop(self, which: Which) -> int:
        """Somebody knows that it did not arrive, and it is not tried again; how many there were."""
        return self._settle(which, state=DROPPED)

    def _settle(self, which: Which | None, **values: str) -> int:
        its: list[ColumnElement[bool]] = [_FAILED]
        if which is not None:
            its += [_COLUMNS.key == which.key, _COLUMNS.recipient == which.recipient]
        with self._database.writing() as connection:
            return connection.execute(update(table).where(*its).values(values)).rowcount


def _due(channel: str, now: str) -> Select[tuple[str, str, str]]:
    """The one that has been due for longest."""
    later = table.alias("later")
    lately = select(later.c.key).where(
        later.c.recipient == _COLUMNS.recipient, later.c.state == SENT, later.c.due > now
    )
    return (
        select(_COLUMNS.key, _COLUMNS.recipient, _COLUMNS.letter)
        .where(_WAITS, _COLUMNS.channel == channel, _COLUMNS.due <= now, ~lately.exists())
        .order_by(_COLUMNS.due, _COLUMNS.at)
        .limit(1)
    )


def _of(letter: Letter) -> Update:
    """Its rows, unless its lease is over and somebody else has them."""
    return update(table).where(_COLUMNS.letter == letter.id, _COLUMNS.tries <= letter.tries, _WAITS)


def _row(item: Item) -> dict[str, object]:
    told = item.notification
    return {
        "key": told.key,
        "recipient": item.recipient,
        "channel": item.channel,
        "occasion": told.occasion.value,
        "line": told.line,
        "path": told.path,
        "at": told.at,
        "state": WAITING,
        "letter": "",
        "tries": 0,
        "due": item.due,
        "why": "",
    }
