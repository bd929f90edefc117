"""The file of a backup: it is whole, or it says where it is not."""

from __future__ import annotations

import gzip
import json
import random
import tracemalloc
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hilt.core.errors import FormatError
from hilt.record.backups.json_lines import read, written

LINES: list[list[Any]] = [
    ["hilt backup", 1],
    ["words", "é 'quoted' \u2028", {"a": [1, None, True]}],
    ["entry", "x" * 5000],
]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = st.none() | st.booleans() | st.integers() | TEXTS | st.dictionaries(TEXTS, TEXTS, max_size=3)


def write(path: Path, lines: list[list[Any]]) -> bytes:
    with written(path) as add:
        for line in lines:
            add(line)
    return path.read_bytes()


@settings(max_examples=30)
@given(lines=st.lists(st.lists(VALUES, min_size=1, max_size=4).filter(lambda line: line[0] != "end"), max_size=5))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, lines: list[list[Any]]) -> None:
    file = tmp_path_factory.getbasetemp() / "backup"
    data = write(file, lines)
    assert list(read(file)) == lines
    assert write(file, lines) == data


def test_it_is_readable_by_its_owner_alone_and_in_the_place_of_the_one_before(tmp_path: Path) -> None:
    file = tmp_path / "backup"
    write(file, [["one"]])
    write(file, LINES)
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["backup"]
    assert list(read(file)) == LINES


def test_one_that_fails_leaves_the_one_before(tmp_path: Path) -> None:
    file = tmp_path / "backup"
    data = write(file, LINES)
    with pytest.raises(ValueError, match="not JSON compliant"):
        write(file, [["half"], [float("nan")]])
    assert file.read_bytes() == data
    assert [path.name for path in tmp_path.iterdir()] == ["backup"]


def refused(file: Path) -> str:
    with pytest.raises(FormatError) as caught:
        list(read(file))
    return str(caught.value)


def test_one_that_was_cut_off_anywhere(tmp_path: Path) -> None:
    file = tmp_path / "backup"
    data = write(file, LINES)
    for length in range(len(data)):
        file.write_bytes(data[:length])
        assert "it breaks off after line" in refused(file) or length < 3
    file.write_bytes(gzip.compress(gzip.decompress(data).rpartition(b'["end"')[0]))
    assert refused(file) == "it breaks off after line 3"


def test_a_line_that_would_grow_in_memory_is_refused_before_it_does(tmp_path: Path) -> None:
    file = tmp_path / "backup"
    whole = ["document", "0" * 64, "A" * (9 << 20)]
    write(file, [whole])
    assert list(read(file)) == [whole]
    file.write_bytes(gzip.compress(b"[" + b"[]," * (3 << 20) + b"[]]\n"))
    tracemalloc.start()
    assert refused(file) == "line 1 is not one that hilt writes into a backup"
    assert tracemalloc.get_traced_memory()[1] < 60 << 20
    tracemalloc.stop()


def test_one_in_which_anything_was_changed(tmp_path: Path) -> None:
    file = tmp_path / "backup"
    plain = gzip.decompress(write(file, LINES))
    packed, chance = file.read_bytes(), random.Random(7)
    for _ in range(100):
        at = chance.randrange(len(plain))
        file.write_bytes(gzip.compress(plain[:at] + bytes([plain[at] ^ 1 << chance.randrange(8)]) + plain[at + 1 :], 1))
        refused(file)
        at = chance.randrange(len(packed) - 1)
        file.write_bytes(packed[:at] + bytes([packed[at] ^ 1 << chance.randrange(8)]) + packed[at + 1 :])
        with suppress(FormatError):  # some bits of gzip mean nothing
            assert list(read(file)) == LINES


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (b'["words"]\n', "line 5 is not one that hilt writes into a backup"),
        (b'["end","0"]\n', "line 5 is not one"),
        (b"\n", "line 5 is not one"),
    ],
)
def test_nothing_stands_behind_the_end(tmp_path: Path, more: bytes, words: str) -> None:
    file = tmp_path / "backup"
    plain = gzip.decompress(write(file, LINES))
    file.write_bytes(gzip.compress(plain + more))
    assert words in refused(file)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'[ "words"]',
        b'["\\u0061"]',
        b'["\\ud800"]',
        b"[1e5]",
        b"[" * 100_000,
        b'["a"',
        b"\xff",
        b"[NaN]",
    ],
)
def test_a_line_is_written_in_one_way(tmp_path: Path, line: bytes) -> None:
    file = tmp_path / "backup"
    file.write_bytes(gzip.compress(line + b"\n"))
    assert "line 1 is not one" in refused(file)


def test_what_is_no_backup(tmp_path: Path) -> None:
    file = tmp_path / "backup"
    file.write_bytes(json.dumps(LINES).encode())
    assert refused(file).startswith("no backup of hilt, or damaged after line 0")
    file.write_bytes(b"")
    assert refused(file) == "it breaks off after line 0"
