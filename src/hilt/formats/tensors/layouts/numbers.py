"""Number formats of whole bytes, as 32-bit floats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NUMPY = {
    "F64": "f8", "F32": "f4", "F16": "f2", "I64": "i8", "I32": "i4", "I16": "i2", "I8": "i1", "U64": "u8", "U32": "u4",
    "U16": "u2", "U8": "u1", "BOOL": "u1",
}  # fmt: skip
SIZES = {**{dtype: int(code[1]) for dtype, code in _NUMPY.items()}, "BF16": 2, "F8_E4M3": 1, "F8_E5M2": 1, "F8_E8M0": 1}
"""Bytes of one number, by the names that safetensors gives to formats."""


def to_floats(data: bytes, dtype: str, *, big_endian: bool = False) -> NDArray[np.float32]:
    """The numbers of the format `dtype` in `data`. What a 32-bit float cannot hold becomes infinite."""
    order = ">" if big_endian else "<"
    if dtype == "BF16":
        return (np.frombuffer(data, f"{order}u2").astype(np.uint32) << 16).view(np.float32)
    if dtype in _FLOAT8:
        return _FLOAT8[dtype][np.frombuffer(data, np.uint8)]
    with np.errstate(over="ignore", invalid="ignore"):
        return np.frombuffer(data, f"{order}{_NUMPY[dtype]}").astype(np.float32)


def _float8(exponent_bits: int, bias: int, *, infinite: bool) -> NDArray[np.float32]:
    """All 256 numbers of an 8-bit format (OCP 8-bit Floating Point Specification, revision 1.0)."""
    codes = np.arange(256)
    mantissa_bits = 7 - exponent_bits
    exponent = (codes >> mantissa_bits) & ((1 << exponent_bits) - 1)
    fraction = (codes & ((1 << mantissa_bits) - 1)) / (1 << mantissa_bits)
    values = np.where(exponent == 0, fraction * 2.0 ** (1 - bias), (1 + fraction) * 2.0 ** (exponent - bias))
    full = exponent == (1 << exponent_bits) - 1
    if infinite:
        values = np.where(full, np.where(fraction == 0, np.inf, np.nan), values)
    else:
        values = np.where(full & (codes & ((1 << mantissa_bits) - 1) == (1 << mantissa_bits) - 1), np.nan, values)
    return np.where(codes < 128, values, -values).astype(np.float32)


_FLOAT8 = {
    "F8_E4M3": _float8(4, 7, infinite=False),
    "F8_E5M2": _float8(5, 15, infinite=True),
    "F8_E8M0": np.append(np.exp2(np.arange(-127, 128, dtype=np.float32)), np.float32(np.nan)).astype(np.float32),
}
