"""An index of weights that does not describe its shards.

What: `*.index.json` files whose `weight_map` names shards that are missing, that lie outside the folder, or, for
safetensors shards, tensors that their shard does not hold; shards that hold tensors the index leaves out or looks for
in another shard, shards that it leaves out, and those of which only a Git LFS pointer is here.

Why: loaders open whatever file the index names. A name that leaves the folder makes them read a file of the machine; an
index that disagrees with its shards loads another model than the one that was looked at.

What it cannot see: what is in shards that are pickles, and whether the tensors hold the right numbers.

Fix: download the missing shards, or ask the publisher for a set that belongs together.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any, cast

from hilt.checks import listed
from hilt.checks.check import ReadFile, Repository
from hilt.core.errors import FormatError
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.formats.safetensors import Safetensors

_NAMED = 3
"""Tensors named in a message; the rest are counted."""


ShardSet = tuple[str, str, str]
"""The stem, the number of shards and the suffix that the names of one set share."""


def weights_index(repository: Repository) -> Iterator[Finding]:
    numbered = _numbered(repository)
    for path, format_id in repository.formats.items():
        if path.endswith(".index.json") and format_id == "json":
            try:
                document = cast("ReadFile[Any]", repository.read(path)).value.value
            except FormatError:
                continue  # it is in the coverage as a file that could not be read
            if isinstance(document, dict) and isinstance(document.get("weight_map"), dict):
                yield from _index(repository, path, document["weight_map"], numbered)


def _index(
    repository: Repository, path: str, weight_map: dict[str, Any], numbered: dict[ShardSet, list[str]]
) -> Iterator[Finding]:
    def seen(severity: Severity, message: str) -> Finding:
        return Finding(check=CHECK.id, severity=severity, where=Where(path=path), message=message)

    shards: dict[str, set[str]] = defaultdict(set)
    for tensor, shard in weight_map.items():
        if isinstance(shard, str):
            shards[shard].add(tensor)
        else:
            yield seen(
                Severity.MEDIUM, f"the tensor {tensor!r} is said to be in {str(shard)[:60]}, which names no file"
            )
    folder = posixpath.dirname(path)
    for shard, tensors in shards.items():
        inside = posixpath.normpath(posixpath.join(folder, shard))
        if shard.startswith("/") or "\\" in shard or ":" in shard or inside.split("/")[0] == "..":
            yield seen(Severity.HIGH, f"the shard {shard!r} lies outside the folder")
        elif inside not in repository.formats:
            yield seen(Severity.LOW, f"the shard {shard!r} with {len(tensors)} tensors is not here")
        elif repository.formats[inside] == "lfs-pointer":
            yield seen(Severity.LOW, f"of the shard {shard!r} only a Git LFS pointer is here")
        elif repository.formats[inside] == "safetensors":
            yield from (
                seen(severity, message) for severity, message in _shard(repository, inside, tensors, weight_map.keys())
            )
    named = {posixpath.normpath(posixpath.join(folder, shard)) for shard in shards}
    for extra in _unnamed(numbered, named):
        yield seen(Severity.MEDIUM, f"{extra} has the name of a shard of this set, and the index leaves it out")


def _numbered(repository: Repository) -> dict[ShardSet, list[str]]:
    """The files that are called like shards, by the set that they belong to."""
    sets: dict[ShardSet, list[str]] = defaultdict(list)
    for path in sorted(repository.formats):
        if (of_set := _set_of(path)) is not None:
            sets[of_set].append(path)
    return sets


def _set_of(path: str) -> ShardSet | None:
    from hilt.knowledge.weight_sets import SHARD

    match = SHARD.fullmatch(path)
    return (match["stem"], match["total"], match["suffix"]) if match else None


def _unnamed(numbered: dict[ShardSet, list[str]], named: set[str]) -> Iterator[str]:
    """Files called like the shards of an index that are not among them; a loader may take all that match."""
    sets = {of_set for path in named if (of_set := _set_of(path)) is not None}
    yield from sorted(path for of_set in sets for path in numbered.get(of_set, ()) if path not in named)


def _shard(
    repository: Repository, path: str, wanted: set[str], indexed: Collection[str]
) -> Iterator[tuple[Severity, str]]:
    try:
        header = cast("ReadFile[Safetensors]", repository.read(path)).value
    except FormatError:
        return  # it is in the coverage as a file that could not be read
    held = {tensor.name for tensor in header.tensors}
    if missing := sorted(wanted - held):
        yield Severity.MEDIUM, f"{path} does not hold {_some(missing)}, which the index looks for there"
    if twice := sorted(name for name in held - wanted if name in indexed):
        said = "which the index looks for in another shard: loaders that read whole shards take the other values"
        yield Severity.HIGH, f"{path} holds {_some(twice)}, {said}"
    if extra := sorted(held - wanted - set(twice)):
        yield Severity.MEDIUM, f"{path} holds {_some(extra)}, which the index leaves out"


def _some(names: list[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more tensors"


CHECK = listed("weights-index")
