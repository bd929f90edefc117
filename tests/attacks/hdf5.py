"""Builds HDF5 files, honest and hostile, with h5py; the hostile ones are written and never read with it."""

from __future__ import annotations

import io
from collections.abc import Callable

import h5py
import numpy as np


def hdf5(fill: Callable[[h5py.File], None], **options: object) -> bytes:
    """The file that `fill` writes; `options` are those of `h5py.File`."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", **options) as file:
        fill(file)
    return buffer.getvalue()


def honest(file: h5py.File) -> None:
    """What a writer of weights uses: groups, plain, chunked, compressed and scalar datasets, soft and hard links."""
    file.attrs["backend"] = "tensorflow"
    file.attrs["count"] = 3
    file.attrs["names"] = np.array([b"a", b"bc"])
    layer = file.create_group("layers/dense")
    layer["kernel"] = np.zeros((3, 4), "f4")
    layer.create_dataset("bias", data=np.zeros(64, "f2"), chunks=(8,), compression="gzip", shuffle=True)
    layer["step"] = np.int64(1)
    layer["also"] = h5py.SoftLink("/layers/dense/kernel")
    file["again"] = layer["kernel"]
    file["loop"] = file["layers"]


def external_link(file: h5py.File) -> None:
    file["stolen"] = h5py.ExternalLink("/etc/passwd", "/x")


def raw_file(file: h5py.File) -> None:
    file.create_dataset("stolen", (4,), "u1", external=[("/etc/passwd", 0, 4)])


def virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((2, 4), "f4")
    layout[0] = h5py.VirtualSource("../other.h5", "x", (4,))
    layout[1, ::2] = h5py.VirtualSource("/tmp/second.h5", "y", (4,))[:2]
    file.create_virtual_dataset("stolen", layout)


def virtual_of_itself(file: h5py.File) -> None:
    file["x"] = np.zeros(4, "f4")
    layout = h5py.VirtualLayout((4,), "f4")
    layout[:] = h5py.VirtualSource(".", "x", (4,))
    file.create_virtual_dataset("same", layout)


def virtual_in_many_parts(file: h5py.File) -> None:
    """HDF5 2.0 writes a name that several parts share once."""
    layout = h5py.VirtualLayout((5, 4), "f4")
    for row in range(4):
        layout[row] = h5py.VirtualSource("../other-with-a-long-name.h5", "x-with-a-long-name", (4,))
    layout[4] = h5py.VirtualSource(".", "x-with-a-long-name", (4,))
    file.create_virtual_dataset("stolen", layout)


def many_links(file: h5py.File) -> None:
    group = file.create_group("group")
    for number in range(3000):
        group[f"name {number}"] = h5py.SoftLink(f"/{number}")


def many_attributes(file: h5py.File) -> None:
    """More than fit into an object header, some of them longer than a heap block."""
    for number in range(40):
        file.attrs[f"name {number}"] = "x" * number
    file.attrs["long"] = "y" * 100_000
    file.attrs["large"] = np.bytes_(b"z" * 100_000)


def filtered(file: h5py.File, number: int = 40000) -> None:
    """A dataset that goes through a filter of nobody, which HDF5 looks for in its folder of plug-ins."""
    made = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    made.set_chunk((8,))
    made.set_filter(number, h5py.h5z.FLAG_OPTIONAL, (1,))
    h5py.h5d.create(file.id, b"x", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((64,)), made)
