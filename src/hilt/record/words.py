"""Words: what people said and who they are, kept beside the log under salted digests, so that they can be erased."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, bindparam, delete

from hilt.core.errors import RecordDamaged, ReportInvalid
from hilt.core.events import (
    DecisionMade,
    Event,
    HoldingBegun,
    Imported,
    KeyRevoked,
    PersonStated,
    Remarked,
    UseRequested,
    Withdrawn,
    Words,
)
from hilt.core.wire import decode_text, encode_text
from hilt.record.schema import in_parts, stored, words

_WITH = stored(words).where(words.c.digest.in_(bindparam("digests", expanding=True)))

LARGEST = 1 << 20
"""Letters of one text."""


def in_event(event: Event) -> Iterator[Words]:
    """All words that `event` names."""
    match event:
        case PersonStated():
            yield from (event.name, event.contact)
        case HoldingBegun():
            yield event.holder
        case Imported():
            yield from event.words
        case UseRequested() | Remarked() | Withdrawn() | KeyRevoked():
            yield event.why
        case DecisionMade():
            yield event.why
            yield from (said for _, said in event.answers)
            if event.conditions is not None:
                yield event.conditions


def filled(event: Event, known: Mapping[str, Words]) -> Event:
    """`event` with the texts of its words."""
    match event:
        case PersonStated():
            return replace(event, name=known[event.name.digest], contact=known[event.contact.digest])
        case HoldingBegun():
            return replace(event, holder=known[event.holder.digest])
        case Imported():
            return replace(event, words=tuple(known[one.digest] for one in event.words))
        case UseRequested() | Remarked() | Withdrawn() | KeyRevoked():
            return replace(event, why=known[event.why.digest])
        case DecisionMade():
            answers = tuple((rule, known[said.digest]) for rule, said in event.answers)
            conditions = known[event.conditions.digest] if event.conditions else None
            return replace(event, why=known[event.why.digest], answers=answers, conditions=conditions)
    return event


def keep(connection: Connection, said: Iterable[Words]) -> None:
    """Keeps the texts that are not kept yet."""
    by_digest = {one.digest: one for one in said if one.text is not None}
    for one in by_digest.values():
        if not _can_be_kept(one):
            raise ReportInvalid(f"the words {one.digest} are too long, hold NUL, or are not those of the digest")
    for digest in load(connection, by_digest):
        del by_digest[digest]
    if by_digest:
        rows = [
            {"digest": one.digest, "salt": one.salt, "text": encode_text(one.text or "")} for one in by_digest.values()
        ]
        connection.execute(words.insert(), rows)


def _can_be_kept(said: Words) -> bool:
    text = said.text or ""
    try:
        return said.hold and len(text) <= LARGEST and "\0" not in text
    except ValueError:
        return False


def load(connection: Connection, digests: Iterable[str]) -> dict[str, Words]:
    """The words that are kept. Raises `RecordDamaged` where a text is not the one whose digest was signed."""
    rows = (row for part in in_parts(digests) for row in connection.execute(_WITH, {"digests": part}))
    return {row.digest: checked(row.digest, row.salt, row.text) for row in rows}


def checked(digest: str, salt: Any, text: Any) -> Words:
    """The words of a row, whatever stands in it. Raises `RecordDamaged`."""
    try:
        said = Words(digest=digest, text=decode_text(text), salt=salt)
        if said.hold:
            return said
    except (ValueError, TypeError):  # the salt is no hex, or they are no texts
        pass
    raise RecordDamaged(f"words {digest}", "the text is not the one whose digest was signed")


def naming(connection: Connection, names: Iterable[str]) -> tuple[str, ...]:
    """The digests of words in which one of `names` stands, in whatever case."""
    if not (told := "|".join(map(re.escape, names))):
        return ()
    sought = re.compile(rf"(?<!\w)({told})(?!\w)", re.IGNORECASE)
    return tuple(row.digest for row in connection.execute(stored(words)) if sought.search(str(row.text)))


def erase(connection: Connection, digests: Iterable[str]) -> None:
    for part in in_parts(digests):
        connection.execute(delete(words).where(words.c.digest.in_(part)))
