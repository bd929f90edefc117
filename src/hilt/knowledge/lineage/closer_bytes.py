"""The sketches of a model as bytes, version "hilt-cl1": all numbers little-endian, nothing before or behind.

magic "hilt-cl1", seed (8 bytes), tensors left out (4), tensors (4); of each tensor
name (2 bytes of length, UTF-8), dtype (1, ASCII), dimensions (1, then 8 each), norm and share of zeros (8-byte floats),
odd numbers (8), flags (1), sums (48 x 48 4-byte floats; 48 of a vector), then
if flag 1 is set: width of the residual stream (4), scale (8-byte float), written (width x 32 2-byte floats)
"""

from __future__ import annotations

import struct
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from hilt.core.errors import FormatError
from hilt.knowledge.lineage.closer import LARGEST, MOST, MOST_DIMENSIONS, SIZE, WIDTH, ModelSketch, TensorSketch
from hilt.knowledge.lineage.matrix import signs

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAGIC = b"hilt-cl1"
_HEAD, _SUMMARY, _WRITTEN = struct.Struct("<QII"), struct.Struct("<ddQB"), struct.Struct("<Id")
_WRITES, _VECTOR = 1, 2
_TENSORS, _WIDTH, _HUGE = 1 << 20, 1 << 20, 1e20


def encode(model: ModelSketch) -> bytes:
    """As bytes that `decode` reads."""
    tensors = {_name(tensor): tensor for tensor in model.tensors.values()}  # names that were cut may be the same
    left_out = model.left_out + len(model.tensors) - len(tensors)
    parts = [MAGIC, _HEAD.pack(model.seed & 0xFFFFFFFF, min(left_out, 0xFFFFFFFF), len(tensors))]
    for name, tensor in tensors.items():
        dtype = tensor.dtype.encode("ascii", "replace")[:0xFF]
        vector = _is_vector(tensor.shape)
        flags = (0 if tensor.written is None else _WRITES) | (_VECTOR if vector else 0)
        sums = tensor.sums[:, 0] if vector else tensor.sums
        parts += [
            struct.pack("<H", len(name)), name, struct.pack("<B", len(dtype)), dtype,
            struct.pack(f"<B{len(tensor.shape)}Q", len(tensor.shape), *tensor.shape),
            _SUMMARY.pack(tensor.norm, tensor.zeros, tensor.odd, flags), sums.astype("<f4").tobytes(),
        ]  # fmt: skip
        if tensor.written is not None:
            parts += [_WRITTEN.pack(len(tensor.written), tensor.scale), tensor.written.astype("<f2").tobytes()]
    return b"".join(parts)


def _name(tensor: TensorSketch) -> bytes:
    return tensor.name.encode("utf-8", "replace")[:0xFFFF].decode("utf-8", "ignore").encode()


def decode(data: bytes) -> ModelSketch:
    """What `encode` wrote. Raises `FormatError` on anything else."""
    if not data.startswith(MAGIC):
        raise FormatError(f"sketches of this version begin with {MAGIC!r}, not {data[:8]!r}", offset=0)
    if len(data) > 2 * MOST:
        raise FormatError(f"sketches of a model have {len(data):,} bytes, where {2 * MOST:,} are the most", offset=0)
    told = _Bytes(data, len(MAGIC))
    seed, left_out, count = told.unpack(_HEAD)
    if count > _TENSORS:
        raise FormatError(f"{count:,} sketches are announced, where {_TENSORS:,} are the most", offset=16)
    tensors: dict[str, TensorSketch] = {}
    for _ in range(count):
        one = _tensor(told, seed)
        if one.name in tensors:
            raise FormatError(f"two sketches are of {one.name!r}", offset=told.at)
        tensors[one.name] = one
    if told.at != len(data):
        raise FormatError(f"{len(data) - told.at} bytes lie behind the last sketch", offset=told.at)
    return ModelSketch(tensors=tensors, seed=seed, left_out=left_out)


class _Bytes:
    """Bytes that are taken one piece after the other."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data, self.at = data, at

    def take(self, size: int) -> bytes:
        if size > len(self.data) - self.at:
            raise FormatError(f"a sketch ends after {len(self.data) - self.at} of {size} bytes", offset=self.at)
        self.at += size
        return self.data[self.at - size : self.at]

    def unpack(self, what: struct.Struct) -> tuple[Any, ...]:
        return what.unpack(self.take(what.size))

    def text(self, length: str, encoding: str) -> str:
        (size,) = self.unpack(struct.Struct(length))
        return self.take(size).decode(encoding, "replace")

    def floats(self, dtype: str, *shape: int) -> NDArray[Any]:
        values = np.frombuffer(self.take(prod(shape) * np.dtype(dtype).itemsize), dtype)
        with np.errstate(invalid="ignore"):
            bounded = np.abs(values.astype(np.float64)) <= _HUGE
        if not bounded.all():
            raise FormatError("a sketch holds a number that is none, infinite or beyond all bounds", offset=self.at)
        return values.astype(values.dtype.newbyteorder("=")).reshape(shape)


def _tensor(told: _Bytes, seed: int) -> TensorSketch:
    name, dtype = told.text("<H", "utf-8"), told.text("<B", "ascii")
    (dimensions,) = told.unpack(struct.Struct("<B"))
    if dimensions > MOST_DIMENSIONS:
        raise FormatError(f"a tensor has {dimensions} dimensions, where {MOST_DIMENSIONS} are the most", offset=told.at)
    shape = told.unpack(struct.Struct(f"<{dimensions}Q"))
    norm, zeros, odd, flags = told.unpack(_SUMMARY)
    if not (0 <= norm <= LARGEST and 0 <= zeros <= 1) or flags > (_WRITES | _VECTOR):
        raise FormatError(f"a sketch has norm {norm}, share of zeros {zeros} and flags {flags}", offset=told.at)
    if bool(flags & _VECTOR) != _is_vector(shape):
        raise FormatError(f"the sketch of a tensor of shape {shape} has flags {flags}", offset=told.at)
    sums = told.floats("<f4", SIZE)[:, None] * _one_column(seed) if flags & _VECTOR else told.floats("<f4", SIZE, SIZE)
    written, scale = None, 0.0
    if flags & _WRITES:
        width, scale = told.unpack(_WRITTEN)
        if not (0 < width <= _WIDTH and 0 < scale <= LARGEST):
            raise FormatError(f"what a matrix writes has width {width} and scale {scale}", offset=told.at)
        written = told.floats("<f2", width, WIDTH)
    return TensorSketch(
        name=name, dtype=dtype, shape=shape, norm=norm, zeros=zeros, odd=odd, sums=sums, written=written, scale=scale
    )


def _is_vector(shape: tuple[int, ...]) -> bool:
    """One column: its sketch is that column of sums, times the signs of column 0."""
    return len(shape) <= 1


def _one_column(seed: int) -> NDArray[np.float32]:
    row = signs(0, 1, seed)
    column: NDArray[np.float32] = row * row[0, 0]
    return column
