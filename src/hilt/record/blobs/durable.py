"""What is written stays written: whole or not at all, whenever the power goes."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from hilt.core.errors import SourceError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_TEMPORARY = "text-"
"""Begins the names of files in partial/ that a crash leaves behind, and nobody goes on with."""


def make_folder(folder: Path) -> None:
    """The folder and those it lies in, where they are missing, each on the disk before anything is in it. Raises `OSError`."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        if folder.parent == folder:
            break
        folder = folder.parent
    for one in reversed(missing):
        with suppress(FileExistsError):
            one.mkdir(mode=0o755)
        sync_folder(one.parent)


def sync_folder(folder: Path) -> None:
    """Makes sure that the names in it are on the disk. Raises `OSError`."""
    if os.name == "nt":
        return  # has no such call
    descriptor = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, data: bytes, *, partial: Path) -> None:
    """Puts `data` at `path`, by way of the folder `partial`; no reader sees a part of it. Raises `OSError`."""
    beside = partial / f"{_TEMPORARY}{token_hex(8)}"
    try:
        with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def add_line(path: Path, line: bytes) -> None:
    """Puts `line` behind what is in the file, which is made where it is missing. Raises `OSError`."""
    is_new = not path.exists()
    flags = os.O_CREAT | os.O_APPEND | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, 0o644), "ab", buffering=0) as file:
        file.write(line)
        os.fsync(file.fileno())
    if is_new:
        sync_folder(path.parent)


def is_temporary(name: str) -> bool:
    return name.startswith(_TEMPORARY)


def unusable(path: Path, error: OSError, *, needed: int = 0) -> SourceError:
    """What to say where the disk does not do it; `needed` bytes were to be written."""
    if error.errno in _FULL:
        return no_room(path, needed, str(error.strerror))
    return SourceError(f"{path}: {error.strerror or error}; here is the library, which must be readable and writable")


def no_room(path: Path, needed: int, why: str) -> SourceError:
    need = f"{needed} more bytes are needed" if needed else "more room is needed"
    return SourceError(
        f"{path}: {why}, and {need}; make room on that disk, lower `library.bytes` in the settings so that less is kept of what"
        " nobody admitted, or move the library. What has come is kept, and the next try goes on from there"
    )
