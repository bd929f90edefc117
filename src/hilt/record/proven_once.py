"""What entries say that this process has proven to stand in the log, so that no page proves them again.

A log only grows, which is seen to whenever it is looked at: what stood at a place once stands there always. Each entry is known
again by the text of its envelope. Where the table has another text by now, it is not known, and proving it anew fails.
"""

from __future__ import annotations

from collections import OrderedDict
from hashlib import sha256
from threading import Lock
from typing import Any, NamedTuple

from hilt.record.ledger.envelopes import Envelope
from hilt.record.statements import Statement

MOST = 16 << 20
"""Letters of envelopes whose entries are remembered: some 10,000 of them, and twice as many bytes."""


class Proven(NamedTuple):
    """What an entry says, with which key it was signed, and its text: how long it is, and its digest."""

    statement: Statement
    key: str
    letters: int
    digest: bytes


class ProvenOnce:
    """The entries that were asked for last, by their places; used by many threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most, self._letters = most, 0
        self._entries: OrderedDict[int, Proven] = OrderedDict()
        self._lock = Lock()

    def find(self, place: int, text: Any) -> Proven | None:
        """What the entry at `place` says, if it was proven, and was `text` then."""
        with self._lock:
            if (found := self._entries.get(place)) is None:
                return None
            self._entries.move_to_end(place)
        return found if isinstance(text, str) and _digest(text) == found.digest else None

    def keep(self, place: int, envelope: Envelope, statement: Statement) -> Proven:
        """What `envelope` says, which was just proven to stand at `place`."""
        text = envelope.text()
        proven = Proven(statement, envelope.key.text, len(text), _digest(text))
        with self._lock:
            before = self._entries.pop(place, None)
            self._entries[place] = proven
            self._letters += proven.letters - (before.letters if before else 0)
            while self._letters > self._most:
                self._letters -= self._entries.popitem(last=False)[1].letters
        return proven


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()
