"""Names of files that nobody may go on with: how long they are kept, and how many."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from hilt.record.blobs import spoilt
from hilt.record.blobs.spoilt import LASTS, Spoilt


def test_a_name_is_there_once_it_was_noted_and_for_others_too(tmp_path: Path) -> None:
    Spoilt(tmp_path).add("a")
    Spoilt(tmp_path).add("a")
    assert (Spoilt(tmp_path).has("a"), Spoilt(tmp_path).has("b")) == (True, False)


def test_old_names_go_unless_they_were_noted_again(tmp_path: Path) -> None:
    names = Spoilt(tmp_path)
    for name in ("old", "again"):
        names.add(name)
        long_ago = time.time() - LASTS - 1
        os.utime(tmp_path / name, (long_ago, long_ago))
    names.add("again")
    names.prune()
    assert [names.has(name) for name in ("old", "again")] == [False, True]


def test_of_too_many_the_last_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spoilt, "MOST", 2)
    names = Spoilt(tmp_path)
    for at, name in enumerate("abc"):
        names.add(name)
        os.utime(tmp_path / name, (time.time() + at, time.time() + at))
    names.prune()
    assert [names.has(name) for name in "abc"] == [False, True, True]


def test_what_the_disk_does_not_take_is_no_error(tmp_path: Path) -> None:
    names = Spoilt(tmp_path / "none")
    names.add("a")
    assert not names.has("a")
