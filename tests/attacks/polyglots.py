"""Pickles that the readers of other formats take for theirs: one file, two formats. Only ever read, never loaded.

The first opcode takes the header of the other format for a number or a string, which the pickle behind it drops.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping

COMMAND = b"cos\nsystem\n(X\x09\0\0\0echo hilttR."


def _r_data(pickle: bytes) -> bytes:
    """Bytes of R, little-endian: BINBYTES and the length 0x20a."""
    data = b"\0" * 505 + pickle + b"\0" * 64
    return b"B\n" + struct.pack("<IIIII", 2, 0x00040301, 0x00020300, 24, len(data)) + data


def _fasttext(pickle: bytes) -> bytes:
    """The first fastText: 0x42 dimensions and a window of 1 are BINBYTES and 16 MiB."""
    start = struct.pack("<12id", 0x42, 1, 5, 1, 5, 1, 1, 3, 1, 0, 0, 100, 0.1)
    start += struct.pack("<iiiq", 1, 1, 0, 1) + b"word\0" + struct.pack("<qB", 1, 0)
    begin = 5 + (1 << 24) - len(start) - 16
    rows = (begin + len(pickle)) // 4 + 1
    numbers = (b"\0" * begin + pickle).ljust(4 * rows, b"\0")
    return start + struct.pack("<QQ", rows, 1) + numbers + struct.pack("<QQ", 0, 0)


def _catboost(pickle: bytes) -> bytes:
    """The magic is SHORT_BINBYTES and 66; the trees may leave room."""
    name = b"FlabuffersModel_v1"
    trees = bytearray(240) + struct.pack("<I", len(name)) + name + b"\0\0"
    trees[60 : 60 + len(pickle)] = pickle
    struct.pack_into("<I", trees, 0, 220)
    struct.pack_into("<HHHiI", trees, 200, 6, 8, 4, 0, 0)
    struct.pack_into("<iI", trees, 220, 20, 240 - 224)
    return b"CBM1" + struct.pack("<I", len(trees)) + bytes(trees)


def _tflite(pickle: bytes) -> bytes:
    """The offset of the model is BINFLOAT and the begin of its number."""
    data = bytearray(0x1A0)
    struct.pack_into("<I4s", data, 0, 0x147, b"TFL3")
    data[9 : 9 + len(pickle)] = pickle
    struct.pack_into("<HHHH", data, 0x120, 8, 16, 4, 8)
    struct.pack_into("<iII", data, 0x147, 0x147 - 0x120, 3, 0x170 - 0x14F)
    struct.pack_into("<II", data, 0x170, 1, 0x190 - 0x174)
    struct.pack_into("<HH", data, 0x188, 4, 4)
    struct.pack_into("<i", data, 0x190, 8)
    return bytes(data)


POLYGLOTS: Mapping[str, Callable[[bytes], bytes]] = {
    "r-data": _r_data,
    "fasttext": _fasttext,
    "catboost": _catboost,
    "tflite": _tflite,
}
"""How a pickle is made a file of another format as well, by the id of that format."""
