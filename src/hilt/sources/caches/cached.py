"""What lies in a cache: models with their files, as the names there have it. Nothing of it is read yet."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from hilt.core.limits import Limits
from hilt.core.subject import EntryKind
from hilt.sources.file import Locator
from hilt.sources.listing import Listing

QUARANTINE = ".hilt-quarantine"
"""The folder inside a cache into which hilt moves what must not be loaded. Nothing in it is a model of the cache."""
HOPS = 8
"""Links that lead to one file, one after the other; no tool makes more than two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedFile:
    """A file of a cached model.

    `path` is its name in the model. `claimed` is what its name or a file beside it says of its SHA-256 (hex), or how that begins;
    empty where nothing does. `links` are absolute paths outside of what is the model's own, the last of them that of the bytes:
    other models may go through them as well.
    """

    path: str
    locator: Locator
    claimed: str = ""
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedModel:
    """A model at one revision, as the cache calls it.

    `name` is spelled as a reference, `hf:org/name`, where it is one. `where` is its absolute path, `own` are absolute paths of files,
    links and folders that are its alone. `unread` tells what a loader may find there and hilt does not look at, and why; `missing` what is not there.
    `exact` is true where the files are called as those that were fetched. `loose` is true for bytes that no model of the cache uses.
    """

    kind: str
    name: str
    where: str
    revision: str = ""
    files: tuple[CachedFile, ...] = ()
    own: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    exact: bool = True
    loose: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cache:
    """A cache at the absolute path `where`, which holds no link.

    `strays` are how many names lie there that belong to no model, as far as hilt knows; `problems` what could not be listed, and why.
    """

    kind: str
    where: str
    models: tuple[CachedModel, ...] = ()
    strays: int = 0
    problems: tuple[str, ...] = ()


class Kind(NamedTuple):
    """A tool's way to keep models: where it usually does, by the environment; whether a folder looks like that; what is there."""

    id: str
    title: str
    places: Callable[[Mapping[str, str], Path], tuple[Path, ...]]
    fits: Callable[[Path], bool]
    read: Callable[[Path, Limits], Cache]


def expanded(text: str) -> Path:
    """A path as the tools read it from their variables."""
    return Path(os.path.expanduser(os.path.expandvars(text)))  # noqa: PTH111 (that of pathlib knows no ~ in the middle)


def cache_home(environment: Mapping[str, str], home: Path) -> Path:
    """Where most tools keep what they fetched."""
    stated = environment.get("XDG_CACHE_HOME", "")
    return expanded(stated) if stated else home / ".cache"


def unread_in(listing: Listing) -> tuple[str, ...]:
    """What of a listing a loader may read and hilt does not: links that lead elsewhere, folders behind links, what is no file."""
    entries = [entry for entry in listing.subject.entries if entry.kind in _WHY]
    told = [f"{entry.path}: {_WHY[entry.kind]}{f' ({entry.note})' if entry.note else ''}" for entry in entries]
    named = {entry.path for entry in entries}
    return (*told, *(f"{gap.path or 'all of it'}: {gap.why}" for gap in listing.gaps if gap.path not in named))


def missing_in(listing: Listing) -> tuple[str, ...]:
    """Names of a listing that lead to nothing."""
    return tuple(entry.path for entry in listing.subject.entries if entry.kind is EntryKind.LINK_BROKEN)


def chain(path: str, real: str) -> tuple[str, ...]:
    """Where the links lead that begin at `path` and end at `real`; without the first."""
    found: list[str] = []
    at = path
    while len(found) < HOPS and os.path.islink(at):  # noqa: PTH114
        at = os.path.normpath(os.path.join(os.path.dirname(at), os.readlink(at)))  # noqa: PTH115, PTH118, PTH120
        found.append(at)
    return tuple(found) if found and found[-1] == real else (*found, real) if real != path else ()


_WHY = {
    EntryKind.LINK_OUT: "a link that leads out of the cache, and is not followed",
    EntryKind.LINK_FOLDER: "a link to a folder, and is not followed",
    EntryKind.SPECIAL: "no regular file, and is not opened",
    EntryKind.UNREADABLE: "cannot be read",
}
