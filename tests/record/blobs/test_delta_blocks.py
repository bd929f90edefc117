"""Blocks come back, whatever they are held against, and nothing else is taken for one."""

from __future__ import annotations

import io
import struct
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilt.core.errors import FormatError
from hilt.record.blobs.delta_blocks import decode_block, encode_block
from hilt.record.blobs.delta_format import Base, Head, Segment, blocks, encode_head, read_head
from hilt.record.blobs.packers import packer
from kept_files import sha256_of

ZLIB = packer("zlib")
HEAD = Head(
    sha256_of(b"it"), 3008, "zlib", (Base(sha256_of(b"base"), 5000),), (Segment(1000, 1), Segment(2008, 8, 0, 2992))
)


@pytest.mark.parametrize("name", ["zlib", "zstd"])
@given(width=st.sampled_from([1, 2, 4, 8]), data=st.binary(max_size=512), beside=st.binary(max_size=512))
def test_any_block_comes_back_whatever_it_is_held_against(name: str, width: int, data: bytes, beside: bytes) -> None:
    size = min(len(data), len(beside)) // width * width
    data, beside, pack = data[:size], beside[:size], packer(name)
    for base in (None, beside, data):
        packed = io.BytesIO(encode_block(data, base, width, pack))
        one = Segment(size, width, -1 if base is None else 0)
        assert decode_block(packed.read, lambda base=base: base or b"", one, pack) == data
        assert packed.read() == b""


@pytest.mark.parametrize("width", [1, 2, 4, 8])
def test_the_largest_steps_there_are_come_back(width: int) -> None:
    ends = [0, 1, (1 << (8 * width - 1)) - 1, 1 << (8 * width - 1), (1 << (8 * width)) - 1]
    data = np.array([one for one in ends for _ in ends], f"<u{width}").tobytes()
    beside = np.array([other for _ in ends for other in ends], f"<u{width}").tobytes()
    packed = io.BytesIO(encode_block(data, beside, width, ZLIB))
    assert decode_block(packed.read, lambda: beside, Segment(len(data), width, 0), ZLIB) == data


def test_small_steps_leave_planes_of_zeros_which_take_no_room() -> None:
    beside = np.arange(1 << 15, dtype="<u4") * 70_000
    data = (beside + np.resize(np.array([0, 1, -1, 2], "<i4").view("<u4"), beside.size)).astype("<u4")
    block = encode_block(data.tobytes(), beside.tobytes(), 4, ZLIB)
    assert block[0] == 1
    assert len(block) < 1000
    assert block.endswith(bytes(12))
    assert np.frombuffer(ZLIB.unpack(block[5:-12], 1 << 15), np.uint8)[:8].tolist() == [0, 2, 1, 4] * 2


def test_the_same_bytes_take_some_for_each_plane_and_the_base_is_what_comes_out() -> None:
    data = bytes(range(256)) * 16
    block = encode_block(data, data, 4, ZLIB)
    assert block == b"\1" + bytes(16)


def test_against_a_stranger_numbers_stand_for_themselves() -> None:
    chance = np.random.default_rng(1)
    data, stranger = (chance.normal(0, 1, 4096).astype("<f4").tobytes() for _ in range(2))
    assert encode_block(data, stranger, 4, ZLIB) == encode_block(data, None, 4, ZLIB)


@pytest.mark.parametrize(
    ("block", "why"),
    [
        (b"", "ends in the middle"),
        (b"\2" + bytes(8), "cannot begin with 2"),
        (b"\0\0\0\0", "ends in the middle"),
        (b"\0\5\0\0\0wrong", "a plane of 4 bytes cannot take 5"),
        (b"\0\xff\xff\xff\xff", "a plane of 4 bytes cannot take 4294967295"),
        (b"\0\3\0\0\0ab", "ends in the middle"),
        (b"\0\3\0\0\0abc", "packed block is broken"),
    ],
)
def test_a_block_that_cannot_be_is_refused(block: bytes, why: str) -> None:
    with pytest.raises(FormatError, match=why):
        decode_block(io.BytesIO(block).read, lambda: bytes(8), Segment(8, 2, 0), ZLIB)


def test_a_difference_from_nothing_is_refused() -> None:
    with pytest.raises(FormatError, match="names no base"):
        decode_block(io.BytesIO(b"\1" + bytes(8)).read, lambda: bytes(8), Segment(8, 2), ZLIB)


def test_a_plane_that_would_inflate_beyond_its_block_is_refused() -> None:
    bomb = ZLIB.pack(bytes(1 << 22))
    size = 1 << 15
    assert len(bomb) < size
    block = b"\0" + struct.pack("<I", len(bomb)) + bomb
    with pytest.raises(FormatError, match=f"more than {size} bytes"):
        decode_block(io.BytesIO(block).read, lambda: b"", Segment(size, 1), ZLIB)


@given(data=st.data())
def test_a_mangled_file_is_refused_or_gives_as_many_bytes_as_it_says(data: st.DataObject) -> None:
    beside = bytes(range(200)) * 25
    pieces = [beside[4000:5000], beside[2992:5000]]
    whole = encode_head(HEAD) + encode_block(pieces[0], None, 1, ZLIB) + encode_block(pieces[1], beside[2992:], 8, ZLIB)
    mangled = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 3))):
        mangled[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    read = io.BytesIO(bytes(mangled[: data.draw(st.integers(0, len(whole)))])).read
    with suppress(FormatError):
        head = read_head(read)
        for one in blocks(head.segments):
            found = decode_block(read, lambda one=one: beside[one.offset :][: one.size].ljust(one.size), one, ZLIB)
            assert len(found) == one.size
