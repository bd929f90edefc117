"""Files in memory, given to the modules that know their tensors as the reading process gives them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from hilt.core.byte_source import ByteSource, MemorySource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.core.tensor_source import TensorSource
from hilt.formats.tensors import Given, tensors, untold
from reading import read


def given(files: Mapping[str, bytes], path: str = "") -> tuple[str, Given]:
    """The format of the file at `path`, the first where none is named, and the file as it was read, the others beside it."""
    path = path or next(iter(files))

    def beside(other: str) -> ByteSource:
        if other not in files:
            raise FormatError(f"there is no file {other!r}")
        return MemorySource(files[other])

    def parsed(other: str) -> Any:
        return read(beside(other), other).value

    file = read(files[path], path)
    assert file.error is None, file.error
    return file.format, Given(path, file.value, MemorySource(files[path]), Limits(), beside, parsed, frozenset(files))


def found(files: Mapping[str, bytes], path: str = "") -> dict[str, TensorSource]:
    """The tensors of a file by their names, of which none occurs twice."""
    every = list(tensors(*given(files, path)))
    by_name = {tensor.name: tensor for tensor in every}
    assert len(by_name) == len(every)
    return by_name


def not_told(files: Mapping[str, bytes], path: str = "") -> list[str]:
    return list(untold(*given(files, path)))


def whole(tensor: TensorSource) -> np.ndarray:
    """All numbers of a tensor, once some rows and some columns were asked for on their own and were the same ones."""
    rows = tensor.shape[0] if tensor.shape else 1
    every = tensor.rows(0, rows)
    assert every.dtype == np.float32
    assert every.shape == (rows, int(np.prod(tensor.shape[1:])))
    for begin, end in ((0, min(3, rows)), (rows // 3, rows // 3 + 1), (rows - 1, rows), (rows // 2, rows)):
        assert np.array_equal(tensor.rows(begin, end), every[begin:end], equal_nan=True), (begin, end)
        if hasattr(tensor, "piece"):
            source, offset, n = tensor.piece(begin, end)
            assert 0 < n <= source.size - offset, (begin, end)
    width = every.shape[1]
    for begin, end in ((0, min(2, width)), (width // 3, width // 3 + 1), (width // 2, width), (0, width)):
        for most in (1, rows // 2, rows, rows + 5):
            columns = tensor.columns(begin, end, most)
            assert np.array_equal(columns, every[:most, begin:end].T, equal_nan=True), (begin, end, most)
    return every.reshape(tensor.shape)


def beginning(tensor: TensorSource) -> None:
    """Reads a few rows and a column, of shapes that may lie."""
    tensor.rows(0, min(tensor.shape[0] if tensor.shape else 1, 8))
    tensor.columns(0, 1, 8)


def came_through(tensors_of_it: Iterable[TensorSource], look: Callable[[TensorSource], object] = beginning) -> int:
    """How many tensors of a file that may be broken could be looked at, until a `FormatError` ended it; nothing else may."""
    read = 0
    try:
        for tensor in tensors_of_it:
            look(tensor)
            read += 1
    except FormatError:
        pass
    return read
