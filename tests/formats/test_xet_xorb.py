from __future__ import annotations

import random
import struct
import sys

import lz4.frame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError
from hilt.formats.xet_xorb import CHUNK_BYTES, CHUNKS, XORB_BYTES, read, unpacked
from xet_files import GROUPED, LZ4, PLAIN, MadeXorb, chunk, footer

RANDOM = random.Random(3)
PARTS = (b"a", b"abc" * 1000, RANDOM.randbytes(5000), bytes(CHUNK_BYTES), struct.pack("<500f", *range(500)), b"12345")


def parts_of(data: bytes) -> list[bytes]:
    source = MemorySource(data)
    return [unpacked(source, one) for one in read(source).chunks]


@pytest.mark.parametrize("scheme", [PLAIN, LZ4, GROUPED])
@pytest.mark.parametrize("part", PARTS, ids=len)
def test_a_chunk_comes_out_as_it_went_in_however_it_is_packed(part: bytes, scheme: int) -> None:
    assert parts_of(chunk(part, scheme)) == [part]


@pytest.mark.parametrize("count", [1, 2, 3, 9, 10, 100, 1000])
def test_a_xorb_has_the_hash_that_its_chunks_make(count: int) -> None:
    made = MadeXorb([RANDOM.randbytes(20) for _ in range(count)], (PLAIN, LZ4, GROUPED))
    xorb = read(MemorySource(made.data))
    assert xorb.hash == made.hash
    assert [one.hash for one in xorb.chunks] == made.hashes


def test_how_chunks_are_packed_is_nothing_of_the_hash() -> None:
    assert read(MemorySource(MadeXorb(PARTS).data)).hash == read(MemorySource(MadeXorb(PARTS, (GROUPED,)).data)).hash


def test_a_footer_is_passed_over() -> None:
    made = MadeXorb(PARTS)
    xorb = read(MemorySource(made.data + footer()))
    assert (xorb.hash, xorb.size) == (made.hash, len(made.data))


@pytest.mark.parametrize("behind", [footer(lie=1), footer(lie=-1), footer() + b"x", b"XETBLOB"])
def test_a_footer_that_is_not_all_that_is_left_is_refused(behind: bytes) -> None:
    with pytest.raises(FormatError, match="a footer of"):
        read(MemorySource(MadeXorb(PARTS).data + behind))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "without chunks"),
        (footer(), "without chunks"),
        (b"\0\0\0", "inside the header"),
        (chunk(b"abc", version=1), "version 1"),
        (b"\0\3\0\0\3\3\0\0abc", "in way 3"),
        (chunk(b""), "a chunk of 0 bytes"),
        (chunk(bytes(CHUNK_BYTES + 1)), "131073 bytes"),
        (chunk(bytes(CHUNK_BYTES + 1), LZ4), "131073 bytes"),
        (chunk(b"abc", size=2), "3 bytes are stated for a chunk of 2"),
        (chunk(b"abc", size=4), "3 bytes are stated for a chunk of 4"),
        (chunk(b"abc", LZ4, size=2), "does not hold the 2 bytes"),
        (chunk(b"abc", LZ4, size=4), "does not hold the 4 bytes"),
        (chunk(bytes(CHUNK_BYTES), LZ4, size=3), "does not hold the 3 bytes"),
        (chunk(b"abc", GROUPED, size=CHUNK_BYTES), "does not hold the 131072 bytes"),
        (chunk(b"abc", length=4, size=4), "asks for 4 bytes, 3 are left"),
        (chunk(b"abc", LZ4, length=2 * CHUNK_BYTES + 1), "262145 bytes are stated"),
        (chunk(b"abc", LZ4, length=2 * CHUNK_BYTES), "asks for 262144 bytes"),
        (chunk(b"abc", LZ4, length=10), "broken|does not hold"),
        (b"\0\4\0\0\1\4\0\0junk", "broken|does not hold"),
        (b"\0\0\0\0\1\4\0\0", "broken|does not hold"),
    ],
)
def test_what_lies_is_refused_with_its_place(data: bytes, why: str) -> None:
    with pytest.raises(FormatError, match=why) as caught:
        read(MemorySource(data))
    assert caught.value.offset is not None


def test_bytes_behind_a_frame_are_refused() -> None:
    frame = lz4.frame.compress(b"abc")
    data = b"\0" + (len(frame) + 1).to_bytes(3, "little") + b"\1\3\0\0" + frame + b"x"
    with pytest.raises(FormatError, match="or not them alone"):
        read(MemorySource(data))


def test_a_frame_that_states_a_size_is_not_believed() -> None:
    frame = bytearray(lz4.frame.compress(bytes(1000), store_size=True))
    frame[6:14] = struct.pack("<Q", 1 << 60)
    data = b"\0" + len(frame).to_bytes(3, "little") + b"\1\xe8\3\0" + bytes(frame)
    with pytest.raises(FormatError):
        read(MemorySource(data))


def test_a_xorb_has_so_many_chunks_and_no_more() -> None:
    data = chunk(b"a") * CHUNKS
    assert len(read(MemorySource(data)).chunks) == CHUNKS
    with pytest.raises(FormatError, match="more than 8192 chunks"):
        read(MemorySource(data + chunk(b"a")))


def test_what_is_too_long_is_not_read() -> None:
    class Endless:
        size = XORB_BYTES + 1

        def read(self, offset: int, n: int) -> bytes:
            raise AssertionError

    with pytest.raises(FormatError, match="too many for a xorb"):
        read(Endless())


def test_a_file_that_becomes_shorter_is_noticed() -> None:
    source = MemorySource(chunk(b"abc"))
    (found,) = read(source).chunks
    with pytest.raises(FormatError, match="ends inside a chunk"):
        unpacked(MemorySource(b"\0" * 9), found)


def test_without_its_extra_it_says_which_one_unpacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lz4", None)
    assert parts_of(chunk(b"abc")) == [b"abc"]
    with pytest.raises(FormatError, match=r"hilt\[lz4\]"):
        read(MemorySource(chunk(b"abc" * 99, LZ4)))


MADE = (
    MadeXorb([RANDOM.randbytes(50), b"abc" * 300, struct.pack("<99f", *range(99))], (PLAIN, LZ4, GROUPED)).data
    + footer()
)


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_whatever_is_changed_it_is_read_or_refused(data: st.DataObject) -> None:
    mangled = bytearray(MADE)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(mangled) - 1))
        mangled[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
        if not mangled:
            break
    source = MemorySource(bytes(mangled))
    try:
        xorb = read(source)
    except FormatError:
        return
    assert sum(len(unpacked(source, one)) for one in xorb.chunks) == sum(one.size for one in xorb.chunks)
    assert xorb.size <= len(mangled)
