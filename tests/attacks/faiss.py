"""Builds small indexes of FAISS, of three vectors of two numbers or bytes."""

from __future__ import annotations

import struct


def head(*, dimensions: int = 2, vectors: int = 3, metric: int = 1) -> bytes:
    fields = struct.pack("<iqqqBi", dimensions, vectors, 1 << 20, 1 << 20, 1, metric)
    return fields + (struct.pack("<f", 3) if metric > 1 else b"")


def listed(size: int, count: int) -> bytes:
    return struct.pack("<Q", count) + bytes(size * count)


def flat(code: bytes = b"IxF2", *, metric: int = 1, numbers: int = 6) -> bytes:
    return code + head(metric=metric) + listed(4, numbers)


def lists(kind: bytes = b"full", sizes: tuple[int, ...] = (2, 1)) -> bytes:
    start = b"ilar" + struct.pack("<QQ", 2, 8) + kind + struct.pack(f"<Q{len(sizes)}Q", len(sizes), *sizes)
    return start + bytes(3 * (8 + 8))


def inverted(behind: bytes | None = None, *, mapped: bytes = b"\0" + bytes(8)) -> bytes:
    start = b"IwFl" + head() + struct.pack("<QQ", 2, 1) + flat() + mapped
    return start + (lists() if behind is None else behind)


def graph(storage: bytes | None = None) -> bytes:
    tables = listed(8, 1) + listed(4, 2) + listed(4, 3) + listed(8, 4) + listed(4, 5)
    return b"IHNf" + head() + tables + bytes(20) + (flat() if storage is None else storage)


def transformed(inner: bytes) -> bytes:
    common = struct.pack("<iiB", 2, 2, 1)
    rotation = b"LTra" + b"\0" + listed(4, 4) + listed(4, 0) + common
    normal = b"VNrm" + struct.pack("<f", 2) + common
    return b"IxPT" + head() + struct.pack("<i", 2) + rotation + normal + inner


def bits() -> bytes:
    return b"IBxF" + struct.pack("<iiqBi", 16, 2, 3, 1, 1) + listed(1, 6)


HONEST = {
    "index.faiss": flat(),
    "other.index": flat(b"IxFl", metric=4),
    "inverted.index": inverted(),
    "sparse.index": inverted(lists(b"sprs", (1, 3)), mapped=b"\2" + listed(8, 0) + listed(16, 3)),
    "graph.index": graph(),
    "mapped.index": b"IxM2" + head() + transformed(inverted()) + listed(8, 3),
    "refined.index": b"IxRF" + head() + flat() + flat() + bytes(4),
    "bits.index": bits(),
    "mapped-bits.index": b"IBMp" + bits()[4:25] + bits() + listed(8, 3),
}
"""By its name, the content of an honest index."""
