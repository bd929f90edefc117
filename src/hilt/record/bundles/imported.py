"""What bundles of other logs say that were imported: proven again each time it is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from hilt.core.errors import ProofInvalid, RecordDamaged
from hilt.core.events import Imported, Person, Recorded
from hilt.record import documents
from hilt.record.bundles.bundle import Bundle
from hilt.record.bundles.proof import ProvenBundle, prove
from hilt.record.words import in_event


class Spoke(NamedTuple):
    """A person of another log, and the digests of the words that tell who that is and what they said."""

    person: Person
    words: tuple[str, ...]


def entries(connection: Connection, told: Sequence[Recorded]) -> Iterator[Recorded]:
    """What the bundles say that `told` imports: of each log every entry once, as the newest of its bundles has it."""
    found: dict[tuple[str, int], tuple[int, Recorded]] = {}
    for proven in _each(connection, told):
        for entry in proven.entries:
            key = (entry.origin, entry.index)
            if key not in found or found[key][0] <= proven.contents.size:
                found[key] = (proven.contents.size, entry)
    for key in sorted(found):
        yield found[key][1]


def people(connection: Connection, told: Sequence[Recorded]) -> Iterator[Spoke]:
    """Everybody in the bundles that `told` imports."""
    for proven in _each(connection, told):
        for person in proven.people:
            said = [words for one in proven.entries if one.by == person.person for words in in_event(one.event)]
            yield Spoke(person, tuple(words.digest for words in (person.name, person.contact, *said)))


def _each(connection: Connection, told: Sequence[Recorded]) -> Iterator[ProvenBundle]:
    for one in told:
        if not isinstance(event := one.event, Imported) or one.lapsed:
            continue
        document = documents.load(connection, [event.bundle])[event.bundle]
        try:
            yield prove(Bundle.read(document), None, {words.digest: words for words in event.words})
        except ProofInvalid as error:
            raise RecordDamaged(f"document {event.bundle}", f"it was imported by entry {one.index}: {error}") from None
