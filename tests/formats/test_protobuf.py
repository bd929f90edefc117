from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attacks.graphs import field, message, varint
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats.protobuf import Wire, signed

NUMBERS = st.integers(min_value=1, max_value=(1 << 29) - 1)
VALUES = st.one_of(st.integers(min_value=0, max_value=(1 << 64) - 1), st.binary(max_size=40))


def walk(read: Wire) -> None:
    """To the fields of the fields."""
    for part in read.message():
        list(read.message(within=part))


def wire(data: bytes) -> Wire:
    return Wire(MemorySource(data), Limits())


@given(st.lists(st.tuples(NUMBERS, VALUES), max_size=12))
def test_what_was_written_is_read(fields: list[tuple[int, int | bytes]]) -> None:
    read = wire(message(*fields))
    seen = [(part.number, read.bytes(part) if part.wire == 2 else part.value) for part in read.message()]
    assert seen == fields


@given(st.lists(st.tuples(NUMBERS, VALUES), max_size=12))
def test_passing_over_numbers_loses_no_payload(fields: list[tuple[int, int | bytes]]) -> None:
    read = wire(message(*fields))
    payloads = [(part.number, read.bytes(part)) for part in read.message(numbers=False) if part.wire == 2]
    assert payloads == [(number, value) for number, value in fields if isinstance(value, bytes)]


def test_a_million_unpacked_numbers_are_passed_over_within_few_fields() -> None:
    floats = b"".join(b"\x3d" + struct.pack("<f", n) for n in range(1000)) * 1000
    read = Wire(MemorySource(floats + field(4, "end")), Limits(protobuf_fields=10))
    assert [read.text(part) for part in read.message(numbers=False)] == ["end"]


class Huge:
    """A field of a hundred gigabytes, and one behind it; remembers how much was read."""

    start = varint(9 << 3 | 2) + varint(100 << 30)
    end = field(8, "name")
    size = len(start) + (100 << 30) + len(end)

    def __init__(self) -> None:
        self.read_bytes = 0

    def read(self, offset: int, n: int) -> bytes:
        self.read_bytes += n
        place = self.size - len(self.end)
        return self.end[offset - place :][:n] if offset >= place else self.start[offset:].ljust(n, b"\0")[:n]


def test_payloads_are_skipped_and_not_read() -> None:
    source = Huge()
    read = Wire(source, Limits())
    assert [read.text(part) for part in read.message() if part.number == 8] == ["name"]
    assert source.read_bytes < 100_000


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x80" * 11, "within 10 bytes"),
        (b"\x0b\x01", "wire type 3"),
        (b"\x00\x01", "field number 0"),
        (b"\x0a\x05abc", "needs 5 bytes, 3 are in its file"),
        (message((1, b"\x0a\x05abc"), (2, 0)), "needs 5 bytes, 3 are in its message"),
        (b"\x09\x01", "needs 8 bytes"),
        (b"\x08", "does not end"),
    ],
)
def test_each_break_of_the_format_is_named(data: bytes, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        walk(wire(data))


def test_repeated_numbers_are_read_packed_or_not() -> None:
    read = wire(message((1, 300), (1, varint(1) + varint(-2))))
    assert [signed(n) for part in read.message() for n in read.varints(part)] == [300, 1, -2]


def test_bytes_that_are_not_utf_8_come_back_as_they_were() -> None:
    read = wire(field(1, b"a\xffb"))
    assert read.text(next(read.message())).encode("utf-8", "surrogateescape") == b"a\xffb"
