"""How far reading the library anew has come, as it lies in the folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from hilt.core.errors import SourceError
from hilt.record.blobs.fixity_round import PARTS, Round, alone, load, save
from hilt.record.blobs.store import Blobs

A, B = "a" * 64, "b" * 64


def test_a_round_goes_on_where_it_ended_and_belongs_to_its_entry(blobs: Blobs, folder: Path) -> None:
    assert load(folder, 7) == Round(after=7)
    done = Round(after=7).read(3, 90, [A, B]).had([A]).read(1, 10, [])
    save(folder, done)
    assert load(folder, 7) == done
    assert (done.parts, done.files, done.size, done.left) == (2, 4, 100, (B,))
    assert load(folder, 8) == Round(after=8)
    assert not done.is_over


def test_what_is_damaged_once_more_was_not_had_again(blobs: Blobs) -> None:
    assert Round(after=0).read(1, 1, [A]).had([A]).read(1, 1, [A]).left == (A,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[" * 100_000,
        "7",
        "[]",
        "{}",
        '{"schema": 2, "after": 0, "parts": 9, "files": 1, "size": 1, "damaged": [], "repaired": []}',
        '{"schema": 1, "after": 0, "parts": 257, "files": 1, "size": 1, "damaged": [], "repaired": []}',
        '{"schema": 1, "after": 0, "parts": 9, "files": -1, "size": 1, "damaged": [], "repaired": []}',
        '{"schema": 1, "after": 0, "parts": 9, "files": true, "size": 1, "damaged": [], "repaired": []}',
        '{"schema": 1, "after": 0, "parts": 9, "files": 1, "size": 1, "damaged": ["../x"], "repaired": []}',
        '{"schema": 1, "after": 0, "parts": 9, "files": 1, "size": 1, "damaged": 3, "repaired": []}',
    ],
)
def test_what_cannot_be_read_begins_the_round_anew(blobs: Blobs, folder: Path, text: str) -> None:
    (folder / "fixity.json").write_text(text)
    assert load(folder, 0) == Round(after=0)


def test_there_are_as_many_parts_as_two_digits_make() -> None:
    assert (len(PARTS), PARTS[0], PARTS[-1]) == (256, "00", "ff")


def test_a_lock_that_is_no_file_is_told(blobs: Blobs, folder: Path) -> None:
    (folder / "fixity.lock").mkdir()
    with pytest.raises(SourceError, match=r"fixity\.lock: "), alone(folder):
        pass
