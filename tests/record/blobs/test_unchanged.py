from __future__ import annotations

import os
from pathlib import Path

import pytest

from hilt.record.blobs.unchanged import Unchanged


class Reader:
    """Reads files, and counts how often."""

    def __init__(self, most: int = 100) -> None:
        self.unchanged: Unchanged[str] = Unchanged(most, lambda text: text)
        self.reads = 0

    def read(self, file: Path, *, keep: bool = True) -> str:
        def read() -> str:
            self.reads += 1
            return file.read_text()

        return self.unchanged.get(file, read, keep=keep)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (file := tmp_path / "file").write_text("one")
    return file


def test_a_file_is_read_again_once_it_changed(file: Path) -> None:
    reader = Reader()
    assert [reader.read(file) for _ in range(3)] == ["one"] * 3
    assert reader.reads == 1
    other = file.with_name("other")
    other.write_text("two")
    os.utime(other, ns=(0, file.stat().st_mtime_ns))
    other.replace(file)
    assert reader.read(file) == "two", "as large and as old, and another one"
    os.utime(file, ns=(0, 0))
    assert (reader.read(file), reader.reads) == ("two", 3)
    file.unlink()
    with pytest.raises(FileNotFoundError):
        reader.read(file)


def test_no_more_is_at_hand_than_was_allowed(file: Path) -> None:
    reader, other = Reader(most=10), file.with_name("other")
    other.write_text("letters")
    for one in (file, other, file, other):
        reader.read(one)
    assert reader.reads == 4, "three letters and seven, and one more for each file"
    reader.read(file, keep=False)
    reader.read(other)
    assert reader.reads == 5
