"""Tensors of an HDF5 file: in one piece, or in chunks that went through deflate, shuffle and checksums."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.core.tensor_source import TensorSource
from hilt.formats.hdf5 import Dataset, Hdf5
from hilt.formats.hdf5_bytes import File
from hilt.formats.hdf5_layout import Chunk, Place, chunks
from hilt.formats.inflate import most
from hilt.formats.tensors import Given
from hilt.formats.tensors.layouts.columns import columns_of_rows
from hilt.formats.tensors.layouts.dense import Dense
from hilt.formats.tensors.layouts.numbers import SIZES, to_floats
from hilt.formats.tensors.orientation.keras_names import is_of_keras, is_of_optimiser, named

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DTYPES = {"float16": "F16", "float32": "F32", "float64": "F64", "bfloat16": "BF16", "int8": "I8"}
_DEFLATE, _SHUFFLE, _FLETCHER32 = 1, 2, 3


def weights(given: Given) -> Iterator[TensorSource | str]:
    """Without datasets that lie in other files, or in chunks that are listed or packed in ways unknown here."""
    value: Hdf5 = given.value
    for dataset in sorted(value.datasets, key=lambda dataset: (dataset.place and dataset.place.begin) or 0):
        name = dataset.path.lstrip("/")
        if is_of_optimiser(name):
            continue
        stored = _stored(name, dataset, given.source, given.limits)
        if stored is not None:
            yield named(stored, name) if is_of_keras(name) else stored
        elif _is_there(dataset):
            yield name


def _is_there(dataset: Dataset) -> bool:
    """Is it a table of weights, of which the numbers were written?"""
    is_weight = dataset.dtype in _DTYPES and dataset.shape and 0 not in dataset.shape
    place = dataset.place
    return bool(is_weight and (place is None or place.begin is not None or (place.chunk and not place.index)))


def _stored(name: str, dataset: Dataset, source: ByteSource, limits: Limits) -> TensorSource | None:
    """The numbers as they lie there; None where there are none, or they cannot be unpacked here."""
    dtype, place, shape = _DTYPES.get(dataset.dtype), dataset.place, dataset.shape
    if dtype is None or place is None or place.begin is None or not prod(shape) or not shape:
        return None
    if dataset.layout != "chunked":
        needed = prod(shape) * SIZES[dtype]
        if place.size < needed or place.begin + needed > source.size:
            return None
        begin, big_endian = place.begin, dataset.big_endian
        return Dense(name=name, dtype=dtype, shape=shape, source=source, begin=begin, big_endian=big_endian)
    usable = place.index and len(place.chunk) == len(shape) and all(place.chunk)
    if prod(shape) * SIZES[dtype] > most(source.size, limits):
        return None
    if not usable or not {*dataset.filters} <= {_DEFLATE, _SHUFFLE, _FLETCHER32}:
        return None
    return Chunked(name=name, dtype=dtype, shape=shape, dataset=dataset, place=place, source=source, limits=limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunked:
    """A dataset in chunks, of which those are unpacked, one after the other, that rows or columns lie in."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    dataset: Dataset
    place: Place
    source: ByteSource
    limits: Limits

    def rows(self, begin: int, end: int) -> NDArray[np.float32]:
        whole = [(0, length) for length in self.shape[1:]]
        return self._box([(begin, end), *whole]).reshape(end - begin, prod(self.shape[1:]))

    def columns(self, begin: int, end: int, most: int) -> NDArray[np.float32]:
        if len(self.shape) == 2:
            return np.ascontiguousarray(self._box([(0, min(most, self.shape[0])), (begin, end)]).T)
        return columns_of_rows(self, begin, end, most)

    def _box(self, box: list[tuple[int, int]]) -> NDArray[np.float32]:
        """The numbers in [begin, end) of every dimension. What was never written is zero."""
        result = np.zeros([end - begin for begin, end in box], np.float32)
        left = prod(-(-end // each) - begin // each for (begin, end), each in zip(box, self.place.chunk, strict=True))
        file = File(self.source, self.limits)
        size = SIZES[self.dtype]
        for chunk in chunks(file, self.place, self.shape, size, box[0]):
            inside, outside = [], []
            for (begin, end), at, each in zip(box, chunk.at, self.place.chunk, strict=True):
                first, last = max(begin, at), min(end, at + each)
                inside.append(slice(first - at, max(first, last) - at))
                outside.append(slice(first - begin, max(first, last) - begin))
            if any(part.start >= part.stop for part in outside):
                continue
            left -= 1
            if left < 0:
                raise FormatError(f"dataset {self.name!r} has more chunks than it has room for", offset=chunk.begin)
            result[tuple(outside)] = self._unpacked(chunk)[tuple(inside)]
        return result

    def _unpacked(self, chunk: Chunk) -> NDArray[np.float32]:
        size = SIZES[self.dtype]
        length = prod(self.place.chunk) * size
        if max(length, chunk.size) > self.limits.tensor_held_bytes:
            seen = max(length, chunk.size)
            raise LimitExceeded("tensor_held_bytes", seen, self.limits.tensor_held_bytes, offset=chunk.begin)
        data = self.source.read(chunk.begin, chunk.size)
        for position in reversed(range(len(self.dataset.filters))):
            if not chunk.passed_over >> position & 1:
                data = _undone(data, self.dataset.filters[position], size, length, chunk.begin)
        if len(data) != length:
            message = f"a chunk of {self.name!r} holds {len(data)} bytes, {length} belong there"
            raise FormatError(message, offset=chunk.begin)
        return to_floats(data, self.dtype, big_endian=self.dataset.big_endian).reshape(self.place.chunk)


def _undone(data: bytes, number: int, size: int, length: int, offset: int) -> bytes:
    """What went into a filter; at most a checksum more than `length`."""
    if number == _FLETCHER32:
        return data[:-4]
    if number == _SHUFFLE:
        count = len(data) // size
        planes = np.frombuffer(data, np.uint8, count * size).reshape(size, count)
        return planes.T.tobytes() + data[count * size :]
    try:
        return zlib.decompressobj().decompress(data, length + 4)
    except zlib.error as error:
        raise FormatError(f"a compressed chunk is broken: {error}", offset=offset) from None
