"""Who may sign what, at each place of the log: told from the entries about people and keys, and from nothing else.

Verdicts, new keys of the log and what a fixity run found are signed by the log itself; people, their keys, erasures and what was imported by somebody with the
role `admin`; all else by any person. As long as no person has a key, the log speaks for people as well: so the first
administrator comes in. A key belongs to one person for ever.

What a compromised key signed of models does not count any more. The people and keys that it brought in stay, since whoever
revoked it may be among them: an administrator looks through them.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass

from hilt.core.errors import FormatError
from hilt.core.events import (
    THE_LOG,
    Erased,
    Event,
    FixityRun,
    Imported,
    KeyAdded,
    KeyRevoked,
    LogKeyAdded,
    Person,
    PersonStated,
    VerdictGiven,
)
from hilt.core.roles import ADMIN
from hilt.record.ledger.notes import Verifier

KINDS = (LogKeyAdded.kind, PersonStated.kind, KeyAdded.kind, KeyRevoked.kind)
"""The kinds of entries that say who may sign."""

_OF_THE_LOG = (VerdictGiven, LogKeyAdded, FixityRun)
_OF_ADMINS = (PersonStated, KeyAdded, KeyRevoked, Erased, Imported)


@dataclass(slots=True)
class _Key:
    """Whose a key is, from which entry on, and until which one (-1: it counts still)."""

    person: str
    added: int
    revoked: int = -1
    compromised: int = -1
    """The entry that says so."""


class Signers:
    """What entries about people and keys say, told to it in the order of the log."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self._keys: dict[str, _Key] = {}
        self._first_key = -1
        self._log_keys: list[tuple[int, str]] = []
        self._people: dict[str, list[tuple[int, str, PersonStated]]] = {}
        self.erased: set[str] = set()
        """Digests of words that are no more."""
        self.refused: dict[int, str] = {}
        """Why entries that were told here do not count, by their places."""

    def copy(self) -> Signers:
        """Another one, that can be told more."""
        return deepcopy(self)

    def by(self, key: str, place: int) -> str:
        """Who signed the entry at `place` with `key`: a person, `THE_LOG`, or empty where it was nobody's then."""
        held = self._keys.get(key)
        if held is not None:
            return held.person if held.added < place and not 0 <= held.revoked < place else ""
        newest = next((text for since, text in reversed(self._log_keys) if since < place), "")
        return THE_LOG if key == newest else ""

    def roles(self, person: str, place: int) -> tuple[str, ...]:
        """The roles that `person` had before the entry at `place`."""
        stated = self._people.get(person, ())
        return next((event.roles for since, _, event in reversed(stated) if since < place), ())

    def person(self, who: str) -> Person | None:
        """Whom the log calls so, as of now."""
        if not (stated := self._people.get(who)):
            return None
        now = stated[-1][2]
        keys = tuple(key for key, held in self._keys.items() if held.person == who and held.revoked < 0)
        return Person(person=who, name=now.name, contact=now.contact, roles=now.roles, keys=keys)

    def people(self) -> tuple[Person, ...]:
        """Everybody as of now."""
        keys: dict[str, list[str]] = {}
        for key, held in self._keys.items():
            if held.revoked < 0:
                keys.setdefault(held.person, []).append(key)
        return tuple(
            Person(person=who, name=now.name, contact=now.contact, roles=now.roles, keys=tuple(keys.get(who, ())))
            for who, [*_, (_, _, now)] in self._people.items()
        )

    def has_administrator(self) -> bool:
        """Is there anybody who can say who there is?"""
        return any(held.revoked < 0 and ADMIN in self._people[held.person][-1][2].roles for held in self._keys.values())

    def stated(self, person: str) -> tuple[PersonStated, ...]:
        """All that was ever said of who `person` is."""
        return tuple(event for _, _, event in self._people.get(person, ()))

    def why_not(self, event: Event, key: str, place: int) -> str:
        """Why whoever had `key` may not say `event` at `place`; empty where they may."""
        by = self.by(key, place)
        if not by:
            held = self._keys.get(key)
            if held and 0 <= held.revoked < place:
                return f"the key of {held.person} was revoked by entry {held.revoked}"
            return "the key belongs to nobody"
        if isinstance(event, _OF_THE_LOG):
            return "" if by == THE_LOG else f"a {event.kind} is said by the log alone, not by {by}"
        if isinstance(event, _OF_ADMINS):
            if by == THE_LOG:
                begun = 0 <= self._first_key < place
                return f"a {event.kind} is signed by a person with the role {ADMIN}, not by the log" if begun else ""
            if ADMIN not in self.roles(by, place):
                return f"a {event.kind} is signed by a person with the role {ADMIN}, which {by} does not have"
        return f"a {event.kind} is signed by a person, not by the log" if by == THE_LOG else ""

    def add(self, event: Event, key: str, place: int, at: str = "") -> str:
        """Learns what the entry at `place` says, which was signed at the time `at`. Why it does not count; empty where it does."""
        if place == 0 and isinstance(event, LogKeyAdded):
            self._log_keys.append((-1, key))  # the first entry is signed by the key that it names
            why = "" if self._verifier(event) == key else "the first entry is signed with another key than it names"
        else:
            why = self.why_not(event, key, place) or self._contradicted(event, at)
        if why:
            self.refused[place] = why
            return why
        match event:
            case LogKeyAdded() if place:
                self._log_keys.append((place, self._verifier(event)))
            case PersonStated():
                self._people.setdefault(event.person, []).append((place, at, event))
            case KeyAdded():
                self._keys[event.key] = _Key(event.person, place)
                self._first_key = place if self._first_key < 0 else self._first_key
            case KeyRevoked():
                held = self._keys[event.key]
                held.revoked = place if held.revoked < 0 else held.revoked
                held.compromised = place if event.compromised else -1
            case Erased():
                self.erased.update(event.words)
        return ""

    def lapsed(self, key: str) -> str:
        """Why nothing that `key` signed of models counts any more; empty where it does."""
        held = self._keys.get(key)
        if held is None or held.compromised < 0:
            return ""
        return f"the key of {held.person} turned out to be compromised (entry {held.compromised})"

    def _contradicted(self, event: Event, at: str) -> str:
        """Why `event` cannot be, by what is known of people and keys."""
        match event:
            case PersonStated():
                said = self._people.get(event.person, ())
                return next((f"it repeats entry {place}" for place, *same in said if same == [at, event]), "")
            case LogKeyAdded():
                if not (key := self._verifier(event)):
                    return f"{event.verifier[:100]!r} is no key of the log {self.origin}"
                return self._taken(key)
            case KeyAdded() | KeyRevoked() if event.person not in self._people:
                return f"there is no person {event.person}"
            case KeyAdded():
                return self._taken(event.key)
            case KeyRevoked():
                held = self._keys.get(event.key)
                if held is None or held.person != event.person:
                    return f"{event.person} has no such key"
                if held.revoked >= 0 and (held.compromised >= 0 or not event.compromised):
                    return f"the key was revoked already, by entry {held.revoked}"
        return ""

    def _taken(self, key: str) -> str:
        if held := self._keys.get(key):
            return f"the key is that of {held.person}, and a key belongs to one for ever"
        return "the key is one of the log" if any(key == text for _, text in self._log_keys) else ""

    def _verifier(self, event: LogKeyAdded) -> str:
        """The key that `event` names, empty where it is none of this log."""
        try:
            verifier = Verifier.read(event.verifier)
        except FormatError:
            return ""
        return verifier.key.text if verifier.name == self.origin and verifier.text == event.verifier else ""
