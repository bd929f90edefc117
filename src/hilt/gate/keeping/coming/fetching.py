"""Files of upstreams on their way into the library: each is fetched once from each of them, however many wait for it.

Two upstreams may list the same SHA-256, and one of them send other bytes: nobody who waits for the one gets bytes of the other before
they are proven.

A fetch may take hours, and goes on where it broke off. Each answer must agree with what was listed, by its headers; the whole must
have the digest that was stated, and hold the very bytes that a check was given before of it.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from hilt.core.errors import ChangedWhileRead, HiltError, SourceError
from hilt.sources.probing import Probe

if TYPE_CHECKING:
    from hilt.record.blobs.incoming import Incoming
    from hilt.record.blobs.store import Blobs
    from hilt.sources.http import Streamed
    from hilt.sources.raw import Failed
    from hilt.sources.remote_file import RemoteFile, Stated

AT_ONCE = 32
"""Files that come at the same time; further ones wait for their turn."""

TRIES = 4
"""Answers in a row that bring nothing to speak of; then the fetch is given up."""

PROGRESS = 1 << 20
"""Bytes to speak of."""

WAITS = 60.0
"""Seconds that one fetch waits because the upstream asks for it; longer than that, whoever wants the file asks again."""

PAUSE = 0.25
"""Seconds before the next try, twice as many before each further one."""
_WRITTEN = 1 << 18
"""Bytes that are digested and written at once."""
_READ = 1 << 20
_REMEMBERED = 50_000
"""Files that git holds, of which the SHA-256 is remembered."""

Key = tuple[str, str, int]
"""Whoever the bytes are from, what they call them, and how many they are."""


class Streams(Protocol):
    """Where bytes come from: a `Client`, or what an upstream has in its place."""

    @property
    def origin(self) -> str:
        """Whoever the bytes are from: what came from one is never added to what came from another."""
        ...

    def stream(self, address: str, *, most: int, start: int = 0) -> AbstractContextManager[Streamed]: ...


class _Flight:
    """One file that comes, and what it is to be held against in the end."""

    def __init__(self, incoming: Incoming, stated: Stated, probes: Iterable[Probe]) -> None:
        self.incoming, self.stated = incoming, stated
        self._probes, self._lock, self._checked = set(probes), threading.Lock(), False

    def joined(self, probes: Iterable[Probe]) -> bool:
        """Whether it will be held against these probes too; not where it is through already."""
        with self._lock:
            if not self._checked:
                self._probes |= set(probes)
            return not self._checked

    def has_failed(self) -> bool:
        """Whether whoever asks now must begin anew; then nobody writes it any more."""
        if self.incoming.failed is None:
            return False
        with suppress(HiltError):
            self.incoming.wait()  # until its file is closed, which is at once
        return True

    def check(self, path: Path) -> None:
        """Raises `ChangedWhileRead`."""
        while True:
            with self._lock:
                probes, self._probes = self._probes, set()
                self._checked = not probes
            if not probes:
                return
            assert_given(path, probes, self.stated.path)


class Fetches:
    """Fetches files into `blobs`, from any thread, until it is closed."""

    def __init__(self, blobs: Blobs, *, at_once: int = AT_ONCE) -> None:
        self._blobs = blobs
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="hilt-library-fetch")
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._flights: dict[Key, _Flight] = {}
        self._named: OrderedDict[Key, str] = OrderedDict()

    def begin(
        self, client: Streams, stated: Stated, probes: Sequence[Probe] = (), *, hold_all: bool = False
    ) -> Incoming:
        """The file as it comes, or as it lies in the library. It fails where the bytes for `probes` are others in the end.

        With `hold_all`, nothing of it goes out before it is whole and right, unless it is on its way already.
        Raises `ChangedWhileRead` where it lies there and is not what the check was given, `NotReady` while another process
        fetches it, `SourceError` where the disk has no room, and after `close`.
        """
        key = (client.origin, stated.sha256 or stated.blob or stated.address, stated.size)
        with self._lock:
            if self._closed.is_set():
                raise SourceError(f"{stated.path}: the library is closed; ask again once it is open")
            flight = self._flights.get(key)
            if flight is not None and not flight.has_failed() and not self._has(stated):
                incoming, held = flight.incoming, flight.joined(probes)
            else:
                sha256 = stated.sha256 or self._named.get(key, "")
                incoming = self._blobs.incoming(
                    stated.size, sha256=sha256, blob=stated.blob, owner=client.origin, hold_all=hold_all
                )
                incoming.called = stated.path
                held = incoming.done is None
                if held:
                    self._flights[key] = flight = _Flight(incoming, stated, probes)
                    self._threads.submit(self._run, client, key, flight)
        if not held and probes:
            place = incoming.wait()
            if place is not None:
                assert_given(place, probes, stated.path)
        return incoming

    def under_way(self) -> tuple[Incoming, ...]:
        """What comes just now, or waits for its turn."""
        with self._lock:
            coming = tuple(flight.incoming for flight in self._flights.values())
        return tuple(one for one in coming if one.done is None and one.failed is None)

    def close(self) -> None:
        """Ends what is under way; what came of it is kept, and resumed another time. It waits for the threads."""
        with self._lock:
            self._closed.set()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for incoming in self.under_way():
            incoming.fail(SourceError("the library was closed before it came; ask again"), discard=False)

    def _run(self, client: Streams, key: Key, flight: _Flight) -> None:
        incoming, path = flight.incoming, flight.stated.path
        try:
            self._fetch(client, flight)
            sha256 = incoming.finish(flight.check)
        except HiltError as error:
            incoming.fail(error, discard=isinstance(error, ChangedWhileRead))
        except BaseException as error:
            incoming.fail(SourceError(f"{path}: hilt failed while it came ({error!r:.200}); ask again"), discard=False)
            raise
        else:
            self._remember(key, sha256)
        finally:
            with self._lock:
                if self._flights.get(key) is flight:
                    del self._flights[key]

    def _remember(self, key: Key, sha256: str) -> None:
        with self._lock:
            self._named[key] = sha256
            if len(self._named) > _REMEMBERED:
                self._named.popitem(last=False)

    def _fetch(self, client: Streams, flight: _Flight) -> None:
        """Asks until the file is there, or nothing comes any more. Raises `SourceError`, `ChangedWhileRead`."""
        from hilt.sources.remote_file import RemoteFile

        file, incoming = RemoteFile(flight.stated), flight.incoming
        idle, waited, reached = 0, 0.0, incoming.received
        while incoming.received < incoming.size:
            if self._has(flight.stated):
                # It came from elsewhere meanwhile. Whether what came here before is the beginning of it, the digest of all will tell.
                self._copy(flight.stated, incoming)
                return
            failed = self._ask(client, file, incoming)
            if incoming.received == incoming.size:
                return
            idle += 1
            if incoming.received - reached >= PROGRESS:
                idle, reached = 0, incoming.received
            pause = max(failed.wait if failed else 0.0, PAUSE * 2 ** min(idle, TRIES))
            waited += failed.wait if failed else 0.0
            if idle >= TRIES or waited > WAITS or (failed is not None and not failed.again):
                raise _given_up(flight, failed)
            if self._closed.wait(pause):
                raise SourceError(f"{flight.stated.path}: the library was closed before it came; ask again")

    def _has(self, stated: Stated) -> bool:
        return bool(stated.sha256) and self._blobs.has(stated.sha256, stated.size)

    def _copy(self, stated: Stated, incoming: Incoming) -> None:
        """Writes what is missing as it lies in the library. Raises `SourceError`."""
        try:
            with self._blobs.path(stated.sha256).open("rb", buffering=0) as file:
                file.seek(incoming.received)
                while data := file.read(_READ):
                    incoming.write(data)
        except OSError as error:
            raise SourceError(f"{stated.path}: it cannot be read any more ({error.strerror}); ask again") from None

    def _ask(self, client: Streams, file: RemoteFile, incoming: Incoming) -> Failed | None:
        """One request for what is missing; what it failed with, where another one may help."""
        from hilt.sources.raw import Failed

        stated, start = file.stated, incoming.received
        try:
            with client.stream(stated.address, most=stated.size, start=start) as answer:
                first, behind = file.announced(answer, start, stated.size)
                self._take(answer, incoming, skip=start - first, most=behind - start, path=stated.path)
        except Failed as error:
            return error
        return None

    def _take(self, answer: Streamed, incoming: Incoming, *, skip: int, most: int, path: str) -> None:
        """Writes what comes, but for the first bytes, which are there already."""
        waiting: list[bytes] = []
        held = 0
        try:
            for chunk in answer.chunks:
                data = chunk[skip:] if skip else chunk
                skip -= len(chunk) - len(data)
                most -= len(data)
                if most < 0:
                    raise SourceError(f"{path}: the upstream sends more than it announces; see whether it is damaged")
                waiting.append(data)
                held += len(data)
                if held >= _WRITTEN:
                    incoming.write(b"".join(waiting))
                    waiting, held = [], 0
                if self._closed.is_set():
                    raise SourceError(f"{path}: the library was closed before it came; ask again")
        finally:
            if held and incoming.failed is None:
                incoming.write(b"".join(waiting))


def assert_given(path: Path, probes: Iterable[Probe], name: str) -> None:
    """Raises `ChangedWhileRead` unless the file at `path` holds what a check was given of the file `name`."""
    with path.open("rb", buffering=0) as file:
        for probe in sorted(probes):
            digest, at, end = hashlib.sha256(), probe.start, probe.start + probe.size
            file.seek(at)
            while at < end and (data := file.read(min(_READ, end - at))):
                digest.update(data)
                at += len(data)
            if at < end or digest.hexdigest() != probe.sha256:
                raise ChangedWhileRead(
                    f"{name}: the check was given other bytes {probe.start}-{end - 1} than those that came now; the upstream "
                    "does not send everybody the same. Do not use it, and tell whoever runs the upstream"
                )


def _given_up(flight: _Flight, failed: Failed | None) -> SourceError:
    incoming = flight.incoming
    came = f"{flight.stated.path}: {incoming.received} of {incoming.size} bytes came"
    if failed is None:
        return SourceError(f"{came}: the answer ends too early; ask again, and it goes on from there")
    if not failed.again:
        return SourceError(f"{came}: {failed}")
    ask = f"ask again in {failed.wait:.0f} s" if failed.wait else "ask again"
    return SourceError(f"{came}: {failed}; {ask}, and it goes on from there")
