"""What is sent to the hub: read in pieces, bounded, and not waited for for ever."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

from hilt.core.errors import UsageError
from hilt.doors.http.problems import TooLarge, TooSlow
from hilt.doors.hub.reply import Receive, Scope, header
from hilt.doors.hub.waiting import Left

LARGEST = 2 << 20
"""Bytes of a body of JSON: a thousand files of which the beginning is shown."""
LARGEST_READ = 16 << 20
"""Bytes of a body of which only the beginning is kept."""
_LONGEST_NUMBER = 30
PATIENCE = 30.0
"""Seconds in which something has to arrive, and as many more as the bytes take at the slowest speed."""
SLOWEST = 1 << 10
"""Bytes a second, unless a caller demands more."""
_PIECE = 1 << 18
"""Bytes that are handed on at once."""


async def pieces(scope: Scope, receive: Receive, most: int, slowest: int = SLOWEST) -> AsyncIterator[bytes]:
    """The body in pieces, of at most `most` bytes together, as long as they come at this speed. Raises `TooLarge`, `TooSlow`, `UsageError`, `Left`."""
    _check_head(scope, most)
    held, came, began, more = bytearray(), 0, monotonic(), True
    while more:
        allowed = PATIENCE + came / slowest - (monotonic() - began)
        try:
            async with asyncio.timeout(max(0.0, min(PATIENCE, allowed))):
                message = await receive()
        except TimeoutError:
            raise TooSlow(f"{came} bytes came, and then nothing for long; send it again") from None
        if message["type"] != "http.request":
            raise Left
        held += message.get("body", b"")
        came += len(message.get("body", b""))
        more = bool(message.get("more_body"))
        if came > most:
            raise TooLarge(f"at most {most} bytes are taken here")
        if held and (len(held) >= _PIECE or not more):
            yield bytes(held)
            held.clear()


def announced(scope: Scope) -> int:
    """Bytes of the body, as is said before it comes; 0 where nothing is."""
    length = header(scope, b"content-length")[:_LONGEST_NUMBER]
    return int(length) if length.isascii() and length.isdecimal() else 0


async def beginning(scope: Scope, receive: Receive, most: int) -> bytes:
    """What the body begins with, `most` bytes and one more where there are more; the rest is thrown away. Raises what `pieces` does."""
    body = bytearray()
    async for piece in pieces(scope, receive, LARGEST_READ):
        body += piece[: most + 1 - len(body)]
    return bytes(body)


async def json_of(scope: Scope, receive: Receive) -> dict[str, Any]:
    """An object of JSON; empty where nothing was sent. Raises what `pieces` does."""
    body = bytearray()
    async for piece in pieces(scope, receive, LARGEST):
        body += piece
    return object_of(body)


def object_of(body: bytes | bytearray) -> dict[str, Any]:
    """Raises `UsageError` where it is none; empty where nothing was sent."""
    try:
        told = json.loads(body) if body.strip() else {}
    except (ValueError, RecursionError):
        raise UsageError("what was sent is no JSON") from None
    if not isinstance(told, dict):
        raise UsageError("what was sent is no object of JSON")
    return told


def text(told: dict[str, Any], name: str, otherwise: str = "") -> str:
    """Raises `UsageError` where it is there, and no text."""
    value = told.get(name)
    if value is None:
        return otherwise
    if not isinstance(value, str):
        raise UsageError(f"{name}: a text is needed")
    return value


def objects(told: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Raises `UsageError` where it is no list of objects."""
    value = told.get(name)
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise UsageError(f"{name}: a list of objects is needed")
    return value


def whole(told: dict[str, Any], name: str) -> int:
    """Raises `UsageError` where it is no whole number from 0."""
    value = told.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 62:
        raise UsageError(f"{name}: a whole number from 0 is needed")
    return value


def _check_head(scope: Scope, most: int) -> None:
    encoding = header(scope, b"content-encoding").lower()
    if encoding not in ("", "identity"):
        raise UsageError(f"a body in {encoding[:40]!a} is not taken, for it may be of any size; send it as it is")
    if (length := announced(scope)) > most:
        raise TooLarge(f"{length} bytes are announced, and at most {most} are taken here")
