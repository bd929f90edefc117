from __future__ import annotations

import pytest

from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.python import PythonSource, read
from reading import read as read_file


def source(data: bytes, limits: Limits = Limits()) -> PythonSource:  # noqa: B008
    return read(MemorySource(data), limits)


def test_a_module_is_a_tree_and_its_code_does_not_run() -> None:
    assert len(source(b"import os\nraise SystemExit\n").tree.body) == 2


def test_the_declared_encoding_counts_as_in_an_import() -> None:
    tree = source(b"# coding: utf-7\n'+AOk-'").tree
    assert tree.body[0].value.value == "é"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "data",
    [
        b"print 'python 2'",
        b"x = (",
        b"x = '\0'",
        b"# coding: nothing-known\nx = 1",
        b"\xff\xfex\0",
        b"(" * 10_000,
        b"-" * 200_000 + b"1",
        b"x" + b".a" * 50_000,
        b"[" * 150 + b"x" + b"]" * 149,
        b"1" * 5000,
        b"'\\N{no such character}'",
    ],
)
def test_what_python_cannot_parse_is_an_error_of_the_format(data: bytes) -> None:
    with pytest.raises(FormatError, match="not Python"):
        source(data)


def test_a_warning_of_the_compiler_is_none_of_ours() -> None:
    assert len(source(b"x = '\\d'\nassert (x, 'y')\nx is 1").tree.body) == 3


@pytest.mark.reaches("text_bytes")
def test_a_module_is_bounded_before_it_is_read() -> None:
    with pytest.raises(LimitExceeded, match="text_bytes"):
        source(b"x = 1234567", Limits(text_bytes=10))


@pytest.mark.parametrize(
    ("name", "data", "format_id"),
    [
        ("model.py", b"x = 1", "python"),
        ("run", b"#!/usr/bin/env python3\nx = 1", "python"),
        ("x.txt", b"x = 1", "text"),
        ("model.py", b"\x80\x04K\x01.", "pickle"),
    ],
)
def test_python_is_known_by_its_name_or_its_first_line(name: str, data: bytes, format_id: str) -> None:
    assert read_file(data, name).format == format_id
