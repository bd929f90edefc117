"""What a call asks for files and folders by name: as a form, or as JSON."""

from __future__ import annotations

import asyncio
import json
from typing import NamedTuple
from urllib.parse import parse_qs

from hilt.core.errors import UsageError
from hilt.doors.http.problems import TooLarge, TooSlow
from hilt.doors.hub.reply import Receive
from hilt.doors.hub.waiting import Left

LARGEST = 1 << 20
"""Bytes."""
PATIENCE = 10.0
"""Seconds that a body may take to arrive."""
_MOST_FIELDS = 10_000


class Names(NamedTuple):
    """`expand` is true where more is to be told of each."""

    paths: tuple[str, ...]
    expand: bool


async def body_of(receive: Receive) -> bytes:
    """Raises `TooLarge`, `TooSlow`, and `Left`."""
    try:
        return await asyncio.wait_for(_body(receive), PATIENCE)
    except TimeoutError:
        raise TooSlow("what was announced did not arrive in time") from None


def names(body: bytes, media: str) -> Names:
    """Raises `UsageError`."""
    return _of_json(body) if media.partition(";")[0].strip().lower() == "application/json" else _of_form(body)


async def _body(receive: Receive) -> bytes:
    data = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Left
        data += message.get("body", b"")
        if len(data) > LARGEST:
            raise TooLarge(f"paths: at most {LARGEST} bytes are taken at once")
        if not message.get("more_body"):
            return bytes(data)


def _of_json(body: bytes) -> Names:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise UsageError("paths: the body is no JSON") from None
    paths = told.get("paths") if isinstance(told, dict) else None
    listed = [paths] if isinstance(paths, str) else paths
    if not isinstance(listed, list) or not all(isinstance(path, str) for path in listed):
        raise UsageError('paths: the body is not {"paths": ["a/file", ...], "expand": false}')
    return Names(tuple(listed), told.get("expand") is True)


def _of_form(body: bytes) -> Names:
    try:
        fields = parse_qs(body.decode("utf-8"), max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise UsageError("paths: the body is no form; send paths=a/file&paths=...") from None
    return Names(tuple(fields.get("paths", ())), fields.get("expand", [""])[-1].lower() in ("true", "1"))
