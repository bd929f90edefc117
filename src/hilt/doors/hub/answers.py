"""What the hub's API tells of a revision that may be had.

Specification: what `huggingface_hub` and `@huggingface/hub` read, and what the public hub sends. What an upstream told of a repository
is passed on where it has the shape that clients take it for; what would lead them elsewhere (xet, gates of the upstream) is not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from hilt.core.library import KeptFile, KeptRevision
from hilt.gate.keeping.reader import Reader

_TEXTS = ("author", "pipeline_tag", "library_name", "mask_token", "sdk", "description", "citation", "paperswithcode_id")
_OBJECTS = ("cardData", "config", "transformersInfo", "gguf", "safetensors")
_COUNTS = ("downloads", "likes")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{1,6}Z", re.ASCII)
_NEVER = "1970-01-01T00:00:00.000Z"


def info(kept: KeptRevision, *, blobs: bool = False, siblings: bool = True, security: bool = False) -> dict[str, Any]:
    """A repository at a commit; with `blobs`, with the sizes and digests of its files."""
    name, told, listed = kept.repository.name, kept.told, date(kept.at)
    said: dict[str, Any] = {
        "_id": sha256(str(kept.repository).encode()).hexdigest()[:24],
        "id": name,
        "author": name.rpartition("/")[0] or None,
        "sha": kept.commit,
        "private": False,
        "gated": False,
        "disabled": False,
        "tags": [tag for tag in _list(told.get("tags")) if isinstance(tag, str)],
        "lastModified": _date_of(told.get("lastModified"), listed),
        "createdAt": _date_of(told.get("createdAt"), listed),
        **{key: _count(told.get(key)) for key in _COUNTS},
        **{key: told[key] for key in _TEXTS if isinstance(told.get(key), str)},
        **{key: told[key] for key in _OBJECTS if isinstance(told.get(key), Mapping)},
    }
    if kept.repository.kind == "models":
        said["modelId"] = name
    if siblings:
        said["siblings"] = [_sibling(one) if blobs else {"rfilename": one.path} for one in kept.files]
    if security:
        said["securityRepoStatus"] = {"scansDone": False, "filesWithIssues": []}
    return said


def refs(told: Mapping[str, Any], *, requests: bool) -> dict[str, Any]:
    """Branches and tags; pull requests where they are asked for."""
    names = ("branches", "tags", "converts", *(("pullRequests",) if requests else ()))
    return {name: [ref for one in _list(told.get(name)) if (ref := _ref(one))] for name in names}


def commits(kept: KeptRevision) -> list[dict[str, Any]]:
    """The one that is kept; of what came before it, nothing is."""
    return [{**last_commit(kept), "message": "", "authors": []}]


def last_commit(kept: KeptRevision) -> dict[str, str]:
    """Of each file the one that is kept, for it is not known which changed it last."""
    return {"id": kept.commit, "title": "", "date": _date_of(kept.told.get("lastModified"), date(kept.at))}


def whoami(reader: Reader) -> dict[str, Any]:
    """Whoever shows a token of theirs; empty for nobody."""
    if reader.asked is None:
        return {}
    who = reader.asked.who
    token = {
        "displayName": reader.label,
        "role": "write" if reader.writes else "read",
        "createdAt": date(who.begun),
    }
    return {
        "type": "user",
        "id": who.person.person,
        "name": who.name,
        "fullname": who.name,
        "isPro": False,
        "canPay": False,
        "orgs": [],
        "auth": {"type": "access_token", "accessToken": token},
    }


def large(file: KeptFile, digest: str) -> dict[str, Any]:
    """Of a file that lies where git has a pointer to it. Clients look for its SHA-256 under another name in each call."""
    return {digest: file.sha256, "size": file.size, "pointerSize": file.pointer_size}


def date(at: str) -> str:
    """A time in UTC (ISO 8601) as the hub spells it."""
    try:
        read = datetime.fromisoformat(at).astimezone(UTC)
    except ValueError:
        return _NEVER
    return read.strftime("%Y-%m-%dT%H:%M:%S.000Z") if read.year >= 1000 else _NEVER


def _sibling(file: KeptFile) -> dict[str, Any]:
    told: dict[str, Any] = {"rfilename": file.path, "size": file.size, "blobId": file.blob}
    return told | {"lfs": large(file, "sha256")} if file.large else told


def _ref(told: object) -> dict[str, str]:
    """A branch or a tag as it must be; empty where it is none."""
    if not isinstance(told, Mapping):
        return {}
    said = {key: value for key in ("name", "ref", "targetCommit") if isinstance(value := told.get(key), str)}
    return said if len(said) == 3 else {}


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53 else 0


def _date_of(value: object, otherwise: str) -> str:
    """Clients fail on a date of any other shape."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return otherwise
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return otherwise
    return value
