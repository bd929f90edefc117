"""What a folder of a cache holds, without following a link and without an end: whoever writes there may write anything."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from hilt.core.errors import SourceError
from hilt.core.limits import Limits
from hilt.sources.file import Locator


class Names:
    """Looks into the folders of one cache. `problems` tell what could not be listed, `strays` counts names that belong to nothing."""

    def __init__(self, root: Path, limits: Limits) -> None:
        self.root, self.limits = root, limits
        self.problems: list[str] = []
        self.strays = 0
        self._left = limits.files

    def within(self, folder: Path) -> Iterator[os.DirEntry[str]]:
        """What lies in a folder, by name; nothing where it is a link, is no folder or is not there."""
        if folder.is_symlink():
            self.problems.append(f"{folder}: a link, and is not followed")
            return
        try:
            with os.scandir(folder) as scan:
                found = [entry for _, entry in zip(range(self._left + 1), scan, strict=False)]
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            self.problems.append(f"{folder}: {error.strerror}")
            return
        if len(found) > self._left:
            if self._left:
                why = f"more than {self.limits.files} names in this cache (limit files); the rest is not looked at"
                self.problems.append(f"{folder}: {why}")
            found = found[: self._left]
        self._left -= len(found)
        yield from sorted(found, key=lambda entry: entry.name)

    def folders(self, folder: Path) -> Iterator[Path]:
        """The folders in a folder; what else is there is counted, and links to folders are told."""
        for entry in self.within(folder):
            if entry.is_dir(follow_symlinks=False):
                yield Path(entry.path)
            elif entry.is_symlink() and entry.is_dir():
                self.problems.append(f"{entry.path}: a link to a folder, and is not followed")
            else:
                self.strays += 1

    def file(self, path: Path | str) -> Locator | None:
        """The regular file at a path that is no link; None where there is none."""
        try:
            status = os.lstat(path)
        except (OSError, ValueError):
            return None
        return Locator.of(str(path), status) if stat.S_ISREG(status.st_mode) else None

    def small(self, path: Path | str, most: int) -> bytes | str:
        """The bytes of a small regular file, or why they are not read."""
        if (locator := self.file(path)) is None:
            return "it is no regular file"
        if locator.size > most:
            return f"it has {locator.size} bytes, and such a file no more than {most}"
        try:
            with locator.open() as source:
                return source.read(0, locator.size)
        except SourceError as error:
            return str(error)
