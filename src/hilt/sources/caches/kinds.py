"""The caches that hilt knows, and where on this machine they are."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from hilt.core.errors import UsageError
from hilt.core.limits import Limits
from hilt.sources.caches import hugging_face, llama_cpp, ollama, torch
from hilt.sources.caches.cached import Cache, Kind

KINDS: tuple[Kind, ...] = (hugging_face.KIND, ollama.KIND, llama_cpp.KIND, torch.KIND)


class Place(NamedTuple):
    """Where a cache is looked for: `where` is its absolute path without links, or as it was named where nothing is there."""

    kind: Kind
    where: Path
    found: bool

    def read(self, limits: Limits) -> Cache:
        return self.kind.read(self.where, limits)


def usual_places(environment: Mapping[str, str], home: Path) -> list[Place]:
    """The caches of whoever calls, by what their environment says."""
    return _once(_place(kind, where) for kind in KINDS for where in kind.places(environment, home))


def named_places(folders: Sequence[str]) -> list[Place]:
    """The caches in these folders. Raises `UsageError` where one holds none that hilt knows."""
    found: list[Place] = []
    for folder in folders:
        path = Path(folder)
        if not os.path.isdir(path):  # noqa: PTH112 (that of pathlib raises where a folder is closed)
            raise UsageError(f"{folder}: there is no such folder; without FOLDER, the usual places are looked at")
        fitting = [_place(kind, path) for kind in KINDS if kind.fits(path)]
        if not fitting:
            titles = ", ".join(kind.title for kind in KINDS)
            raise UsageError(
                f"{folder}: this is no cache that hilt knows ({titles}); name the folder that holds models--org--name, "
                "blobs and manifests, GGUF files or hub/checkpoints"
            )
        found += fitting
    return _once(found)


def _once(places: Iterable[Place]) -> list[Place]:
    """Several variables may lead to one folder."""
    return list({(place.kind.id, place.where): place for place in places}.values())


def _place(kind: Kind, where: Path) -> Place:
    there = os.path.isdir(where)  # noqa: PTH112
    return Place(kind, Path(os.path.realpath(where)) if there else where.absolute(), there)
