"""Opens what should be a file and may be anything else: in a folder that others write to, or on a disk of somebody else."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_BINARY", "O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK"))
"""To open a pipe must not wait for who writes to it."""


def opened(path: Path, flags: int = 0) -> int:
    """A descriptor of the file at `path`, to read it. A link, a folder, a pipe or a device is none. Raises `OSError`."""
    descriptor = os.open(path, _FLAGS | flags)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise OSError(errno.EINVAL, "it is no file", str(path))


def status(path: Path) -> os.stat_result | None:
    """That of what lies there, no link followed; None where nothing does. Raises `OSError` where nobody can say."""
    try:
        return path.lstat()
    except FileNotFoundError:
        return None
