from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilt.core.errors import ChangedWhileRead, SourceError
from hilt.sources.file import Locator


def located(path: Path) -> Locator:
    return Locator.of(str(path), path.stat())


@given(data=st.binary(max_size=300_000), reads=st.lists(st.tuples(st.integers(0, 300_000), st.integers(0, 200_000))))
def test_reads_give_the_bytes_of_the_file(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, reads: list[tuple[int, int]]
) -> None:
    path = tmp_path_factory.mktemp("file") / "x"
    path.write_bytes(data)
    with located(path).open() as source:
        assert all(source.read(offset, n) == data[offset : offset + n] for offset, n in reads)


def test_a_file_that_shrinks_is_noticed_at_the_read(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"0" * 200_000)
    with located(path).open() as source:
        os.truncate(path, 100)
        with pytest.raises(ChangedWhileRead, match="was 200000 bytes long and now ends at 100"):
            source.read(0, 150_000)


def test_a_file_that_was_swapped_for_another_is_not_read(tmp_path: Path) -> None:
    path, other = tmp_path / "x", tmp_path / "y"
    path.write_bytes(b"0000")
    other.write_bytes(b"1111")
    locator = located(path)
    os.replace(other, path)
    with pytest.raises(ChangedWhileRead, match="changed while it was checked"):
        locator.open()


@pytest.mark.skipif(os.name == "nt", reason="Windows asks for rights to make a link")
def test_a_file_that_was_swapped_for_a_link_or_a_pipe_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"0000")
    locator = located(path)
    path.unlink()
    path.symlink_to("/dev/zero")
    with pytest.raises(SourceError):
        locator.open()
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(ChangedWhileRead):
        locator.open()


def test_a_folder_on_the_way_that_was_swapped_for_a_link_leads_nowhere(tmp_path: Path) -> None:
    for name in ("here", "elsewhere"):
        (tmp_path / name).mkdir()
    path = tmp_path / "here/model.bin"
    path.write_bytes(b"0123")
    locator = Locator.of(str(path), path.stat())
    path.rename(tmp_path / "elsewhere/model.bin")
    path.parent.rmdir()
    path.parent.symlink_to("elsewhere")
    assert path.read_bytes() == b"0123"
    with pytest.raises(SourceError, match="Not a directory"):
        locator.open()


def test_without_pread_the_same_bytes_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x"
    path.write_bytes(bytes(range(256)) * 1000)
    monkeypatch.delattr(os, "pread", raising=False)  # as on Windows
    with located(path).open() as source:
        assert source.read(100, 50) == path.read_bytes()[100:150]
        assert source.read(1000, 200_000) == path.read_bytes()[1000:201_000]
        assert source.read(255_990, 100) == path.read_bytes()[255_990:]
