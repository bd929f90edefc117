"""Files that somebody uploads to be checked: they lie in a folder of their own, bounded, until the check is over.

    uploads/store           what this folder is called in the database, so that each server takes uploads that it can reach
    uploads/<random>/       one upload; while it comes in, or is looked at, <random>.lock is held

Whoever receives one holds its lock. What nobody holds and no open check needs is what a crash has left, and is deleted.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from types import TracebackType
from typing import BinaryIO, Self

from hilt.core.asked_check import AskedCheck, Origin
from hilt.core.errors import HiltError, SourceError, UsageError
from hilt.gate.configured.record_settings import RecordSettings
from hilt.gate.record import opened
from hilt.gate.recording.record_places import places
from hilt.gate.settings import Settings
from hilt.gate.signing_in.passes import Asked
from hilt.gate.working.checks_asked import ask
from hilt.gate.working.uploaded_names import Names
from hilt.knowledge.file_lock import locked

SPARE = 1 << 30
"""Bytes of the disk that no upload may take."""
_LOOK = 64 << 20
"""After so many bytes the disk is looked at again, for others fill it too."""
_AROUND = 16 << 20
"""Bytes that a form may have around its files."""
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_UPLOAD = re.compile(r"[0-9a-f]{32}")


class TooMuch(HiltError):
    """More bytes or files than one upload may have, or than the disk has room for."""


class Upload:
    """One upload that comes in; a context manager. What came is deleted, unless it was handed over with `ask`."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._told = settings, settings.serve.uploads
        self._uploads, self._name = folder(settings), token_hex(16)
        self._names, self._tops = Names(), set[str]()
        self._bytes = self._looked = 0
        self._file: BinaryIO | None = None
        self._kept = False
        self._after = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as after:
            after.enter_context(_held(self._uploads / self._name))
            after.callback(self._delete)
            (self._uploads / self._name).mkdir(mode=0o700)
            self._after = after.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end_file()
        self._after.close()

    def _delete(self) -> None:
        if not self._kept:
            delete(self._uploads / self._name)

    def begin_file(self, name: str) -> None:
        """What is written from now on belongs to the file `name`, in which folders are parted by slashes."""
        self.end_file()
        parts = self._names.take(name)
        if max(len(self._names), self._names.folders) > self._told.files:
            raise TooMuch(
                f"more than {self._told.files} files or folders were sent (serve: uploads: files); send them as one archive"
            )
        path = (self._uploads / self._name).joinpath(*parts)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = os.fdopen(os.open(path, _NEW, 0o600), "wb", buffering=0)
        except OSError as error:
            raise SourceError(f"{name[:120]!a} cannot be kept: {error.strerror}") from None
        self._tops.add(parts[0])

    def write(self, data: memoryview | bytes) -> None:
        """Raises `TooMuch`, `SourceError`."""
        self._bytes += len(data)
        if self._bytes > self._told.bytes:
            raise TooMuch(_bound(self._told.bytes))
        if self._bytes - self._looked > _LOOK:
            _refuse_full(self._uploads, _LOOK)
            self._looked = self._bytes
        left = memoryview(data)
        try:
            while left and self._file is not None:
                left = left[self._file.write(left) :]
        except OSError as error:
            raise SourceError(f"what was sent cannot be kept: {error.strerror}") from None

    def end_file(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def ask(self, asked: Asked) -> AskedCheck:
        """Has what came checked, for whoever sent it. Raises `UsageError` where nothing came."""
        self.end_file()
        if not self._names:
            raise UsageError("no file was sent: choose the files, the folder or the archive of a model")
        name = next(iter(self._tops)) if len(self._tops) == 1 else f"{len(self._names)} files"
        upload = f"{store(self._uploads)}/{self._name}"
        check = ask(asked, Origin.UPLOAD, f"upload:{name}", self._settings, upload=upload)
        self._kept = True
        return check


def refuse_announced(size: int, settings: Settings) -> None:
    """Raises `TooMuch` where an upload of so many bytes would not be taken, `UsageError` where none is."""
    most = settings.serve.uploads.bytes
    if not most:
        raise UsageError("nothing is uploaded to this server (serve: uploads: bytes: 0)")
    if size > most + _AROUND:
        raise TooMuch(_bound(most))
    _refuse_full(folder(settings), size)


def folder(settings: Settings) -> Path:
    """Where uploads lie; made when it is first asked for. Raises `SourceError`."""
    told = settings.serve.uploads.folder
    path = Path(told) if told else places(settings.record or RecordSettings()).key.parent / "uploads"
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}; uploads are to lie here (serve: uploads: folder)") from None
    return path


def store(uploads: Path) -> str:
    """What this folder of uploads is called, by every server that reaches it."""
    file = uploads / "store"
    if not file.exists():
        new = uploads / f"store.{token_hex(8)}"
        new.write_text(token_hex(8), encoding="ascii")
        with suppress(FileExistsError):
            os.link(new, file)  # of two at once, one
        new.unlink()
    return file.read_text(encoding="ascii")


def files_of(upload: str, settings: Settings) -> Path:
    """What was uploaded: the folder or the file that was sent, or the folder of several. Raises `SourceError`."""
    path = _place(upload, settings)
    try:
        there = list(path.iterdir())
    except OSError as error:
        raise SourceError(f"what was uploaded is gone ({error.strerror}); send it again") from None
    return there[0] if len(there) == 1 else path


def forget(upload: str, settings: Settings) -> None:
    """Deletes what was uploaded: it was checked, or nobody wants that any more."""
    delete(_place(upload, settings))


def sweep(settings: Settings) -> None:
    """Deletes what no open check needs and nobody sends just now: a crash has left it."""
    uploads = folder(settings)
    own = store(uploads)
    for path in [path for path in uploads.iterdir() if _UPLOAD.fullmatch(path.name)]:
        with suppress(SourceError), _held(path), opened(settings) as record:
            if not record.asked_checks.needed([f"{own}/{path.name}"]):
                delete(path)


def delete(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)


def _place(upload: str, settings: Settings) -> Path:
    return folder(settings) / upload.partition("/")[2]


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Holds an upload. Raises `SourceError` where somebody else does."""
    with locked(path, wait=0):
        yield
        path.with_name(path.name + ".lock").unlink(missing_ok=True)


def _refuse_full(uploads: Path, size: int) -> None:
    free = shutil.disk_usage(uploads).free - SPARE
    if free < max(size, 0):
        raise TooMuch(f"the disk of the server has no room for it ({max(free, 0) / 1e9:.1f} GB are left)")


def _bound(most: int) -> str:
    return f"more than {most / 1e9:g} GB were sent (serve: uploads: bytes)"
