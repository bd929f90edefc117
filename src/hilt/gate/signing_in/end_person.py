"""Somebody has left: they have no role from now on, and whatever they signed in with is over. What they signed stays."""

from __future__ import annotations

from hilt.core.errors import UsageError
from hilt.core.events import Person, PersonStated
from hilt.gate.record import OwnKey, opened, signing
from hilt.gate.settings import Settings


def end_person(name: str, *, key: OwnKey | None = None, password: bytes | None = None, settings: Settings) -> Person:
    """States that this person has no role any more. Raises `UsageError`, and `NotAllowed` where no administrator says so."""
    from hilt.record.accounts.store import end_all

    own = signing(key, password)
    with opened(settings, writing=True) as record:
        person = record.person(name)
        if own.public.text in person.keys:
            raise UsageError("nobody ends themselves: another administrator does it")
        stated = PersonStated(person=person.person, name=person.name, contact=person.contact, roles=())
        record.commit([stated], key=own, accounts=[end_all(person.person)])
        return record.person(person.person)
