"""Reads a pointer: the small text that stands in a checkout where a large file was not fetched.

Specification: git-lfs, docs/spec.md, "The Pointer", and its predecessor Hawser; pointers of Xet, in TOML; the links
of the cache of huggingface_hub, where a file system without links has their text instead.

What can bite: nothing: an address by digest and a size. What it stands for may be anything, and whoever fetches that
loads what was not checked.

What hilt cannot see: the file that it stands for, which is not here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits

POINTER_BYTES = 1024
"""Pointers are smaller than this (specification)."""
_OID = re.compile(rb"^oid sha256:([0-9a-f]{64})$", re.MULTILINE)
_SIZE = re.compile(rb"^size (\d{1,19})$", re.MULTILINE)
_XET_HASH = re.compile(rb"^hash = ['\"]([0-9a-f]{64})['\"]\r?$", re.MULTILINE)
_XET_SIZE = re.compile(rb"^filesize = (\d{1,19})\r?$", re.MULTILINE)
_LINK = re.compile(rb"(?:\.\./)+blobs/([0-9a-f]{40}|[0-9a-f]{64})\s*+")


@dataclass(frozen=True, slots=True, kw_only=True)
class LfsPointer:
    """What the pointer promises: digest (hex; SHA-256 for Git LFS) and size in bytes of the file that is not here; a link
    tells no size.
    """

    kind: str
    digest: str
    size: int | None


def read(source: ByteSource, limits: Limits) -> LfsPointer:
    """The pointer in `source`. Raises `FormatError` where it is not a whole pointer and nothing else."""
    del limits
    if source.size >= POINTER_BYTES:
        raise FormatError(f"{source.size} bytes are too long for a pointer")
    data = source.read(0, POINTER_BYTES)
    if data.startswith(b"../"):
        if (link := _LINK.fullmatch(data)) is None:
            raise FormatError("a link that leads to no blob of a cache")
        return LfsPointer(kind="link of a cache", digest=link[1].decode(), size=None)
    of_xet = data.startswith(b"# xet")
    kind = "Xet pointer" if of_xet else "Git LFS pointer"
    digest, size = (_XET_HASH if of_xet else _OID).search(data), (_XET_SIZE if of_xet else _SIZE).search(data)
    if digest is None or size is None:
        raise FormatError(f"a {kind} without its digest or its size")
    return LfsPointer(kind=kind, digest=digest[1].decode(), size=int(size[1]))
