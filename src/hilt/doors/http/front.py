"""Before every request and after every answer: which Host is meant, and what browsers must not do with a page."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from hilt.doors.http.desk import Desk

CONTENT_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",  # with no-referrer, browsers would not name the origin of a form
    "X-Content-Type-Options": "nosniff",
}
"""Of every answer that says nothing else."""
STAY = {"Strict-Transport-Security": "max-age=31536000"}
ROUTE = "hilt.route"
"""Where a request keeps the route that it took."""
METHODS = frozenset({"GET", "HEAD", "POST"})
_CLOSED = {"Connection": "close"}
LONGEST_HEAD = 16 << 10
"""Bytes that a request may have before its body."""
HEALTH = "/healthz"
"""Asked for by machines, which know no name of this server."""


class Front:
    """`app` behind the checks that every request passes."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self._app, self._desk = app, desk
        told = {**HEADERS, "Cache-Control": "no-store"} | (STAY if desk.secure else {})
        self._headers = [(name.lower().encode(), value.encode()) for name, value in told.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = perf_counter()

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name.lower() for name, _ in message["headers"]}
                unsaid = [(name, value) for name, value in self._headers if name not in said]
                message = {**message, "headers": [*message["headers"], *unsaid]}
                route, method = (
                    scope.get(ROUTE, "elsewhere"),
                    scope["method"] if scope["method"] in METHODS else "other",
                )
                self._desk.metrics.answered(route, method, message["status"], perf_counter() - began)
            await send(message)

        if _length(scope) > LONGEST_HEAD:  # uvicorn bounds only what comes in pieces
            await PlainTextResponse("The address or the headers are too long.\n", 431)(scope, receive, sent)
        elif _has_two_ends(scope):
            await PlainTextResponse("The length of what is sent is told in two ways.\n", 400, _CLOSED)(
                scope, receive, sent
            )
        elif self._is_meant(scope):
            await self._app(scope, receive, sent)
        else:
            text = f"This server answers at {self._desk.origin}, and to no other name.\n"
            await PlainTextResponse(text, 421)(scope, receive, sent)

    def _is_meant(self, scope: Scope) -> bool:
        """Another Host means that somebody gave our address to a name of theirs, to speak for a browser that trusts it."""
        named = [value for name, value in scope["headers"] if name == b"host"]
        known = len(named) == 1 and named[0].decode("latin-1").lower() in self._desk.hosts
        return known or scope["path"] == HEALTH


def _has_two_ends(scope: Scope) -> bool:
    """Would a server before this one, which believes the other length, take for the next request what this one takes for a body?"""
    return {b"content-length", b"transfer-encoding"} <= {name for name, _ in scope["headers"]}


def _length(scope: Scope) -> int:
    """Bytes of the head of a request."""
    headers = sum(len(name) + len(value) + 4 for name, value in scope["headers"])
    return headers + len(scope["raw_path"]) + len(scope["query_string"])
