"""Xorbs that clients uploaded: each in a file of its own, under the hash that its bytes have.

They stay when the files that were made of them are among the blobs: a client remembers for three weeks what it has uploaded, and does
not send it again. Past a number of bytes, those go that were used longest ago.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from hilt.core.errors import FormatError, SourceError, UsageError
from hilt.formats.xet_hashes import text_of
from hilt.formats.xet_xorb import Xorb, read
from hilt.gate.keeping.newest import Newest
from hilt.gate.keeping.one_by_one import OneByOne
from hilt.gate.keeping.uploads.spooled import PREFIX, Spooled
from hilt.record.blobs.durable import unusable
from hilt.sources.file import FileSource, Locator

FRESH = 86_400.0
"""Seconds for which a xorb is kept at any rate: an upload that lasts needs what it began with."""
_BLOCK = 4096
"""Bytes that a file takes at least."""
_REMEMBERED = 32
"""Xorbs of which is remembered where their chunks are: some 0.2 MB of memory each, 2 MB at most."""
_NOTED = 3600.0
"""Seconds after which it is written down again that a xorb is used."""
_COUNTED = 60.0
"""Seconds after which it is counted anew how many there are: another server takes some as well."""


class _Kept(NamedTuple):
    """The one used last first."""

    unused: float
    size: int
    path: str


class Xorbs:
    """The xorbs in `folder`, of `most` bytes together. Used by many threads. Raises `SourceError`."""

    def __init__(self, folder: Path, partial: Path, most: int) -> None:
        self._folder, self._partial, self._most = folder, partial, most
        self._lock = threading.Lock()
        self._held = -1
        self._counted = 0.0
        self._turns = OneByOne()
        self._read: Newest[bytes, Xorb] = Newest(_REMEMBERED)

    def has(self, digest: bytes) -> bool:
        return self._path(digest).is_file()

    def take(self, body: Spooled, digest: bytes) -> bool:
        """Keeps what was sent as the xorb of this hash; False where it was there. Raises `FormatError` where it is another one, or none."""
        with self._turns.about(digest):
            if self.has(digest):
                self._use(self._path(digest))
                return False
            with body.source() as source:
                xorb = read(source)
            if xorb.hash != digest:
                raise FormatError(
                    f"what was sent is xorb {text_of(xorb.hash)}, and not {text_of(digest)}; nothing of it is kept"
                )
            self._make_room(xorb.size)
            body.keep(self._path(digest), xorb.size)
            self._read.put(digest, xorb)
            return True

    @contextmanager
    def opened(self, digest: bytes) -> Iterator[tuple[Xorb, FileSource]]:
        """A xorb that is here, and its bytes. Raises `UsageError` where there is none, `SourceError` where the disk has spoilt it."""
        path = self._path(digest)
        try:
            locator = Locator.of(str(path), path.lstat())
        except FileNotFoundError:
            raise missing(digest) from None
        except OSError as error:
            raise unusable(path, error) from None
        with locator.open() as source:
            yield self._read.get(digest) or self._again(digest, source), source
        self._use(path)

    def forget(self, digest: bytes) -> None:
        """It is read anew the next time: something made of it was not right."""
        self._read.drop(digest)

    def _again(self, digest: bytes, source: FileSource) -> Xorb:
        """Of a xorb that came long ago; what is not what its name says is removed, so that it can be sent again."""
        try:
            xorb = read(source)
        except FormatError:
            xorb = None
        if xorb is None or xorb.hash != digest:
            with suppress(OSError):
                self._path(digest).unlink()
            raise SourceError(f"xorb {text_of(digest)} was damaged on the disk, and is removed; {_WAY_OUT}")
        self._read.put(digest, xorb)
        return xorb

    def _path(self, digest: bytes) -> Path:
        name = text_of(digest)
        return self._folder / name[:2] / name

    def _use(self, path: Path) -> None:
        now = time.time()
        with suppress(OSError):  # gone, or a disk that can only be read
            status = path.stat()
            if (
                status.st_atime < now - _NOTED
            ):  # the other time stays: by it, whoever reads it knows that nobody changes it
                os.utime(path, ns=(int(now * 1e9), status.st_mtime_ns), follow_symlinks=False)

    def _make_room(self, size: int) -> None:
        size = max(size, _BLOCK)
        with self._lock:
            is_old = self._held < 0 or time.monotonic() > self._counted + _COUNTED
            if is_old or self._held + size > self._most:
                self._held, self._counted = self._evict(self._most - size), time.monotonic()
            if self._held + size > self._most:
                raise UsageError(
                    f"what was uploaded within a day has {self._held} bytes, of which {self._most} are kept; upload less at "
                    "once, or have whoever runs hilt raise library.bytes in its settings"
                )
            self._held += size

    def _evict(self, most: int) -> int:
        """Removes what was used longest ago; the bytes that are left."""
        try:
            kept = sorted(self._kept())
            held = sum(one.size for one in kept)
            while held > most and kept and -kept[-1].unused < time.time() - FRESH:
                one = kept.pop()
                Path(one.path).unlink(missing_ok=True)
                held -= one.size
            self._remove_left()
        except OSError as error:
            raise unusable(self._folder, error) from None
        return held

    def _kept(self) -> Iterator[_Kept]:
        for two in os.scandir(self._folder):
            if two.is_dir(follow_symlinks=False):
                for one in os.scandir(two.path):
                    with suppress(FileNotFoundError):
                        status = one.stat(follow_symlinks=False)
                        yield _Kept(-max(status.st_atime, status.st_mtime), max(status.st_size, _BLOCK), one.path)

    def _remove_left(self) -> None:
        """What a crash left of bodies that came."""
        for one in os.scandir(self._partial):
            with suppress(FileNotFoundError):
                if one.name.startswith(PREFIX) and one.stat(follow_symlinks=False).st_mtime < time.time() - FRESH:
                    Path(one.path).unlink()


_WAY_OUT = (
    "delete the folder in which your client remembers what it has uploaded (xet, in the cache of huggingface_hub: usually "
    "~/.cache/huggingface/xet), and upload again"
)


def missing(digest: bytes) -> UsageError:
    return UsageError(
        f"xorb {text_of(digest)} is not here, or not any more, and your client takes it to be; {_WAY_OUT}"
    )
