"""The library, asked from an event loop: what takes long holds no thread, and whoever left is not waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from hashlib import sha256
from typing import Any, TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from hilt.core.errors import NotAllowed, NotReady
from hilt.core.library import KeptRevision, Repository
from hilt.doors.hub.refusals import UNKNOWN_TOKEN, NotKnown
from hilt.doors.hub.remembered import Remembered
from hilt.doors.hub.reply import Receive, Scope, header
from hilt.gate.keeping.library import Library, Offer
from hilt.gate.keeping.reader import Reader, reader_of
from hilt.gate.settings import Settings

FRESH = 1.0
"""Seconds for which an answer of the record counts; so much later a withdrawal is noticed."""
MOST = 4096
QUICK, THREADS = 16, 32
"""Calls of the gate at the same time that take a moment, and such that may take long, which nobody else is to wait for."""
AGAIN = 5
"""Seconds after which somebody asks again for what is being read."""
LONGEST_TOKEN = 200

T = TypeVar("T")


class Left(Exception):
    """Whoever asked is gone, and nobody is there to be answered."""


class Presence:
    """Is whoever asked still there? The body of the request was read, or is of no interest."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._task: asyncio.Task[None] | None = None

    @property
    def left(self) -> asyncio.Task[None]:
        """Is done when they are gone."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._until_gone())
        return self._task

    async def wait_for(self, event: asyncio.Event, seconds: float | None = None) -> bool:
        """Did it happen, within so many seconds? Raises `Left`."""
        waiting = asyncio.get_running_loop().create_task(event.wait())
        try:
            await asyncio.wait({waiting, self.left}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
        if self.left.done() and not event.is_set():
            raise Left
        return event.is_set()

    def end(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _until_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass


class Waiting:
    """Belongs to one event loop."""

    def __init__(self, library: Library, settings: Settings, origin: str) -> None:
        self.library, self._settings, self._origin = library, settings, origin
        self.accel = settings.library.accel
        self._quick: CapacityLimiter | None = None
        self._threads: CapacityLimiter | None = None
        self._readers: Remembered[str, Reader | None] = Remembered(FRESH, MOST)
        self._known: Remembered[tuple[Repository, str], KeptRevision | None] = Remembered(FRESH, MOST)
        self._offers: Remembered[tuple[Repository, str, str], Offer] = Remembered(FRESH, MOST)
        self._refs: Remembered[Repository, dict[str, Any]] = Remembered(FRESH, MOST)

    async def in_thread(self, call: Callable[..., T], *values: object) -> T:
        """What may take long: an upstream is asked, or a file read anew."""
        if self._threads is None:
            self._threads = CapacityLimiter(THREADS)
        return await run_sync(partial(call, *values), limiter=self._threads)

    async def _quickly(self, call: Callable[..., T], *values: object) -> T:
        if self._quick is None:
            self._quick = CapacityLimiter(QUICK)
        return await run_sync(partial(call, *values), limiter=self._quick)

    async def reader(self, scope: Scope) -> tuple[Reader, str]:
        """Who asks, and what they are remembered by. Raises `NotKnown`."""
        said = header(scope, b"authorization")
        scheme, _, secret = said.partition(" ")
        if said and (scheme.lower() != "bearer" or not (secret := secret.strip()) or len(secret) > LONGEST_TOKEN):
            raise NotKnown(UNKNOWN_TOKEN)
        key = sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
        reader = await self._readers.get(key, lambda: self._quickly(reader_of, secret, self._settings))
        if reader is None:
            raise NotKnown(UNKNOWN_TOKEN if secret else no_token(self._origin))
        return reader, key

    async def kept(
        self, repository: Repository, revision: str, presence: Presence, seconds: float | None = None
    ) -> KeptRevision:
        """The revision, read. Raises what `Library.begin` does, `NotReady` where it took longer than so many seconds, and `Left`."""
        kept = await self._known.get((repository, revision), lambda: self._ask_known(repository, revision))
        if kept is not None:
            return kept
        self._known.forget((repository, revision))
        future = await self._quickly(self.library.begin, repository, revision)
        if not await presence.wait_for(_event_of(future), seconds):
            raise NotReady(f"{repository.name} is being read by hilt; ask again in a moment", seconds=AGAIN)
        return future.result()

    async def offer(self, kept: KeptRevision, reader: Reader, key: str) -> Offer:
        """Raises what `Library.offer` does."""
        asked = (kept.repository, kept.commit, key)
        return await self._offers.get(asked, lambda: self.in_thread(self.library.offer, kept, reader))

    async def refs(self, repository: Repository) -> dict[str, Any]:
        """Raises what `Library.refs` does."""
        return await self._refs.get(repository, lambda: self.in_thread(self.library.refs, repository))

    def moved(self, repository: Repository, *revisions: str) -> None:
        """One of ours was changed."""
        self._refs.forget(repository)
        for revision in ("main", *revisions):
            self._known.forget((repository, revision))

    def _ask_known(self, repository: Repository, revision: str) -> Coroutine[Any, Any, KeptRevision | None]:
        return self._quickly(self.library.known, repository, revision)


def check_names(reader: Reader, repository: Repository) -> None:
    """Raises `NotAllowed` where the token is for other repositories."""
    if not reader.may_have(repository):
        allowed = ", ".join(reader.names[:5])
        raise NotAllowed(f"this token is for {allowed or 'nothing'}, and not for {repository.name}")


def _event_of(future: Future[Any]) -> asyncio.Event:
    """Set when it is done. It is never cancelled: others wait for the same."""
    event, loop = asyncio.Event(), asyncio.get_running_loop()

    def done(_: Future[Any]) -> None:
        with suppress(RuntimeError):  # the server has stopped
            loop.call_soon_threadsafe(event.set)

    future.add_done_callback(done)
    return event


def no_token(origin: str) -> str:
    """What somebody is told who shows none."""
    return (
        f"hilt hands out models to those it knows: make a token at {origin}/account, and give it to your client as HF_TOKEN "
        "or with `hf auth login`"
    )
