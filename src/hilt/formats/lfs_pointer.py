"""Reads a Git LFS pointer: the small text that stands in a checkout where a large file was not fetched.

Specification: git-lfs, docs/spec.md, "The Pointer".

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
OID = re.compile(rb"^oid sha256:([0-9a-f]{64})$", re.MULTILINE)
SIZE = re.compile(rb"^size (\d{1,19})$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class LfsPointer:
    """What the pointer promises: SHA-256 (hex) and size in bytes of the file that is not here."""

    sha256: str
    size: int


def read(source: ByteSource, limits: Limits) -> LfsPointer:
    """The pointer in `source`. Raises `FormatError` where it is not a whole pointer and nothing else."""
    del limits
    if source.size >= POINTER_BYTES:
        raise FormatError(f"{source.size} bytes are too long for a Git LFS pointer")
    data = source.read(0, POINTER_BYTES)
    oid, size = OID.search(data), SIZE.search(data)
    if oid is None or size is None:
        raise FormatError("a Git LFS pointer without its oid or its size")
    return LfsPointer(sha256=oid[1].decode(), size=int(size[1]))
