"""Pages that are open hear at once that something changed: server-sent events, one stream for each page.

One poller asks how far the log has come, whoever added to it; what a request of this server adds is told as soon as that is
answered. A stream says only that something changed, never what: the page asks for that as it asks for everything else.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from hilt.core.errors import HiltError, UsageError
from hilt.doors.http.problems import TooMany
from hilt.gate.overview.changes import Changes, changes

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from hilt.doors.http.asking import Asking
    from hilt.gate.settings import Settings

EVERY = 1.0
"""Seconds after which the log is asked again."""
HEARTBEAT = 15.0
"""Seconds after which a stream says that it is there, and looks whether its session is."""
MOST_OF_ONE, MOST_OF_PERSON, MOST = 4, 20, 300
"""Streams of one session, for browsers open six connections to one server; of one person; and of all."""
MOST_ABOUT = 10
_ABOUT = re.compile(r"[a-z]+(-[0-9a-z]{1,80})?")


class Stream:
    """One page that is open, and what it is about."""

    def __init__(self, about: Iterable[str], since: int, who: str, begun: str) -> None:
        self.about, self.since, self.who, self.begun = frozenset(about), since, who, begun
        self.told = asyncio.Event()

    def tell(self, told: Changes) -> None:
        self.since = max(self.since, told.size)
        if "everything" in told.about or self.about & told.about:
            self.told.set()


class Live:
    """All streams of a server."""

    def __init__(self, settings: Settings, every: float = EVERY, heartbeat: float = HEARTBEAT) -> None:
        self._settings, self._every, self._heartbeat = settings, every, heartbeat
        self._streams: dict[Stream, str] = {}
        self._poller: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()
        self._size = -1
        self._closed = False

    def __len__(self) -> int:
        return len(self._streams)

    def wake(self) -> None:
        """Has the log asked at once. May be called in any thread."""
        self._soon(self._wake.set)

    def tell(self, *about: str) -> None:
        """Something changed that is not in the log, such as `check-3f9a`. May be called in any thread."""
        self._soon(self._tell, Changes(self._size, frozenset(about)))

    def close(self) -> None:
        """Ends every stream: the server is about to stop, and pages look for it again."""
        self._closed = True
        for stream in self._streams:
            stream.told.set()

    async def answer(self, asking: Asking) -> Response:
        """A stream of what `about` in the query names. Raises `NotAllowed`, `UsageError`, `TooMany`."""
        asked = await run_in_threadpool(asking.signed_in)
        owner = asked.pass_digest
        about = [name for name in asking.query["about"].split(",") if name]
        if not about or len(about) > MOST_ABOUT or not all(map(_ABOUT.fullmatch, about)):
            raise UsageError(f"about: say what the page is about, such as case-17 or log; {MOST_ABOUT} at most")
        seen = asking.request.headers.get("last-event-id", asking.query["since"])
        now = await run_in_threadpool(changes, int(seen) if re.fullmatch("[0-9]{1,18}", seen) else -1, self._settings)
        mine = sum(one.who == asked.who.person.person for one in self._streams)
        of_one = sum(one == owner for one in self._streams.values())
        if len(self._streams) >= MOST or mine >= MOST_OF_PERSON or of_one >= MOST_OF_ONE:
            raise TooMany("too many pages are open at once to keep all of them up to date")
        stream = Stream(about, now.size, asked.who.person.person, datetime.now(UTC).isoformat(timespec="seconds"))
        stream.tell(now)
        return LiveResponse(self, stream, owner, self._events(stream, asking))

    @contextmanager
    def holding(self, stream: Stream, owner: str) -> Iterator[None]:
        """Tells `stream` what changes until the block is left."""
        self._streams[stream] = owner
        if self._poller is None or self._poller.done():
            self._loop, self._wake, self._size = asyncio.get_running_loop(), asyncio.Event(), stream.since
            self._poller = asyncio.create_task(self._poll())
        if stream.since < self._size:  # it was told to the others before this one listened
            stream.told.set()
        cases = {name for name in stream.about if name.startswith("case-")}
        self._tell(Changes(self._size, frozenset(cases)))
        try:
            yield
        finally:
            del self._streams[stream]
            self._tell(Changes(self._size, frozenset(cases)))

    def looking(self, about: str) -> tuple[tuple[str, str], ...]:
        """Who has a page open that is about this, each with the time since when, who came first before the others."""
        found: dict[str, str] = {}
        streams = list(self._streams)  # another thread may add to them meanwhile
        for stream in sorted(streams, key=lambda one: one.begun):
            if about in stream.about:
                found.setdefault(stream.who, stream.begun)
        return tuple(found.items())

    async def _events(self, stream: Stream, asking: Asking) -> AsyncIterator[str]:
        yield f"retry: 3000\nid: {stream.since}\n\n"
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(stream.told.wait(), self._heartbeat)
            if self._closed:
                return
            if not await run_in_threadpool(asking.still_signed_in):
                yield "event: over\ndata: {}\n\n"
                return
            if stream.told.is_set():
                stream.told.clear()
                yield f"event: changed\nid: {stream.since}\ndata: {json.dumps({'size': stream.since})}\n\n"
            else:
                yield ":\n\n"

    async def _poll(self) -> None:
        """As long as anybody listens."""
        while self._streams:
            self._wake.clear()
            with suppress(HiltError):  # a database that is away comes back
                told = await run_in_threadpool(changes, self._size, self._settings)
                self._size = told.size
                self._tell(told)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), self._every)

    def _tell(self, told: Changes) -> None:
        for stream in self._streams:
            stream.tell(told)

    def _soon(self, call: Callable[..., object], *arguments: object) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *arguments)


class LiveResponse(StreamingResponse):
    """The stream of one page, told of changes for as long as the page is there."""

    def __init__(self, live: Live, stream: Stream, owner: str, events: AsyncIterator[str]) -> None:
        super().__init__(
            events, headers={"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}
        )
        self._live, self._stream, self._owner = live, stream, owner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._live.holding(self._stream, self._owner):
            await super().__call__(scope, receive, send)
