"""The cache of huggingface_hub, which transformers, diffusers, vLLM and newer versions of llama.cpp share.

Layout: huggingface_hub, "Understand caching": `models--org--name/snapshots/<commit>/<path>` links to `blobs/<etag>`, and the ETag of a
large file is its SHA-256. Since version 2, `blobs/<etag>` may itself be a link into `<cache>/blobs/ab/<xet hash>`, which several
repositories share (huggingface_hub, utils/_shared_blobs.py). `refs/<name>` hold a commit. Without links a snapshot holds the files themselves.
"""

from __future__ import annotations

import os
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
from hilt.sources.hub_cache import SHARED, walk_snapshot

_REPOSITORY = re.compile(r"(models|datasets|spaces|kernels)--(.+)", re.DOTALL)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_NO_MODELS = {".locks", "CACHEDIR.TAG", "version.txt", "blobs", QUARANTINE}
_REF_BYTES = 64
_REF_DEPTH = 8


def places(environment: Mapping[str, str], home: Path) -> tuple[Path, ...]:
    """$HF_HUB_CACHE, else $HF_HOME/hub, else below the user's cache folder; and $LLAMA_CACHE, where llama.cpp puts the same."""
    stated = environment.get("HF_HUB_CACHE") or environment.get("HUGGINGFACE_HUB_CACHE", "")
    hub = environment.get("HF_HOME", "")
    usual = (expanded(hub) if hub else cache_home(environment, home) / "huggingface") / "hub"
    llama = expanded(environment.get("LLAMA_CACHE", "") or ".")
    also = (llama,) if environment.get("LLAMA_CACHE") and fits(llama) else ()
    return (expanded(stated) if stated else usual, *also)


def fits(folder: Path) -> bool:
    named = any(_REPOSITORY.fullmatch(entry.name) for entry in Names(folder, Limits()).within(folder))
    return named or (folder / "blobs" / SHARED).is_file()


def read(root: Path, limits: Limits) -> Cache:
    names = Names(root, limits)
    models: list[CachedModel] = []
    for entry in names.within(root):
        found = _REPOSITORY.fullmatch(entry.name)
        if found is not None and entry.is_dir(follow_symlinks=False):
            kind, name = found[1], found[2].replace("--", "/")
            reference = f"hf:{name}" if kind == "models" else f"hf:{kind}/{name}"
            models += _repository(names, Path(entry.path), reference)
        elif found is not None:
            names.problems.append(f"{entry.path}: no folder, and is not followed")
        elif entry.name not in _NO_MODELS:
            names.strays += 1
    models += _unused(names, models)
    return Cache(
        kind=KIND.id, where=str(root), models=tuple(models), strays=names.strays, problems=tuple(names.problems)
    )


def _repository(names: Names, repository: Path, reference: str) -> Iterator[CachedModel]:
    refs = list(_refs(names, repository / "refs"))
    used: set[str] = set()
    for snapshot in names.folders(repository / "snapshots"):
        model = _snapshot(names, snapshot, reference, [path for path, commit in refs if commit == snapshot.name])
        used.update(path for file in model.files for path in file.links)
        yield model
    for entry in names.within(repository / "blobs"):
        if entry.path in used or (locator := names.file(entry.path)) is None:
            continue
        if entry.name.endswith(".incomplete"):
            names.strays += 1
            continue
        claimed = entry.name if _SHA256.fullmatch(entry.name) else ""
        file = CachedFile(path=entry.name, locator=locator, claimed=claimed)
        yield CachedModel(
            kind=KIND.id, name=reference, where=entry.path, files=(file,), own=(entry.path,), exact=False, loose=True
        )


def _unused(names: Names, models: list[CachedModel]) -> Iterator[CachedModel]:
    """What lies in the store that repositories share, and no snapshot uses: it is linked again without being fetched."""
    if not (names.root / "blobs" / SHARED).is_file():
        return
    used = {path for model in models for file in model.files for path in file.links}
    for entry in names.within(names.root / "blobs"):
        for inner in names.within(Path(entry.path)) if entry.is_dir(follow_symlinks=False) else ():
            if inner.path in used or not _SHA256.fullmatch(inner.name) or (locator := names.file(inner.path)) is None:
                continue
            yield CachedModel(
                kind=KIND.id,
                name="hf:",
                where=inner.path,
                files=(CachedFile(path=inner.name, locator=locator),),
                own=(inner.path,),
                exact=False,
                loose=True,
            )


def _snapshot(names: Names, snapshot: Path, reference: str, refs: list[str]) -> CachedModel:
    listing = walk_snapshot(snapshot, reference, names.limits)
    files = []
    for entry in listing.subject.entries:
        locator = listing.locators.get(entry.path)
        if entry.kind is not EntryKind.FILE or not isinstance(locator, Locator):
            continue
        links = chain(os.path.join(snapshot, entry.path), locator.path) if entry.target else ()  # noqa: PTH118
        claimed = next((name for path in links[:1] if _SHA256.fullmatch(name := path.rpartition("/")[2])), "")
        files.append(CachedFile(path=entry.path, locator=locator, claimed=claimed, links=links))
    return CachedModel(
        kind=KIND.id,
        name=reference,
        where=str(snapshot),
        revision=snapshot.name,
        files=tuple(files),
        own=(str(snapshot), *refs),
        unread=unread_in(listing),
        missing=missing_in(listing),
    )


def _refs(names: Names, folder: Path, depth: int = 0) -> Iterator[tuple[str, str]]:
    """The files that name a commit, and the commit."""
    for entry in names.within(folder):
        if entry.is_dir(follow_symlinks=False) and depth < _REF_DEPTH:
            yield from _refs(names, Path(entry.path), depth + 1)
        elif isinstance(said := names.small(entry.path, _REF_BYTES), bytes):
            commit = said.decode("ascii", "replace").strip()
            if _COMMIT.fullmatch(commit):
                yield entry.path, commit


KIND = Kind(id="hugging-face", title="Hugging Face", places=places, fits=fits, read=read)
