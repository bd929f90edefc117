"""The format by itself: what is written is read, and nothing else."""

from __future__ import annotations

import io
import json
import struct
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilt.core.errors import FormatError
from hilt.record.blobs.delta_format import (
    BLOCK,
    MAGIC,
    MOST_HEAD,
    Base,
    Head,
    Segment,
    blocks,
    decode_block,
    encode_block,
    encode_head,
    read_head,
)
from hilt.record.blobs.packers import packer
from kept_files import sha256_of

ZLIB = packer("zlib")
BASE = Base(sha256_of(b"base"), 5000)
HEAD = Head(sha256_of(b"it"), 3008, "zlib", (BASE,), (Segment(1000, 1), Segment(2008, 8, 0, 2992)))


def head_of(**changes: Any) -> bytes:
    """The head above with other values in its JSON."""
    table = json.loads(encode_head(HEAD)[12:]) | changes
    data = json.dumps(table).encode()
    return struct.pack("<8sI", MAGIC, len(data)) + data


def test_a_head_is_read_back() -> None:
    assert read_head(io.BytesIO(encode_head(HEAD) + b"blocks").read) == HEAD


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "begins with b''"),
        (b"hiltdlt2" + bytes(4), "begins with b'hiltdlt2'"),
        (MAGIC + b"\xff\xff\xff\xff", f"{MOST_HEAD} are allowed"),
        (MAGIC + b"\x09\0\0\0{}", "ends after 2 of the 9 bytes"),
        (MAGIC + b"\x02\0\0\0{}", "schema: this key is missing"),
        (MAGIC + b"\x02\0\0\0[]", "an object is needed"),
        (MAGIC + b"\x04\0\0\0null", "an object is needed"),
        (MAGIC + b"\x90\x5f\1\0" + b"[" * 90_000, "head is none"),
        (head_of(schema="hilt.delta/2"), "reads hilt.delta/1 alone"),
        (head_of(more=1), "does not know"),
        (head_of(packed="rar"), "'rar', and this version of hilt knows zstd, zlib"),
        (head_of(size=3009), "do not add up to the 3009 bytes"),
        (head_of(size=2**80), "whole number|do not add up"),
        (head_of(sha256="../../etc/passwd"), "a SHA-256 in it is none"),
        (head_of(bases=[{"sha256": "A" * 64, "size": 5000}]), "a SHA-256 in it is none"),
        (head_of(bases=[]), "outside of its base"),
        (head_of(bases=[{"sha256": BASE.sha256, "size": 4999}]), "outside of its base"),
        (head_of(bases=[{"sha256": BASE.sha256, "size": 2**62}]), "outside of its base"),
        (head_of(segments=[[3008, 3]]), "no numbers fit"),
        (head_of(segments=[[3004, 8], [4, 1]]), "no numbers fit"),
        (head_of(segments=[[3008, 1], [0, 1]]), "no numbers fit"),
        (head_of(segments=[[3008, 1, -1, 0]]), "whole numbers are needed"),
        (head_of(segments=[[3008, True]]), "whole numbers are needed"),
        (head_of(segments=[[3008.0, 1]]), "whole numbers are needed"),
        (head_of(segments=[[2**70, 1]]), "whole numbers are needed"),
        (head_of(segments=[[3008]]), "whole numbers are needed"),
        (head_of(bases=[{"sha256": BASE.sha256, "size": 5000}] * 1001), "are too many"),
    ],
)
def test_a_head_that_cannot_be_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(FormatError, match=why):
        read_head(io.BytesIO(data).read)


def test_what_could_not_be_read_back_is_not_written() -> None:
    with pytest.raises(FormatError, match="outside of its base"):
        encode_head(HEAD._replace(bases=()))


def test_blocks_are_a_mib_of_the_file_each() -> None:
    segments = (Segment(2 * BLOCK + 8, 8, 0, 16), Segment(5, 1))
    assert list(blocks(segments)) == [
        Segment(BLOCK, 8, 0, 16),
        Segment(BLOCK, 8, 0, 16 + BLOCK),
        Segment(8, 8, 0, 16 + 2 * BLOCK),
        Segment(5, 1),
    ]


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
