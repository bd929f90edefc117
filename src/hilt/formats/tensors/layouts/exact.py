"""Bytes of a tensor: all that were asked for, or word of where they end."""

from __future__ import annotations

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError


def exactly(source: ByteSource, offset: int, n: int, name: str) -> bytes:
    """The `n` bytes from `offset` on. Raises `FormatError`, which names the tensor, where the source ends before."""
    data = source.read(offset, n)
    if len(data) != n:
        raise FormatError(f"tensor {name!r} ends after {len(data)} of {n} bytes", offset=offset)
    return data
