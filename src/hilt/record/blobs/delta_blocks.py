"""The blocks of a delta (delta_format.py): bytes that are held against others, as planes of differences, and back again."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hilt.core.errors import FormatError
from hilt.record.blobs.delta_format import Segment
from hilt.record.blobs.packers import Packer

_LENGTH = struct.Struct("<I")
_FOR_ITSELF, _DIFFERENCE = 0, 1
_POOR = 0.7
"""Differences that stay larger than this part may be those of strangers: numbers that stand for themselves may be smaller."""
_INTEGERS = {1: ("u1", "i1"), 2: ("<u2", "<i2"), 4: ("<u4", "<i4"), 8: ("<u8", "<i8")}


def encode_block(data: bytes, base: bytes | None, width: int, pack: Packer) -> bytes:
    """The block that becomes `data`, with the bytes of the `base` where there are any."""
    if base is None:
        return _encoded(_FOR_ITSELF, data, width, pack)
    unsigned, signed = _INTEGERS[width]
    one, other = np.frombuffer(data, unsigned), np.frombuffer(base, unsigned)
    steps = (one - other).view(signed)
    folded = ((steps << 1) ^ (steps >> (8 * width - 1))).astype(signed, copy=False)
    found = _encoded(_DIFFERENCE, folded.tobytes(), width, pack)
    if len(found) > _POOR * len(data):
        found = min(found, _encoded(_FOR_ITSELF, data, width, pack), key=len)
    return found


def _encoded(kind: int, data: bytes, width: int, pack: Packer) -> bytes:
    parts = [bytes([kind])]
    for plane in np.frombuffer(data, np.uint8).reshape(-1, width).T:
        plain = plane.tobytes()
        packed = pack.pack(plain) if plane.any() else b""
        packed = packed if len(packed) < len(plain) else plain
        parts += [_LENGTH.pack(len(packed)), packed]
    return b"".join(parts)


def decode_block(read: Callable[[int], bytes], base: Callable[[], bytes], one: Segment, pack: Packer) -> bytes:
    """The bytes of the block that `read` gives next; `base` is asked for its part only where that is needed. Raises `FormatError`."""
    kind = _exactly(read, 1)[0]
    if kind not in (_FOR_ITSELF, _DIFFERENCE) or (kind == _DIFFERENCE and one.base < 0):
        raise FormatError(f"a block cannot begin with {kind}, or its segment names no base")
    planes = [_plane(read, one.size // one.width, pack) for _ in range(one.width)]
    if kind == _DIFFERENCE and not any(planes):
        return base()
    numbers = np.zeros((one.size // one.width, one.width), np.uint8)
    for place, plane in enumerate(planes):
        if plane:
            numbers[:, place] = np.frombuffer(plane, np.uint8)
    if kind == _FOR_ITSELF:
        return numbers.tobytes()
    return _added(numbers, np.frombuffer(base(), np.uint8), one.width)


def _added(numbers: NDArray[np.uint8], base: NDArray[np.uint8], width: int) -> bytes:
    unsigned, _ = _INTEGERS[width]
    folded = numbers.reshape(-1).view(unsigned)
    mask = np.zeros_like(folded) - (folded & 1)
    steps: NDArray[Any] = (folded >> 1) ^ mask
    found: bytes = (base.view(unsigned) + steps).tobytes()
    return found


def _plane(read: Callable[[int], bytes], size: int, pack: Packer) -> bytes:
    (length,) = _LENGTH.unpack(_exactly(read, _LENGTH.size))
    if length > size:
        raise FormatError(f"a plane of {size} bytes cannot take {length}")
    data = _exactly(read, length)
    return pack.unpack(data, size) if 0 < length < size else data


def _exactly(read: Callable[[int], bytes], n: int) -> bytes:
    data = read(n)
    if len(data) != n:
        raise FormatError("it ends in the middle")
    return data
