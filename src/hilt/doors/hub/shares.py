"""What each of those who ask has under way: of what upstreams and large questions take, nobody takes it all."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from typing import NamedTuple

from hilt.core.errors import NotReady

AGAIN = 5
"""Seconds after which somebody asks again who has too much under way."""


class _Share(NamedTuple):
    asked: Counter[Hashable]
    turns: asyncio.Semaphore


class Shares:
    """Each has `most` different things under way, `at_once` of them not in a queue of their own. Belongs to one event loop.

    `things` is what they are called.
    """

    def __init__(self, most: int, at_once: int, things: str = "answers of upstreams") -> None:
        self._most, self._at_once, self._things = most, at_once, things
        self._shares: dict[str, _Share] = {}

    @asynccontextmanager
    async def under_way(self, key: str, about: Hashable) -> AsyncIterator[asyncio.Semaphore]:
        """`about` is under way for the one with this key; gives their queue. Raises `NotReady` where that is too much."""
        share = self._shares.setdefault(key, _Share(Counter(), asyncio.Semaphore(self._at_once)))
        if about not in share.asked and len(share.asked) >= self._most:
            raise NotReady(
                f"you wait for {self._most} {self._things} already; ask again once some of them are there",
                seconds=AGAIN,
            )
        share.asked[about] += 1
        try:
            yield share.turns
        finally:
            share.asked[about] -= 1
            if not share.asked[about]:
                del share.asked[about]
            if not share.asked:
                self._shares.pop(key, None)
