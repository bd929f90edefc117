"""How blocks of numbers are made smaller: by Zstandard where this Python has it, else by what every Python has.

Level 1 of Zstandard: differences of weights have next to no repetitions, so that its faster levels come out smaller than the usual one,
at twice the speed (benchmarks/deltas.py).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats.inflate import Decompressor, Zlib, zstandard, zstandard_compressor

_MEMORY = Limits(inflate_memory=8 << 20)
"""No block that was packed here needs a larger window."""
_LEVEL = 1


class Packer(NamedTuple):
    """`pack` makes bytes smaller, or not; `unpack` has so many bytes back, and never more; it raises `FormatError`."""

    name: str
    pack: Callable[[bytes], bytes]
    unpack: Callable[[bytes, int], bytes]


def packer(name: str) -> Packer:
    """That of this name, which is one of `PACKED`. Raises `FormatError` where this Python lacks it."""
    _MACHINES[name]()
    return Packer(name, _PACKERS[name], partial(_unpack, _MACHINES[name]))


def best_packer() -> Packer:
    """The one to pack with, on this Python."""
    try:
        return packer("zstd")
    except FormatError:
        return packer("zlib")


def _unpack(machine: Callable[[], Decompressor], data: bytes, size: int) -> bytes:
    made = machine()
    try:
        found = made.decompress(data, size + 1)
    except (zlib.error, ValueError, EOFError) as error:
        raise FormatError(f"a packed block is broken: {error}") from None
    if len(found) != size or not made.eof or made.unused_data:
        more = "more" if len(found) > size else "no more"
        raise FormatError(f"a packed block holds {more} than {min(len(found), size)} bytes, and {size} belong there")
    return found


def _zstd(data: bytes) -> bytes:
    return zstandard_compressor(_LEVEL)(data)


_PACKERS: Mapping[str, Callable[[bytes], bytes]] = {
    "zstd": _zstd,
    "zlib": lambda data: zlib.compress(data, _LEVEL),
}
_MACHINES: Mapping[str, Callable[[], Decompressor]] = {
    "zstd": lambda: zstandard(_MEMORY),
    "zlib": lambda: Zlib(15),
}
PACKED = tuple(_MACHINES)
