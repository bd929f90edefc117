"""Workstations that ask how their caches stand, with the token by which they download; see `core/cache_comparison_v1.py` for the words."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from hilt.core.cache_comparison_v1 import ANSWER_BYTES, QUESTION_BYTES
from hilt.core.errors import UsageError
from hilt.doors.hub.bodies import object_of, pieces
from hilt.doors.hub.refusals import NotKnown
from hilt.doors.hub.reply import give, told_bytes
from hilt.doors.hub.shares import Shares
from hilt.doors.hub.waiting import Waiting, no_token
from hilt.gate.keeping.reader import Reader

if TYPE_CHECKING:
    from hilt.doors.hub.app import Request

MOST = 4
"""Questions of one token that wait, or are answered."""
Verbs = Mapping[str, tuple[tuple[str, ...], Callable[["Request"], Awaitable[None]]]]


class Comparing:
    """Answers to each token one question after the other; no question is read before its turn."""

    def __init__(self, waiting: Waiting, origin: str) -> None:
        self._waiting, self._origin = waiting, origin
        self._shares = Shares(MOST, 1, "answers of how caches stand")
        self.verbs: Verbs = {"compare": (("POST",), self._compare)}

    async def _compare(self, request: Request) -> None:
        """Strangers are told nothing, also where everybody may download: what was stopped, and why, is for those whom hilt knows."""
        reader, key = await self._waiting.reader(request.scope)
        if reader.asked is None:
            raise NotKnown(no_token(self._origin))
        async with self._shares.under_way(key, object()) as turns, turns:
            body = bytearray()
            async for piece in pieces(request.scope, request.receive, QUESTION_BYTES):
                body += piece
            answer = await self._waiting.compared(self._answer, body, reader)
        await give(told_bytes(answer), request.scope, request.send)

    def _answer(self, body: bytearray, reader: Reader) -> bytes:
        told: dict[str, Any] = self._waiting.library.caches.answer(object_of(body), reader)
        answer = json.dumps(told, separators=(",", ":")).encode()
        if len(answer) > ANSWER_BYTES:
            raise UsageError(f"the answer would have {len(answer)} bytes, which is too many; name fewer caches at once")
        return answer
