"""Moves names inside one folder, each part of the way opened by itself: no link is followed, whoever puts one there meanwhile.

A name that is there already is never taken: what is moved waits, and that is told.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_FOLDER = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_DIRECTORY", "O_NOFOLLOW", "O_CLOEXEC"))
_BY_DESCRIPTOR = os.rename in os.supports_dir_fd and os.open in os.supports_dir_fd and os.stat in os.supports_dir_fd


def rename(root: Path, source: str, target: str, *, make: bool = False) -> None:
    """Moves `source` to `target`, both below `root` with `/` between folders. With `make`, makes the folders of `target`.

    Raises `OSError`: `FileExistsError` where something lies at `target`, `FileNotFoundError` where nothing does at `source`.
    """
    if not _BY_DESCRIPTOR:
        _rename_by_path(root, source, target, make=make)
        return
    with _parent(root, source, make=False) as (there, name), _parent(root, target, make=make) as (here, new):
        os.stat(name, dir_fd=there, follow_symlinks=False)
        try:
            os.stat(new, dir_fd=here, follow_symlinks=False)
        except FileNotFoundError:
            os.rename(name, new, src_dir_fd=there, dst_dir_fd=here)
            os.fsync(here)
            os.fsync(there)
        else:
            raise FileExistsError(errno.EEXIST, "something lies there now", target)


@contextmanager
def _parent(root: Path, path: str, *, make: bool) -> Iterator[tuple[int, str]]:
    """A descriptor of the folder in which `path` ends, and its last name there."""
    *folders, name = path.split("/")
    at = os.open(root, _FOLDER)
    try:
        for folder in folders:
            if make:
                with suppress(FileExistsError):
                    os.mkdir(folder, 0o777, dir_fd=at)
            before, at = at, os.open(folder, _FOLDER, dir_fd=at)
            os.close(before)
        yield at, name
    finally:
        os.close(at)


def _rename_by_path(root: Path, source: str, target: str, *, make: bool) -> None:
    """The same on systems that know no descriptors of folders."""
    before, after = root / source, root / target
    for path, made in ((before, False), (after, make)):
        for folder in [*reversed(path.parents)][len(root.parents) + 1 :]:
            if folder.is_symlink():
                raise OSError(errno.ELOOP, "a link lies on the way, and is not followed", str(folder))
            if made:
                folder.mkdir(exist_ok=True)
    if os.path.lexists(after):
        raise FileExistsError(errno.EEXIST, "something lies there now", target)
    before.rename(after)
