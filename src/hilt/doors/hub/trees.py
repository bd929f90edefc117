"""Files and folders of a revision, as the hub's API lists them: all in one page, for not every client asks for a second."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from hilt.core.errors import NotHeld
from hilt.core.library import KeptFile, KeptRevision
from hilt.doors.hub.answers import large, last_commit
from hilt.gate.keeping.folder_ids import folder_id

MOST_NAMED = 1000
"""Paths that may be asked after by name in one request."""


def tree(kept: KeptRevision, folder: str, *, recursive: bool, expand: bool) -> list[dict[str, Any]]:
    """What lies in `folder` (empty for all), folders first; if `recursive`, at any depth. Raises `NotHeld`."""
    prefix = f"{folder}/" if folder else ""
    inside = [one for one in kept.files if one.path.startswith(prefix)]
    if folder and not inside:
        raise NotHeld(f"{folder}: {kept.repository.name} has no such folder at {kept.commit}", what="file")
    here = inside if recursive else [one for one in inside if "/" not in one.path[len(prefix) :]]
    folders = sorted(name for name in _folders(inside) if name.startswith(prefix) and name != folder)
    shown = folders if recursive else [name for name in folders if "/" not in name[len(prefix) :]]
    return [*_told_folders(kept, shown, inside, expand=expand), *(_file(one, kept, expand=expand) for one in here)]


def named(kept: KeptRevision, paths: Iterable[str], *, expand: bool) -> list[dict[str, Any]]:
    """The same of files and folders by their paths; those that are not there are left out."""
    asked = list(dict.fromkeys(path.strip("/") for path in paths))[:MOST_NAMED]
    files = [kept.file(path) for path in asked]
    folders = _folders(kept.files) if None in files else set()  # who asks for files alone does not wait for the others
    return [
        *_told_folders(kept, [path for path in asked if path in folders], kept.files, expand=expand),
        *(_file(one, kept, expand=expand) for one in files if one is not None),
    ]


def _folders(files: Iterable[KeptFile]) -> set[str]:
    found: set[str] = set()
    for one in files:
        folder = one.path.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found


def _told_folders(
    kept: KeptRevision, names: list[str], files: Iterable[KeptFile], *, expand: bool
) -> list[dict[str, Any]]:
    inside: defaultdict[str, list[KeptFile]] = defaultdict(list)
    wanted = set(names)
    for one in files if wanted else ():
        for at in (index for index, letter in enumerate(one.path) if letter == "/"):
            if one.path[:at] in wanted:
                inside[one.path[:at]].append(one)
    more = {"lastCommit": last_commit(kept)} if expand else {}
    return [
        {"type": "directory", "oid": folder_id(inside[name], name), "size": 0, "path": name, **more} for name in names
    ]


def _file(file: KeptFile, kept: KeptRevision, *, expand: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"type": "file", "oid": file.blob, "size": file.size, "path": file.path}
    if file.large:
        told["lfs"] = large(file, "oid")
    if expand:
        told["lastCommit"] = last_commit(kept)
        told["securityFileStatus"] = {"status": "unscanned", "avScan": None, "pickleImportScan": None}
    return told
