"""The quarantine of a cache: what must not be loaded, moved into `.hilt-quarantine/<time>/`, with a note of where it lay and why.

The note is on the disk before anything is moved, so that whatever happens in between can be put back. Nothing is deleted and nothing
copied: each file, link or folder is renamed inside the cache, which no loader finds any more. What another model uses as well stays.
"""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Callable, Container, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from hilt.core.cache_scan import ScannedModel
from hilt.core.wire import encode_text
from hilt.gate.caching.moving import rename
from hilt.output.write import write
from hilt.sources.caches.cached import QUARANTINE, Cache, CachedModel
from hilt.sources.file import Locator

SCHEMA = "hilt.quarantine/1"
NOTE = "note.json"


class Move(NamedTuple):
    """What is moved: `source` and `target` are below the cache. `kind` is "file", "link" or "folder", `links_to` what a link says."""

    source: str
    target: str
    kind: str
    links_to: str = ""


class Quarantined(NamedTuple):
    """The note, which files were left because others use them (by the place of the model), and what could not be moved."""

    note: str
    kept: dict[str, tuple[str, ...]]
    problems: tuple[str, ...]


def quarantine(cache: Cache, stopped: Sequence[tuple[CachedModel, ScannedModel]], at: datetime) -> Quarantined:
    """Moves what is `stopped` out of the way. Raises `OSError` where no note can be written: then nothing was moved."""
    going = {id(model) for model, _ in stopped}
    staying = [model for model in cache.models if id(model) not in going]
    folder = _new_folder(Path(cache.where), at)
    kept: dict[str, tuple[str, ...]] = {}
    problems: list[str] = []
    sources: dict[str, Locator | None] = {}
    used = {path for one in staying for file in one.files for path in (*file.links, file.locator.path)}
    theirs = {path for one in staying for path in one.own}
    for model, _ in stopped:
        some, kept[model.where] = _of(cache, model, lambda path: path in used or _inside(path, theirs))
        sources |= some
    moves = list(_planned(Path(cache.where), folder, sources, problems))
    if not moves:
        (Path(cache.where) / folder).rmdir()
        return Quarantined("", kept, tuple(problems))
    note = Path(cache.where) / folder / NOTE
    write(note, json.dumps(_note(cache, stopped, moves, kept, at), indent=1))
    _sync(note.parent)
    for move in moves:
        try:
            rename(Path(cache.where), move.source, move.target, make=True)
        except OSError as error:
            problems.append(f"{Path(cache.where) / move.source}: not moved, {error.strerror}")
    return Quarantined(str(note), kept, tuple(problems))


def _of(
    cache: Cache, model: CachedModel, others_use: Callable[[str], bool]
) -> tuple[dict[str, Locator | None], tuple[str, ...]]:
    """What of a model is moved, with the state in which a file was read; and what is not, because others use it."""
    own = set(model.own)
    sources: dict[str, Locator | None] = dict.fromkeys(model.own)
    kept: dict[str, None] = {}
    for file in model.files:
        if file.locator.path in sources:
            sources[file.locator.path] = file.locator
        for path in file.links:
            if others_use(path):
                kept[path] = None
            elif not _inside(path, own):
                sources[path] = file.locator if path == file.locator.path else None
    inside = f"{cache.where.rstrip(os.sep)}{os.sep}"
    return {path: locator for path, locator in sources.items() if path.startswith(inside)}, tuple(kept)


def _inside(path: str, folders: Container[str]) -> bool:
    """Is it one of these, or does it lie in one?"""
    return path in folders or any(str(parent) in folders for parent in Path(path).parents)


def _planned(root: Path, folder: str, sources: dict[str, Locator | None], problems: list[str]) -> Iterator[Move]:
    """Links and manifests before what they lead to: whoever loads meanwhile finds nothing, not a half."""
    for number, (path, locator) in enumerate(sources.items()):
        try:
            status = os.lstat(path)
        except OSError as error:
            problems.append(f"{path}: not moved, {error.strerror}")
            continue
        if locator is not None and Locator.of(path, status) != locator:
            problems.append(f"{path}: not moved, it changed while it was looked at; scan again")
            continue
        source = Path(path).relative_to(root).as_posix()
        link = os.readlink(path) if stat.S_ISLNK(status.st_mode) else ""  # noqa: PTH115
        kind = "link" if link else "folder" if stat.S_ISDIR(status.st_mode) else "file"
        yield Move(source, f"{folder}/{number}", kind, link)


def _new_folder(root: Path, at: datetime) -> str:
    """A folder of its own inside the quarantine. Raises `OSError`."""
    quarantined = root / QUARANTINE
    quarantined.mkdir(mode=0o700, exist_ok=True)
    if quarantined.is_symlink():
        raise OSError(errno.ELOOP, f"{QUARANTINE} is a link, and is not followed", str(quarantined))
    name = at.strftime("%Y%m%dT%H%M%SZ")
    for number in range(1, 1000):
        folder = quarantined / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            continue
        return folder.relative_to(root).as_posix()
    raise OSError(errno.EEXIST, "there are a thousand quarantines of this second", str(quarantined))


def _note(
    cache: Cache,
    stopped: Sequence[tuple[CachedModel, ScannedModel]],
    moves: Sequence[Move],
    kept: dict[str, tuple[str, ...]],
    at: datetime,
) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "at": at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "cache": cache.kind,
        "models": [
            {
                "name": encode_text(model.name),
                "revision": encode_text(model.revision),
                "where": encode_text(model.where),
                "state": told.state.value,
                "why": [encode_text(line) for line in told.why],
                "subject": f"sha256:{told.subject}" if told.subject else "",
                "kept": [encode_text(path) for path in kept[model.where]],
            }
            for model, told in stopped
        ],
        "moves": [{name: encode_text(text) for name, text in move._asdict().items()} for move in moves],
    }


def _sync(folder: Path) -> None:
    """Sees to it that what lies in a folder is still called so after a crash."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
