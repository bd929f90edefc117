"""Checks that people asked for, in the database: put there, taken by one server each, followed and ended."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Update, func, insert, or_, select, update

from hilt.core.asked_check import AskedCheck, CheckState, Origin, Reached
from hilt.core.verdict import Outcome
from hilt.core.wire import decode_text, encode_text
from hilt.record.database import Database
from hilt.record.desk.tables import asked_checks as table

_OPEN = (CheckState.WAITING.value, CheckState.RUNNING.value)
_LONGEST = 2000
"""Letters of what is told of a failure."""


class Job(NamedTuple):
    """A check that a server has taken. `upload` is where its uploaded bytes are, `tries` how often it was begun."""

    check: AskedCheck
    upload: str
    tries: int


class Beat(NamedTuple):
    """A sign of life: as long as it changes, somebody works on check `number`."""

    number: int
    server: str
    beats: int


class AskedChecks:
    """The asked checks of a database; used by many threads, and by many servers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, person: str, origin: Origin, name: str, at: str, *, upload: str = "", most: int, broken_off: str = ""
    ) -> AskedCheck | None:
        """A check that waits, or one that is over with its upload; None where the person has `most` that are not over."""
        mine = select(func.count()).where(table.c.person == person, table.c.state.in_(_OPEN))
        with self._database.writing() as connection:
            if (connection.scalar(mine) or 0) >= most:
                return None
            number = (connection.scalar(select(func.max(table.c.number))) or 0) + 1
            check = AskedCheck(number=number, person=person, origin=origin, name=name, asked=at)
            if broken_off:
                check = replace(check, state=CheckState.INTERRUPTED, ended=at, error=broken_off)
            connection.execute(insert(table), _row(check) | {"upload": upload, "server": "", "beats": 0, "tries": 0})
        return check

    def find(self, number: int) -> AskedCheck | None:
        with self._database.reading() as connection:
            row = connection.execute(select(table).where(table.c.number == number)).first()
        return _check(row) if row else None

    def newest(self, most: int, *, before: int = 0, is_open: bool | None = None) -> list[AskedCheck]:
        """The newest first, from the one `before` number `before` on; with `is_open`, those that are not over, or that are."""
        found = select(table).order_by(table.c.number.desc()).limit(most)
        if before:
            found = found.where(table.c.number < before)
        if is_open is not None:
            found = found.where(table.c.state.in_(_OPEN) if is_open else table.c.state.not_in(_OPEN))
        with self._database.reading() as connection:
            return [_check(row) for row in connection.execute(found)]

    def waiting_before(self, number: int) -> int:
        """How many are to be begun before this one."""
        earlier = (table.c.state == CheckState.WAITING.value) & (table.c.number < number)
        with self._database.reading() as connection:
            return connection.scalar(select(func.count()).where(earlier)) or 0

    def take(self, server: str, at: str, *, store: str) -> Job | None:
        """The check that has waited longest, for `server` alone; None where none waits.

        Of uploads, only those that are in `store`: others are on the disk of another machine.
        """
        here = or_(table.c.upload == "", table.c.upload.startswith(f"{store}/", autoescape=True))
        waits = table.c.state == CheckState.WAITING.value
        with self._database.reading() as connection:
            if connection.execute(select(table.c.number).where(waits, here).limit(1)).first() is None:
                return None
        with self._database.writing() as connection:
            row = connection.execute(select(table).where(waits, here).order_by(table.c.number).limit(1)).first()
            if row is None:
                return None
            taken = {
                "state": CheckState.RUNNING.value,
                "server": server,
                "begun": at,
                "tries": row.tries + 1,
                "beats": 0,
            }
            nothing = dict.fromkeys(("files", "all_files", "size", "all_size"), 0)
            if not connection.execute(_update(table.c.number == row.number, waits).values(taken | nothing)).rowcount:
                return None
            row = connection.execute(select(table).where(table.c.number == row.number)).one()
        return Job(_check(row), row.upload, row.tries)

    def reach(self, number: int, server: str, reached: Reached) -> AskedCheck | None:
        """Says how far a check has come, and that `server` lives; the check as it is now, None where it is not theirs any more."""
        going_on = _update(*_run_by(number, server)).values(**reached._asdict(), beats=table.c.beats + 1)
        with self._database.writing() as connection:
            connection.execute(going_on)
            row = connection.execute(select(table).where(*_run_by(number, server))).first()
        return _check(row) if row else None

    def end(
        self,
        number: int,
        server: str,
        state: CheckState,
        at: str,
        *,
        reached: Reached,
        outcome: Outcome | None = None,
        subject: str = "",
        place: int = -1,
        error: str = "",
    ) -> bool:
        """Says what came of it. False where it is not theirs any more."""
        told = {"state": state.value, "ended": at, "outcome": _number(outcome), "error": _text(error)}
        with self._database.writing() as connection:
            ended = _update(*_run_by(number, server)).values(subject=subject, place=place, **reached._asdict(), **told)
            return connection.execute(ended).rowcount == 1

    def stop(self, number: int, at: str, why: str) -> None:
        """Ends a check that waits, and has the server that runs it end one that runs."""
        waits = table.c.state == CheckState.WAITING.value
        over = {"state": CheckState.INTERRUPTED.value, "ended": at, "error": _text(why)}
        with self._database.writing() as connection:
            if not connection.execute(_update(table.c.number == number, waits).values(over)).rowcount:
                runs = table.c.state == CheckState.RUNNING.value
                connection.execute(_update(table.c.number == number, runs).values(stopping=True))

    def running(self) -> list[Beat]:
        beats = select(table.c.number, table.c.server, table.c.beats).where(table.c.state == CheckState.RUNNING.value)
        with self._database.reading() as connection:
            return [Beat(*row) for row in connection.execute(beats)]

    def give_back(self, one: Beat, at: str, *, most_tries: int, why: str) -> None:
        """Lets a check wait again whose server is gone, if there was no other sign of life since `one`.

        One that somebody wanted to end, or that was begun `most_tries` times, is over instead.
        """
        gone = (*_run_by(one.number, one.server), table.c.beats == one.beats)
        given_up = or_(table.c.tries >= most_tries, table.c.stopping)
        over = {"state": CheckState.INTERRUPTED.value, "ended": at, "error": _text(why)}
        with self._database.writing() as connection:
            connection.execute(_update(*gone, given_up).values(over))
            connection.execute(_update(*gone).values(state=CheckState.WAITING.value, server="", begun=""))

    def leave(self, server: str) -> None:
        """Lets everything wait again that `server` runs, for it ends; as if it had not been begun."""
        runs = (table.c.server == server, table.c.state == CheckState.RUNNING.value)
        again = {"state": CheckState.WAITING.value, "server": "", "begun": "", "tries": table.c.tries - 1}
        with self._database.writing() as connection:
            connection.execute(_update(*runs).values(again))

    def needed(self, uploads: Collection[str]) -> set[str]:
        """Which of these uploads are still to be checked."""
        wanted = select(table.c.upload).where(table.c.state.in_(_OPEN), table.c.upload.in_(uploads))
        with self._database.reading() as connection:
            return set(connection.scalars(wanted))


def _run_by(number: int, server: str) -> tuple[ColumnElement[bool], ...]:
    return table.c.number == number, table.c.server == server, table.c.state == CheckState.RUNNING.value


def _update(*where: ColumnElement[bool]) -> Update:
    return update(table).where(*where)


def _text(text: str) -> str:
    return encode_text(text.replace("\0", " ")[:_LONGEST])


def _number(outcome: Outcome | None) -> int:
    return -1 if outcome is None else outcome.value


def _row(check: AskedCheck) -> dict[str, Any]:
    return {
        "number": check.number,
        "person": check.person,
        "origin": check.origin.value,
        "name": _text(check.name),
        "state": check.state.value,
        "asked": check.asked,
        "begun": check.begun,
        "ended": check.ended,
        "stopping": check.stopping,
        **check.reached._asdict(),
        "outcome": _number(check.outcome),
        "subject": check.subject,
        "place": check.place,
        "error": _text(check.error),
    }


def _check(row: Row[Any]) -> AskedCheck:
    return AskedCheck(
        number=row.number,
        person=row.person,
        origin=Origin(row.origin),
        name=decode_text(row.name),
        state=CheckState(row.state),
        asked=row.asked,
        begun=row.begun,
        ended=row.ended,
        reached=Reached(row.files, row.all_files, row.size, row.all_size),
        stopping=row.stopping,
        outcome=Outcome(row.outcome) if row.outcome >= 0 else None,
        subject=row.subject,
        place=row.place,
        error=decode_text(row.error),
    )
