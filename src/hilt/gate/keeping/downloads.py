"""downloads: who has which weights. Whoever downloads of a model with a token runs it, until they say that they do so no more."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from time import monotonic

from hilt.core.events import HoldingBegun
from hilt.core.library import KeptRevision
from hilt.core.standing import folded
from hilt.gate.hold import hold
from hilt.gate.keeping.newest import Newest
from hilt.gate.keeping.one_by_one import OneByOne
from hilt.gate.keeping.reader import Reader
from hilt.gate.record import opened
from hilt.gate.settings import Settings
from hilt.gate.signing_in.passes import Asked
from hilt.gate.status import lasting

MOST = 10_000
FRESH = 5.0
"""Seconds for which it is remembered that somebody has something; they may say that they have it no more."""
_ANYBODY = "anybody"


class Downloads:
    """Used by many threads; no other server notes anything in what is `alone`.

    Of those who show no token nobody knows who they are, and nothing is noted.
    """

    def __init__(self, settings: Settings, alone: Callable[[], AbstractContextManager[None]]) -> None:
        self._settings, self._alone = settings, alone
        self._noted: Newest[tuple[str, str, str, str], float] = Newest(MOST)
        self._turns = OneByOne()

    def note(self, kept: KeptRevision, reader: Reader) -> None:
        """Puts on the record that the reader has the revision, where it does not stand there. Raises `NotAllowed`."""
        if reader.asked is None:
            return
        person, subject = reader.asked.who.person, kept.digest
        place = f"the machines with the token {reader.label}"
        about = (subject, person.person, folded(reader.use), place)
        with self._turns.about(about):  # two files of one download come at once
            if monotonic() < (self._noted.get(about) or 0.0):
                return
            if not self._is_held(subject, person.person, reader.use, place):
                with self._turns.about(_ANYBODY), self._alone():  # of a server one waits for the others
                    if not self._is_held(subject, person.person, reader.use, place):
                        self._hold(subject, reader.asked, reader.use, place)
            self._noted.put(about, monotonic() + FRESH)

    def _hold(self, subject: str, asked: Asked, use: str, place: str) -> None:
        named, who = f"sha256:{subject}", asked.who.name
        hold(named, where=place, holder=who, use=use, key=asked.key, settings=self._settings)

    def _is_held(self, subject: str, person: str, use: str, place: str) -> bool:
        with opened(self._settings) as record:
            held = [one for one in lasting(record.history(subject)) if one.by == person and not one.origin]
        events = [one.event for one in held if isinstance(one.event, HoldingBegun)]
        return any(one.place == place and folded(one.use) == folded(use) for one in events)
