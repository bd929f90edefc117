"""What one line of the list says: an attack, how a repository with it is built, and what hilt must say of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A symbolic link, in place of a file."""

    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipe:
    """A named pipe, in place of a file."""


Content = bytes | Link | Pipe
Files = Mapping[str, Content]
"""The files of a repository, by their paths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of attack.

    `does` says what it does to whoever loads the model. `check` must find it in what `files` builds, with all of
    `words` in one message. `honest` names the repository in `HONEST` that is like it, without the attack. `searched`
    says that only the search through all bytes can see it.
    """

    id: str
    does: str
    check: str
    words: tuple[str, ...]
    honest: str
    files: Callable[[], Files]
    searched: bool = False


def written(files: Files, folder: Path) -> Path:
    """The repository as a folder."""
    folder.mkdir(parents=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        match content:
            case Link(to=target):
                path.symlink_to(target)
            case Pipe():
                os.mkfifo(path)
            case bytes():
                path.write_bytes(content)
    return folder
