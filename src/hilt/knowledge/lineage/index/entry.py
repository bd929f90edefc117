"""What an index of known models says of one set of weights, and the line of JSON that it is kept as.

An index may come from anybody, so a line is held against this form before anything in it is used.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from hilt.core.errors import FormatError

LONGEST = 2_000
"""Characters of one text: a name, a reason."""
MOST = 4_096
"""Files of one set of weights that are named, licences and bases."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes that lie elsewhere in the file: from `offset` of the segment's bytes on. None were kept where `size` is 0."""

    offset: int = 0
    size: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One set of weights of a model. `name` and `revision` are what it was read as, `files` are the paths of the set.

    `digest` is that of the subject, empty where its files were not all digested; `licences` are ids of hilt's pack, `bases`
    what it is said to be made from; `added` is the day. `stale` says why these weights should be used no more, `newer` what
    takes their place.
    """

    name: str
    revision: str = ""
    files: tuple[str, ...] = ()
    digest: str = ""
    licences: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    added: str = ""
    stale: str = ""
    newer: str = ""
    print: Blob = Blob()
    writers: Blob = Blob()

    @property
    def identity(self) -> bytes:
        """16 bytes that tell this set of weights of this revision from every other, whatever is said of it."""
        told = json.dumps([self.name, self.revision, *self.files])
        return sha256(told.encode("ascii")).digest()[:16]

    def encode(self) -> bytes:
        told: dict[str, Any] = {
            "name": self.name,
            "revision": self.revision,
            "files": self.files,
            "digest": self.digest,
            "licences": self.licences,
            "bases": self.bases,
            "added": self.added,
            "stale": self.stale,
            "newer": self.newer,
            "print": _blob(self.print),
            "writers": _blob(self.writers),
        }
        return json.dumps({key: value for key, value in told.items() if value}, separators=(",", ":")).encode("ascii")


def decode(line: bytes) -> Entry:
    """The entry of a line. Raises `FormatError` with the key and the value of what is wrong."""
    try:
        told = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"no JSON: {error}") from None
    if not isinstance(told, dict):
        raise FormatError(f"no table of keys, but {told!r:.60}")
    known = Entry.__dataclass_fields__
    if unknown := next((key for key in told if key not in known), None):
        raise FormatError(f"a key that no entry has: {unknown!r:.60}")
    return Entry(
        name=_text(told, "name", needed=True),
        revision=_text(told, "revision"),
        files=_texts(told, "files"),
        digest=_matching(told, "digest", _DIGEST),
        licences=_texts(told, "licences"),
        bases=_texts(told, "bases"),
        added=_matching(told, "added", _DAY),
        stale=_text(told, "stale"),
        newer=_text(told, "newer"),
        print=_read_blob(told, "print"),
        writers=_read_blob(told, "writers"),
    )


def _text(told: dict[str, Any], key: str, *, needed: bool = False) -> str:
    value = told.get(key, "")
    if not isinstance(value, str) or len(value) > LONGEST or (needed and not value.strip()):
        raise FormatError(f"{key}: a text of at most {LONGEST} characters belongs here, not {value!r:.60}")
    return value


def _texts(told: dict[str, Any], key: str) -> tuple[str, ...]:
    value = told.get(key, [])
    if not isinstance(value, list) or len(value) > MOST:
        raise FormatError(f"{key}: a list of at most {MOST} texts belongs here, not {value!r:.60}")
    return tuple(_text({key: one}, key) for one in value)


def _matching(told: dict[str, Any], key: str, pattern: re.Pattern[str]) -> str:
    value = _text(told, key)
    if value and not pattern.fullmatch(value):
        raise FormatError(f"{key}: {value!r:.60} is no such thing")
    return value


def _blob(blob: Blob) -> list[Any]:
    return [blob.offset, blob.size, blob.sha256] if blob.size else []


def _read_blob(told: dict[str, Any], key: str) -> Blob:
    match told.get(key):
        case None:
            return Blob()
        case [int(offset), int(size), str(digest)] if offset >= 0 and 0 < size < 1 << 62 and _DIGEST.fullmatch(digest):
            return Blob(offset, size, digest)
        case other:
            raise FormatError(f"{key}: offset, size and SHA-256 belong here, not {other!r:.60}")
