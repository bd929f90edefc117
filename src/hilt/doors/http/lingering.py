"""An answer that is given before everything has come that somebody sends."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

SECONDS = 2.0
"""How long what still comes is thrown away."""


class Lingering(Response):
    """`response`, behind which the connection stays for a moment: to close it while somebody sends would reset it, and the answer
    would be lost on its way.
    """

    def __init__(self, response: Response, seconds: float = SECONDS) -> None:
        super().__init__()
        self._response, self._seconds = response, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def held(message: Message) -> None:
            await send({**message, "more_body": True} if message["type"] == "http.response.body" else message)

        self._response.headers["Connection"] = "close"
        await self._response(scope, receive, held)
        with suppress(TimeoutError):
            await asyncio.wait_for(_drained(receive), self._seconds)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _drained(receive: Receive) -> None:
    while True:
        message = await receive()
        if message["type"] != "http.request" or not message.get("more_body"):
            return
