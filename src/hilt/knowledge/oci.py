"""What an OCI image layout, a KitOps ModelKit or a ModelPack says that it is made of.

Specifications: OCI Image Format 1.1 ("Image Layout", "Content Descriptors", "Image Manifest"), CNCF ModelPack (model-spec 0.0.7),
KitOps ("Modelkit format"). A layout may stand inside a tar, as `docker save` writes it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, SourceError
from hilt.knowledge.siblings import Files

MARK, INDEX = "oci-layout", "index.json"
DIGEST = re.compile(r"(sha256):([0-9a-f]{64})|(sha512):([0-9a-f]{128})")
_STEP = 1 << 20
_CONTENT = {"+gzip": ("gzip", "tar.gzip"), "+zstd": ("zstd",), "tar": ("tar", "torch-tar"), "+json": ("json",)}
"""How a media type ends, and the formats that its bytes may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptor:
    """How `by` names a blob: its digest as written, its size, what it is said to be, and where else it may be had."""

    by: str
    role: str
    digest: str
    size: int
    media_type: str
    urls: tuple[str, ...]
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One layout: `prefix` is what stands before the paths of its files."""

    prefix: str
    descriptors: tuple[Descriptor, ...]
    config: tuple[tuple[str, Any], ...]
    """The configurations of the images in it, with their paths."""

    def path(self, digest: str) -> str:
        return f"{self.prefix}blobs/{digest.replace(':', '/', 1)}"


def layouts(files: Files) -> Iterator[Layout]:
    """Every layout among the files."""
    for path in files.formats:
        if path.rpartition("/")[2] == MARK and f"{path.removesuffix(MARK)}{INDEX}" in files.formats:
            yield _layout(files, path.removesuffix(MARK))


def _layout(files: Files, prefix: str) -> Layout:
    found: list[Descriptor] = []
    configs: list[tuple[str, Any]] = []
    layout = Layout(prefix=prefix, descriptors=(), config=())
    todo, seen = [f"{prefix}{INDEX}"], set[str]()
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        for one in _descriptors(path, _json(files, path)):
            found.append(one)
            at = layout.path(one.digest)
            if DIGEST.fullmatch(one.digest) and one.role == "manifest":
                todo.append(at)
            elif one.role == "config" and at not in seen:
                seen.add(at)
                configs.append((at, _json(files, at)))
    return Layout(prefix=prefix, descriptors=tuple(found), config=tuple(configs))


def _json(files: Files, path: str) -> Any:
    if files.formats.get(path) not in ("json", "tokenizer"):
        return None
    try:
        return getattr(files.read(path).value, "value", None)
    except (FormatError, SourceError):
        return None


def _descriptors(by: str, document: Any) -> Iterator[Descriptor]:
    if not isinstance(document, dict):
        return
    roles = (
        ("manifests", "manifest"),
        ("config", "config"),
        ("layers", "layer"),
        ("blobs", "layer"),
        ("subject", "manifest"),
    )
    for key, role in roles:
        value = document.get(key)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                yield _descriptor(by, role, one)


def _descriptor(by: str, role: str, one: dict[str, Any]) -> Descriptor:
    urls, size, notes = one.get("urls"), one.get("size"), one.get("annotations")
    title = notes.get("org.opencontainers.image.title", "") if isinstance(notes, dict) else ""
    return Descriptor(
        by=by,
        role=role,
        digest=str(one.get("digest", "")),
        size=size if isinstance(size, int) else -1,
        media_type=str(one.get("mediaType", "")),
        urls=tuple(str(url) for url in urls) if isinstance(urls, list) else (),
        title=str(title),
    )


def may_hold(media_type: str, format_id: str) -> bool:
    """May a blob of this media type have this format? Types that promise no packing may hold anything."""
    promised = next((formats for end, formats in _CONTENT.items() if media_type.endswith(end)), ())
    if media_type.endswith(".tar.gzip"):
        promised = ("gzip",)
    if promised == ("gzip",) or "gzip" in promised:
        promised = ("gzip", "joblib")
    return not promised or format_id in promised


def digest_of(source: ByteSource, algorithm: str) -> str:
    """The digest of all bytes, in hex."""
    digest = hashlib.new(algorithm)
    for at in range(0, source.size, _STEP):
        digest.update(source.read(at, _STEP))
    return digest.hexdigest()
