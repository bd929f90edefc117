"""ollama-proofs: which proofs of a key were shown, so that each counts once. Nobody takes the place of all others with theirs."""

from __future__ import annotations

import threading
import time
from collections import Counter, OrderedDict

from hilt.core.errors import NotAllowed, NotReady

SKEW = 300
"""Seconds that the clock of an Ollama may be wrong, either way; for twice as long a proof is remembered."""
SHARE, MOST = 200, 20_000
"""Proofs that are remembered: of one person, whatever number of keys they have, and of all."""


class OllamaProofs:
    """Of one server; used by many threads."""

    def __init__(self) -> None:
        self._shown: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._of: Counter[str] = Counter()
        self._lock = threading.Lock()

    def count(self, proof: str, person: str, now: float | None = None) -> None:
        """Raises `NotAllowed` where it was shown before, and `NotReady` where the person, or everybody, showed too many."""
        now = time.monotonic() if now is None else now
        with self._lock:
            self._forget(now)
            if proof in self._shown:
                raise NotAllowed("this proof was shown before, and counts once; pull again")
            if self._of[person] >= SHARE:
                raise NotReady(f"Ollamas of yours proved who they are {SHARE} times just now; pull later", seconds=SKEW)
            if len(self._shown) >= MOST:
                raise NotReady("too many Ollamas prove who they are at this moment; pull again", seconds=SKEW)
            self._shown[proof] = person, now + 2 * SKEW
            self._of[person] += 1

    def _forget(self, now: float) -> None:
        while self._shown and (first := next(iter(self._shown.values())))[1] <= now:
            self._shown.popitem(last=False)
            self._of[first[0]] -= 1
            if not self._of[first[0]]:
                del self._of[first[0]]
