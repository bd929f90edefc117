"""The extra fields of a zip's headers: which are taken for what they are, and which hold something of their own.

Specification: APPNOTE.TXT 4.5 and 4.6, and Info-ZIP's proginfo/extrafld.txt; PyTorch, caffe2/serialize/
inline_container.cc (`getPadding`), whose field FB aligns the bytes behind it and is filled with the letter Z.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_MOST = {
    0x0001: 32,  # sizes of Zip64
    0x000A: 32,  # times of NTFS
    0x000D: 12,  # times and owner, PKWARE's way
    0x5455: 13,  # times
    0x5855: 12,  # times and owner, of old
    0x7855: 4,  # owner, of old
    0x7875: 19,  # owner
    0xCAFE: 0,  # the first member of a Java archive
}
"""How long the fields at most are that every reader knows, or may leave alone."""
_NAMES = frozenset({0x6375, 0x7075})
"""Name and comment once more in Unicode, which are looked at where names are compared."""
_TORCH, _ANDROID, _APACHE = 0x4246, 0xD935, 0xA11E
_FILLED = {_TORCH: (0, b"Z\0"), _ANDROID: (2, b"\0"), _APACHE: (2, b"\0")}
"""Fields that only align what follows: bytes that mean something, and what fills the rest."""


def field(extra: bytes, wanted: int) -> bytes | None:
    """The first field of this kind."""
    return next((body for tag, body in fields(extra) if tag == wanted), None)


def fields(extra: bytes) -> Iterator[tuple[int | None, bytes]]:
    """The fields in order; what is left over, and is none, comes last without a kind."""
    position = 0
    while position + 4 <= len(extra):
        tag, length = struct.unpack_from("<2H", extra, position)
        if position + 4 + length > len(extra):
            break
        yield tag, extra[position + 4 : position + 4 + length]
        position += 4 + length
    if position < len(extra):
        yield None, extra[position:]


def strange(extra: bytes) -> str:
    """What stands in `extra` that no writer puts there; empty where there is nothing."""
    seen: set[int] = set()
    for tag, body in fields(extra):
        if tag is None:
            if body.strip(b"\0"):  # zeros are how old tools align
                return f"{len(body)} bytes that are no field: {body[:16]!r}"
        elif tag in seen:
            return f"two fields of the kind 0x{tag:04x}, of which readers take one"
        elif tag in _FILLED:
            kept, filling = _FILLED[tag]
            if body[kept:].strip(filling):
                return f"{len(body)} bytes in a field that only aligns: {body[:16]!r}"
        elif tag not in _NAMES and len(body) > _MOST.get(tag, -1):
            return f"{len(body)} bytes in a field of the kind 0x{tag:04x}: {body[:16]!r}"
        if tag is not None:
            seen.add(tag)
    return ""
