"""The sources of a virtual HDF5 dataset: the files from which its values are taken when it is read.

Specification: "HDF5 File Format Specification Version 3.0", section VII (layout of the virtual dataset block) and
Appendix "Dataspace Selection", whose serialised forms are passed over.
"""

from __future__ import annotations

from hilt.formats.hdf5_bytes import Fields, File
from hilt.formats.hdf5_heaps import global_object
from hilt.formats.hdf5_links import Unseen

_FILE_SHARED, _DATASET_SHARED, _SAME_FILE = 1, 2, 4
"""Flags of version 1, written since HDF5 2.0: the name is that of an earlier entry, or there is none."""
_NONE, _POINTS, _HYPERSLAB, _ALL = 0, 1, 2, 3


def sources(file: File, address: int, index: int) -> tuple[str, ...]:
    """The distinct file names, in order; "." is the file itself."""
    block = global_object(file, address, index)
    version = block.number(1)
    if version not in {0, 1}:
        raise Unseen(f"the sources of a virtual dataset are listed in version {version}", offset=block.offset)
    names: dict[str, None] = {}
    for _ in range(block.length()):
        file.count()
        flags = block.number(1) if version else 0
        if flags & _FILE_SHARED:
            block.length()
        else:
            names["." if flags & _SAME_FILE else block.text()] = None
        if flags & _DATASET_SHARED:
            block.length()
        else:
            block.text()
        _skip_selection(block)
        _skip_selection(block)
    return tuple(names)


def _skip_selection(block: Fields) -> None:
    kind, version = block.number(4), block.number(4)
    if kind in {_NONE, _ALL}:
        block.take(8)
    elif kind == _POINTS and version == 1:
        block.take(4)
        block.take(block.number(4))
    elif kind == _POINTS and version == 2:
        size, rank = block.number(1), block.number(4)
        block.take(block.number(size) * rank * size)
    elif kind == _HYPERSLAB and version == 1:
        block.take(4)
        block.take(block.number(4))
    elif kind == _HYPERSLAB and version == 2:
        block.take(1)
        block.take(block.number(4))
    elif kind == _HYPERSLAB and version == 3:
        regular, size, rank = block.number(1) & 1, block.number(1), block.number(4)
        block.take(4 * rank * size if regular else block.number(size) * 2 * rank * size)
    else:
        raise Unseen(f"a virtual dataset has a selection of type {kind}, version {version}", offset=block.offset)
