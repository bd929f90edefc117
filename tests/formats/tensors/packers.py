"""Packs weights as programs do, one code after the other, and writes safetensors files of the parts."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np

DTYPES = {
    "float32": "F32", "float16": "F16", "int64": "I64", "int32": "I32", "int8": "I8", "uint8": "U8", "uint32": "U32",
    "bool": "BOOL",
}  # fmt: skip


def safetensors(stored: Mapping[str, np.ndarray], dtypes: Mapping[str, str] | None = None) -> bytes:
    """A file of these tensors; `dtypes` are those that numpy does not know."""
    header, data = {}, b""
    for name, numbers in ((name, np.asarray(numbers)) for name, numbers in stored.items()):
        begin = len(data)
        data += np.ascontiguousarray(numbers).tobytes()
        dtype = (dtypes or {}).get(name, DTYPES[str(numbers.dtype)])
        header[name] = {"dtype": dtype, "shape": list(numbers.shape), "data_offsets": [begin, len(data)]}
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def bitstream(codes: np.ndarray, bits: int) -> np.ndarray:
    """Rows of codes as rows of bytes, the lowest bits first."""
    rows = []
    for row in codes.tolist():
        number = sum(code << (bits * place) for place, code in enumerate(row))
        rows.append(np.frombuffer(number.to_bytes(len(row) * bits // 8, "little"), np.uint8))
    return np.stack(rows)


def gptq(codes: np.ndarray, bits: int) -> np.ndarray:
    """Codes (in, out) packed into words along the inputs."""
    return np.ascontiguousarray(bitstream(codes.T, bits).view("<i4").T)


def awq(codes: np.ndarray) -> np.ndarray:
    """Codes (in, out) packed into words along the outputs, in the order of AutoAWQ."""
    order = [0, 2, 4, 6, 1, 3, 5, 7]
    words = np.zeros((codes.shape[0], codes.shape[1] // 8), np.uint32)
    for column in range(words.shape[1]):
        for place, which in enumerate(order):
            words[:, column] |= codes[:, column * 8 + which].astype(np.uint32) << np.uint32(4 * place)
    return words.view(np.int32)


def nf4(codes: np.ndarray, scales: np.ndarray, run: int = 64) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """The parts of a 4-bit weight of bitsandbytes, and what they stand for."""
    values = np.linspace(-1, 1, 16).astype(np.float32)
    state = json.dumps({"quant_type": "nf4", "blocksize": run, "dtype": "float16", "shape": list(codes.shape)}).encode()
    flat = codes.reshape(-1, 2)
    parts = {
        "a.weight": (flat[:, :1] << 4 | flat[:, 1:]).astype(np.uint8), "a.weight.absmax": scales,
        "a.weight.quant_map": values, "a.weight.quant_state.bitsandbytes__nf4": np.frombuffer(state, np.uint8),
    }  # fmt: skip
    return parts, (values[codes].reshape(-1, run) * scales.reshape(-1, 1)).reshape(codes.shape)


def nested(codes: np.ndarray, seeded: np.random.Generator) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """The same with scales that are quantised themselves, 24 at a time."""
    count, every, offset = codes.size // 64, 24, 0.125
    packed, values = seeded.integers(0, 256, count).astype(np.uint8), seeded.random(256).astype(np.float32)
    outer = seeded.random(-(-count // every)).astype(np.float32)
    scales = values[packed] * outer[np.arange(count) // every] + np.float32(offset)
    parts, expected = nf4(codes, scales)
    state = {"blocksize": 64, "shape": list(codes.shape), "nested_blocksize": every, "nested_offset": offset}
    parts["a.weight.quant_state.bitsandbytes__nf4"] = np.frombuffer(json.dumps(state).encode(), np.uint8)
    return parts | {
        "a.weight.absmax": packed, "a.weight.nested_absmax": outer, "a.weight.nested_quant_map": values,
    }, expected  # fmt: skip
