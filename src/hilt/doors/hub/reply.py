"""An answer of the hub, and how it goes out."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = tuple[tuple[str, str], ...]

ALWAYS: Headers = (
    ("Content-Security-Policy", "default-src 'none'; sandbox"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
)
"""A browser that is led here shows nothing of what a model brings, and runs none of it."""
_JSON: Headers = (("Content-Type", "application/json"), ("Cache-Control", "no-store"))
_TRACE = re.compile(r"[A-Za-z0-9._:;=/+-]{1,128}", re.ASCII)
_UNSAID = re.compile(r"[^\x20-\x7e]")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that is there as a whole. The headers are letters of ASCII."""

    status: int
    body: bytes = b""
    headers: Headers = ()


def told(value: object, status: int = 200, headers: Headers = ()) -> Reply:
    """`value` as JSON."""
    return told_bytes(json.dumps(value, separators=(",", ":")).encode(), status, headers)


def told_bytes(body: bytes, status: int = 200, headers: Headers = ()) -> Reply:
    """What is JSON already."""
    return Reply(status, body, (*_JSON, *headers))


async def give(reply: Reply, scope: Scope, send: Send) -> None:
    await begin(reply.status, (("Content-Length", str(len(reply.body))), *reply.headers), scope, send)
    body = b"" if scope["method"] == "HEAD" else reply.body
    await send({"type": "http.response.body", "body": body})


async def begin(status: int, headers: Iterable[tuple[str, str]], scope: Scope, send: Send) -> None:
    """The head of an answer, with what every one of them says; bytes follow."""
    said = [*headers, *ALWAYS]
    if trace := _TRACE.fullmatch(header(scope, b"x-amzn-trace-id")):
        said.append(("X-Request-Id", trace[0]))
    encoded = [(name.lower().encode("ascii"), _UNSAID.sub("?", value).encode("ascii")) for name, value in said]
    await send({"type": "http.response.start", "status": status, "headers": encoded})


def header(scope: Scope, name: bytes) -> str:
    """The first of this name (in small letters), empty for none."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")
