"""Blocks of every type of ggml, against its own Python package, bit for bit."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from gguf.constants import GGMLQuantizationType
from gguf.quants import dequantize

from hilt.formats.gguf import BLOCKS
from hilt.formats.tensors.ggml_blocks import SWAPPED, UNPACK

SIZES = {name: (numbers, size) for name, numbers, size in BLOCKS.values()}
NOT_IN_THE_PACKAGE = {"Q1_0", "Q2_0", "Q8_K"}


def blocks(name: str, count: int = 300) -> np.ndarray:
    return np.random.default_rng(len(name)).integers(0, 256, (count, SIZES[name][1]), np.uint8)


@pytest.mark.parametrize("name", sorted(set(UNPACK) - NOT_IN_THE_PACKAGE))
def test_random_blocks_are_unpacked_to_the_numbers_of_ggml(name: str) -> None:
    """The random ones among them have scales that are infinite and no numbers at all."""
    packed = blocks(name)
    with np.errstate(all="ignore"):
        found, expected = UNPACK[name](packed), dequantize(packed, GGMLQuantizationType[name])
    assert found.dtype == np.float32
    assert found.shape == (300, SIZES[name][0])
    numbers = ~np.isnan(expected)
    assert numbers.mean() > 0.8
    assert (
        found.view(np.uint32)[numbers] == expected.reshape(found.shape).astype(np.float32).view(np.uint32)[numbers]
    ).all()
    assert np.isnan(found[~numbers]).all()


def test_the_types_that_the_package_does_not_know_are_unpacked_as_c_does() -> None:
    packed = blocks("Q8_K", 3)
    packed[:, :4] = np.frombuffer(struct.pack("<f", 0.5), np.uint8)
    assert (UNPACK["Q8_K"](packed) == packed[:, 4:260].view(np.int8) * 0.5).all()
    two = np.frombuffer(struct.pack("<e", 2.0), np.uint8)
    packed = blocks("Q1_0", 1)
    packed[:, :2] = two
    assert UNPACK["Q1_0"](packed)[0].tolist() == [
        2.0 if packed[0, 2 + j // 8] >> j % 8 & 1 else -2.0 for j in range(128)
    ]
    packed = blocks("Q2_0", 1)
    packed[:, :2] = two
    expected = [2.0 * ((int(packed[0, 2 + j // 4]) >> 2 * (j % 4) & 3) - 1) for j in range(64)]
    assert UNPACK["Q2_0"](packed)[0].tolist() == expected


def test_every_type_that_files_hold_is_unpacked_but_for_the_interleaved_ones() -> None:
    left = set(SIZES) - set(UNPACK) - {"F32", "F16", "F64", "BF16", "I8", "I16", "I32", "I64"}
    assert left == {"Q8_1", "Q4_0_4_4", "Q4_0_4_8", "Q4_0_8_8", "IQ4_NL_4_4", "IQ4_NL_4_8", "IQ4_NL_8_8"}
    assert set(SWAPPED) < set(UNPACK)
