"""What a call asks for by name."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hilt.core.errors import UsageError
from hilt.doors.http.problems import TooLarge
from hilt.doors.hub.named_paths import LARGEST, Names, body_of, names
from hilt.doors.hub.waiting import Left

FORM, JSON = "application/x-www-form-urlencoded", "application/json; charset=utf-8"


@pytest.mark.parametrize(
    ("body", "media", "found"),
    [
        (b"paths=a&paths=b%2Fc&expand=True", FORM, Names(("a", "b/c"), True)),
        (b"paths=a&expand=False", FORM, Names(("a",), False)),
        (b"", FORM, Names((), False)),
        (b'{"paths": ["a", "b/c"], "expand": true}', JSON, Names(("a", "b/c"), True)),
        (b'{"paths": "a"}', JSON, Names(("a",), False)),
    ],
)
def test_a_form_and_json_say_the_same(body: bytes, media: str, found: Names) -> None:
    assert names(body, media) == found


@pytest.mark.parametrize(
    ("body", "media"),
    [
        (b"{", JSON), (b"[]", JSON), (b'{"paths": 5}', JSON), (b'{"paths": [5]}', JSON), (b"[" * 9999, JSON), (b"\xff", JSON),
        (b"paths=\xff", FORM), (b"paths=a&" * 10_001, FORM),
    ],
)  # fmt: skip
def test_what_is_neither_is_refused(body: bytes, media: str) -> None:
    with pytest.raises(UsageError, match="paths"):
        names(body, media)


def test_a_body_is_bounded_and_whoever_leaves_is_not_waited_for() -> None:
    def body(*messages: dict[str, Any]) -> bytes:
        left = iter(messages)

        async def receive() -> dict[str, Any]:
            return next(left)

        return asyncio.run(body_of(receive))

    piece = {"type": "http.request", "body": b"a", "more_body": True}
    assert body(piece, {"type": "http.request", "body": b"b"}) == b"ab"
    with pytest.raises(TooLarge):
        body(piece, {"type": "http.request", "body": b"b" * LARGEST, "more_body": True})
    with pytest.raises(Left):
        body(piece, {"type": "http.disconnect"})
