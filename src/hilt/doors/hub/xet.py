"""Uploads as hf_xet sends them: a token for the way there, chunks in xorbs, and shards that say how files are made of them.

Specification: "Xet Protocol Specification" 1.1, CAS API (huggingface.co/docs/xet/api), and what hf_xet 1.8 sends beyond it: it asks
for grants to send xorbs elsewhere, and takes a 404 for no; it sends shards to /v2/shards, which answers with a line of JSON whenever
there is something to tell. The error on such a line reaches the user, and no other one does. Nothing is read here by xet: that it
could be is never said, and clients ask for it by HTTP.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from hilt.core.errors import HiltError, NotAllowed, NotReady, SourceError, UsageError
from hilt.doors.http.problems import NotThere, WrongMethod
from hilt.doors.hub.bodies import announced, pieces
from hilt.doors.hub.refusals import UNKNOWN_TOKEN, NotKnown, one_line, refusal_of
from hilt.doors.hub.reply import Scope, begin, give, header, told
from hilt.gate.keeping.reader import pass_of
from hilt.gate.keeping.short_tokens import Holder, ShortTokens
from hilt.gate.keeping.uploads.spooled import Spooled
from hilt.output.terminal import complain_of

if TYPE_CHECKING:
    from hilt.doors.hub.app import Request
    from hilt.doors.hub.waiting import Waiting
    from hilt.gate.keeping.uploads.xet import XetUploads

PLACE = "/api/xet"
"""Below it clients find what takes chunks."""
PULSE = 5.0
"""Seconds after which a client is told that its files are still being put together."""
BODIES = 64
"""Bodies that come at once: as many as one client sends at most."""
SHARDS = 2
"""Shards that are worked on at once."""
THREADS = 8
"""Pieces of bodies that are written, and xorbs that are unpacked, at the same time."""
_WRITTEN = 1 << 20
"""Bytes that are written at once: to have a thread do it costs as much as to write a tenth of that."""
_LINES = (("Content-Type", "application/x-ndjson"), ("Cache-Control", "no-store"))

T = TypeVar("T")
Verbs = Mapping[str, tuple[tuple[str, ...], Callable[["Request"], Awaitable[None]]]]


class Xet:
    """Belongs to one event loop."""

    def __init__(self, waiting: Waiting, origin: str) -> None:
        self._waiting, self._origin = waiting, origin
        self._made_tokens: ShortTokens | None = None
        self._threads: CapacityLimiter | None = None
        self._bodies: CapacityLimiter | None = None
        self._shards: CapacityLimiter | None = None
        read = ("GET", "HEAD")
        self.verbs: Verbs = {"xet-write-token": (read, self._token), "xet": ((*read, "POST"), self._call)}

    @property
    def _uploads(self) -> XetUploads:
        return self._waiting.library.xet

    async def _tokens(self) -> ShortTokens:
        if self._made_tokens is None:
            self._made_tokens = ShortTokens(await self._work(self._waiting.library.uploads.key, "xet tokens"))
        return self._made_tokens

    async def _token(self, request: Request) -> None:
        """For whoever may upload to the repository."""
        if request.flag("create_pr"):  # said before gigabytes are sent for one
            raise UsageError("hilt has no pull requests: upload to a branch of its own (revision=...), made before")
        reader, _ = await self._waiting.reader(request.scope)
        uploads, repository = self._waiting.library.uploads, request.repository
        await self._work(uploads.exists, repository, reader)
        token, until = (await self._tokens()).grant(Holder(repository, pass_of(reader)))
        place = f"{self._origin}{PLACE}"
        said = (("X-Xet-Cas-Url", place), ("X-Xet-Access-Token", token), ("X-Xet-Token-Expiration", str(until)))
        reply = told({"casUrl": place, "accessToken": token, "exp": until}, headers=said)
        await give(reply, request.scope, request.send)

    async def _call(self, request: Request) -> None:
        """Whatever is asked below `PLACE`. Raises `NotThere` for what is not done here, which clients know how to do without."""
        holder = await self._holder(request.scope)
        match request.hub.path.split("/"):
            case ["v1", "xorbs", "default", name]:
                await self._xorb(request, name)
            case ["v1" | "v2" as version, "shards"]:
                await self._shard(request, holder, with_lines=version == "v2")
            case ["v1", "telemetry"]:
                await give(told({}), request.scope, request.send)
            case _:
                raise NotThere("hilt takes xorbs and shards of xet here, and has nothing else")

    async def _holder(self, scope: Scope) -> Holder:
        scheme, _, token = header(scope, b"authorization").partition(" ")
        holder = (await self._tokens()).holder(token.strip()) if scheme.lower() == "bearer" else None
        if holder is None:
            raise NotKnown(UNKNOWN_TOKEN)
        try:
            await self._work(self._waiting.library.uploads.check_again, holder.pass_digest)
        except NotAllowed:
            raise NotKnown(UNKNOWN_TOKEN) from None
        return holder

    async def _xorb(self, request: Request, name: str) -> None:
        _check_post(request)
        if self._bodies is None:
            self._bodies = CapacityLimiter(BODIES)
        async with self._bodies:
            with await self._work(self._uploads.coming_xorb, announced(request.scope)) as body:
                await self._come(request, body)
                inserted = await self._work(self._uploads.take_xorb, body, name)
        await give(told({"was_inserted": inserted}), request.scope, request.send)

    async def _shard(self, request: Request, holder: Holder, *, with_lines: bool) -> None:
        _check_post(request)
        with await self._work(self._uploads.coming_shard, announced(request.scope)) as body:
            await self._come(request, body)
            if with_lines:
                await self._tell(request, body, holder)
            else:
                await self._put_together(body, holder, _Progress())
                await give(told({"result": 1}), request.scope, request.send)

    async def _come(self, request: Request, body: Spooled) -> None:
        held = bytearray()
        async for piece in pieces(request.scope, request.receive, body.most):
            held += piece
            if len(held) >= _WRITTEN:
                await self._work(body.write, held)
                held = bytearray()
        await self._work(body.write, held)

    async def _work(self, call: Callable[..., T], *values: object) -> T:
        """In a thread, but not in one of those that answer everybody else."""
        if self._threads is None:
            self._threads = CapacityLimiter(THREADS)
        return await run_sync(partial(call, *values), limiter=self._threads)

    async def _put_together(self, body: Spooled, holder: Holder, progress: _Progress) -> None:
        if self._shards is None:
            self._shards = CapacityLimiter(SHARDS)
        await run_sync(self._uploads.take_shard, body, holder.repository, progress.told, limiter=self._shards)

    async def _tell(self, request: Request, body: Spooled, holder: Holder) -> None:
        """A line now and then, until all files are there or one is refused."""
        progress = _Progress()
        work = asyncio.get_running_loop().create_task(self._put_together(body, holder, progress))
        await begin(200, _LINES, request.scope, request.send)
        try:
            while not (await asyncio.wait({work}, timeout=PULSE))[0]:
                await _line(request, {"type": "validating", "verified": progress.done, "total": progress.of})
        except asyncio.CancelledError:
            progress.stopped = True  # the server ends, and what is put together is not waited for to its end
            raise
        finally:
            error = await _outcome(work)
        if error is None:
            await _line(request, {"type": "result"}, last=True)
        else:
            message = f"hilt: {one_line(refusal_of(error, self._origin).message)}"
            again = isinstance(error, NotReady)
            await _line(request, {"type": "error", "message": message, "retryable": again}, last=True)


class _Progress:
    """Written by the thread that works, read by the one that tells."""

    def __init__(self) -> None:
        self.done, self.of, self.stopped = 0, 0, False

    def told(self, done: int, of: int) -> None:
        self.done, self.of = done, of
        if self.stopped:
            raise SourceError("the server ends before all files are put together; upload them again")


async def _outcome(work: asyncio.Task[None]) -> Exception | None:
    """What became of it. It is waited for whoever left meanwhile: its body is taken away behind it."""
    try:
        await asyncio.shield(work)
    except HiltError as error:
        return error
    except Exception as error:  # noqa: BLE001 - a mistake of ours is told as such
        complain_of(error)
        return error
    return None


async def _line(request: Request, value: object, *, last: bool = False) -> None:
    data = json.dumps(value, separators=(",", ":")).encode() + b"\n"
    await request.send({"type": "http.response.body", "body": data, "more_body": not last})


def _check_post(request: Request) -> None:
    if request.scope["method"] != "POST":
        raise WrongMethod("xorbs and shards are sent with POST")
