from __future__ import annotations

import pytest

from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.text import WINDOW, Text, read, whole
from reading import read as read_file


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"plain", "utf-8"),
        ("größe, 尺寸, ▁the".encode(), "utf-8"),
        ("größe".encode("utf-8-sig"), "utf-8"),
        ("größe".encode("utf-16"), "utf-16-le"),
        (b"\xfe\xff" + "größe".encode("utf-16-be"), "utf-16-be"),
        ("größe".encode("utf-32"), "utf-32-le"),
        (b"\0\0\xfe\xff" + "größe".encode("utf-32-be"), "utf-32-be"),
        ("caffè e così via".encode("latin-1"), "latin-1"),
        ("é".encode() * 4000, "utf-8"),
        (b"x" + "é".encode() * 4000, "utf-8"),
    ],
)
def test_text_is_known_in_its_encoding(data: bytes, encoding: str) -> None:
    file = read_file(data, "notes")
    assert (file.format, file.value) == ("text", Text(encoding=encoding, size=len(data)))


@pytest.mark.parametrize(
    "data", [b"\0", b"\x01\x02\x03\x04", bytes(range(256)), b"\xff" * 40, "größe".encode("utf-16-le")]
)
def test_binary_is_no_text(data: bytes) -> None:
    with pytest.raises(FormatError, match="binary"):
        read(MemorySource(data), Limits())


@pytest.mark.parametrize("at", [5000, WINDOW - 1, WINDOW, 2 * WINDOW + 17])
@pytest.mark.parametrize("tail", [b"\0", b"\xff\xfe\xfd"])
def test_binary_behind_text_is_found_wherever_it_begins(at: int, tail: bytes) -> None:
    with pytest.raises(FormatError, match="text is followed by binary"):
        read(MemorySource(b"word \n" * (at // 6) + tail + b"word" * 9), Limits())


def test_a_letter_across_two_windows_is_one_letter() -> None:
    data = b"x" * (WINDOW - 1) + "é".encode() * 10
    assert read(MemorySource(data), Limits()).encoding == "utf-8"


def test_whole_texts_lose_their_mark_and_are_bounded() -> None:
    assert whole(MemorySource("größe".encode("utf-16")), Limits()) == "größe"
    assert whole(MemorySource("größe".encode("utf-8-sig")), Limits()) == "größe"
    with pytest.raises(LimitExceeded, match="text_bytes"):
        whole(MemorySource(b"x" * 11), Limits(text_bytes=10))


@pytest.mark.parametrize("name", ["x.txt", "x.md", "x.py", "x.yaml", "LICENSE", "x.jinja"])
def test_a_pickle_made_of_letters_is_no_text_under_any_name(name: str) -> None:
    assert read_file(b"cposix\nsystem\n(S'echo hilt'\ntR.", name).format == "pickle"
