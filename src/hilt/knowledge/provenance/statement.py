"""What a publisher signed: an in-toto statement that lists the files of a model, or pieces of them, with their digests.

Specification: in-toto attestation, Statement v1; OpenSSF Model Signing v1.0, sections 5 and 6. The statements of
`model-signing` before 1.0 (`https://model_signing/Digests/v0.1`) are read and never written.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.sigstore_bundle import strict_json

TYPE = "https://in-toto.io/Statement/v1"
PREDICATE = "https://model_signing/signature/v1.0"
DEPRECATED = "https://model_signing/Digests/v0.1"
FILES, SHARDS = "files", "shards"
DIGEST_SIZES = {"sha256": 32, "blake2b": 64, "blake3": 32}
"""Algorithms of OMS, and the bytes of their digests."""
SHARD_SIZE = 1_000_000_000

_HEX = re.compile(r"[0-9a-f]+")
_SHARD = re.compile(r"(.+):(0|[1-9]\d{0,18}):([1-9]\d{0,18})", re.DOTALL)
_DRIVE = re.compile(r"[A-Za-z]:/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A file, or the bytes [start, end) of one; `end` is None for a whole file."""

    path: str
    digest: str
    start: int = 0
    end: int | None = None

    @property
    def name(self) -> str:
        return self.path if self.end is None else f"{self.path}:{self.start}:{self.end}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """`name` is what the signer called the model, which binds nothing. `algorithm` is a key of `DIGEST_SIZES`; `shard_size` is 0
    where whole files are listed. `ignore_paths` are what the signer left out, beside what OMS always leaves out."""

    name: str
    algorithm: str
    resources: tuple[Resource, ...]
    shard_size: int = 0
    allow_symlinks: bool = False
    ignore_paths: tuple[str, ...] = ()
    deprecated: bool = False

    @property
    def method(self) -> str:
        return SHARDS if self.shard_size else FILES

    @property
    def root_digest(self) -> str:
        return root_digest(self.resources)


def root_digest(resources: Iterable[Resource]) -> str:
    """SHA-256 of all digests one after the other. Names are not in it, so that it is no identity of a model."""
    digest = hashlib.sha256()
    for resource in resources:
        digest.update(bytes.fromhex(resource.digest))
    return digest.hexdigest()


def why_no_path(path: str) -> str:
    """What keeps `path` from being the path of a file below the root of a model; empty where nothing does."""
    parts = path.split("/")
    if not path or "\0" in path:
        return "it is empty, or holds a NUL"
    if path.startswith("/") or _DRIVE.match(path):
        return "it is absolute"
    if "\\" in path:
        return "it holds a backslash, which is a separator on some machines"
    if ".." in parts:
        return "it leads upwards (..)"
    if "." in parts or "" in parts:
        return "it is not in its shortest form"
    if any("\ud800" <= letter <= "\udfff" for letter in path):
        return "it is not UTF-8"
    return ""


def write(statement: Statement, *, for_model_signing: bool = False) -> bytes:
    """The statement as JSON; the same for the same files.

    `model-signing` 1.1.1 verifies shards only where they are spelled as it does, which the published schema forbids.
    """
    serialization: dict[str, Any] = {
        "method": statement.method,
        "hash_type": statement.algorithm,
        "allow_symlinks": statement.allow_symlinks,
    }
    if statement.shard_size:
        serialization["shard_size"] = statement.shard_size
    if statement.ignore_paths:
        serialization["ignore_paths"] = list(statement.ignore_paths)
    own = _own_name(statement.algorithm, statement.shard_size) if for_model_signing else statement.algorithm
    resources = [
        {"name": resource.name, "algorithm": own, "digest": resource.digest} for resource in statement.resources
    ]
    document = {
        "_type": TYPE,
        "subject": [{"name": statement.name, "digest": {"sha256": statement.root_digest}}],
        "predicateType": PREDICATE,
        "predicate": {"serialization": serialization, "resources": resources},
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def parse(payload: bytes, limits: Limits) -> Statement:
    """The statement in the payload of an envelope. Raises `FormatError` where OMS does not allow it."""
    if len(payload) > limits.json_bytes:
        raise LimitExceeded("json_bytes", len(payload), limits.json_bytes)
    document = _object(strict_json(payload, limits), "the statement")
    if foreign := set(document) - {"_type", "subject", "predicateType", "predicate"}:
        raise FormatError(f"the statement has a member that it does not know: {_shown(min(foreign))}")
    if document.get("_type") != TYPE:
        raise FormatError(f"a statement of the type {_shown(document.get('_type'))}, not {TYPE}")
    subjects = document.get("subject")
    if not isinstance(subjects, list) or not subjects:
        raise FormatError("a statement without a subject")
    if document.get("predicateType") == DEPRECATED:
        return _deprecated(subjects, limits)
    if document.get("predicateType") != PREDICATE:
        raise FormatError(
            f"a statement about something else: its predicateType is {_shown(document.get('predicateType'))}"
        )
    if len(subjects) != 1:
        raise FormatError(f"{len(subjects)} subjects, where the statement has exactly one")
    return _current(subjects[0], _object(document.get("predicate"), "predicate"), limits)


def _current(subject: Any, predicate: dict[str, Any], limits: Limits) -> Statement:
    name, root = _subject(subject)
    if foreign := set(predicate) - {"serialization", "resources"}:
        raise FormatError(f"predicate has a member that OMS 1.0 does not know: {_shown(min(foreign))}")
    algorithm, shard_size, allow_symlinks, ignored = _serialization(
        _object(predicate.get("serialization"), "serialization")
    )
    listed = _bounded(predicate.get("resources"), limits)
    resources = tuple(_resource(value, algorithm, shard_size) for value in listed)
    if not shard_size and len(resources) == 1 and resources[0].path == ".":
        resources = (Resource(path=name, digest=resources[0].digest),)  # `model-signing` calls a model of one file so
    check(resources, shard_size)
    if (computed := root_digest(resources)) != root:
        raise FormatError(f"the subject's digest is {root}, but the files listed make {computed}")
    return Statement(
        name=name,
        algorithm=algorithm,
        resources=resources,
        shard_size=shard_size,
        allow_symlinks=allow_symlinks,
        ignore_paths=ignored,
    )


def _deprecated(subjects: list[Any], limits: Limits) -> Statement:
    """Before 1.0 the files were the subjects themselves, whole and by SHA-256."""
    named = [_subject(subject) for subject in _bounded(subjects, limits)]
    resources = tuple(Resource(path=name, digest=digest) for name, digest in named)
    _check_paths(resources)
    return Statement(name="", algorithm="sha256", resources=resources, deprecated=True)


def _subject(value: Any) -> tuple[str, str]:
    subject = _object(value, "the subject")
    name, digest = subject.get("name"), _object(subject.get("digest"), "the subject's digest").get("sha256")
    if not isinstance(name, str) or not name:
        raise FormatError("a subject without a name")
    return name, digest_in(digest, "sha256")


def _serialization(value: dict[str, Any]) -> tuple[str, int, bool, tuple[str, ...]]:
    """Algorithm, size of shards (0 for whole files), whether links were followed, and what was left out."""
    if foreign := set(value) - {"method", "hash_type", "allow_symlinks", "shard_size", "ignore_paths"}:
        raise FormatError(f"serialization has a member that OMS 1.0 does not know: {_shown(min(foreign))}")
    method, algorithm, links = value.get("method"), value.get("hash_type"), value.get("allow_symlinks")
    if method not in (FILES, SHARDS):
        raise FormatError(f"a method of serialization that OMS 1.0 does not know: {_shown(method)}")
    if not isinstance(algorithm, str) or algorithm not in DIGEST_SIZES:
        raise FormatError(f"a hash_type that OMS 1.0 does not know: {_shown(algorithm)}")
    if not isinstance(links, bool):
        raise FormatError("allow_symlinks is neither true nor false")
    size = value.get("shard_size")
    if isinstance(size, float) and size.is_integer():
        size = int(size)  # `model-signing` writes 1000000000.0
    if method == FILES and size is not None:
        raise FormatError("shard_size where whole files are listed")
    if method == SHARDS and (isinstance(size, bool) or not isinstance(size, int) or not 0 < size < 1 << 63):
        raise FormatError(f"a shard_size that is no size: {_shown(size)}")
    ignored = value.get("ignore_paths", [])
    if not isinstance(ignored, list) or not all(isinstance(path, str) and path for path in ignored):
        raise FormatError("ignore_paths is no list of paths")
    return algorithm, size or 0, links, tuple(ignored)


def _resource(value: Any, algorithm: str, shard_size: int) -> Resource:
    resource = _object(value, "a resource")
    name = resource.get("name")
    if not isinstance(name, str):
        raise FormatError("a resource without a name")
    if resource.get("algorithm") not in (algorithm, _own_name(algorithm, shard_size)):
        raise FormatError(
            f"{_shown(name)} has a digest by {_shown(resource.get('algorithm'))}, where all are by {algorithm}"
        )
    digest = digest_in(resource.get("digest"), algorithm)
    if not shard_size:
        return Resource(path=name, digest=digest)
    if (shard := _SHARD.fullmatch(name)) is None:
        raise FormatError(f"{_shown(name)} is no name of a shard (path:start:end)")
    return Resource(path=shard[1], digest=digest, start=int(shard[2]), end=int(shard[3]))


def _own_name(algorithm: str, shard_size: int) -> str:
    """What `model-signing` calls the algorithm of a digest: with the size of the shards, where there are any."""
    return f"{algorithm}-sharded-{shard_size}" if shard_size else algorithm


def check(resources: Sequence[Resource], shard_size: int) -> None:
    """Raises `FormatError` where OMS does not allow a statement to list `resources`."""
    _check_paths(resources)
    _check_order(resources)
    if shard_size:
        _check_shards(resources, shard_size)


def _check_paths(resources: Sequence[Resource]) -> None:
    for resource in resources:
        if why := why_no_path(resource.path):
            raise FormatError(f"{_shown(resource.name)} cannot be a file of the model: {why}")
    if len({resource.name for resource in resources}) != len(resources):
        names = sorted(resource.name for resource in resources)
        twice = next(one for one, other in pairwise(names) if one == other)
        raise FormatError(f"{_shown(twice)} is listed twice")


def _check_order(resources: Sequence[Resource]) -> None:
    """OMS sorts by code point of the name; `model-signing` by the parts of the path, and shards by where they start."""
    listed = list(resources)
    by_name = sorted(listed, key=lambda resource: resource.name)
    by_parts = sorted(listed, key=lambda resource: (resource.path.split("/"), resource.start))
    if listed not in (by_name, by_parts):
        raise FormatError("the files listed are in no order that OMS knows")


def _check_shards(resources: Sequence[Resource], size: int) -> None:
    """The shards of a file follow each other without a gap, all of one size but the last."""
    ends: dict[str, int] = {}
    for resource in sorted(resources, key=lambda resource: (resource.path, resource.start)):
        before, end = ends.get(resource.path, 0), resource.end or 0
        if resource.start != before or before % size or not 0 < end - resource.start <= size:
            raise FormatError(f"{_shown(resource.name)} does not follow the shard before it, of {size} bytes each")
        ends[resource.path] = end


def _bounded(value: Any, limits: Limits) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise FormatError("a statement that lists no file")
    if len(value) > limits.header_entries:
        raise LimitExceeded("header_entries", len(value), limits.header_entries)
    return value


def digest_in(value: Any, algorithm: str) -> str:
    """`value`, where it is a digest by `algorithm` in hex."""
    if not isinstance(value, str) or len(value) != 2 * DIGEST_SIZES[algorithm] or not _HEX.fullmatch(value):
        raise FormatError(f"{_shown(value)} is no digest by {algorithm}")
    return value


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise FormatError(f"{where} is {'missing' if value is None else 'no object'}")
    return value


def _shown(value: Any) -> str:
    """Strings of the signer in a message: short, and in Python's notation, which has no control characters."""
    return repr(value)[:200]
