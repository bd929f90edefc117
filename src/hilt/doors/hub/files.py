"""The bytes of a file, as they lie in the library or while they come into it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import monotonic
from urllib.parse import quote

from hilt.core.errors import SourceError
from hilt.core.library import KeptFile, KeptRevision
from hilt.doors.http.ranges import OutOfReach, Span, span
from hilt.doors.hub.reply import Headers, Reply, Scope, Send, begin, give, header
from hilt.doors.hub.waiting import Coming, Left, Opening, Presence
from hilt.output.terminal import complain

PIECE = 1 << 18
"""Bytes that are read and sent at once: of a file that is in memory anyway, the fewest processor seconds per byte."""
FROM_DISK = 1 << 20
AHEAD = 16 << 20
"""Bytes that the system is told to have ready by the time that they are sent."""
STEP, TICK = 1 << 20, 1.0
"""Bytes of a file that comes for which whoever waits is woken, and seconds after which fewer are sent: to wake somebody for each piece that
is written takes longer than to send it.
"""
PATIENCE = 8.0
"""Seconds that an answer waits for the first bytes of a file that comes, for it can say no more why there are none once it began. Clients
wait for 10.
"""
TRIES = 3
"""How often a file is asked for that is gone when it is opened."""
WALL = 50_000_000_000
"""Clients refuse files of more bytes without their own transfer protocol, where a HEAD says how many there are."""

_SPOILT = "bytes of this file went out that turned out wrong; what you have of it may be of them: remove that, and ask for the whole"
_AS_IT_COMES = ("X-Accel-Buffering", "no")
"""An nginx in front passes it on at once, and writes none of it to its disk."""


def headers(kept: KeptRevision, file: KeptFile) -> Headers:
    """What download clients look for, and what keeps browsers from showing the file."""
    name = quote(file.path.rpartition("/")[2], safe="")
    return (
        ("X-Repo-Commit", kept.commit),
        ("ETag", f'"{file.etag}"'),
        ("Accept-Ranges", "bytes"),
        ("Content-Type", "application/octet-stream"),
        ("Content-Disposition", f"attachment; filename*=UTF-8''{name}"),
        ("Cache-Control", "private, no-cache"),
    )


async def tell(kept: KeptRevision, file: KeptFile, more: Headers, scope: Scope, send: Send) -> None:
    """The answer to a HEAD: all but the bytes."""
    said = (*headers(kept, file), *more)
    if file.size <= WALL:
        said = (("Content-Length", str(file.size)), *said)
    await begin(200, said, scope, send)
    await send({"type": "http.response.body", "body": b""})


def is_had(file: KeptFile, scope: Scope) -> bool:
    """Does whoever asks have these bytes already?"""
    tags = [tag.strip().removeprefix("W/").strip('"') for tag in header(scope, b"if-none-match").split(",")]
    return file.etag in tags or tags == ["*"]


async def not_changed(kept: KeptRevision, file: KeptFile, scope: Scope, send: Send) -> None:
    await begin(304, headers(kept, file), scope, send)
    await send({"type": "http.response.body", "body": b""})


class Sending:
    """One file on its way to whoever asked for it. `said` are the headers.

    With `accel`, the path of an nginx in front, that sends what lies in the library. `digests` says that the client looks at the digest
    of what it has in the end, whenever its parts came.
    """

    def __init__(
        self,
        file: KeptFile,
        said: Headers,
        scope: Scope,
        send: Send,
        presence: Presence,
        accel: str = "",
        *,
        digests: bool = False,
    ) -> None:
        self._file, self._said, self._accel, self._digests = file, said, accel, digests
        self._scope, self._send, self._presence = scope, send, presence

    async def give(self, opening: Opening) -> None:
        """Raises what opening it does, and `SourceError` while nothing is sent yet; later, the answer breaks off, and no client takes it
        for the whole.
        """
        try:
            part = self._part()
        except OutOfReach:
            await self._out_of_reach()
            return
        found, descriptor = await _open(opening)
        try:
            if part is None and not isinstance(found, Path):
                await self._give_coming(descriptor, found)
                return
            place = found if isinstance(found, Path) else await self._until_whole(found)
            if part is None or not part.start or self._digests or not await opening.at_once(opening.is_spoilt):
                await self._give_stored(place, descriptor, part)
            elif _goes_on(self._scope):
                self._accel = ""  # an nginx would send the part
                await self._give_stored(place, descriptor, None)
            else:
                # Many who ask for a piece of it take what comes for that piece, whatever it is called; so nothing comes.
                await self._out_of_reach(_SPOILT)
        finally:
            os.close(descriptor)

    async def _out_of_reach(self, why: str = "") -> None:
        said = (("Content-Range", f"bytes */{self._file.size}"), *((("X-Error-Message", why),) if why else ()))
        await give(Reply(416, why.encode(), said), self._scope, self._send)

    def _part(self) -> Span | None:
        """The bytes that are asked for; all where those that somebody has are of another file."""
        if (condition := header(self._scope, b"if-range")) and condition != f'"{self._file.etag}"':
            return None
        return span(header(self._scope, b"range"), self._file.size)

    async def _until_whole(self, coming: Coming) -> Path:
        changed, end = _watched(coming, lambda: False)
        try:
            while (place := coming.done) is None:
                changed.clear()
                if coming.failed is not None:
                    raise coming.failed
                if coming.done is None:
                    await self._presence.wait_for(changed)
        finally:
            end()
        return place

    async def _give_stored(self, place: Path, descriptor: int, part: Span | None) -> None:
        size = os.fstat(descriptor).st_size
        if size != self._file.size:
            raise SourceError(
                f"{self._file.path}: {size} bytes are kept of {self._file.size}; `hilt fixity run` tells more"
            )
        if self._accel:
            await self._lead_to(place)
            return
        if part is None:
            await self._begin(200, self._file.size)
        else:
            told = ("Content-Range", f"bytes {part.start}-{part.end - 1}/{self._file.size}")
            await self._begin(206, part.end - part.start, told)
        start, end = part or (0, self._file.size)
        await self._send_span(descriptor, start, end)
        await self._send({"type": "http.response.body", "body": b""})

    async def _lead_to(self, place: Path) -> None:
        """What nginx is to send, in whatever part was asked of it; it tells nobody of this header."""
        where = ("X-Accel-Redirect", f"{self._accel}{place.parent.name}/{place.name}")
        await self._begin(200, 0, where)
        await self._send({"type": "http.response.body", "body": b""})

    async def _give_coming(self, descriptor: int, coming: Coming) -> None:
        sent, size = 0, self._file.size
        changed, end = _watched(
            coming, lambda: coming.released - sent >= (STEP if sent else 1) or coming.released == size
        )
        try:
            await self._until_some(coming, changed)
            await self._begin(200, size, _AS_IT_COMES)
            while sent < size:
                changed.clear()
                if coming.failed is not None:
                    complain(f"{self._file.path}: sent {sent} of {size} bytes, and broke off: {coming.failed}")
                    raise Left
                there = size if coming.done is not None else coming.released
                if there == sent:
                    await self._presence.wait_for(changed, TICK)
                    continue
                await self._send_span(descriptor, sent, there)
                sent = there
        finally:
            end()
        await self._send({"type": "http.response.body", "body": b""})

    async def _until_some(self, coming: Coming, changed: asyncio.Event) -> None:
        """Raises why there will be none, as long as whoever asks can be told."""
        until = monotonic() + PATIENCE
        while coming.failed is None and coming.done is None and not coming.released:
            if (left := until - monotonic()) <= 0:
                return
            await self._presence.wait_for(changed, left)
        if coming.failed is not None:
            complain(f"{self._file.path}: nothing of it can be sent: {coming.failed}")
            raise coming.failed

    async def _begin(self, status: int, length: int, *more: tuple[str, str]) -> None:
        await begin(status, (("Content-Length", str(length)), *self._said, *more), self._scope, self._send)

    async def _send_span(self, descriptor: int, start: int, end: int) -> None:
        """Sends no faster than it is taken, so that of a file never more than a piece is in memory."""
        left = self._presence.left
        while start < end:
            data: bytes | None = _at_hand(descriptor, start, min(PIECE, end - start))
            if data is None:
                data = await asyncio.to_thread(_from_disk, descriptor, start, min(FROM_DISK, end - start))
            if left.done():
                raise Left
            if not data:
                complain(f"{self._file.path}: the file became shorter while it was sent")
                raise Left
            await self._send({"type": "http.response.body", "body": data, "more_body": True})
            start += len(data)


def _watched(coming: Coming, enough: Callable[[], bool]) -> tuple[asyncio.Event, Callable[[], None]]:
    """An event that is set when it is through, or `enough` of it came; and what ends that."""
    changed, loop = asyncio.Event(), asyncio.get_running_loop()

    def tell_loop() -> None:
        if coming.done is None and coming.failed is None and not enough():
            return
        with suppress(RuntimeError):  # the server has stopped
            loop.call_soon_threadsafe(changed.set)

    return changed, coming.watch(tell_loop)


def _goes_on(scope: Scope) -> bool:
    """Does whoever asks want all that follows the bytes that they have? Then they know what to do with the whole."""
    return header(scope, b"range").rstrip().endswith("-")


async def _open(opening: Opening) -> tuple[Path | Coming, int]:
    """The file, and a descriptor of it. Raises what the gate does."""
    stored: tuple[Path | Coming, int] | None = await opening.at_once(_opened, opening.stored)
    if stored is not None:
        return stored
    coming: tuple[Path | Coming, int] = await opening.patiently(partial(_opened, opening.source))
    return coming


def _opened(source: Callable[[], Path | Coming | None]) -> tuple[Path | Coming, int] | None:
    """What it gives, and a descriptor of that; None where it gives none. Raises `SourceError`."""
    for _ in range(TRIES):
        found = source()
        if found is None:
            return None
        if not isinstance(found, Path):
            return found, found.open()
        try:
            return found, os.open(found, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue  # it was let go of, or packed, a moment ago: it can be had again
        except OSError as error:
            raise SourceError(f"a file of the library cannot be read: {error.strerror}") from None
    raise SourceError("a file of the library is gone again as often as it comes; make room for it (library.bytes)")


def _at_hand(descriptor: int, start: int, count: int) -> bytes | None:
    """Bytes that are in memory; None where a disk would have to be waited for, or nobody can tell."""
    flag = getattr(os, "RWF_NOWAIT", None)
    if flag is None:
        return None
    try:
        if not os.preadv(descriptor, [bytearray(1)], start + count - 1, flag):
            return b""
    except OSError:
        return None
    return os.pread(descriptor, count, start)


def _from_disk(descriptor: int, start: int, count: int) -> bytes:
    if advise := getattr(os, "posix_fadvise", None):
        with suppress(OSError):
            advise(descriptor, start, AHEAD, os.POSIX_FADV_WILLNEED)
    return os.pread(descriptor, count, start)
