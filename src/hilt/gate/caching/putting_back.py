"""Puts back what was quarantined, by its note, which is read as anything that others may have written."""

from __future__ import annotations

import json
import os
from pathlib import Path

from hilt.core.cache_scan import PutBack
from hilt.core.errors import ReportInvalid, SourceError, UsageError
from hilt.core.wire import Object
from hilt.gate.caching.moving import rename
from hilt.gate.caching.quarantine import NOTE, SCHEMA, Move
from hilt.sources.caches.cached import QUARANTINE
from hilt.sources.file import Locator

_NOTE_BYTES = 64 << 20
_KINDS = {word: word for word in ("file", "link", "folder")}


def put_back(note: str) -> PutBack:
    """Moves everything back to where it lay; what lies there by now is left, and told. Once all is back, the note is gone.

    Raises `UsageError` where this is no note of a quarantine, `SourceError` where it cannot be read.
    """
    path = Path(os.path.realpath(note))
    path = path / NOTE if path.is_dir() else path
    folder = path.parent
    if folder.parent.name != QUARANTINE:
        raise UsageError(
            f"{note}: a note lies in <cache>/{QUARANTINE}/<time>/{NOTE}; `hilt cache scan --enforce` names it"
        )
    root = folder.parent.parent
    moves = _moves(path, note, inside=folder.relative_to(root).as_posix())
    moved: list[str] = []
    left: list[tuple[str, str]] = []
    for move in reversed(moves):
        there, here = root / move.source, root / move.target
        if not os.path.lexists(here):
            if not os.path.lexists(there):
                left.append((str(there), "it is neither in the quarantine nor where it lay"))
            continue
        try:
            rename(root, move.target, move.source, make=True)
        except OSError as error:
            left.append((str(there), error.strerror or str(error)))
        else:
            moved.append(str(there))
    if not left:
        path.unlink()
        _remove_empty(folder)
    return PutBack(tuple(moved), tuple(left))


def _moves(path: Path, note: str, *, inside: str) -> list[Move]:
    """What was moved, each inside the cache. Raises `UsageError`, `SourceError`."""
    try:
        locator = Locator.of(str(path), path.lstat())
    except OSError as error:
        raise UsageError(f"{note}: {error.strerror}") from None
    if locator.size > _NOTE_BYTES:
        raise SourceError(f"{note}: it has {locator.size} bytes, and no note has more than {_NOTE_BYTES}")
    with locator.open() as source:
        data = source.read(0, locator.size)
    try:
        document = Object(json.loads(data), "")
        document.word("schema", {SCHEMA: SCHEMA})
        moves = list(document.each("moves", _move))
    except (ValueError, RecursionError, ReportInvalid) as error:
        raise UsageError(f"{note}: this is no note of a quarantine that this version reads: {error}") from None
    for move in moves:
        if not _is_plain(move.source) or not _is_plain(move.target) or not move.target.startswith(f"{inside}/"):
            raise UsageError(
                f"{note}: it names {move.source!a} and {move.target!a}, which do not lie in this cache and its quarantine"
            )
        if move.source.split("/")[0] == QUARANTINE:
            raise UsageError(f"{note}: it names {move.source!a}, which lay in the quarantine itself")
    return moves


def _move(value: object, where: str) -> Move:
    it = Object(value, where)
    return Move(it.text("source"), it.text("target"), it.word("kind", _KINDS), it.text("links_to", ""))


def _is_plain(path: str) -> bool:
    return all(part not in ("", ".", "..") and "\0" not in part for part in path.split("/")) and (
        os.sep == "/" or os.sep not in path
    )


def _remove_empty(folder: Path) -> None:
    for one in (folder, folder.parent):
        try:
            one.rmdir()
        except OSError:
            return
