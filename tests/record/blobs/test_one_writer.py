"""A lock that goes with the file, and tells whether it is still the one that is meant."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hilt.record.blobs import one_writer


def opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)


def test_one_has_it_until_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    first, second = opened(path), opened(path)
    assert one_writer.take(first, path)
    assert not one_writer.take(second, path)
    one_writer.close(first)
    assert one_writer.take(second, path)
    one_writer.close(second)


def test_closing_what_was_never_had_takes_it_from_nobody(tmp_path: Path) -> None:
    path = tmp_path / "file"
    first, second, third = opened(path), opened(path), opened(path)
    assert one_writer.take(first, path)
    assert not one_writer.take(second, path)
    one_writer.close(second)
    assert not one_writer.take(third, path)
    one_writer.close(first)
    one_writer.close(third)


@pytest.mark.parametrize("away", ["removed", "renamed", "replaced"])
def test_a_file_that_is_not_meant_any_more_is_told(tmp_path: Path, away: str) -> None:
    path = tmp_path / "file"
    descriptor = opened(path)
    if away == "removed":
        path.unlink()
    else:
        path.rename(tmp_path / "done")
    if away == "replaced":
        path.touch()
    with pytest.raises(FileNotFoundError):
        one_writer.take(descriptor, path)
    one_writer.close(descriptor)
