"""Workstations that ask how their caches stand, with the token by which they download; see `core/cache_comparison_v1.py` for the words."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from hilt.core.cache_comparison_v1 import ANSWER_BYTES, ANSWER_PARTS, QUESTION_BYTES, QUESTION_PARTS, parts
from hilt.core.errors import NotReady, UsageError
from hilt.doors.http.problems import TooLarge
from hilt.doors.hub.bodies import object_of, pieces
from hilt.doors.hub.refusals import NotKnown
from hilt.doors.hub.reply import give, told_bytes
from hilt.doors.hub.shares import AGAIN, Shares
from hilt.doors.hub.waiting import Waiting, no_token
from hilt.gate.keeping.reader import Reader

if TYPE_CHECKING:
    from hilt.doors.hub.app import Request

MOST = 16
"""Questions of one person that wait, or are answered: of several machines, for which all of a group may have the tokens of one."""
HELD = 64 << 20
"""Bytes of questions, of everybody together, that came and are not answered yet."""
SLOWEST = 128 << 10
"""Bytes a second: a large question is there after a minute or two, and nobody holds its memory for hours."""
Verbs = Mapping[str, tuple[tuple[str, ...], Callable[["Request"], Awaitable[None]]]]


class Comparing:
    """Answers to each person one question after the other; no question is read before its turn."""

    def __init__(self, waiting: Waiting, origin: str) -> None:
        self._waiting, self._origin = waiting, origin
        self._shares = Shares(MOST, 1, "answers of how caches stand")
        self._held = 0
        self.verbs: Verbs = {"compare": (("POST",), self._compare)}

    async def _compare(self, request: Request) -> None:
        """Strangers are told nothing, also where everybody may download: what was stopped, and why, is for those whom hilt knows."""
        reader, _ = await self._waiting.reader(request.scope)
        if reader.asked is None:
            raise NotKnown(no_token(self._origin))
        async with self._shares.under_way(reader.asked.who.person.person, object()) as turns, turns:
            answer = await self._answered(request, reader)
        await give(told_bytes(answer), request.scope, request.send)

    async def _answered(self, request: Request, reader: Reader) -> bytes:
        """Raises `NotReady` where questions of others hold too much memory, and what `pieces` does."""
        body = bytearray()
        try:
            async for piece in pieces(request.scope, request.receive, QUESTION_BYTES, SLOWEST):
                self._held += len(piece)
                body += piece
                if self._held > HELD:
                    raise NotReady("too many questions come at this moment; ask again soon", seconds=AGAIN)
            return await self._waiting.compared(self._answer, body, reader)
        finally:
            self._held -= len(body)

    def _answer(self, body: bytearray, reader: Reader) -> bytes:
        if (many := parts(body)) > QUESTION_PARTS:
            raise TooLarge(f"at most {QUESTION_PARTS} commas and brackets are taken here, and these are {many}")
        told: dict[str, Any] = self._waiting.library.caches.answer(object_of(body), reader)
        answer = json.dumps(told, separators=(",", ":")).encode()
        if len(answer) > ANSWER_BYTES or parts(answer) > ANSWER_PARTS:
            raise UsageError(f"the answer would have {len(answer)} bytes, which is too many; name fewer caches at once")
        return answer
