"""Requests carried out one after the other, for as long as that is quick.

Threads that share one interpreter and one database get in one another's way: eight pages made at once take up to twice the
time of eight made in turn (benchmarks/web.py). A request that takes longer, because it waits for the database or for a
lock, passes its turn on and goes on beside the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

LONGEST = 0.05
"""Seconds that a turn lasts at most."""


class Turns:
    """Who waits gets a turn in the order in which they came. They belong to the event loop of one server."""

    def __init__(self) -> None:
        self._taken = asyncio.Lock()

    @asynccontextmanager
    async def one(self, longest: float = LONGEST) -> AsyncIterator[None]:
        """A turn, which is over after `longest` seconds even where its work is not."""
        await self._taken.acquire()
        over = asyncio.Event()

        def end() -> None:
            if not over.is_set():
                over.set()
                self._taken.release()

        timer = asyncio.get_running_loop().call_later(longest, end)
        try:
            yield
        finally:
            timer.cancel()
            end()
