"""Encoders of the block formats of GGUF: those of gguf-py, and the K-quants, which it can only decode.

The K-quants are written without llama.cpp's search for the least error, so that they lose a little more than real ones.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Blocks = NDArray[np.float32]

BY_GGUF_PY = {"Q8_0", "Q5_0", "Q5_1", "Q4_0", "Q4_1"}
FALLBACK = {"Q2_K": "Q4_0", "Q4_K": "Q5_0", "Q5_K": "Q5_1", "Q6_K": "Q8_0"}
"""What llama.cpp takes where a row is no multiple of 256."""


def encoded(array: NDArray[np.float32], kind: str) -> tuple[Bytes, str]:
    """The rows of a matrix as bytes, and the format that they could be written in."""
    import gguf

    if kind in FALLBACK and array.shape[1] % 256:
        kind = FALLBACK[kind]
    if kind in BY_GGUF_PY:
        return gguf.quantize(array, gguf.GGMLQuantizationType[kind]), kind
    blocks = np.ascontiguousarray(array, dtype=np.float32).reshape(-1, 256)
    coded = np.concatenate([_K[kind](blocks[begin : begin + 65536]) for begin in range(0, len(blocks), 65536)])
    return coded.reshape(array.shape[0], -1), kind


def _half(values: Blocks) -> tuple[Blocks, Bytes]:
    """What numbers become in 16 bits, and those."""
    half = values.astype(np.float16)
    return half.astype(np.float32), half[:, None].view(np.uint8)


def _ratio(a: Blocks, b: Blocks) -> Blocks:
    return np.divide(a, b, out=np.zeros(np.broadcast_shapes(a.shape, b.shape), np.float32), where=b != 0)


def _with_least(
    blocks: Blocks, parts: int, most: int, most_scale: int
) -> tuple[Bytes, Bytes, Bytes, Bytes, NDArray[np.uint8]]:
    """x = d * scale * q - dmin * least: the codes, and what they are multiplied with."""
    x = blocks.reshape(len(blocks), parts, 256 // parts)
    least = np.maximum(-x.min(axis=2), 0)
    step = np.maximum((x.max(axis=2) + least) / most, 0)
    d, d_bytes = _half(step.max(axis=1) / most_scale)
    dmin, dmin_bytes = _half(least.max(axis=1) / most_scale)
    scales = np.clip(np.rint(_ratio(step, d[:, None])), 0, most_scale)
    leasts = np.clip(np.rint(_ratio(least, dmin[:, None])), 0, most_scale)
    real = (d[:, None] * scales)[:, :, None]
    codes = np.clip(np.rint(_ratio(x + (dmin[:, None] * leasts)[:, :, None], real)), 0, most).astype(np.uint8)
    return d_bytes, dmin_bytes, scales.astype(np.uint8), leasts.astype(np.uint8), codes


def _six_bits(scales: Bytes, leasts: Bytes) -> Bytes:
    """Eight scales and eight least values of six bits in twelve bytes."""
    packed = np.zeros((len(scales), 12), np.uint8)
    packed[:, 0:4] = scales[:, :4] | (scales[:, 4:] >> 4 << 6)
    packed[:, 4:8] = leasts[:, :4] | (leasts[:, 4:] >> 4 << 6)
    packed[:, 8:12] = (scales[:, 4:] & 15) | ((leasts[:, 4:] & 15) << 4)
    return packed


def _q4_k(blocks: Blocks) -> Bytes:
    d, dmin, scales, leasts, codes = _with_least(blocks, 8, 15, 63)
    pairs = codes.reshape(-1, 4, 2, 32)
    low = (pairs[:, :, 0] | (pairs[:, :, 1] << 4)).reshape(-1, 128)
    return np.concatenate([d, dmin, _six_bits(scales, leasts), low], axis=1)


def _q5_k(blocks: Blocks) -> Bytes:
    d, dmin, scales, leasts, codes = _with_least(blocks, 8, 31, 63)
    pairs = (codes & 15).reshape(-1, 4, 2, 32)
    low = (pairs[:, :, 0] | (pairs[:, :, 1] << 4)).reshape(-1, 128)
    shifts = np.arange(8, dtype=np.uint8)[None, :, None]
    high = np.bitwise_or.reduce((codes >> 4) << shifts, axis=1)
    return np.concatenate([d, dmin, _six_bits(scales, leasts), high, low], axis=1)


def _q6_k(blocks: Blocks) -> Bytes:
    x = blocks.reshape(-1, 16, 16)
    at = np.abs(x).argmax(axis=2, keepdims=True)
    step = np.take_along_axis(x, at, axis=2)[:, :, 0] / -32
    d, d_bytes = _half(np.abs(step).max(axis=1) / 127)
    scales = np.clip(np.rint(_ratio(step, d[:, None])), -128, 127)
    real = (d[:, None] * scales)[:, :, None]
    codes = (np.clip(np.rint(_ratio(x, real)), -32, 31) + 32).astype(np.uint8).reshape(-1, 2, 4, 32)
    low = np.stack(
        [codes[:, :, 0] & 15 | (codes[:, :, 2] & 15) << 4, codes[:, :, 1] & 15 | (codes[:, :, 3] & 15) << 4], 2
    )
    shifts = np.array([0, 2, 4, 6], np.uint8)[None, None, :, None]
    high = np.bitwise_or.reduce((codes >> 4) << shifts, axis=2)
    parts = [low.reshape(-1, 128), high.reshape(-1, 64), scales.astype(np.int8).view(np.uint8), d_bytes]
    return np.concatenate(parts, axis=1)


def _q2_k(blocks: Blocks) -> Bytes:
    d, dmin, scales, leasts, codes = _with_least(blocks, 16, 3, 15)
    shifts = np.array([0, 2, 4, 6], np.uint8)[None, None, :, None]
    packed = np.bitwise_or.reduce(codes.reshape(-1, 2, 4, 32) << shifts, axis=2).reshape(-1, 64)
    return np.concatenate([scales | leasts << 4, packed, d, dmin], axis=1)


_K = {"Q2_K": _q2_k, "Q4_K": _q4_k, "Q5_K": _q5_k, "Q6_K": _q6_k}
