"""object-shelf: what was admitted, kept on object storage as well, so that the folder of a server holds no more than it needs.

Behind every download a thread puts there what is kept and does not lie there yet; the folder may let go of it then, and has it again when
somebody asks. A server that begins with an empty folder has from there what is known of revisions.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from hilt.core.errors import HiltError, NotReady, SourceError
from hilt.core.library import KINDS, KeptFile
from hilt.gate.keeping.upkeep.rebuilding import write_out
from hilt.output.terminal import complain
from hilt.record.blobs.deltas import Deltas
from hilt.record.blobs.durable import make_folder, write_whole
from hilt.record.blobs.objects import Objects
from hilt.sources.http import Streamed
from hilt.sources.remote_file import Stated

if TYPE_CHECKING:
    from pathlib import Path

    from hilt.record.blobs.revisions import Revisions
    from hilt.record.blobs.store import Blobs

AGAIN = 30.0
"""Seconds until another try, where the storage is away."""
_SUFFIXES = ("revision.json", "manifest-sha256.txt", "kept.json", "came.txt", "refs.json")


LAST_WAIT = 10.0
"""Seconds that the end of a server waits for what is being put there; the rest is put there when it begins again."""


class InPlaceOfClient:
    """What a fetch has bytes from, in the place of the client of a hub."""

    origin = "objects"

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    @contextmanager
    def stream(self, address: str, *, most: int, start: int = 0) -> Iterator[Streamed]:
        with self._objects.read(address, start) as chunks:
            headers = {"content-range": f"bytes {start}-{most - 1}/{most}"} if start else {"content-length": str(most)}
            yield Streamed(206 if start else 200, headers, address, (), chunks)


class _Later(NamedTuple):
    """A blob, or a file of a revision, that is to be put there."""

    sha256: str = ""
    text: Path | None = None


class ObjectShelf:
    """The storage at `address`, beside the `folder` of a library; a context manager."""

    def __init__(self, address: str, folder: Path, blobs: Blobs) -> None:
        self._objects, self._folder, self._blobs = Objects(address), folder, blobs
        self.client = InPlaceOfClient(self._objects)
        self._stored: set[str] = set()
        self._coming: set[str] = set()
        self._lock = threading.Lock()
        self._later: queue.SimpleQueue[_Later | None] = queue.SimpleQueue()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="hilt-library-objects", daemon=True)

    def begin(self, revisions: Revisions) -> None:
        """Has what is known of revisions where the folder does not have it, and looks what of that is kept is still to be put there."""
        for kind in KINDS:
            for one in self._objects.texts(kind):
                place = self._folder / one.name
                if one.name.endswith(_SUFFIXES) and ".." not in one.name.split("/") and not place.exists():
                    make_folder(place.parent)
                    write_whole(place, self._objects.text(one.name), partial=self._folder / "partial")
        with self._lock:
            self._stored = {one.name for one in self._objects.each()}
        for repository, commit in revisions.admitted():
            for text in revisions.written(repository, commit):
                self._later.put(_Later(text=text))
            for sha256 in revisions.here(repository, commit):
                self.keep(sha256)
        self._thread.start()

    def close(self) -> None:
        """Ends once what is being put there is there, and what is known of revisions; other blobs are put there another time."""
        self._over.set()
        self._later.put(None)
        if self._thread.is_alive():
            self._thread.join(LAST_WAIT)

    def keep(self, sha256: str, *texts: Path) -> None:
        """Has a blob put there, and the files that tell of a revision it belongs to."""
        with self._lock:
            is_new = sha256 not in self._stored and sha256 not in self._coming
            self._coming |= {sha256} if is_new else set()
        if is_new:
            self._later.put(_Later(sha256=sha256))
        self.tell(*texts)

    def tell(self, *texts: Path) -> None:
        """Has files put there that tell of a revision, as they are by then."""
        for text in texts:
            self._later.put(_Later(text=text))

    def has(self, file: KeptFile) -> bool:
        """Can its bytes be had from there?"""
        with self._lock:
            return file.sha256 in self._stored

    def stated(self, file: KeptFile) -> Stated:
        """How a fetch asks for it."""
        return Stated(path=file.path, size=file.size, address=file.sha256, sha256=file.sha256)

    def not_there(self, digests: frozenset[str]) -> frozenset[str]:
        """Those of `digests` that the folder must not let go of."""
        with self._lock:
            return digests - self._stored

    def _work(self) -> None:
        while (one := self._later.get()) is not None:
            if self._over.is_set() and one.sha256:
                continue  # it may be large; what tells of it is not
            while not self._put(one) and not self._over.wait(AGAIN):
                pass

    def _put(self, one: _Later) -> bool:
        """Is it there, or is there nothing left to be put?"""
        try:
            if one.text is not None:
                with suppress(FileNotFoundError):
                    self._objects.put_text(str(one.text.relative_to(self._folder)), one.text.read_bytes())
                return True
            place = self._blobs.path(one.sha256)
            if not place.exists():
                write_out(one.sha256, self._blobs, Deltas(self._blobs))
            if place.exists():
                self._objects.put(one.sha256, place)
                with self._lock:
                    self._stored.add(one.sha256)
        except (SourceError, NotReady) as error:
            complain(f"the library: {error}; it is tried again in {AGAIN:.0f} s")
            return False
        except (HiltError, OSError) as error:
            complain(f"the library: {one.sha256 or one.text} is not on object storage: {error}")
        with self._lock:
            self._coming.discard(one.sha256)  # where it is not there, the next download has it tried again
        return True
