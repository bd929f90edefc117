"""Whoever is stopped at any moment leaves a library that is right."""

from __future__ import annotations

import errno
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import randrange
from typing import Any

import pytest

import work_of_storing
from hilt.record.blobs.durable import make_folder, unusable, write_whole
from hilt.record.blobs.revisions import Revisions
from hilt.record.blobs.store import Blobs
from kept_files import a_revision, stored
from killed_at_work import killed


def test_whoever_is_killed_leaves_what_is_right_and_can_be_gone_on_with() -> None:
    assert killed(work_of_storing, step=8, first=randrange(1, 9)) > 100


@pytest.mark.slow
def test_whoever_is_killed_after_any_call_leaves_what_is_right() -> None:
    assert killed(work_of_storing, step=1) > 100


def test_bytes_are_on_the_disk_before_they_have_their_name_and_the_name_after(folder: Path) -> None:
    """No power is cut here: it is the order of the calls that decides."""
    blobs, revisions = Blobs(folder), Revisions(folder)
    (folder / "models").mkdir()
    calls: list[str] = []

    def note(_: object, event: str, argument: Any) -> None:
        if event == "c_call" and argument in (os.fsync, os.replace, os.rename, os.write, os.mkdir):
            calls.append(argument.__name__)

    sys.setprofile(note)
    try:
        stored(blobs, b"weights")
        revisions.save(a_revision({"a": b"weights"}))
    finally:
        sys.setprofile(None)
    of_a_blob = ["write", "mkdir", "fsync", "fsync", "replace", "fsync"]
    of_a_text = ["fsync", "replace", "fsync"]
    assert calls == [*of_a_blob, *["mkdir", "fsync"] * 3, *of_a_text, *of_a_text]


def test_a_text_is_whole_or_not_there(tmp_path: Path) -> None:
    (tmp_path / "partial").mkdir()
    write_whole(tmp_path / "text", b"one", partial=tmp_path / "partial")
    write_whole(tmp_path / "text", b"two", partial=tmp_path / "partial")
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "nowhere" / "text", b"three", partial=tmp_path / "partial")
    assert (tmp_path / "text").read_bytes() == b"two"
    assert list((tmp_path / "partial").iterdir()) == []


def test_a_folder_may_be_made_by_two_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(make_folder, [tmp_path / "a" / "b" / "c"] * 20))
    assert (tmp_path / "a" / "b" / "c").stat().st_mode & 0o777 == 0o755


def test_what_the_disk_says_is_told_with_the_way_out(tmp_path: Path) -> None:
    full = str(unusable(tmp_path, OSError(errno.ENOSPC, "No space left on device"), needed=7))
    assert full.startswith(f"{tmp_path}: No space left on device, and 7 more bytes are needed; make room on that disk")
    quota = str(unusable(tmp_path, OSError(errno.EDQUOT, "Disk quota exceeded")))
    assert quota.startswith(f"{tmp_path}: Disk quota exceeded, and more room is needed; make room")
    denied = str(unusable(tmp_path, OSError(errno.EACCES, "Permission denied")))
    assert denied == f"{tmp_path}: Permission denied; here is the library, which must be readable and writable"
