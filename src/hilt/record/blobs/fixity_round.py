"""How far reading the library anew has come, in a file of its folder, so that whichever server goes on does not begin again; and the lock of
whoever reads.

The log says when all was read last. A round belongs to the entry that it follows: after a newer one, it begins anew. What it says comes into
the log, so only who has the key of the log may write it.
"""

from __future__ import annotations

import hmac
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from hilt.core.errors import FormatError, NotReady
from hilt.record.blobs import one_writer
from hilt.record.blobs.durable import unusable, write_whole
from hilt.record.blobs.layout import is_sha256
from hilt.record.blobs.regular import opened

PARTS = tuple(f"{number:02x}" for number in range(256))
"""The two digits that the names of blobs and commits begin with."""
_STATE, _LOCK = "fixity.json", "fixity.lock"
_LONGEST = 64 << 20
"""Bytes of the file."""
_MOST = 1 << 53
"""Files, and bytes."""
_HEAD, _MIDDLE, _TAIL = b'{"proof": "', b'", "round": ', b"}\n"
_PROOF = 64
"""Digits of the proof."""
_AGAIN = 0.5
"""Seconds after which it is tried again to be the one who reads."""
_ASK_AGAIN = 60
_SOMEBODY = "{folder}: the library is being read anew already, by `hilt fixity run` or by a server; try again later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """`parts` of `PARTS` were tried since the entry of the log at `after`: `files` were read, and `size` bytes together. `damaged` are the
    SHA-256 of what was damaged or gone, `repaired` those of them that were had again. `unread` are the parts that could not be read.
    """

    after: int
    parts: int = 0
    files: int = 0
    size: int = 0
    damaged: tuple[str, ...] = ()
    repaired: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        return self.parts == len(PARTS)

    @property
    def left(self) -> tuple[str, ...]:
        """What nobody had so far."""
        again = frozenset(self.repaired)
        return tuple(one for one in self.damaged if one not in again)

    def found(self, sha256: str) -> Round:
        """The round after this was found damaged, or gone."""
        damaged = tuple(dict.fromkeys((*self.damaged, sha256)))
        return replace(self, damaged=damaged, repaired=tuple(one for one in self.repaired if one != sha256))

    def had(self, sha256: str) -> Round:
        """The round after this was had again."""
        return replace(self, repaired=tuple(dict.fromkeys((*self.repaired, sha256))))

    def read(self, part: str, files: int, size: int) -> Round:
        """The round after all of `part` was read."""
        return replace(self._tried(part), files=self.files + files, size=self.size + size)

    def not_read(self, part: str) -> Round:
        """The round after `part` could not be read."""
        tried = self._tried(part)
        return replace(tried, unread=(*tried.unread, part))

    def _tried(self, part: str) -> Round:
        unread = tuple(one for one in self.unread if one != part)
        return replace(self, parts=max(self.parts, PARTS.index(part) + 1), unread=unread)


class Note:
    """The file in `folder` that says how far a round has come. The `key` proves that it was written by a server of the log."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._path, self._partial, self._key = folder / _STATE, folder / "partial", key

    def load(self, after: int) -> Round:
        """The round that follows the entry at `after`; one that begins where there is no file, or it is about another entry.

        Raises `SourceError` where the file cannot be read, `FormatError` where no server wrote it.
        """
        try:
            with os.fdopen(opened(self._path), "rb") as file:
                data = file.read(_LONGEST)
        except FileNotFoundError:
            return Round(after=after)
        except OSError as error:
            raise unusable(self._path, error) from None
        try:
            found = _round(json.loads(self._body(data)))
        except (ValueError, KeyError, TypeError, RecursionError):
            raise FormatError(f"{self._path}: this is not what a server with the key of this log wrote") from None
        return found if found.after == after else Round(after=after)

    def save(self, done: Round) -> None:
        """Raises `SourceError`."""
        data = self._proven(json.dumps({"schema": 1, **asdict(done)}).encode())
        try:
            write_whole(self._path, data, partial=self._partial)
        except OSError as error:
            raise unusable(self._path, error) from None

    def _body(self, data: bytes) -> bytes:
        """Raises `ValueError`."""
        body = data[len(_HEAD) + _PROOF + len(_MIDDLE) : -len(_TAIL)]
        if not hmac.compare_digest(data, self._proven(body)):
            raise ValueError("not written with this key")
        return body

    def _proven(self, body: bytes) -> bytes:
        """JSON, and proven before anybody reads it as such."""
        return _HEAD + hmac.digest(self._key, body, "sha256").hex().encode() + _MIDDLE + body + _TAIL


@contextmanager
def alone(folder: Path, patience: float = 0.0) -> Iterator[None]:
    """While this lasts, nobody else reads the library in `folder` anew. Raises `NotReady` where somebody still does after so many seconds."""
    path = folder / _LOCK
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
    except OSError as error:
        raise unusable(path, error) from None
    try:
        if not _taken(descriptor, path, patience):
            raise NotReady(_SOMEBODY.format(folder=folder), seconds=_ASK_AGAIN)
        yield
    finally:
        one_writer.close(descriptor)


def _taken(descriptor: int, path: Path, patience: float) -> bool:
    """Raises `SourceError`."""
    until = time.monotonic() + patience
    try:
        while not one_writer.take(descriptor, path):
            if time.monotonic() >= until:
                return False
            time.sleep(_AGAIN)
    except OSError as error:
        raise unusable(path, error) from None
    return True


def _round(told: Any) -> Round:
    """Raises `ValueError`, `KeyError`, `TypeError`."""
    if told.pop("schema") != 1:
        raise ValueError("of another version")
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}
    found = Round(**fields)
    if not 0 <= found.parts <= len(PARTS) or not all(0 <= one <= _MOST for one in (found.files, found.size)):
        raise ValueError("not what this version writes")
    if not all(map(is_sha256, (*found.damaged, *found.repaired))) or not frozenset(PARTS).issuperset(found.unread):
        raise ValueError("not what this version writes")
    return found
