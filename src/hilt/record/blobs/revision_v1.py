"""A revision as it stands in the library: as `hilt.revision/1`, which hilt reads back, and as a manifest, which `sha256sum -c` reads.

What is read back is checked as if anybody had written it: whoever looks after a library may have edited it, and a disk may have, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from math import isfinite
from types import MappingProxyType
from typing import Any

from hilt.core.errors import FormatError, ReportInvalid
from hilt.core.library import KeptFile, KeptRevision, Repository
from hilt.core.limits import Limits
from hilt.core.wire import INT_BITS, Object, decode_text, encode_text
from hilt.record.blobs.swhid import directory_id, file_name

SCHEMA = "hilt.revision/1"
MOST_BYTES = Limits().json_bytes
MOST_FILES = Limits().files
_DEEPEST = Limits().json_depth
_DEEPEST_PATH = Limits().depth
_LONGEST_PATH = 4096
"""Characters; Linux opens no longer one."""

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SHA1 = re.compile(r"[0-9a-f]{40}", re.ASCII)
_LARGEST = 1 << 63


def encode(revision: KeptRevision) -> bytes:
    """The document, a file on each line. Raises `FormatError` where it could not be read back."""
    files = in_order(revision.files)
    head = {
        "schema": SCHEMA,
        "kind": revision.repository.kind,
        "name": revision.repository.name,
        "commit": revision.commit,
        "swhid": swhid(files),
        "upstream": encode_text(revision.upstream),
        "at": encode_text(revision.at),
        "told": _plain(revision.told, 0),
    }
    rows = ",\n".join(json.dumps(_row(one)) for one in files)
    data = f'{json.dumps(head)[:-1]}, "files": [\n{rows}\n]}}\n'.encode("ascii")
    if len(data) > MOST_BYTES:
        raise FormatError(f"what is said of it takes {len(data)} bytes, and {MOST_BYTES} at most are kept")
    return data


def decode(data: bytes) -> KeptRevision:
    """What `encode` was given, its files by path. Raises `FormatError`, `ReportInvalid`."""
    it = document(data, SCHEMA)
    revision = KeptRevision(
        repository=Repository(it.text("kind"), it.text("name")),
        commit=it.text("commit"),
        files=in_order(it.each("files", _file)),
        upstream=it.text("upstream"),
        at=it.text("at"),
        told=_told(it.take("told")),
    )
    it.text("swhid")  # whether it is that of these files, takes longer to tell than to read them; `fixity` does
    it.done()
    return revision


def swhid(files: Iterable[KeptFile]) -> str:
    """The Software Heritage identifier. Raises `FormatError`."""
    return directory_id((one.path, one.blob) for one in files)


def manifest(files: Iterable[KeptFile]) -> bytes:
    """The lines that `sha256sum -c` reads where the files lie under their paths."""
    lines = []
    for one in sorted(files, key=lambda one: one.path):
        name = file_name(one.path)
        escaped = name.replace(b"\\", b"\\\\").replace(b"\n", b"\\n").replace(b"\r", b"\\r")
        lines.append(b"%s%s  %s\n" % (b"\\" if escaped != name else b"", one.sha256.encode("ascii"), escaped))
    return b"".join(lines)


def in_order(files: Iterable[KeptFile]) -> tuple[KeptFile, ...]:
    """The files by path. Raises `FormatError` for what no revision can have."""
    ordered = tuple(sorted(files, key=lambda one: one.path))
    if len(ordered) > MOST_FILES:
        raise FormatError(f"it has {len(ordered)} files, and {MOST_FILES} at most are kept")
    if len({one.path for one in ordered}) < len(ordered):
        raise FormatError("a path is listed twice")
    for one in ordered:
        wrong = next((name for name, right in _right(one) if not right), "")
        if wrong:
            raise FormatError(f"{one.path!r:.200}: {wrong} cannot be {getattr(one, wrong)!r:.80}")
    return ordered


def _right(one: KeptFile) -> Iterable[tuple[str, bool]]:
    folders = one.path.split("/")
    inside = "\0" not in one.path and {"", ".", ".."}.isdisjoint(folders)
    yield "path", inside and len(folders) <= _DEEPEST_PATH and len(one.path) <= _LONGEST_PATH
    yield "size", 0 <= one.size < _LARGEST
    yield "sha256", _SHA256.fullmatch(one.sha256) is not None
    yield "blob", _SHA1.fullmatch(one.blob) is not None
    yield "pointer_size", 0 <= one.pointer_size < _LARGEST and (one.large or not one.pointer_size)


def document(data: bytes, schema: str) -> Object:
    """The JSON of that schema. Raises `FormatError`, `ReportInvalid`."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"not JSON: {error!r:.200}") from None
    it = Object(value, "")
    if it.text("schema") != schema:
        raise ReportInvalid(f"this version of hilt reads {schema} alone", where="schema")
    return it


def _row(one: KeptFile) -> dict[str, Any]:
    row: dict[str, Any] = {"path": encode_text(one.path), "size": one.size, "sha256": one.sha256, "blob": one.blob}
    return row | {"pointer_size": one.pointer_size} if one.large else row


def _file(value: Any, where: str) -> KeptFile:
    it = Object(value, where)
    large = it.has("pointer_size")
    one = KeptFile(
        path=it.text("path"),
        size=it.count("size"),
        sha256=it.text("sha256"),
        blob=it.text("blob"),
        large=large,
        pointer_size=it.count("pointer_size") if large else 0,
    )
    it.done()
    return one


def _plain(value: object, depth: int) -> Any:
    """What an upstream says, as JSON that every reader reads; what it cannot say becomes null, for nothing rests on it."""
    match value:
        case str():
            return encode_text(value)
        case bool() | None:
            return value
        case int() if value.bit_length() <= INT_BITS:
            return value
        case float() if isfinite(value):
            return value
        case list() | tuple() if depth < _DEEPEST:
            return [_plain(item, depth + 1) for item in value]
        case Mapping() if depth < _DEEPEST:
            return {encode_text(str(key)): _plain(item, depth + 1) for key, item in value.items()}
    return None


def _told(value: Any) -> Mapping[str, object]:
    told = _decoded(value, 0)
    if not isinstance(told, dict):
        raise ReportInvalid("an object is needed here", where="told")
    return MappingProxyType(told)


def _decoded(value: Any, depth: int) -> Any:
    match value:
        case str():
            return decode_text(value)
        case list() | dict() if depth > _DEEPEST:
            raise ReportInvalid(f"more than {_DEEPEST} lists and objects inside each other", where="told")
        case list():
            return [_decoded(item, depth + 1) for item in value]
        case dict():
            return {decode_text(key): _decoded(item, depth + 1) for key, item in value.items()}
    return value
