"""How far reading the library anew has come, as it lies in the folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hilt.core.errors import FormatError, SourceError
from hilt.record.blobs.fixity_round import PARTS, Note, Round, alone
from hilt.record.blobs.store import Blobs

A, B = "a" * 64, "b" * 64
KEY = bytes(32)


@pytest.fixture
def note(blobs: Blobs) -> Note:
    return Note(blobs.folder, KEY)


def test_a_round_goes_on_where_it_ended_and_belongs_to_its_entry(note: Note, folder: Path) -> None:
    assert note.load(7) == Round(after=7)
    done = Round(after=7).found(A).found(B).read("00", 3, 90).had(A).not_read("01").read("02", 1, 10)
    note.save(done)
    assert note.load(7) == done
    assert (done.parts, done.files, done.size, done.left, done.unread) == (3, 4, 100, (B,), ("01",))
    assert note.load(8) == Round(after=8)
    assert not done.is_over
    assert done.read("01", 1, 1).parts == 3
    assert done.read("01", 1, 1).unread == ()
    assert json.loads((folder / "fixity.json").read_text())["round"]["after"] == 7


def test_what_is_damaged_once_more_was_not_had_again() -> None:
    assert Round(after=0).found(A).had(A).found(A).left == (A,)


@pytest.mark.parametrize("text", ["", "[" * 100_000, "7", "{}", '{"proof": "", "round": {}}'])
def test_what_no_server_wrote_is_told(note: Note, folder: Path, text: str) -> None:
    (folder / "fixity.json").write_text(text)
    with pytest.raises(FormatError, match="this is not what a server with the key of this log wrote"):
        note.load(0)


def test_nobody_writes_it_without_the_key(note: Note, folder: Path) -> None:
    Note(folder, b"1" * 32).save(Round(after=0, parts=256, files=10))
    with pytest.raises(FormatError):
        note.load(0)


@pytest.mark.parametrize(
    "wrong",
    [
        Round(after=0, parts=257),
        Round(after=0, files=10**30),
        Round(after=0, size=-1),
        Round(after=0, damaged=("../x",)),
        Round(after=0, unread=("..",)),
    ],
)
def test_what_no_round_comes_to_is_told(note: Note, wrong: Round) -> None:
    note.save(wrong)
    with pytest.raises(FormatError):
        note.load(0)


def test_a_file_that_cannot_be_read_begins_no_round(note: Note, folder: Path) -> None:
    (folder / "fixity.json").symlink_to(folder / "elsewhere")
    with pytest.raises(SourceError, match=r"fixity\.json: "):
        note.load(0)


def test_there_are_as_many_parts_as_two_digits_make() -> None:
    assert (len(PARTS), PARTS[0], PARTS[-1]) == (256, "00", "ff")


def test_a_lock_that_is_no_file_is_told(blobs: Blobs, folder: Path) -> None:
    (folder / "fixity.lock").mkdir()
    with pytest.raises(SourceError, match=r"fixity\.lock: "), alone(folder):
        pass
