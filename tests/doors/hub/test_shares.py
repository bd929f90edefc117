"""What one of many who ask may have under way."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from hilt.core.errors import NotReady
from hilt.doors.hub.shares import Shares


def test_who_has_too_much_under_way_is_told_and_nobody_else() -> None:
    async def run() -> None:
        shares = Shares(2, 1)
        async with AsyncExitStack() as stack:
            for about in ("a", "b", "b"):
                await stack.enter_async_context(shares.under_way("greedy", about))
            with pytest.raises(NotReady, match="2 answers of upstreams"):
                await stack.enter_async_context(shares.under_way("greedy", "c"))
            await stack.enter_async_context(shares.under_way("modest", "c"))
        async with shares.under_way("greedy", "c"):
            pass

    asyncio.run(run())


def test_their_things_come_one_after_another_and_those_of_others_meanwhile() -> None:
    async def run() -> list[str]:
        shares, done, may = Shares(10, 1), list[str](), asyncio.Event()

        async def ask(key: str, about: str, *, waits: bool = False) -> None:
            async with shares.under_way(key, about) as turns, turns:
                if waits:
                    await may.wait()
                done.append(about)

        greedy = [asyncio.create_task(ask("greedy", about, waits=about == "a")) for about in "ab"]
        await asyncio.sleep(0)
        await ask("modest", "c")
        may.set()
        await asyncio.gather(*greedy)
        return done

    assert asyncio.run(run()) == ["c", "a", "b"]
