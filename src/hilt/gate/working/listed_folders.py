"""The folders of this machine that people may choose models from: those that the settings list, and no other path.

A place in one is named NAME/folder/folder. It is gone through folder by folder, each opened inside the one before and never through
a link, so that nothing that changes meanwhile leads elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from hilt.core.errors import ReferenceInvalid
from hilt.gate.settings import Settings

MOST_NAMES = 1000
"""Folders that are listed of one; more are checked from the command line."""
_DEEPEST, _LONGEST = 64, 2000


class Inside(NamedTuple):
    """What lies in a place: the folders below it, by their names, and how many files. `more` is true where that is not all."""

    place: str
    folders: tuple[str, ...]
    files: int
    more: bool = False

    @property
    def above(self) -> tuple[tuple[str, str], ...]:
        """The names on the way here, each with its place."""
        parts = self.place.split("/")
        return tuple((name, "/".join(parts[: end + 1])) for end, name in enumerate(parts))


class Place(NamedTuple):
    """Where a place is: `path` holds no link, and everything that belongs to it lies below `root`."""

    path: str
    root: str


def listed_folders(settings: Settings) -> tuple[str, ...]:
    """The names of the folders that the settings list."""
    return tuple(sorted(settings.serve.folders))


def look_inside(place: str, settings: Settings) -> Inside:
    """What lies in a place. Raises `ReferenceInvalid` where there is no such folder."""
    folders, files, more = list[str](), 0, False
    with _opened(place, settings) as (descriptor, _), os.scandir(descriptor) as entries:
        for entry in entries:
            with suppress(OSError):
                if entry.is_file(follow_symlinks=False) or entry.is_symlink():
                    files += 1
                elif entry.is_dir(follow_symlinks=False):
                    if _is_text(entry.name):
                        folders.append(entry.name)
                    else:
                        more = True
            if len(folders) + files > 100 * MOST_NAMES:
                more = True
                break
    folders.sort(key=str.casefold)
    return Inside(place, tuple(folders[:MOST_NAMES]), files, more or len(folders) > MOST_NAMES)


def place_of(place: str, settings: Settings) -> Place:
    """Where a place is. Raises `ReferenceInvalid` where there is no such folder."""
    with _opened(place, settings) as (_, where):
        return where


@contextmanager
def _opened(place: str, settings: Settings) -> Iterator[tuple[int, Place]]:
    name, *parts = place.split("/")
    folder = settings.serve.folders.get(name)
    if folder is None:
        raise ReferenceInvalid(
            f"there is no folder {name[:60]!a} to choose from; the settings list them (serve: folders)"
        )
    wrong = any(part in ("", ".", "..") or "\0" in part for part in parts)
    if wrong or len(parts) > _DEEPEST or len(place) > _LONGEST:
        raise ReferenceInvalid(f"{place[:200]!a} is no way into the folder {name}")
    if os.open not in os.supports_dir_fd:
        raise ReferenceInvalid(
            "folders cannot be chosen from on this system, on which they cannot be opened one inside the other"
        )
    root = os.path.realpath(folder)
    try:
        descriptor = _descend(root, parts)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name cannot be opened"
        raise ReferenceInvalid(f"{place[:200]!a}: {reason}; a folder is needed, and no link to one") from None
    try:
        yield descriptor, Place(str(Path(root, *parts)), root)
    finally:
        os.close(descriptor)


def _is_text(name: str) -> bool:
    """Can it stand in an address?"""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def _descend(root: str, parts: list[str]) -> int:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    at = os.open(root, flags)
    try:
        for part in parts:
            before, at = at, os.open(part, flags, dir_fd=at)
            os.close(before)
    except BaseException:
        os.close(at)
        raise
    return at
