from __future__ import annotations

import io
import random
import struct
from typing import Any

import numpy as np
import pytest

from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import npy
from reading import read


def saved(array: Any, version: tuple[int, int] | None = None) -> bytes:
    target = io.BytesIO()
    np.lib.format.write_array(target, np.asanyarray(array), version=version)
    return target.getvalue()


ARRAYS = [
    np.arange(6.0).reshape(2, 3), np.asfortranarray(np.ones((2, 3), "i2")), np.array("text"), np.zeros(3, "?"),
    np.zeros(2, [("a", "<f4"), ("b", "<i2", (2,))]), np.array("2026-01-01", "M8[D]"), np.zeros((0, 3)), np.ones(2, "c16"),
]  # fmt: skip


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)], ids=str)
@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: str(array.dtype))
def test_the_header_of_every_version_describes_every_byte(array: Any, version: tuple[int, int]) -> None:
    file = read(saved(array, version), "array.npy")
    assert (file.format, file.error) == ("npy", None)
    assert (file.value.shape, file.value.unread, file.value.pickles) == (array.shape, 0, ())
    assert file.value.item_size == array.dtype.itemsize


def test_an_array_of_objects_is_a_pickle_behind_the_header() -> None:
    header = read(saved(np.array([{"a": 1}], dtype=object)), "array.npy").value
    (stream,) = header.pickles
    assert header.objects
    assert (stream.start, stream.broken, stream.unread) == (header.data_start, None, 0)


def test_a_header_of_python_2_is_read() -> None:
    data = saved(np.zeros(3)).replace(b"(3,), }  ", b"(3L,), } ")
    assert read(data, "array.npy").value.shape == (3,)


@pytest.mark.parametrize(
    "text", ["__import__('os')", "{'descr': open('x')}", "(" * 3000, "{**{}}", "[]", "{'shape': (1,)}"]
)
def test_a_header_that_is_no_plain_literal_is_refused(text: str) -> None:
    data = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()
    with pytest.raises(FormatError, match="header"):
        npy.read(MemorySource(data), Limits())


def test_elements_past_the_end_are_refused() -> None:
    with pytest.raises(FormatError, match="8 bytes past the end"):
        npy.read(MemorySource(saved(np.zeros(3))[:-8]), Limits())


@pytest.mark.reaches("npy_header_bytes")
def test_a_header_longer_than_allowed_is_not_read() -> None:
    with pytest.raises(LimitExceeded, match="npy_header_bytes"):
        npy.read(MemorySource(saved(np.zeros(3))), Limits(npy_header_bytes=10))


def test_no_prefix_and_no_mutation_makes_the_reader_fail() -> None:
    chance = random.Random(1)
    for array in (ARRAYS[0], np.array([None], dtype=object)):
        data = saved(array)
        variants = [data[:end] for end in range(len(data))]
        for _ in range(300):
            changed = bytearray(data)
            changed[chance.randrange(len(changed))] = chance.randrange(256)
            variants.append(bytes(changed))
        for variant in variants:
            try:
                npy.read(MemorySource(variant), Limits())
            except FormatError:
                continue
