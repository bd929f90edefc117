from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from attacks.graphs import varint
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError
from hilt.formats.tensors.layouts.whole_bytes import SmallNumbers, Varints


@given(some.sampled_from([1, 2, 4]), some.booleans(), some.binary(min_size=1, max_size=20), some.data())
def test_numbers_of_a_few_bits_become_bytes(bits: int, signed: bool, packed: bytes, data: some.DataObject) -> None:
    each = 8 // bits
    count = data.draw(some.integers((len(packed) - 1) * each + 1, len(packed) * each))
    expected = []
    for place in range(count):
        code = packed[place // each] >> place % each * bits & (1 << bits) - 1
        expected.append(code - (1 << bits) if signed and code >> bits - 1 else code)
    source = SmallNumbers(MemorySource(b"..." + packed), 3, count, bits=bits, signed=signed)
    assert np.frombuffer(source.read(0, count), np.int8).tolist() == expected
    begin = data.draw(some.integers(0, count))
    assert source.read(begin, 5) == np.array(expected[begin : begin + 5], np.int8).tobytes()
    assert source.read(count, 1) == source.read(-1, 3) == b""


@pytest.mark.parametrize("width", [1, 2, 4])
def test_numbers_of_varying_length_become_numbers_of_one(width: int) -> None:
    values = np.random.default_rng(0).integers(0, 1 << 8 * width, 400_000)
    values[:3] = (0, 127, 128)
    packed = b"--" + b"".join(varint(int(value)) for value in values[:5000]) * 80  # several blocks
    expected = np.tile(values[:5000], 80).astype(f"<u{width}")
    source = Varints(MemorySource(packed + b"\x01"), 2, len(packed), width=width, count=len(expected))
    assert source.read(0, source.size) == expected.tobytes()
    for place in (0, 1, 123_456, 399_999):
        assert source.read(place * width + 1, 9) == expected.tobytes()[place * width + 1 : place * width + 10]
    assert source.read(source.size, 4) == b""


def test_negative_numbers_keep_their_lowest_bytes() -> None:
    packed = varint(-2) + varint(-129) + varint(5)
    source = Varints(MemorySource(packed), 0, len(packed), width=1, count=3)
    assert source.read(0, 3) == bytes([254, 127, 5])


def test_what_ends_before_its_numbers_gives_fewer() -> None:
    packed = varint(300) * 4
    source = Varints(MemorySource(packed[:-1]), 0, len(packed) - 1, width=2, count=4)
    assert len(source.read(0, 8)) == 6
    assert Varints(MemorySource(b""), 0, 0, width=2, count=4).read(0, 8) == b""


@pytest.mark.parametrize("packed", [b"\x80" * 12 + b"\1", b"\x80" * 600_000 + b"\1", b"\xff" * 10 + b"\1"])
def test_a_number_that_does_not_end_is_refused(packed: bytes) -> None:
    with pytest.raises(FormatError, match="longer than 10 bytes"):
        Varints(MemorySource(packed), 0, len(packed), width=2, count=1).read(0, 2)
