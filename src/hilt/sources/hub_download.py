"""What a download client wrote down of the files that it put into a folder.

Layout: huggingface_hub, `_local_folder.py`: beside the files stand `.cache/huggingface/download/<path>.metadata`, of three
lines: the commit, the ETag that the hub gave with the file (SHA-256 of a large one, git's name for any other), the time.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from hilt.core.context import HubStated
from hilt.core.errors import SourceError
from hilt.sources.file import FileSource, Locator

_LINES = re.compile(rb"([0-9a-f]{40})\r?\n([0-9a-f]{40}|[0-9a-f]{64})\r?\n")
_HEAD = 128


def stated(folder: Path, paths: Iterable[str]) -> HubStated | None:
    """What stands below `folder` of each of `paths`; None where nothing does. The commit is empty where there are several."""
    commits: set[str] = set()
    digests: dict[str, str] = {}
    root = os.path.realpath(folder) + "/download"
    for path in paths:
        if found := _LINES.match(_head(f"{root}/{path}.metadata")):
            commits.add(found[1].decode())
            digests[path] = found[2].decode()
    if not digests:
        return None
    commit = commits.pop() if len(commits) == 1 else ""
    return HubStated(commit=commit, digests=digests, source=f"{folder.parent.name}/{folder.name}")


def _head(path: str) -> bytes:
    """Empty where there is no such regular file. No link is followed: nothing that writes these makes one."""
    try:
        if os.path.realpath(path) != path:
            return b""
        status = os.lstat(path)
        with FileSource(Locator.of(path, status)) as source:
            return source.read(0, _HEAD)
    except (OSError, ValueError, SourceError):
        return b""
