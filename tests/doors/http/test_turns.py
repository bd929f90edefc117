"""Turns: one after the other, and beside what is slow."""

from __future__ import annotations

import asyncio

from hilt.doors.http.turns import Turns


def test_quick_work_is_done_one_after_the_other_in_the_order_in_which_it_came() -> None:
    came, at_once = [], []

    async def work(turns: Turns, number: int) -> None:
        async with turns.one(longest=60):
            came.append(number)
            at_once.append(number)
            await asyncio.sleep(0)
            assert at_once == [number]
            at_once.clear()

    async def all_of_it() -> None:
        turns = Turns()
        await asyncio.gather(*(work(turns, number) for number in range(20)))

    asyncio.run(all_of_it())
    assert came == list(range(20))


def test_work_that_takes_long_is_not_waited_for_and_ends_no_turn_but_its_own() -> None:
    async def all_of_it() -> None:
        turns, may_end, others = Turns(), asyncio.Event(), []

        async def slow() -> None:
            async with turns.one(longest=0.001):
                await may_end.wait()

        async def quick(number: int) -> None:
            async with turns.one(longest=60):
                others.append(number)
                if number == 0:
                    may_end.set()
                    await running
                assert others == list(range(number + 1))

        running = asyncio.create_task(slow())
        await asyncio.sleep(0)
        await asyncio.gather(quick(0), quick(1), quick(2))

    asyncio.run(asyncio.wait_for(all_of_it(), 60))


def test_whoever_hangs_up_or_fails_gives_the_turn_on() -> None:
    async def all_of_it() -> None:
        turns = Turns()

        async def waits() -> None:
            async with turns.one(longest=60):
                await asyncio.Event().wait()

        first, second = asyncio.create_task(waits()), asyncio.create_task(waits())
        await asyncio.sleep(0)
        second.cancel()
        first.cancel()
        await asyncio.gather(first, second, return_exceptions=True)
        async with turns.one():
            pass

    asyncio.run(asyncio.wait_for(all_of_it(), 60))
