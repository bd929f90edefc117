"""The store of Ollama: `manifests/<host>/<namespace>/<model>/<tag>` name blobs, `blobs/sha256-<digest>` hold them.

Layout: ollama, manifest/manifest.go and manifest/paths.go. A manifest is JSON with a `config` and `layers`, each with a `digest`. Newer
versions keep manifests among the blobs, and `manifests-v2/<host>/...` links to them or copies them; such a one may be a list
(`manifests`) of others, one for each program that runs it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hilt.core.limits import Limits
from hilt.sources.caches.cached import Cache, CachedFile, CachedModel, Kind, expanded
from hilt.sources.caches.names import Names

_DIGEST = re.compile(r"sha256[:-]([0-9a-f]{64})", re.IGNORECASE)
_BLOB = re.compile(r"sha256-([0-9a-f]{64})", re.IGNORECASE)
_MANIFESTS = ("manifests", "manifests-v2")
_PUBLIC = ("registry.ollama.ai", "ollama.com")
_MANIFEST_BYTES = 4 << 20
_LAYERS, _CHILDREN = 10_000, 64
_LIST = "application/vnd.ollama.manifest.list.v2+json"


def places(environment: Mapping[str, str], home: Path) -> tuple[Path, ...]:
    """$OLLAMA_MODELS, else in the home of the user; and where the service keeps them that its installer sets up on Linux."""
    stated = environment.get("OLLAMA_MODELS", "")
    service = Path("/usr/share/ollama/.ollama/models")
    also = (service,) if not stated and os.path.isdir(service) else ()  # noqa: PTH112 (that of pathlib raises where a folder is closed)
    return (expanded(stated) if stated else home / ".ollama" / "models", *also)


def fits(folder: Path) -> bool:
    return (folder / "blobs").is_dir() and any((folder / name).is_dir() for name in _MANIFESTS)


class _Manifest:
    """What the manifests of one name lead to."""

    def __init__(self, path: str) -> None:
        self.paths = [path]
        self.layers: dict[str, str] = {}
        """What each blob is called, by its digest."""
        self.unread: list[str] = []


def read(root: Path, limits: Limits) -> Cache:
    names = Names(root, limits)
    found: dict[str, _Manifest] = {}
    for base in _MANIFESTS:
        for path in _tags(names, root / base):
            name = _name(path.relative_to(root / base).parts)
            manifest = found.setdefault(name, _Manifest(str(path)))
            manifest.paths = list(dict.fromkeys((*manifest.paths, str(path))))
            _read(names, manifest, path)
    models = [_model(names, name, manifest) for name, manifest in sorted(found.items())]
    used = {path for model in models for file in model.files for path in file.links}
    models += _loose(names, used)
    return Cache(
        kind=KIND.id, where=str(root), models=tuple(models), strays=names.strays, problems=tuple(names.problems)
    )


def _tags(names: Names, base: Path) -> Iterator[Path]:
    """The manifests, each four folders deep."""
    for host in names.folders(base):
        for namespace in names.folders(host):
            for model in names.folders(namespace):
                for entry in names.within(model):
                    if entry.is_dir(follow_symlinks=False):
                        names.strays += 1
                    else:
                        yield Path(entry.path)


def _name(parts: tuple[str, ...]) -> str:
    host, namespace, model, tag = parts
    if host in _PUBLIC:
        host = ""
        namespace = "" if namespace == "library" else namespace
    return f"ollama:{'/'.join(filter(None, (host, namespace, model)))}:{tag}"


def _read(names: Names, manifest: _Manifest, path: Path) -> None:
    """Notes what one manifest leads to."""
    at = path
    if path.is_symlink():
        target = Path(os.path.realpath(path))
        found = _BLOB.fullmatch(target.name)
        if found is None or target.parent != names.root / "blobs":
            manifest.unread.append(f"{path.name}: a manifest that is a link, and leads to no blob")
            return
        manifest.layers.setdefault(found[1].lower(), "manifest")
        at = target
    document = _document(names, at)
    if isinstance(document, str):
        manifest.unread.append(f"the manifest {path.name}: {document}")
        return
    _note(manifest, document)
    if document.get("mediaType") == _LIST:
        _children(names, manifest, document)


def _children(names: Names, manifest: _Manifest, document: dict[str, Any]) -> None:
    """Notes what a list of manifests leads to."""
    listed = document.get("manifests")
    children = listed if isinstance(listed, list) else []
    if len(children) > _CHILDREN:
        manifest.unread.append(f"a list of {len(children)} manifests, of which the first {_CHILDREN} are looked at")
    for child in children[:_CHILDREN]:
        if not isinstance(child, dict):
            continue
        _note(manifest, child)
        if digest := _digest(child):
            manifest.layers.setdefault(digest, "manifest")
            inner = _document(names, names.root / "blobs" / f"sha256-{digest}")
            if isinstance(inner, dict):
                _note(manifest, inner)
            else:
                manifest.unread.append(f"the manifest sha256-{digest}: {inner}")


def _document(names: Names, path: Path | str) -> dict[str, Any] | str:
    """A manifest, or why it is none."""
    data = names.small(path, _MANIFEST_BYTES)
    if isinstance(data, str):
        return data
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return "it is no JSON"
    return document if isinstance(document, dict) else "it is no manifest"


def _note(manifest: _Manifest, document: dict[str, Any]) -> None:
    layers = document.get("layers")
    every = [*(layers if isinstance(layers, list) else []), document.get("config")]
    for number, layer in enumerate(every):
        if number >= _LAYERS:
            manifest.unread.append(f"{len(every)} layers, of which the first {_LAYERS} are looked at")
            return
        if isinstance(layer, dict) and (digest := _digest(layer)):
            manifest.layers.setdefault(digest, _called(layer))


def _digest(layer: dict[str, Any]) -> str:
    digest = layer.get("digest")
    found = _DIGEST.fullmatch(digest) if isinstance(digest, str) else None
    return found[1].lower() if found else ""


def _called(layer: dict[str, Any]) -> str:
    """A layer's own name, else the last word of its type: `model`, `template`, `license`."""
    name, kind = layer.get("name"), layer.get("mediaType")
    if isinstance(name, str) and name:
        return name
    return (
        kind.rpartition(".")[2]
        if isinstance(kind, str) and kind.startswith("application/vnd.ollama.image.")
        else "config"
    )


def _model(names: Names, name: str, manifest: _Manifest) -> CachedModel:
    files, missing = [], []
    for digest, called in manifest.layers.items():
        path = str(names.root / "blobs" / f"sha256-{digest}")
        if (locator := names.file(path)) is not None:
            files.append(CachedFile(path=called, locator=locator, claimed=digest, links=(path,)))
        elif os.path.lexists(path):
            manifest.unread.append(f"sha256-{digest}: no regular file, and is not opened")
        else:
            missing.append(f"sha256-{digest}")
    return CachedModel(
        kind=KIND.id,
        name=name,
        where=manifest.paths[-1],
        files=tuple(files),
        own=tuple(manifest.paths),
        unread=tuple(manifest.unread),
        missing=tuple(missing),
        exact=False,
    )


def _loose(names: Names, used: set[str]) -> Iterator[CachedModel]:
    for entry in names.within(names.root / "blobs"):
        found = _BLOB.fullmatch(entry.name)
        if entry.path in used:
            continue
        if found is None or (locator := names.file(entry.path)) is None:
            names.strays += 1
            continue
        file = CachedFile(path=entry.name, locator=locator, claimed=found[1].lower())
        yield CachedModel(
            kind=KIND.id, name="ollama:", where=entry.path, files=(file,), own=(entry.path,), exact=False, loose=True
        )


KIND = Kind(id="ollama", title="Ollama", places=places, fits=fits, read=read)
