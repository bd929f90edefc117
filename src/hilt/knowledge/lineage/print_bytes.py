"""Fingerprints as bytes: `encode` and `decode`.

    magic       8   "hilt-fp" and 0
    version     2   1
    length      4   of what follows, without the checksum
    model           parameters 8, read 8, unnamed 4, how many left out 4, how many tensors 4
    left out        name and why, as texts
    tensor          name, dtype as texts; dimensions 1 and 8 each; flags 1 (whole, digests, formula); zeros 2 (half float);
                    grid 1; digests 24 where there are any; how many sketches 1
    sketch          how 1, part 2, norm 4 (float), spread 2, numbers 512
    checksum   16   BLAKE2b of all before it

Numbers are little-endian; a text is its length in 2 bytes and UTF-8. Nothing of it is trusted when it is read.
"""

from __future__ import annotations

import math
import struct
from hashlib import blake2b

import numpy as np

from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.knowledge.lineage.prints import How, LeftOut, ModelPrint, Sketch, TensorPrint

MAGIC, NUMBER = b"hilt-fp\0", 1
_HEAD = struct.Struct("<8sHI")
_MODEL = struct.Struct("<QQIII")
_SEEN = struct.Struct("<BeB")
_SKETCH = struct.Struct("<BHfH")
_DIGESTS, _NUMBERS, _CHECKSUM = 24, 512, 16
_LONGEST_NAME = 512
MOST_DIMENSIONS = 64
LARGEST = (1 << 63) - 1


class OtherVersion(FormatError):
    """A fingerprint that another version of hilt made: nothing can be told of it."""


def encode(model: ModelPrint) -> bytes:
    """Texts that are longer than any honest name are cut."""
    parts = [
        _MODEL.pack(
            min(model.parameters, LARGEST),
            min(model.read, LARGEST),
            min(model.unnamed, 0xFFFF_FFFF),
            len(model.left_out),
            len(model.tensors),
        )
    ]
    parts += [_text(text) for one in model.left_out for text in one]
    parts += [part for tensor in model.tensors for part in _tensor(tensor)]
    body = b"".join(parts)
    data = _HEAD.pack(MAGIC, NUMBER, len(body)) + body
    return data + blake2b(data, digest_size=_CHECKSUM).digest()


def decode(data: bytes, limits: Limits | None = None) -> ModelPrint:
    """Raises `FormatError`: `OtherVersion` where the version is another, `LimitExceeded` where it is too long."""
    limits = limits or Limits()
    if len(data) > limits.fingerprint_bytes:
        raise LimitExceeded("fingerprint_bytes", len(data), limits.fingerprint_bytes)
    if len(data) < _HEAD.size + _CHECKSUM or data[: len(MAGIC)] != MAGIC:
        raise FormatError("this is no fingerprint of hilt", offset=0)
    _, version, length = _HEAD.unpack_from(data)
    if version != NUMBER:
        raise OtherVersion(f"the fingerprint is of version {version}, this hilt reads version {NUMBER}", offset=8)
    end = len(data) - _CHECKSUM
    if _HEAD.size + length != end:
        raise FormatError(f"the fingerprint says {length} bytes and has {end - _HEAD.size}", offset=10)
    if blake2b(data[:end], digest_size=_CHECKSUM).digest() != data[end:]:
        raise FormatError("the checksum of the fingerprint does not fit its bytes", offset=end)
    reading = _Reading(data, _HEAD.size, end)
    made = reading.model(limits)
    if reading.at != end:
        raise FormatError(f"{end - reading.at} bytes are left over in the fingerprint", offset=reading.at)
    return made


def _tensor(tensor: TensorPrint) -> list[bytes]:
    flags = tensor.whole | bool(tensor.digests) << 1 | tensor.formula << 2
    return [
        _text(tensor.name),
        _text(tensor.dtype),
        struct.pack(f"<B{len(tensor.shape)}Q", len(tensor.shape), *tensor.shape),
        _SEEN.pack(flags, tensor.zeros, tensor.grid),
        tensor.digests,
        bytes([len(tensor.sketches)]),
        *(_SKETCH.pack(one.how, one.part, one.norm, one.spread) + one.numbers for one in tensor.sketches),
    ]


def _text(text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    if len(data) > _LONGEST_NAME:
        data = data[-_LONGEST_NAME:].decode("utf-8", "ignore").encode()
    return struct.pack("<H", len(data)) + data


class _Reading:
    """Bytes of a fingerprint, taken one after the other up to `end`."""

    def __init__(self, data: bytes, at: int, end: int) -> None:
        self._data, self.at, self._end = data, at, end

    def model(self, limits: Limits) -> ModelPrint:
        parameters, read, unnamed, left_out, tensors = _MODEL.unpack(self._take(_MODEL.size))
        if tensors > limits.fingerprint_tensors:
            raise LimitExceeded("fingerprint_tensors", tensors, limits.fingerprint_tensors, offset=self.at)
        named = tuple(LeftOut(self._text(), self._text()) for _ in range(left_out))
        prints = tuple(self._tensor() for _ in range(tensors))
        return ModelPrint(tensors=prints, parameters=parameters, read=read, left_out=named, unnamed=unnamed)

    def _tensor(self) -> TensorPrint:
        name, dtype = self._text(), self._text()
        (dimensions,) = self._take(1)
        if dimensions > MOST_DIMENSIONS:
            raise FormatError(f"a tensor of {dimensions} dimensions in the fingerprint", offset=self.at)
        shape = struct.unpack(f"<{dimensions}Q", self._take(8 * dimensions))
        if math.prod(shape) > LARGEST:
            raise FormatError(f"a tensor of shape {shape!s:.200} in the fingerprint", offset=self.at)
        flags, zeros, grid = _SEEN.unpack(self._take(_SEEN.size))
        if not 0 <= zeros <= 1:
            raise FormatError(f"a share of zeros of {zeros} in the fingerprint", offset=self.at)
        digests = self._take(_DIGESTS) if flags & 2 else b""
        (count,) = self._take(1)
        sketches = tuple(self._sketch() for _ in range(count))
        return TensorPrint(
            name=name, dtype=dtype, shape=shape, sketches=sketches, digests=digests,
            whole=bool(flags & 1), zeros=zeros, formula=bool(flags & 4), grid=grid,
        )  # fmt: skip

    def _sketch(self) -> Sketch:
        how, part, norm, spread = _SKETCH.unpack(self._take(_SKETCH.size))
        numbers = self._take(_NUMBERS)
        if how > max(How) or not math.isfinite(norm) or norm < 0:
            raise FormatError(f"a sketch of kind {how} and norm {norm} in the fingerprint", offset=self.at)
        with np.errstate(invalid="ignore"):
            length = float(np.sqrt(np.square(np.frombuffer(numbers, "<f2").astype(np.float64)).sum()))
        if not 15.9 < length < 16.1:
            raise FormatError(f"a sketch of length {length} in the fingerprint", offset=self.at)
        return Sketch(how=How(how), part=part, norm=norm, spread=spread, numbers=numbers)

    def _text(self) -> str:
        (length,) = struct.unpack("<H", self._take(2))
        if length > _LONGEST_NAME:
            raise FormatError(f"a text of {length} bytes in the fingerprint", offset=self.at)
        try:
            return self._take(length).decode()
        except UnicodeDecodeError:
            raise FormatError("a name in the fingerprint is not UTF-8", offset=self.at) from None

    def _take(self, n: int) -> bytes:
        if n > self._end - self.at:
            raise FormatError(f"the fingerprint ends {n - self._end + self.at} bytes early", offset=self.at)
        self.at += n
        return self._data[self.at - n : self.at]
