"""What an entry of the log changes in the tables that are made from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from itertools import groupby
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, bindparam, case

from hilt.core.events import (
    DecisionMade,
    Event,
    HoldingBegun,
    HoldingEnded,
    Imported,
    KeyAdded,
    KeyRevoked,
    PersonStated,
    Remarked,
    Say,
    UseRequested,
    VerdictGiven,
    Withdrawn,
)
from hilt.core.wire import encode_text
from hilt.record.schema import decisions, holdings, keys, models, people, remarks, requests
from hilt.record.traits import UNTOLD, Traits


class Entry(NamedTuple):
    """An event that counts, at its place in the log."""

    place: int
    at: str
    by: str
    event: Event


class Put(NamedTuple):
    """A row. Where there is one with its primary key, all but the columns `once` takes the place of what is there.

    Where the row there has another value in the column `turns`, it is told in `before`, and the place in `turned`.
    """

    table: Table
    row: dict[str, Any]
    once: tuple[str, ...] = ()
    turns: str = ""

    def over(self, there: Mapping[str, Any]) -> dict[str, Any]:
        """The row that comes of one that is there."""
        row = self.row | {name: there[name] for name in self.once}
        if self.turns and there[self.turns] != row[self.turns]:
            row |= {"before": there[self.turns], "turned": row["place"]}
        return row


class Set(NamedTuple):
    """`row` is what rows say from now on that have all of `where`, and nothing of `unless`."""

    table: Table
    where: dict[str, Any]
    row: dict[str, Any]
    unless: Mapping[str, Any] = MappingProxyType({})


Change = Put | Set


def changes(entry: Entry, traits: Mapping[str, Traits] | None = None) -> tuple[Change, ...]:
    """What `entry` changes. `traits` are those of reports by their digests; without them, nothing is said of these columns."""
    match entry.event:
        case VerdictGiven() as event:
            return (_verdict(entry, event, traits, alone=_alone(event), asks=_asks(event)), _reopened(event))
        case Imported() as event:  # it may stand beside one of our own
            return (_verdict(entry, event.verdict, traits, alone=False, asks=""), _reopened(event))
        case UseRequested() as event:
            return (Put(requests, {**_about(entry, event.subject), "use": encode_text(event.use), **_ASKED}),)
        case DecisionMade() as event:
            return (_decision(entry, event), _answer(entry, event))
        case Remarked() as event:
            said = {"case": event.case, "says": event.says.value}
            return (Put(remarks, {**_about(entry, event.subject), **said}),)
        case Withdrawn() as event:
            return (_withdrawal(entry, event), Set(requests, _of(event.subject, event.use), _ENDED))
        case HoldingBegun() as event:
            return (_holding(entry, event),)
        case HoldingEnded() as event:
            lasting = {"place": event.holding, "subject": event.subject, "ended": -1}
            return (Set(holdings, lasting, {"ended": entry.place}),)
        case PersonStated() as event:
            return (_person(entry, event),)
        case KeyAdded() as event:
            row = {"key": event.key, "person": event.person, "added": entry.place, "revoked": -1, "compromised": False}
            return (Put(keys, row),)
        case KeyRevoked() as event:
            first = Set(keys, {"key": event.key, "revoked": -1}, {"revoked": entry.place})
            return (first, Set(keys, {"key": event.key}, {"compromised": event.compromised}))
    return ()


def apply(connection: Connection, changed: Iterable[Change]) -> None:
    """Carries out changes; those that are alike in one go."""
    in_tables = sorted(changed, key=lambda change: change.table.name)  # none depends on a row of another one
    for _, alike in groupby(in_tables, key=_shape):
        same = list(alike)
        match same[0]:
            case Put() as put:
                connection.execute(_upsert(put, connection.dialect.name), [one.row for one in same])
            case Set() as set_:
                wanted = [one for one in same if isinstance(one, Set)]
                connection.execute(
                    _update(set_), [one.row | _named("is", one.where) | _named("not", one.unless) for one in wanted]
                )


def _shape(change: Change) -> tuple[object, ...]:
    named = (tuple(change.where), tuple(change.unless)) if isinstance(change, Set) else ()
    return type(change), change.table.name, tuple(change.row), named


def _upsert(put: Put, dialect: str) -> Any:
    insert = import_module(f"sqlalchemy.dialects.{dialect}").insert(put.table)  # to load both takes 60 ms
    key = [column.name for column in put.table.primary_key]
    changed = {name: insert.excluded[name] for name in put.row if name not in (*key, *put.once)}
    if put.turns:
        there, comes = put.table.c, insert.excluded
        turned = there[put.turns] != comes[put.turns]
        changed["before"] = case((turned, there[put.turns]), else_=there.before)
        changed["turned"] = case((turned, comes.place), else_=there.turned)
    return insert.on_conflict_do_update(index_elements=key, set_=changed)


def _update(set_: Set) -> Any:
    statement = set_.table.update().values({name: bindparam(name) for name in set_.row})
    wanted = [set_.table.c[name] == bindparam(f"is_{name}") for name in set_.where]
    return statement.where(*wanted, *(set_.table.c[name] != bindparam(f"not_{name}") for name in set_.unless))


def _named(how: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{how}_{name}": value for name, value in values.items()}


def _about(entry: Entry, subject: str) -> dict[str, Any]:
    return {"place": entry.place, "subject": subject, "person": entry.by, "at": entry.at}


def _alone(event: VerdictGiven) -> bool:
    return len({one.by for one in event.questions}) < 2 and all(one.approvals == 1 for one in event.questions)


def _asks(event: VerdictGiven) -> str:
    roles = {role for one in event.questions for role in one.by}
    return f" {' '.join(map(encode_text, sorted(roles)))} " if event.questions else ""


def _verdict(entry: Entry, event: VerdictGiven, traits: Mapping[str, Traits] | None, *, alone: bool, asks: str) -> Put:
    row = {
        "subject": event.subject,
        "reference": encode_text(event.reference),
        "revision": encode_text(event.revision),
        "outcome": int(event.outcome),
        "policy_digest": event.policy_digest,
        "evidence": event.evidence,
        "report": event.report,
        "claimed": event.claimed,
        "alone": alone,
        "asks": asks,
        "before": -1,
        "turned": -1,
        "first": entry.place,
        "place": entry.place,
        "at": entry.at,
    }
    if traits is not None:
        row |= traits.get(event.report, UNTOLD)._asdict()
    return Put(models, row, once=("first", "before", "turned"), turns="outcome")


def _reopened(event: VerdictGiven | Imported) -> Set:
    """What was answered was answered to the verdict before."""
    return Set(requests, {"subject": event.subject, "state": "answered"}, _ASKED)


def _answer(entry: Entry, event: DecisionMade) -> Set:
    """What it makes of the requests before it: nobody answers their own, where somebody had to be asked."""
    if event.say is Say.NO:
        return Set(requests, _of(event.subject, event.use), _ENDED)
    answered = {"state": "answered", "answered_by": entry.by, "until": event.until}
    own = {"person": entry.by} if event.case >= 0 else {}
    return Set(requests, _of(event.subject, event.use), answered, unless={"state": "ended", **own})


def _of(subject: str, use: str) -> dict[str, Any]:
    """All requests about the subject where no use is named."""
    return {"subject": subject, "use": encode_text(use)} if use else {"subject": subject}


def _decision(entry: Entry, event: DecisionMade) -> Put:
    said = {"say": event.say.value, "case": event.case, "exception": event.exception, "until": event.until}
    return Put(decisions, {**_about(entry, event.subject), "use": encode_text(event.use), **said})


def _withdrawal(entry: Entry, event: Withdrawn) -> Put:
    said = {"say": WITHDRAWN, "case": -1, "exception": False, "until": ""}
    return Put(decisions, {**_about(entry, event.subject), "use": encode_text(event.use), **said})


def _holding(entry: Entry, event: HoldingBegun) -> Put:
    held = {
        "use": encode_text(event.use),
        "where": encode_text(event.place),
        "holder": event.holder.digest,
        "ended": -1,
    }
    return Put(holdings, {**_about(entry, event.subject), **held})


def _person(entry: Entry, event: PersonStated) -> Put:
    row = {
        "person": event.person,
        "name": event.name.digest,
        "contact": event.contact.digest,
        "roles": " ".join(event.roles),
        "place": entry.place,
    }
    return Put(people, row)


_ASKED = {"state": "asked", "answered_by": "", "until": ""}
_ENDED = {"state": "ended", "answered_by": "", "until": ""}
WITHDRAWN = "withdrawn"
"""What the table of decisions calls a withdrawal."""
