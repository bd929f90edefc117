from __future__ import annotations

import random
import struct

import numpy as np
import pytest
from gguf.constants import GGMLQuantizationType as Type
from gguf.quants import dequantize, quantize

from attacks.runtimes import WORDS, whisper
from formats.tensors.given import found, given, not_told, whole
from hilt.core.errors import FormatError
from hilt.formats.tensors import tensors

SEEDED = np.random.default_rng(3)


def tensor(name: str, shape: tuple[int, ...], kind: int, data: bytes, at: int = -1) -> bytes:
    header = struct.pack(f"<3i{len(shape)}i", len(shape), len(name), kind, *shape[::-1]) + name.encode()
    return header + (b"" if at < 0 else bytes(-(at + len(header)) % 32)) + data


def llama(
    name: str, shape: tuple[int, ...], kind: int, data: bytes, version: int = 3, heads: int = 2
) -> dict[str, bytes]:
    """A ggjt file of one tensor."""
    out = b"tjgg" + struct.pack("<I7i", version, len(WORDS), 64, 256, heads, 2, 16, 1)
    out += b"".join(struct.pack("<I", len(word)) + word + struct.pack("<f", -1.0) for word in WORDS)
    return {"model.bin": out + tensor(name, shape, kind, data, len(out))}


def matrix(*shape: int) -> np.ndarray:
    return SEEDED.standard_normal(shape).astype(np.float32)


def test_dimensions_stand_the_right_way_round() -> None:
    first, kernel = matrix(4, 32), matrix(5, 3, 2).astype(np.float16)
    parts = [tensor("a", (4, 32), 0, first.tobytes()), tensor("conv", (5, 3, 2), 1, kernel.tobytes())]
    tensors = found({"ggml-model.bin": whisper(*parts)})
    assert {name: (each.dtype, each.shape) for name, each in tensors.items()} == {
        "a": ("F32", (4, 32)), "conv": ("F16", (5, 3, 2)),
    }  # fmt: skip
    assert np.array_equal(whole(tensors["a"]), first)
    assert np.array_equal(whole(tensors["conv"]), kernel)


@pytest.mark.parametrize("kind", [Type.Q4_0, Type.Q4_1, Type.Q5_0, Type.Q5_1, Type.Q8_0])
def test_blocks_of_the_last_version_are_those_of_today(kind: Type) -> None:
    packed = quantize(matrix(8, 64), kind)
    (only,) = found(llama("w", (8, 64), kind.value, packed.tobytes())).values()
    assert np.array_equal(whole(only), dequantize(packed, kind))


def old_block(codes: list[int], head: bytes, *, neighbours: bool) -> bytes:
    """Codes of four bits behind their scale, neighbours in one byte or half a block apart."""
    half = len(codes) // 2
    pairs = zip(codes[::2], codes[1::2], strict=True) if neighbours else zip(codes[:half], codes[half:], strict=True)
    return head + bytes(low & 15 | (high & 15) << 4 for low, high in pairs)


def high_bits(codes: list[int]) -> bytes:
    return sum((code >> 4) << place for place, code in enumerate(codes)).to_bytes(4, "little")


@pytest.mark.parametrize("version", [1, 2])
def test_blocks_of_older_versions_have_larger_scales_and_another_order(version: int) -> None:
    codes = SEEDED.integers(0, 16, (6, 32)).tolist()
    five = SEEDED.integers(0, 32, (6, 32)).tolist()
    neighbours = version == 1
    wide, narrow = struct.pack("<f", 0.5), struct.pack("<e", 0.5)
    cases = [
        (2, codes, lambda row: wide, 0.5, -8), (3, codes, lambda row: wide + struct.pack("<f", 2), 0.5, 4),
        (6, five, lambda row: narrow + high_bits(row), 0.5, -16),
        (7, five, lambda row: narrow + struct.pack("<e", 2) + high_bits(row), 0.5, 4),
    ]  # fmt: skip
    for kind, numbers, head, scale, offset in cases:
        data = b"".join(old_block(row, head(row), neighbours=neighbours) for row in numbers)
        (only,) = found(llama("w", (6, 32), kind, data, version)).values()
        assert np.array_equal(whole(only), (np.array(numbers) + offset) * scale), kind
    integers = SEEDED.integers(-128, 128, (6, 32)).astype(np.int8)
    data = b"".join(wide + row.tobytes() for row in integers)
    (only,) = found(llama("w", (6, 32), 8, data, version)).values()
    assert np.array_equal(whole(only), integers * 0.5)


def test_blocks_of_sixteen_are_those_of_the_first_version() -> None:
    codes = SEEDED.integers(0, 16, (8, 16)).tolist()
    for kind, head, offset in ((4, struct.pack("<e", 0.5), -8), (5, struct.pack("<ee", 0.5, 2), 4)):
        data = b"".join(old_block(row, head, neighbours=True) for row in codes)
        (only,) = found(llama("w", (8, 16), kind, data, 1)).values()
        assert np.array_equal(whole(only), (np.array(codes) + offset) * 0.5)


def test_files_without_a_version_of_their_own_tell_it_in_their_last_number() -> None:
    codes = SEEDED.integers(0, 16, (2, 32)).tolist()
    for said, neighbours in ((2, True), (2002, False)):
        data = b"".join(old_block(row, struct.pack("<e", 0.5), neighbours=neighbours) for row in codes)
        file = whisper(tensor("w", (2, 32), 2, data)).replace(struct.pack("<2i", 80, 1), struct.pack("<2i", 80, said))
        (only,) = found({"ggml-model.bin": file}).values()
        assert np.array_equal(whole(only), (np.array(codes) - 8) * 0.5)


def test_queries_and_keys_of_llama_come_out_as_transformers_has_them() -> None:
    original = matrix(64, 64)
    stored = original.reshape(2, 2, 16, 64).swapaxes(1, 2).reshape(64, 64)
    for name, expected in (("wq", original), ("wk", original), ("wv", stored)):
        (only,) = found(llama(f"layers.0.attention.{name}.weight", (64, 64), 0, stored.tobytes())).values()
        assert np.array_equal(whole(only), expected)
    for heads in (0, 65, -1, 3):
        (only,) = found(llama("layers.0.attention.wq.weight", (64, 64), 0, stored.tobytes(), heads=heads)).values()
        assert np.array_equal(whole(only), stored)


def test_what_cannot_be_unpacked_is_told() -> None:
    file = llama("w", (2, 32), 31, bytes(36))
    assert (not_told(file), found(file)) == (["w"], {})
    assert not_told(llama("w", (2, 32), 0, bytes(256))) == []


def test_whatever_a_file_says_only_errors_of_the_format_come_of_it() -> None:
    seeded = random.Random(2)
    data = llama("layers.0.attention.wq.weight", (64, 64), 2, quantize(matrix(64, 64), Type.Q4_0).tobytes())[
        "model.bin"
    ]
    read = 0
    for _ in range(500):
        mutated = bytearray(data)
        for _ in range(seeded.randint(1, 2)):
            mutated[seeded.randrange(200)] = seeded.randrange(256)
        try:
            format_id, file = given({"model.bin": bytes(mutated)})
        except AssertionError:
            continue
        for each in tensors(format_id, file):
            try:
                each.rows(0, min(4, each.shape[0]))
                each.columns(0, 1, 8)
                read += 1
            except FormatError:
                pass
    assert read > 100
