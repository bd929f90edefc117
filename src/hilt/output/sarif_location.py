"""Where a finding is, as SARIF says it: always a file and a line, since code scanning drops what has none."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any
from urllib.parse import quote as percent_encoded

from hilt.core.finding import Where
from hilt.core.subject import Subject
from hilt.output.quote import quote

REMOTE = ("hf:", "https:", "http:", "sha256:")
FRONT = ("README.md", "config.json")
"""The files that stand for the subject as a whole, where they exist."""
LARGEST = 2**31 - 1
"""Lines and offsets past this are no longer integers to some readers of SARIF."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`file` is the file on disk and `member` what lies in it; `said` is what the location alone does not tell."""

    uri: str
    base: str
    file: str
    member: str
    said: str
    sarif: dict[str, Any]


def location(subject: Subject, where: Where) -> Place:
    file, _, member = where.path.partition("!/")
    whole = not file
    file = file or _front(subject)
    folder, base = _folder(subject)
    uri = percent(f"{folder}/{file}" if folder and file else file or folder) or "."
    artifact = {"uri": uri, "uriBaseId": base} if base else {"uri": uri}
    region = {"startLine": min(where.line or 1, LARGEST) if not member else 1}
    if where.offset is not None and not member and not whole and where.offset <= LARGEST:
        region["byteOffset"] = where.offset
    sarif: dict[str, Any] = {"physicalLocation": {"artifactLocation": artifact, "region": region}}
    if member or where.tensor is not None:
        name = quote(where.path + (f"[{where.tensor}]" if where.tensor is not None else ""))
        sarif["logicalLocations"] = [{"fullyQualifiedName": name, "kind": "member" if member else "tensor"}]
    return Place(uri=uri, base=base, file=file, member=member, said=_said(where, member, whole=whole), sarif=sarif)


def base_ids(subject: Subject) -> dict[str, dict[str, Any]]:
    """What `uriBaseId` means in the locations of this subject; empty for one below the working directory."""
    _, base = _folder(subject)
    if not base:
        return {}
    told: dict[str, Any] = {"description": {"text": quote(subject.reference)}}
    if not subject.reference.startswith(REMOTE) and _parent(subject).is_absolute():
        told["uri"] = "file://" + "/" * (not _parent(subject).as_posix().startswith("/"))
        told["uri"] += percent(_parent(subject).as_posix()).rstrip("/") + "/"
    return {base: told}


def percent(path: str) -> str:
    """A path in a URI. Bytes that are not UTF-8 become those bytes again."""
    try:
        return percent_encoded(path.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        return percent_encoded(path.encode("utf-8", "surrogatepass"))


def _front(subject: Subject) -> str:
    paths = {entry.path for entry in subject.entries}
    first = subject.entries[0].path if subject.entries else ""
    return next((path for path in FRONT if path in paths), first)


def _folder(subject: Subject) -> tuple[str, str]:
    """The folder of the subject as it stands in a URI, or, where that would not be below us, the id of a base."""
    if not subject.reference.startswith(REMOTE):
        parent = _parent(subject)
        if not parent.is_absolute() and ".." not in parent.parts:
            return "" if parent == PurePath() else parent.as_posix(), ""
    name = hashlib.sha256(subject.reference.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return "", f"SUBJECT-{name}"


def _parent(subject: Subject) -> PurePath:
    """The folder that the paths of the entries start from; a single file is its own only entry."""
    path = PurePath(subject.reference)
    single = len(subject.entries) == 1 and subject.entries[0].path == path.name
    return path.parent if single else path


def _said(where: Where, member: str, *, whole: bool) -> str:
    if whole:
        return "The subject as a whole: "
    parts = [f"in {quote(member)}"] if member else []
    if member and where.line is not None:
        parts.append(f"line {where.line}")
    if where.tensor is not None:
        parts.append(f"tensor {quote(where.tensor)}")
    if where.offset is not None:
        parts.append(f"at byte {where.offset}")
    said = ", ".join(parts)
    return f"{said[0].upper()}{said[1:]}: " if said else ""
