"""The cache of torch.hub: weights in `hub/checkpoints`, repositories with code in `hub/<owner>_<name>_<branch>`.

Layout: torch/hub.py: `$TORCH_HOME/hub`; the name of a checkpoint may end in the beginning of its SHA-256 (`resnet18-f37072fd.pth`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from hilt.core.limits import Limits
from hilt.core.subject import EntryKind
from hilt.sources.caches.cached import (
    QUARANTINE,
    Cache,
    CachedFile,
    CachedModel,
    Kind,
    cache_home,
    chain,
    expanded,
    missing_in,
    unread_in,
)
from hilt.sources.caches.names import Names
from hilt.sources.file import Locator
from hilt.sources.folder import walk

_HASH = re.compile(r"-([a-f0-9]{8,64})\.")
_CHECKPOINTS = "checkpoints"
_KNOWN = {"hub", QUARANTINE}
_NOTES = {"trusted_list"}


def places(environment: Mapping[str, str], home: Path) -> tuple[Path, ...]:
    """$TORCH_HOME, else below the user's cache folder."""
    stated = environment.get("TORCH_HOME", "")
    return (expanded(stated) if stated else cache_home(environment, home) / "torch",)


def fits(folder: Path) -> bool:
    return (folder / "hub").is_dir()


def read(root: Path, limits: Limits) -> Cache:
    names = Names(root, limits)
    models: list[CachedModel] = []
    for entry in names.within(root):
        names.strays += entry.name not in _KNOWN
    for entry in names.within(root / "hub"):
        path = Path(entry.path)
        if not entry.is_dir(follow_symlinks=False):
            names.strays += entry.name not in _NOTES
            if entry.is_symlink() and entry.is_dir():
                names.problems.append(f"{entry.path}: a link to a folder, and is not followed")
        elif entry.name == _CHECKPOINTS:
            models += _checkpoints(names, path)
        else:
            models.append(_repository(path, limits))
    return Cache(
        kind=KIND.id, where=str(root), models=tuple(models), strays=names.strays, problems=tuple(names.problems)
    )


def _checkpoints(names: Names, folder: Path) -> Iterator[CachedModel]:
    """Each file is a model of its own."""
    listing = walk(folder, within=folder, reference=_CHECKPOINTS, limits=names.limits)
    names.problems += [f"{folder}: {why}" for why in unread_in(listing)]
    for entry in listing.subject.entries:
        locator = listing.locators.get(entry.path)
        if entry.kind is not EntryKind.FILE or not isinstance(locator, Locator):
            continue
        name = entry.path.rpartition("/")[2]
        found = _HASH.search(name)
        path = str(folder / entry.path)
        links = chain(path, locator.path) if entry.target else ()
        yield CachedModel(
            kind=KIND.id,
            name=f"torch:{entry.path}",
            where=path,
            files=(CachedFile(path=name, locator=locator, claimed=found[1] if found else "", links=links),),
            own=(path,),
        )


def _repository(folder: Path, limits: Limits) -> CachedModel:
    listing = walk(folder, within=folder, reference=folder.name, limits=limits)
    files = tuple(
        CachedFile(path=entry.path, locator=locator)
        for entry in listing.subject.entries
        if entry.kind is EntryKind.FILE and isinstance(locator := listing.locators.get(entry.path), Locator)
    )
    return CachedModel(
        kind=KIND.id,
        name=f"torch:{folder.name}",
        where=str(folder),
        files=files,
        own=(str(folder),),
        unread=unread_in(listing),
        missing=missing_in(listing),
    )


KIND = Kind(id="torch", title="torch.hub", places=places, fits=fits, read=read)
