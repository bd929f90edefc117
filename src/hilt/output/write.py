"""Writes a document so that its file is either complete or as it was before."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from secrets import token_hex


def write(path: Path, text: str | bytes) -> None:
    """Puts `text` at `path`, as UTF-8, or bytes as they are. Stopped halfway, even by Ctrl-C, it leaves nothing behind.

    A temporary neighbour is filled and then takes the place of the file; a link is followed, and what is no regular
    file (`/dev/stdout`, a pipe) is written to as it is. Raises `OSError`.
    """
    data = text.encode() if isinstance(text, str) else text
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        target.write_bytes(data)
        return
    neighbour = target.with_name(f".{token_hex(8)}.part")
    try:
        with neighbour.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, neighbour)
        neighbour.replace(target)
    except BaseException:
        neighbour.unlink(missing_ok=True)
        raise
