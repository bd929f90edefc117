"""The own cache of llama.cpp: GGUF files side by side, with what their server said of them beside each.

Layout: llama.cpp, common/download.cpp and common/common.cpp (fs_get_cache_directory): `<file>.gguf`, with its ETag in `<file>.gguf.etag`
or, in older versions, with ETag and address in `<file>.gguf.json`. Newer builds move what `-hf` fetched into the cache of Hugging
Face and keep it there (common/hf-cache.cpp); `hugging_face.py` reads that. `--model-url` still puts files here.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from hilt.core.limits import Limits
from hilt.sources.caches.cached import QUARANTINE, Cache, CachedFile, CachedModel, Kind, cache_home, expanded
from hilt.sources.caches.names import Names

_SHA256 = re.compile(r"[0-9a-f]{64}")
_BESIDE = (".etag", ".json")
_BESIDE_BYTES = 64 << 10
_FETCHED = re.compile(r"/([^/]+/[^/]+)/resolve/[^/]+/.+")
_HUBS = ("huggingface.co", "hf.co")
_IN_HUB_CACHE = re.compile(
    r"(models|datasets|spaces|kernels)--.+|blobs|\.locks|CACHEDIR\.TAG|manifest=.*\.json", re.DOTALL
)
"""What the cache of Hugging Face has, which may be the same folder, and what llama.cpp keeps beside the models."""


def places(environment: Mapping[str, str], home: Path) -> tuple[Path, ...]:
    """$LLAMA_CACHE, else below the user's cache folder."""
    if stated := environment.get("LLAMA_CACHE", ""):
        return (expanded(stated),)
    if sys.platform == "darwin":
        return (home / "Library" / "Caches" / "llama.cpp",)
    local = environment.get("LOCALAPPDATA", "")
    return ((expanded(local) if sys.platform == "win32" and local else cache_home(environment, home)) / "llama.cpp",)


def fits(folder: Path) -> bool:
    return any(entry.name.endswith(".gguf") for entry in Names(folder, Limits()).within(folder))


def read(root: Path, limits: Limits) -> Cache:
    names = Names(root, limits)
    models, beside = [], set[str]()
    others: list[str] = []
    for entry in names.within(root):
        if not entry.name.endswith(".gguf"):
            others.append(entry.path)
            continue
        path = Path(entry.path)
        own = [str(path), *(str(one) for end in _BESIDE if names.file(one := Path(f"{path}{end}")) is not None)]
        beside.update(own)
        models.append(_model(names, path, own))
    known = (
        path in beside or Path(path).name == QUARANTINE or _IN_HUB_CACHE.fullmatch(Path(path).name) for path in others
    )
    names.strays += sum(not one for one in known)
    return Cache(
        kind=KIND.id, where=str(root), models=tuple(models), strays=names.strays, problems=tuple(names.problems)
    )


def _model(names: Names, path: Path, own: list[str]) -> CachedModel:
    etag, address = _said(names, path)
    locator = names.file(path)
    files = () if locator is None else (CachedFile(path=path.name, locator=locator, claimed=etag),)
    unread = () if locator is not None else (f"{path.name}: no regular file, and is not opened",)
    found = _FETCHED.fullmatch(urlsplit(address).path) if urlsplit(address).hostname in _HUBS else None
    name = f"hf:{found[1]}" if found else f"llama.cpp:{path.name}"
    return CachedModel(
        kind=KIND.id, name=name, where=str(path), files=files, own=tuple(own), unread=unread, exact=False
    )


def _said(names: Names, path: Path) -> tuple[str, str]:
    """The SHA-256 that the ETag says, and the address, as far as they are noted."""
    etag, address = b"", ""
    if isinstance(data := names.small(f"{path}.etag", _BESIDE_BYTES), bytes):
        etag = data
    elif isinstance(data := names.small(f"{path}.json", _BESIDE_BYTES), bytes):
        try:
            noted = json.loads(data)
        except (ValueError, RecursionError):
            noted = None
        if isinstance(noted, dict):
            etag = str(noted.get("etag", "")).encode("utf-8", "replace")
            address = noted["url"] if isinstance(noted.get("url"), str) else ""
    stated = etag.decode("ascii", "replace").strip().removeprefix("W/").strip('"')
    try:
        urlsplit(address)
    except ValueError:
        address = ""
    return stated if _SHA256.fullmatch(stated) else "", address


KIND = Kind(id="llama.cpp", title="llama.cpp", places=places, fits=fits, read=read)
