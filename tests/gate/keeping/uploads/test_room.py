from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hilt.core.errors import UsageError
from hilt.gate.keeping.uploads import coming_bytes, room
from hilt.gate.keeping.uploads.room import Room
from hilt.record.blobs.layout import open_library

_ANOTHER = """
import sys
from pathlib import Path
from hilt.gate.keeping.uploads.room import Room
taken = Room(Path(sys.argv[1]), 1000, lambda: 0).take(600, "a file")
print("taken", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(coming_bytes, "FRESH", -1.0)
    return open_library(tmp_path / "library")


def test_what_comes_to_one_server_takes_room_at_the_others(folder: Path) -> None:
    one, other = (Room(folder, 1000, lambda: 100) for _ in range(2))
    taken = one.take(200, "a file")
    assert (one.left(), other.left()) == (700, 700)
    taken.grow(500)
    with other.take(300, "a file"), pytest.raises(UsageError, match="there is room for 100"):
        one.take(101, "a file")
    assert (one.left(), other.left()) == (400, 400)
    taken.give_back()
    assert (one.left(), other.left()) == (900, 900)
    assert not [*(folder / "partial").iterdir()]


def test_what_came_to_a_server_that_was_killed_takes_none(folder: Path) -> None:
    here = Room(folder, 1000, lambda: 0)
    command = [sys.executable, "-c", _ANOTHER, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as another:
        assert another.stdout is not None
        assert another.stdout.readline() == "taken\n"
        assert here.left() == 400
        another.kill()
        another.wait(20)
        assert here.left() == 1000
    assert not [*(folder / "partial").iterdir()]


def test_what_lies_there_and_is_none_of_ours_stops_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = Room(folder, 1000, lambda: 0)
    (folder / "partial/coming-folder").mkdir()
    (folder / "partial/coming-link").symlink_to(folder / "sent")
    with here.take(600, "a file"):
        assert here.left() == 400
    assert capsys.readouterr().err.count("this is no file that hilt writes there") == 2
    assert len([*(folder / "partial").iterdir()]) == 2


def test_what_came_counts_without_that_all_is_looked_at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "FRESH", 60.0)
    looked: list[int] = []

    def held() -> int:
        looked.append(1)
        return 100

    here = Room(folder, 1000, held)
    for _ in range(4):
        here.take(200, "a file").give_back()
        here.came(200)
    assert len(looked) == 1
    here.take(200, "a file")
    assert len(looked) == 2  # there seems to be no room: now it is looked
