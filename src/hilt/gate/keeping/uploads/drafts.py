"""drafts: a commit as it comes: a line of JSON for what is said of it, and one for each file, each looked at before the next one is read.

Small files come inside of it and wait beside the library; of large ones, which were sent before, it tells their digests.
"""

from __future__ import annotations

import json
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from hashlib import sha256
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from hilt.core.errors import UsageError
from hilt.core.library import KeptFile, Repository
from hilt.gate.keeping.uploads.git_names import blob_name

if TYPE_CHECKING:
    from hilt.gate.keeping.uploads.small_files import SmallFiles

LARGEST = 10 << 20
"""Bytes of a file that comes inside of a commit; larger ones are sent before it."""
MOST_BYTES = 64 << 20
"""Bytes of all of those."""
MOST = 50_000
"""Lines: files that are put there, moved or removed."""
LONGEST_LIST = 1 << 20
"""Bytes of a line that holds more than a path and one long text: what stands in a list takes many times as much memory."""
LONGEST_LINE = LARGEST // 3 * 4 + (64 << 10)
"""Bytes."""
LONGEST_TITLE, LONGEST_MESSAGE = 1000, 50_000
"""Letters."""
_SHA256 = 64
_FEW = 1000
_HEXADECIMAL = frozenset("0123456789abcdef")


class Put(NamedTuple):
    """The `file` that is at its path from now on."""

    file: KeptFile


class Large(NamedTuple):
    """A file that was sent before; `size` is -1 where it was not said."""

    path: str
    sha256: str
    size: int


class Removed(NamedTuple):
    """A file that is gone from now on, or a folder with all that is in it."""

    path: str
    is_folder: bool


class Copied(NamedTuple):
    """What was at `source` is at `path` as well; in the same repository, at `revision` (empty: the one that is changed)."""

    path: str
    source: str
    revision: str = ""


Operation = Put | Large | Removed | Copied


class Said(NamedTuple):
    """What is said of a commit; `parent` is the commit (or how it begins) that it is meant to follow, empty where nobody says so."""

    title: str = ""
    description: str = ""
    parent: str = ""


class Draft:
    """A commit to the `branch` of a repository, by the person `by`. `base` is where the branch was when it began to come.

    Used by one thread at a time. What came in it is thrown away at the end of its block, unless it was put among the blobs.
    """

    def __init__(self, repository: Repository, branch: str, by: str, base: str, small: SmallFiles) -> None:
        self.repository, self.branch, self.by, self.base, self.small = repository, branch, by, base, small
        self.said: Said | None = None
        self.operations: list[Operation] = []
        self._rest = bytearray()
        self._lines, self._bytes = 0, 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.small.close()

    def feed(self, data: bytes) -> None:
        """The next bytes of it, wherever they are cut. Raises `UsageError`, `SourceError`."""
        *lines, rest = data.split(b"\n")
        for line in lines:
            self._rest += line
            self._line(bytes(self._rest))
            self._rest.clear()
        self._rest += rest
        self._bound(len(self._rest))

    def end(self) -> Said:
        """It has come as a whole. Raises `UsageError`."""
        self._line(bytes(self._rest))
        self._rest.clear()
        if self.said is None:
            raise UsageError('a commit begins with a line {"key": "header", "value": {"summary": "..."}}; nothing came')
        return self.said

    def _bound(self, length: int) -> None:
        if length > LONGEST_LINE:
            raise UsageError(
                f"line {self._lines + 1} of the commit is longer than {LONGEST_LINE} bytes; send files of more than {LARGEST} "
                "bytes as large ones (LFS), before the commit"
            )

    def _line(self, line: bytes) -> None:
        self._bound(len(line))
        if not line.strip():
            return
        self._lines += 1
        if self._lines > MOST + 1:
            raise UsageError(f"the commit changes more than {MOST} files; send it in several commits")
        key, value = self._read(line)
        if self.said is None:
            if key != "header":
                raise self._wrong(f"the header comes first, and not {key[:40]!a}")
            self.said = self._header(value)
            return
        self.operations += self._operations(key, value)

    def _read(self, line: bytes) -> tuple[str, Mapping[str, Any]]:
        if len(line) > LONGEST_LIST and sum(map(line.count, (b",", b"[", b"{"))) > _FEW:
            raise self._wrong(
                'it is too long for what it says; send the content of a file in Base64 ("encoding": "base64")'
            )
        try:
            told = json.loads(line)
        except (ValueError, RecursionError):
            raise self._wrong("it is no JSON") from None
        key, value = (told.get("key"), told.get("value")) if isinstance(told, dict) else (None, None)
        if not isinstance(key, str) or not isinstance(value, dict):
            raise self._wrong('it is not {"key": "...", "value": {...}}')
        return key, value

    def _header(self, value: Mapping[str, Any]) -> Said:
        title, description = (self._text(value, name, "") for name in ("summary", "description"))
        if len(title) > LONGEST_TITLE or len(description) > LONGEST_MESSAGE:
            raise self._wrong(f"a title has {LONGEST_TITLE} letters at most, a description {LONGEST_MESSAGE}; say less")
        return Said(_plain(title, keep=""), _plain(description, keep="\n\t"), self._text(value, "parentCommit", ""))

    def _operations(self, key: str, value: Mapping[str, Any]) -> list[Operation]:
        path, old = self._text(value, "path"), self._text(value, "oldPath", "")
        before: list[Operation] = [Copied(path, old), Removed(old, is_folder=False)] if old and old != path else []
        match key:
            case "file" if value.get("content") is None and before:
                return before
            case "file":
                return [*before[1:], Put(self._small(path, value))]
            case "lfsFile" if value.get("oid") is None and before:
                return before
            case "lfsFile":
                return [*before[1:], self._large(path, value)]
            case "deletedFile" | "deletedEntry":
                return [Removed(path, is_folder=False)]
            case "deletedFolder":
                return [Removed(path.rstrip("/"), is_folder=True)]
            case "copyFile":
                return [Copied(path, self._text(value, "srcPath"), self._text(value, "srcRevision", ""))]
        raise self._wrong(f"{key[:40]!a} is nothing that hilt does; send file, lfsFile, deletedFile or deletedFolder")

    def _small(self, path: str, value: Mapping[str, Any]) -> KeptFile:
        text, encoding = self._text(value, "content"), self._text(value, "encoding", "utf-8")
        try:
            data = b64decode(text, validate=True) if encoding == "base64" else text.encode("utf-8")
        except (NotBase64, ValueError):
            raise self._wrong(f"the content of {path[:120]!a} is not in {encoding[:20]!a}") from None
        self._bytes += len(data)
        if len(data) > LARGEST or self._bytes > MOST_BYTES:
            raise self._wrong(
                f"a file inside of a commit has {LARGEST} bytes at most, and all of them together {MOST_BYTES}; send "
                f"{path[:120]!a} as a large one (LFS), before the commit"
            )
        digest = sha256(data).hexdigest()
        self.small.add(data, digest)
        return KeptFile(path=path, size=len(data), sha256=digest, blob=blob_name(data))

    def _large(self, path: str, value: Mapping[str, Any]) -> Large:
        digest, size = self._text(value, "oid"), value.get("size", -1)
        if self._text(value, "algo", "sha256") != "sha256" or not is_digest(digest):
            raise self._wrong(f"{path[:120]!a}: a SHA-256 in 64 small hexadecimal digits is needed")
        if not isinstance(size, int) or isinstance(size, bool) or not -1 <= size < 1 << 62:
            raise self._wrong(f"{path[:120]!a}: {size!r:.40} is no size")
        return Large(path, digest, size)

    def _text(self, value: Mapping[str, Any], name: str, otherwise: str | None = None) -> str:
        text = value.get(name)
        if text is None and otherwise is not None:
            return otherwise
        if not isinstance(text, str):
            raise self._wrong(f"{name} is needed, and a text")
        return text

    def _wrong(self, why: str) -> UsageError:
        return UsageError(f"line {self._lines} of the commit: {why}")


def is_digest(text: object) -> bool:
    """Is it a SHA-256 in hex?"""
    return isinstance(text, str) and len(text) == _SHA256 and set(text) <= _HEXADECIMAL


def _plain(text: str, *, keep: str) -> str:
    """Without what a terminal would take for a command."""
    text = text.replace("\r\n", "\n").encode("utf-8", "replace").decode()
    return "".join(one if one in keep or (one >= " " and not "\x7f" <= one <= "\x9f") else " " for one in text).strip()
