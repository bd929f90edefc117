"""Files that another file of the same repository names: where they lie, how large they are, and names that lead away."""

from __future__ import annotations

import re
from collections.abc import Mapping
from posixpath import join, normpath
from typing import Any, Protocol

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, SourceError
from hilt.core.limits import Limits
from hilt.core.subject import Subject


class File(Protocol):
    """One file of a repository, read; `value` is what its reader returned."""

    @property
    def value(self) -> Any: ...

    @property
    def source(self) -> ByteSource: ...


class Files(Protocol):
    """A repository, as knowledge of several files needs it."""

    @property
    def subject(self) -> Subject: ...

    @property
    def formats(self) -> Mapping[str, str]: ...

    @property
    def limits(self) -> Limits: ...

    def read(self, path: str, /) -> File: ...


def leads_away(location: str) -> str:
    """Why a loader that follows `location` may leave the folder of the file that names it; empty where it stays.

    Both separators count, because the same file is loaded on every system.
    """
    if re.match(r"file:|[A-Za-z][A-Za-z0-9+.-]*://", location):
        return "is a URL"
    if re.match(r"[A-Za-z]:", location):
        return "names a drive"
    if location.startswith(("/", "\\")):
        return "is an absolute path"
    if ".." in re.split(r"[/\\]", location):
        return "climbs out with '..'"
    if any(character < " " or character == "\x7f" for character in location):
        return "holds control characters"
    return ""


def beside(path: str, location: str) -> str:
    """The path of the file that the file at `path` calls `location`."""
    return normpath(join(path.rpartition("/")[0], location.replace("\\", "/")))


def size_of(files: Files, path: str) -> int | None:
    """Bytes of the file at `path`, whatever its format; None where it is not there or cannot be read."""
    if path not in files.formats:
        return None
    try:
        return files.read(path).source.size
    except (FormatError, SourceError):
        return None
