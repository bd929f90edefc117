"""One writer of a file at a time, among all processes: a lock on the file itself, which goes with it when it gets another name.

The operating system takes it back when its holder ends. (`hilt.knowledge.file_lock` waits, and locks a neighbour: right for a file
that is replaced, but it would leave a neighbour here for each file that ever came.)
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_FAR_AWAY = 1 << 62
"""Windows locks bytes, and nobody could read them."""


def take(descriptor: int, path: Path) -> bool:
    """Locks the open file if it still is the one at `path`; False where another has it. Raises `FileNotFoundError` where it is not there any more."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, _FAR_AWAY, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    if not os.path.samestat(os.fstat(descriptor), os.lstat(path)):
        raise FileNotFoundError(f"{path} is another file by now")
    return True


def close(descriptor: int) -> None:
    """Gives the lock back and closes the file. A process that was forked meanwhile has the file open as well, and would keep the lock."""
    try:
        if sys.platform != "win32":
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)
