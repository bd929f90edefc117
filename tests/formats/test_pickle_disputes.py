from __future__ import annotations

import pickle
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilt.core.byte_source import MemorySource
from hilt.formats.pickle import one
from hilt.formats.pickle_disputes import misspelt, unescaped
from hilt.formats.pickle_opcodes import Opcode

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(value=VALUES, protocol=st.integers(0, 5))
def test_what_python_writes_is_disputed_nowhere(value: object, protocol: int) -> None:
    for dumps in (pickle.dumps, pickle._dumps):  # type: ignore[attr-defined]
        data = dumps(value, protocol)
        assert one(MemorySource(data), 0, len(data), "").disputes == ()


@pytest.mark.parametrize("size", [1, 70_000, 300_000])
def test_frames_around_literals_of_any_length_are_disputed_nowhere(size: int) -> None:
    data = pickle.dumps([b"x" * size, "y" * size, list(range(size)), b"z" * size], 4)
    assert one(MemorySource(data), 0, len(data), "").disputes == ()


@pytest.mark.parametrize(
    ("code", "line"),
    [
        (Opcode.INT, b"01"),
        (Opcode.INT, b"-7"),
        (Opcode.LONG, b"-12345678901234567890L"),
        (Opcode.FLOAT, b"1e+20"),
        (Opcode.FLOAT, b"-inf"),
        (Opcode.STRING, rb"'\x00\n\\'"),
        (Opcode.STRING, b'"it\'s"'),
        (Opcode.UNICODE, rb"a\u000ab\u005c"),
        (Opcode.UNICODE, "é".encode("latin-1")),
        (Opcode.UNICODE, b"tab\t and \r as Python 2 wrote them"),
    ],
)
def test_spellings_of_old_picklers_are_taken_for_what_they_are(code: Opcode, line: bytes) -> None:
    assert not misspelt(code, line)


def test_an_escape_that_is_broken_is_misspelt() -> None:
    assert misspelt(Opcode.STRING, rb"'\x'")
    assert misspelt(Opcode.UNICODE, rb"\u12")


def test_an_escape_that_does_not_exist_stands_for_itself() -> None:
    assert unescaped(rb"\q\157") == rb"\qo"


def test_a_frame_past_the_end_of_the_file_is_disputed_where_the_pickle_stops() -> None:
    data = b"\x80\x04\x95" + struct.pack("<Q", 99) + b"N."
    ((position, message),) = one(MemorySource(data), 0, len(data), "").disputes
    assert position == len(data)
    assert "says that it ends elsewhere" in message
