from __future__ import annotations

import bz2
import gzip
import lzma
import random
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attacks.archives import compressed
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import inflate
from hilt.formats.inflate import Inflated, measure

METHODS = ["gzip", "bzip2", "xz"]


def inflated(data: bytes, method: str, size: int, **limits: int) -> Inflated:
    return Inflated(MemorySource(data), method, size, Limits(**limits))


@pytest.mark.parametrize("method", METHODS)
def test_a_stream_is_read_in_any_order(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = random.Random(1).randbytes(400_000)
    for held in (0, inflate.HELD):
        monkeypatch.setattr(inflate, "HELD", held)
        stream = inflated(compressed(data, method), method, len(data))
        for begin, n in ((399_000, 5000), (0, 10), (262_140, 20), (5, 300_000), (5, 0), (400_000, 1), (-1, 4)):
            assert stream.read(begin, n) == (data[begin : begin + n] if begin >= 0 else b"")


@pytest.mark.parametrize("method", METHODS)
def test_streams_in_a_row_are_one(method: str) -> None:
    data = compressed(b"one", method) + compressed(b"two", method) + b"junk"
    found = measure(MemorySource(data), method, 100, Limits())
    assert (found.size, found.left, found.ended) == (6, 4, True)
    assert found.crc32 == zlib.crc32(b"onetwo")


@pytest.mark.parametrize("method", METHODS)
def test_a_stream_that_is_cut_short_is_a_format_error(method: str) -> None:
    data = compressed(random.Random(2).randbytes(300), method)
    for length in range(len(data)):
        with pytest.raises(FormatError):
            measure(MemorySource(data[:length]), method, 1000, Limits())


def test_a_stream_that_holds_less_than_stated_is_a_format_error() -> None:
    for size in (4, inflate.HELD + 1):
        stream = inflated(gzip.compress(b"abc"), "gzip", size)
        assert stream.size == size
        with pytest.raises(FormatError, match=f"holds 3 bytes, {size} were stated"):
            stream.read(0, 10)


def test_a_hole_in_a_stream_is_not_inflated_to_its_end() -> None:
    data = gzip.compress(random.Random(3).randbytes(1000).hex().encode(), mtime=0)
    with pytest.raises(FormatError, match="the gzip stream has a hole of zeros") as caught:
        measure(MemorySource(data[:500] + bytes(8 << 20) + data[500:]), "gzip", 1 << 30, Limits())
    assert caught.value.offset == inflate._STEP


@pytest.mark.parametrize("compress", [gzip.compress, lambda data: gzip.compress(data, 0), bz2.compress, lzma.compress])
def test_zeros_that_a_compressor_wrote_are_no_hole(compress: Callable[[bytes], bytes]) -> None:
    data = compress(bytes(8 << 20))
    method = {b"\x1f\x8b": "gzip", b"BZ": "bzip2", b"\xfd7": "xz"}[data[:2]]
    assert measure(MemorySource(data), method, 1 << 30, Limits()).size == 8 << 20


def test_measuring_stops_where_more_comes_out_than_was_asked_about() -> None:
    found = measure(MemorySource(gzip.compress(b"\0" * (64 << 20))), "gzip", 1000, Limits())
    assert not found.ended
    assert 1000 < found.size < 1 << 20


@pytest.mark.reaches("inflated_bytes")
@pytest.mark.reaches("inflated_freely")
@pytest.mark.reaches("inflated_ratio")
@pytest.mark.parametrize(
    ("limits", "name"),
    [
        ({"inflated_bytes": 5000}, "inflated_bytes"),
        ({"inflated_freely": 5000, "inflated_ratio": 0}, "inflated_freely"),
        ({"inflated_freely": 0, "inflated_ratio": 3}, "inflated_ratio"),
    ],
)
def test_what_comes_out_is_bounded(limits: dict[str, int], name: str) -> None:
    stream = inflated(gzip.compress(b"\0" * 2_000_000), "gzip", 2_000_000, **limits)
    with pytest.raises(LimitExceeded) as caught:
        stream.read(1_999_000, 10)
    assert caught.value.limit == name


@pytest.mark.reaches("inflate_memory")
def test_the_memory_of_a_decompressor_is_bounded() -> None:
    limits = Limits(inflate_memory=1 << 20)
    data = lzma.compress(b"x" * 100, preset=9)
    with pytest.raises(LimitExceeded) as caught:
        measure(MemorySource(data), "xz", 100, limits)
    assert caught.value.limit == "inflate_memory"
    raw = struct.pack("<2HBI", 0, 5, 0x5D, 1 << 30) + b"\0" * 20
    with pytest.raises(LimitExceeded) as caught:
        measure(MemorySource(raw), "lzma", 100, limits)
    assert caught.value.limit == "inflate_memory"


def test_a_method_that_nobody_knows_is_a_format_error() -> None:
    with pytest.raises(FormatError, match="method 97"):
        measure(MemorySource(b"abc"), "method 97", 9, Limits())


@settings(max_examples=50)
@given(st.sampled_from([*METHODS, "deflated", "lzma", "zlib"]), st.binary(max_size=200), st.integers(0, 99))
def test_any_bytes_inflate_or_are_refused(method: str, data: bytes, flip: int) -> None:
    good = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress}.get(method, zlib.compress)(data)
    for bad in (data, good[:flip] + b"\xff" + good[flip + 1 :]):
        with suppress(FormatError):
            measure(MemorySource(bad), method, 1000, Limits())
