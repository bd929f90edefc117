"""Unpacks the blocks of ggml: from their bytes, one block a row, to the numbers that ggml computes with.

Source: ggml, ggml/src/ggml-common.h (the layouts) and ggml/src/ggml-quants.c (dequantize_row_*); little-endian. The types
whose numbers are looked up in a table of points are in `ggml_points`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from hilt.formats.tensors import ggml_points
from hilt.formats.tensors.layouts.bit_fields import bits, fields, floats, half
from hilt.formats.tensors.layouts.blocks import Unpack

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Packed = NDArray[np.uint8]
    Numbers = NDArray[np.float32]

_IQ4 = np.array([-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113], np.float32)
_FP4 = np.array([0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12], np.float32)
"""Twice the numbers of a 4-bit float of 2 bits of exponent and 1 of mantissa."""


def _q1_0(blocks: Packed) -> Numbers:
    return half(blocks, 0) * np.where(bits(blocks[:, 2:]), np.float32(1), np.float32(-1))


def _q2_0(blocks: Packed) -> Numbers:
    return half(blocks, 0) * (floats(fields(blocks[:, 2:], 2, 1)) - 1)


def _q4_0(blocks: Packed) -> Numbers:
    return half(blocks, 0) * (floats(fields(blocks[:, 2:], 4, 16)) - 8)


def _q4_1(blocks: Packed) -> Numbers:
    return half(blocks, 0) * floats(fields(blocks[:, 4:], 4, 16)) + half(blocks, 2)


def _q5_0(blocks: Packed) -> Numbers:
    return half(blocks, 0) * (floats(fields(blocks[:, 6:], 4, 16) | bits(blocks[:, 2:6]) << 4) - 16)


def _q5_1(blocks: Packed) -> Numbers:
    return half(blocks, 0) * floats(fields(blocks[:, 8:], 4, 16) | bits(blocks[:, 4:8]) << 4) + half(blocks, 2)


def _q8_0(blocks: Packed) -> Numbers:
    return half(blocks, 0) * floats(blocks[:, 2:].view(np.int8))


def _q8_k(blocks: Packed) -> Numbers:
    return np.ascontiguousarray(blocks[:, :4]).view("<f4") * floats(blocks[:, 4:260].view(np.int8))


def _q2_k(blocks: Packed) -> Numbers:
    scales = blocks[:, :16]
    numbers = floats(fields(blocks[:, 16:80], 2, 32)).reshape(-1, 16, 16)
    scale = half(blocks, 80) * floats(scales & 15)
    return (scale[..., None] * numbers - (half(blocks, 82) * floats(scales >> 4))[..., None]).reshape(-1, 256)


def _q3_k(blocks: Packed) -> Numbers:
    low, high = fields(blocks[:, 96:104], 4, 8), fields(blocks[:, 104:108], 2, 4)
    scale = half(blocks, 108) * (floats(low | high << 4) - 32)
    numbers = floats(fields(blocks[:, 32:96], 2, 32) | fields(blocks[:, :32], 1, 32) << 2) - 4
    return (scale[..., None] * numbers.reshape(-1, 16, 16)).reshape(-1, 256)


def _scales(blocks: Packed) -> tuple[Numbers, Numbers]:
    """The 8 scales and 8 minima of 6 bits each that are packed into bytes 4 to 16 of Q4_K and Q5_K."""
    low, high, both = blocks[:, 4:8], blocks[:, 8:12], blocks[:, 12:16]
    scales = np.concatenate([low & 63, (both & 15) | (low >> 2 & 48)], axis=1)
    minima = np.concatenate([high & 63, (both >> 4) | (high >> 2 & 48)], axis=1)
    return half(blocks, 0) * floats(scales), half(blocks, 2) * floats(minima)


def _q4_k(blocks: Packed) -> Numbers:
    scales, minima = _scales(blocks)
    numbers = floats(fields(blocks[:, 16:], 4, 32)).reshape(-1, 8, 32)
    return (scales[..., None] * numbers - minima[..., None]).reshape(-1, 256)


def _q5_k(blocks: Packed) -> Numbers:
    scales, minima = _scales(blocks)
    numbers = floats(fields(blocks[:, 48:], 4, 32) | fields(blocks[:, 16:48], 1, 32) << 4).reshape(-1, 8, 32)
    return (scales[..., None] * numbers - minima[..., None]).reshape(-1, 256)


def _q6_k(blocks: Packed) -> Numbers:
    scales = half(blocks, 208) * floats(blocks[:, 192:208].view(np.int8))
    numbers = floats(fields(blocks[:, :128], 4, 64) | fields(blocks[:, 128:192], 2, 32) << 4) - 32
    return (scales[..., None] * numbers.reshape(-1, 16, 16)).reshape(-1, 256)


def _tq1_0(blocks: Packed) -> Numbers:
    """Five numbers of three values in a byte, as a fraction of 256: each times 3 brings the next one before the point."""
    count = len(blocks)
    powers = np.array([1, 3, 9, 27, 81], np.uint8)[:, None]
    parts = [
        (blocks[:, None, :32] * powers).reshape(count, -1),
        (blocks[:, None, 32:48] * powers).reshape(count, -1),
        (blocks[:, None, 48:52] * powers[:4]).reshape(count, -1),
    ]
    numbers = np.concatenate(parts, axis=1).astype(np.uint16) * 3 >> 8
    return half(blocks, 52) * (floats(numbers) - 1)


def _tq2_0(blocks: Packed) -> Numbers:
    return half(blocks, 64) * (floats(fields(blocks[:, :64], 2, 32)) - 1)


def _iq4_nl(blocks: Packed) -> Numbers:
    return half(blocks, 0) * _IQ4[fields(blocks[:, 2:], 4, 16)]


def _iq4_xs(blocks: Packed) -> Numbers:
    scales = fields(blocks[:, 4:8], 4, 1) | fields(blocks[:, 2:4], 2, 1) << 4
    scale = half(blocks, 0) * (floats(scales) - 32)
    return (scale[..., None] * _IQ4[fields(blocks[:, 8:], 4, 16)].reshape(-1, 8, 32)).reshape(-1, 256)


def _mxfp4(blocks: Packed) -> Numbers:
    exponent = blocks[:, :1].astype(np.uint32)
    # Half of 2 ** (exponent - 127), as the numbers are doubled; the two least are subnormal.
    scale = np.where(exponent < 2, np.uint32(1 << 21) << exponent, exponent - np.uint32(1) << np.uint32(23))
    return scale.view(np.float32) * _FP4[fields(blocks[:, 1:], 4, 16)]


def _nvfp4(blocks: Packed) -> Numbers:
    scales = _UNSIGNED_E4M3[blocks[:, :4]]
    return (scales[..., None] * _FP4[fields(blocks[:, 4:], 4, 8)].reshape(-1, 4, 16)).reshape(-1, 64)


def _unsigned_e4m3() -> Numbers:
    """Half of what the 256 codes stand for; 0x7f is 0 in ggml."""
    codes = np.arange(256)
    exponent, mantissa = codes >> 3 & 15, codes & 7
    values = np.where(exponent == 0, mantissa * 2.0**-10, (1 + mantissa / 8) * 2.0 ** (exponent - 8))
    return np.where(codes == 0x7F, 0, values).astype(np.float32)


_UNSIGNED_E4M3 = _unsigned_e4m3()

UNPACK: Mapping[str, Unpack] = {
    "Q1_0": _q1_0, "Q2_0": _q2_0, "Q4_0": _q4_0, "Q4_1": _q4_1, "Q5_0": _q5_0, "Q5_1": _q5_1, "Q8_0": _q8_0,
    "Q2_K": _q2_k, "Q3_K": _q3_k, "Q4_K": _q4_k, "Q5_K": _q5_k, "Q6_K": _q6_k, "Q8_K": _q8_k, "TQ1_0": _tq1_0,
    "TQ2_0": _tq2_0, "IQ4_NL": _iq4_nl, "IQ4_XS": _iq4_xs, "MXFP4": _mxfp4, "NVFP4": _nvfp4, **ggml_points.UNPACK,
}  # fmt: skip
"""By the name of the type. The interleaved ones that ggml dropped again (Q4_0_4_4 and its kin) are not here."""

SWAPPED = {"Q4_0": (0,), "Q8_0": (0,), "Q4_K": (0, 2), "Q6_K": (208,), "MXFP4": ()}
"""Where the 16-bit numbers of a block lie that big-endian files have the other way round; ggml converts no other types."""
