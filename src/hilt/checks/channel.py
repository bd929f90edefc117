"""How a reading process, which has no network, comes by the bytes of a file that lies elsewhere: it asks its parent.

In place of an answer the worker writes one JSON line, `{"want": path, "ranges": [[offset, n], ...]}`. The parent writes
one back, `{"lengths": [...]}` with the bytes behind it, or `{"error": ...}`; then the worker reads on.
"""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING, Any, BinaryIO

from hilt.core.errors import ChangedWhileRead, SourceError

if TYPE_CHECKING:
    from hilt.sources.remote import Remote
    from hilt.sources.remote_source import Ranges

WISH = b'{"want": '
"""How a line begins that is no answer."""

MOST = 1 << 30
"""Bytes of one wish; a worker may not hold more."""


class Channel:
    """The worker's end."""

    def __init__(self, from_parent: BinaryIO, to_parent: BinaryIO) -> None:
        self._from_parent, self._to_parent = from_parent, to_parent

    def fetch(self, path: str, ranges: Ranges) -> list[bytes]:
        """The bytes of these (offset, n). Raises what the parent met, and `SourceError` where the parent is gone."""
        reply = self._ask({"want": path, "ranges": list(ranges)})
        return [self._exactly(length) for length in reply["lengths"]]

    def _ask(self, wish: dict[str, Any]) -> dict[str, Any]:
        self._to_parent.write(json.dumps(wish).encode("ascii") + b"\n")
        self._to_parent.flush()
        line = self._from_parent.readline()
        if not line:
            raise SourceError("the process that fetches is gone")
        reply: dict[str, Any] = json.loads(line)
        if "error" in reply:
            raise (ChangedWhileRead if reply["changed"] else SourceError)(reply["error"])
        return reply

    def _exactly(self, length: int) -> bytes:
        data = self._from_parent.read(length)
        if len(data) != length:
            raise SourceError("the process that fetches is gone")
        return data


def serve(wish: bytes, remote: Remote | None, to_worker: IO[bytes]) -> None:
    """The parent's end: answers one wish. Raises `ValueError` where it is none, `OSError` where the worker is gone."""
    path, ranges = _wish(wish)
    if remote is None:
        raise ValueError("a wish, and nothing of this subject lies elsewhere")
    try:
        parts = remote.read(path, ranges)
    except SourceError as error:
        reply: dict[str, Any] = {"error": str(error), "changed": isinstance(error, ChangedWhileRead)}
        parts = []
    else:
        reply = {"lengths": [len(part) for part in parts]}
    to_worker.write(json.dumps(reply).encode("ascii") + b"\n")
    to_worker.writelines(parts)
    to_worker.flush()


def _wish(line: bytes) -> tuple[str, Ranges]:
    """A reader may be in the hands of the file it reads, so a wish is not believed."""
    match json.loads(line):
        case {"want": str(path), "ranges": [*told]}:
            ranges = [(int(offset), int(n)) for offset, n in told]
            if all(offset >= 0 and n >= 0 for offset, n in ranges) and sum(n for _, n in ranges) <= MOST:
                return path, ranges
    raise ValueError("a wish that no reader has")
