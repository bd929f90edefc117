"""The library, asked from an event loop: what takes long holds no thread, and whoever left is not waited for."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Hashable
from concurrent.futures import Future
from contextlib import suppress
from enum import IntEnum
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from hilt.core.errors import HiltError, NotAllowed, NotReady
from hilt.core.library import KeptFile, KeptRevision, Repository
from hilt.doors.hub.refusals import UNKNOWN_TOKEN, NotKnown
from hilt.doors.hub.remembered import Remembered
from hilt.doors.hub.reply import Receive, Scope, header
from hilt.doors.hub.shares import AGAIN, Shares
from hilt.gate.keeping.library import Library, Offer
from hilt.gate.keeping.ollama_tokens import OllamaTokens
from hilt.gate.keeping.reader import Reader, reader_of, reader_with_key
from hilt.gate.settings import Settings

FRESH = 1.0
"""Seconds for which an answer of the record counts; so much later a withdrawal is noticed."""
MOST = 4096
QUICK, OFFERS, THREADS, UPSTREAM, COMPARED = 16, 16, 16, 32, 2
"""Calls of the gate at the same time: such that take a moment; offers, and files that lie here; such that read or write a lot; such that
wait for an upstream; and such that compare a whole cache. None of the others is to wait for the last two.
"""
SHARE, OPEN = 8, 256
"""Calls that wait for an upstream, of one reader, and readings: at the same time, and together with those that are in the queue."""
READINGS = 32
"""Revisions that nobody read before, which one reader waits for."""
LONGEST_TOKEN = 200

_IS_READ = "{} is being read by hilt; ask again in a moment"

T = TypeVar("T")
_About = tuple[Repository, str]
"""A repository, and a revision of it."""


class _Kind(IntEnum):
    """What nobody is to wait for because of another kind."""

    QUICK = 0
    OFFER = 1
    LONG = 2
    UPSTREAM = 3
    COMPARED = 4


_AT_ONCE = {
    _Kind.QUICK: QUICK,
    _Kind.OFFER: OFFERS,
    _Kind.LONG: THREADS,
    _Kind.UPSTREAM: UPSTREAM,
    _Kind.COMPARED: COMPARED,
}


class Coming(Protocol):
    """A file that is still being written; see `record/blobs/incoming.py`."""

    @property
    def released(self) -> int: ...
    @property
    def done(self) -> Path | None: ...
    @property
    def failed(self) -> HiltError | None: ...
    def open(self) -> int: ...
    def watch(self, callback: Callable[[], None]) -> Callable[[], None]: ...


class Opening(NamedTuple):
    """How a file is opened: where it is `stored`, `at_once`, and else from its `source`, which may wait for an upstream, `patiently`."""

    stored: Callable[[], Path | None]
    source: Callable[[], Path | Coming]
    is_spoilt: Callable[[], bool]
    at_once: Callable[..., Coroutine[Any, Any, Any]]
    patiently: Callable[..., Coroutine[Any, Any, Any]]


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
        self.ollama = OllamaTokens(settings, f"{origin}/account")
        self._limiters: dict[int, CapacityLimiter] = {}
        self._calls, self._readings = Shares(OPEN, SHARE), Shares(READINGS, SHARE)
        self._reading: dict[tuple[str, _About], asyncio.Task[KeptRevision]] = {}
        self._waiters: Counter[_About] = Counter()
        self._futures: dict[tuple[str, _About], Future[KeptRevision]] = {}
        self._readers: Remembered[str, Reader | None] = Remembered(FRESH, MOST)
        self._known: Remembered[tuple[Repository, str], KeptRevision | None] = Remembered(FRESH, MOST)
        self._offers: Remembered[tuple[Repository, str, str], Offer] = Remembered(FRESH, MOST)
        self._refs: Remembered[Repository, dict[str, Any]] = Remembered(FRESH, MOST)

    async def in_thread(self, call: Callable[..., T], *values: object) -> T:
        """What may take long here, and waits for nobody."""
        return await self._run(_Kind.LONG, call, *values)

    async def quickly(self, call: Callable[..., T], *values: object) -> T:
        """What takes a moment."""
        return await self._run(_Kind.QUICK, call, *values)

    async def compared(self, call: Callable[..., T], *values: object) -> T:
        """What looks through much of the record."""
        return await self._run(_Kind.COMPARED, call, *values)

    async def patiently(self, key: str, about: Hashable, call: Callable[..., T]) -> T:
        """What may wait for an upstream, about something that the reader with this key asked for. Raises `NotReady`."""
        async with self._calls.under_way(key, about) as turns, turns:
            return await self._run(_Kind.UPSTREAM, call)

    async def _run(self, kind: _Kind, call: Callable[..., T], *values: object) -> T:
        limiter = self._limiters.get(kind)
        if limiter is None:
            limiter = self._limiters[kind] = CapacityLimiter(_AT_ONCE[kind])
        return await run_sync(partial(call, *values), limiter=limiter)

    async def reader(self, scope: Scope) -> tuple[Reader, str]:
        """Who asks, and what they are remembered by. Raises `NotKnown`."""
        said = header(scope, b"authorization")
        scheme, _, secret = said.partition(" ")
        if said and (scheme.lower() != "bearer" or not (secret := secret.strip()) or len(secret) > LONGEST_TOKEN):
            raise NotKnown(UNKNOWN_TOKEN)
        key = sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
        reader = await self._readers.get(key, lambda: self.quickly(reader_of, secret, self._settings))
        if reader is None:
            raise NotKnown(UNKNOWN_TOKEN if secret else no_token(self._origin))
        return reader, key

    async def reader_with_key(self, digest: str) -> tuple[Reader, str]:
        """The same, by the SHA-256 of a key that was proven; empty for whoever is not known. Raises `NotKnown`."""
        key = f"key {digest}"
        reader = await self._readers.get(key, lambda: self.quickly(reader_with_key, digest, self._settings))
        if reader is None:
            raise NotKnown(UNKNOWN_TOKEN)
        return reader, key

    async def kept(
        self, repository: Repository, revision: str, key: str, presence: Presence, seconds: float | None = None
    ) -> KeptRevision:
        """The revision, read, for the reader with this key.

        Raises what `Library.begin` does, `NotReady` where it took longer than so many seconds or they wait for too many, and `Left`.
        """
        about = repository, revision
        kept = await self._known.get(about, lambda: self._ask_known(repository, revision))
        if kept is not None:
            return kept
        self._known.forget(about)
        return await self._read(key, about, presence, seconds)

    async def _read(self, key: str, about: _About, presence: Presence, seconds: float | None) -> KeptRevision:
        task = self._reading.get((key, about))
        if task is None:
            task = self._reading[key, about] = asyncio.get_running_loop().create_task(self._begin(key, about))
            task.add_done_callback(lambda done: self._over(key, about, done))
        self._waiters[about] += 1
        try:
            await asyncio.wait({task, presence.left}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._waiters[about] -= 1
            if not self._waiters[about]:
                del self._waiters[about]
        if task.done():
            if (error := task.exception()) is not None:
                raise error.with_traceback(None)
            return task.result()
        if not presence.left.done():
            raise NotReady(_IS_READ.format(about[0].name), seconds=AGAIN)
        if not self._waiters[about]:
            self._give_up(key, about, task)
        raise Left

    async def _begin(self, key: str, about: _About) -> KeptRevision:
        """It keeps its turn for as long as it takes, also where whoever asked has left: else they would ask and leave."""
        async with self._readings.under_way(key, about) as turns, turns:
            self._futures[key, about] = future = await self.quickly(self.library.begin, *about)
            await _event_of(future).wait()
        if future.cancelled():
            raise NotReady(_IS_READ.format(about[0].name), seconds=AGAIN)
        return future.result()

    def _give_up(self, key: str, about: _About, task: asyncio.Task[KeptRevision]) -> None:
        """Nobody waits for it any more. What has begun goes on."""
        future = self._futures.get((key, about))
        if future is not None:
            future.cancel()
        else:
            self._over(key, about, task)
            task.cancel()

    def _over(self, key: str, about: _About, task: asyncio.Task[KeptRevision]) -> None:
        if self._reading.get((key, about)) is task:
            del self._reading[key, about]
            self._futures.pop((key, about), None)
        if task.done() and not task.cancelled():
            task.exception()  # whoever asked may have left, and asyncio complains of errors that nobody looks at

    async def offer(self, kept: KeptRevision, reader: Reader, key: str) -> Offer:
        """Raises what `Library.offer` does."""
        asked = (kept.repository, kept.commit, key)
        return await self._offers.get(asked, lambda: self._run(_Kind.OFFER, self.library.offer, kept, reader))

    def opening(self, offer: Offer, file: KeptFile, reader: Reader, key: str) -> Opening:
        """How a file that was offered to the reader with this key is opened."""
        asked, about = (offer, file, reader), (offer.kept.repository, offer.kept.commit, file.path)
        return Opening(
            partial(self.library.stored, *asked),
            partial(self.library.open, *asked),
            partial(self.library.is_spoilt, offer.kept, file),
            partial(self._run, _Kind.OFFER),
            partial(self.patiently, key, about),
        )

    async def refs(self, repository: Repository, key: str) -> dict[str, Any]:
        """Raises what `Library.refs` does, and `NotReady` where the reader with this key waits for too much."""
        async with self._calls.under_way(key, repository) as turns, turns:
            # Each in their own turn: who has too many questions under way fails alone, also where others ask the same.
            return await self._refs.get(repository, lambda: self._run(_Kind.UPSTREAM, self.library.refs, repository))

    def moved(self, repository: Repository, *revisions: str) -> None:
        """One of ours was changed."""
        self._refs.forget(repository)
        for revision in ("main", *revisions):
            self._known.forget((repository, revision))

    def _ask_known(self, repository: Repository, revision: str) -> Coroutine[Any, Any, KeptRevision | None]:
        return self.quickly(self.library.known, repository, revision)


def check_names(reader: Reader, repository: Repository) -> None:
    """Raises `NotAllowed` where the token is for other repositories."""
    if not reader.may_have(repository):
        allowed = ", ".join(reader.names[:5])
        raise NotAllowed(f"this token is for {allowed or 'nothing'}, and not for {repository.name}")


def _event_of(future: Future[Any]) -> asyncio.Event:
    """Set when it is done. Whoever waits for it does not cancel it: others wait for the same."""
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
