"""What many ask at once is found out once."""

from __future__ import annotations

import asyncio

import pytest

from hilt.core.errors import NotHeld
from hilt.doors.hub.remembered import Remembered, Rendered


class Asking:
    """Counts how often it was asked."""

    def __init__(self) -> None:
        self.times = 0
        self.may_answer = asyncio.Event()

    async def ask(self) -> int:
        self.times += 1
        await self.may_answer.wait()
        return self.times

    async def fail(self) -> int:
        self.times += 1
        raise NotHeld("none such", what="file")


def test_those_who_ask_at_once_are_answered_together() -> None:
    async def run() -> None:
        remembered, asking = Remembered[str, int](100, 10), Asking()
        waiting = [asyncio.create_task(remembered.get("a", asking.ask)) for _ in range(20)]
        await asyncio.sleep(0)
        asking.may_answer.set()
        assert await asyncio.gather(*waiting) == [1] * 20
        assert await remembered.get("a", asking.ask) == 1
        assert await remembered.get("b", asking.ask) == 2
        remembered.forget("a")
        assert await remembered.get("a", asking.ask) == 3

    asyncio.run(run())


def test_whoever_leaves_takes_the_answer_from_nobody() -> None:
    async def run() -> None:
        remembered, asking = Remembered[str, int](100, 10), Asking()
        leaves, stays = (asyncio.create_task(remembered.get("a", asking.ask)) for _ in range(2))
        await asyncio.sleep(0)
        leaves.cancel()
        await asyncio.sleep(0)
        asking.may_answer.set()
        assert await stays == 1

    asyncio.run(run())


def test_what_could_not_be_answered_is_told_to_all_and_does_not_grow() -> None:
    async def run() -> None:
        remembered, asking = Remembered[str, int](100, 10), Asking()
        depths = []
        for _ in range(5):
            with pytest.raises(NotHeld) as told:
                await remembered.get("a", asking.fail)
            depths.append(len(told.traceback))
        assert asking.times == 1
        assert depths[1:] == depths[:-1]

    asyncio.run(run())


def test_answers_grow_old_and_are_bounded() -> None:
    async def run() -> None:
        asking = Asking()
        asking.may_answer.set()
        old = Remembered[str, int](-1, 10)
        assert [await old.get("a", asking.ask) for _ in range(3)] == [1, 2, 3]
        few = Remembered[int, int](100, 2)
        assert [await few.get(key, asking.ask) for key in (1, 2, 3, 1)] == [4, 5, 6, 7]

    asyncio.run(run())


def test_bodies_are_kept_up_to_their_bytes_together() -> None:
    rendered = Rendered[str](10)
    for key, body in (("a", b"1234"), ("b", b"1234"), ("a", b"12345")):
        rendered.put(key, body)
    assert (rendered.get("a"), rendered.get("b")) == (b"12345", b"1234")
    assert rendered.get("a")
    rendered.put("c", b"12")
    assert (rendered.get("a"), rendered.get("b"), rendered.get("c")) == (b"12345", None, b"12")
    rendered.put("d", b"1" * 11)
    assert rendered.get("d") is None


def test_what_is_over_is_not_held_for_those_who_never_ask_again() -> None:
    async def run() -> None:
        remembered, asking = Remembered[str, int](-1.0, 10), Asking()
        asking.may_answer.set()
        for name in "abc":
            await remembered.get(name, asking.ask)
        assert [*remembered._kept] == ["c"]

    asyncio.run(run())
