"""The digest store: what it remembers, whom it does not trust, and that nothing it holds is an error."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from hilt.sources import digest_store
from hilt.sources.digest_store import SMALLEST, DigestStore, Identity, Pair, usual_store

PAIR = Pair(blake3="b" * 64, sha256="a" * 64)
WHO = Identity(device=1, inode=2, begin=0, end=SMALLEST, size=SMALLEST, modified=3, changed=4)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "hilt"


def test_what_was_added_is_found_by_whoever_asks_next(folder: Path) -> None:
    DigestStore(folder).add({WHO: PAIR})
    assert DigestStore(folder).find([WHO]) == {WHO: PAIR}


@pytest.mark.parametrize("changed", [{"size": 9}, {"modified": 9}, {"changed": 9}, {"inode": 9}, {"begin": 9}])
def test_another_file_or_a_changed_one_is_not_found(folder: Path, changed: dict[str, int]) -> None:
    store = DigestStore(folder)
    store.add({WHO: PAIR})
    assert store.find([WHO._replace(**changed)]) == {}


def test_a_new_state_of_a_file_takes_the_place_of_the_old_one(folder: Path) -> None:
    store = DigestStore(folder)
    store.add({WHO: PAIR})
    store.add({WHO._replace(modified=9): Pair(blake3="c" * 64, sha256="d" * 64)})
    assert store.find([WHO]) == {}
    assert len(store.find([WHO._replace(modified=9)])) == 1


def test_numbers_of_any_size_name_a_file(folder: Path) -> None:
    huge = WHO._replace(device=2**64 - 1, inode=2**64 - 1)
    DigestStore(folder).add({huge: PAIR})
    assert DigestStore(folder).find([huge]) == {huge: PAIR}


def test_small_pieces_are_not_remembered(folder: Path) -> None:
    DigestStore(folder).add({WHO._replace(end=SMALLEST - 1): PAIR})
    assert not folder.exists()


def test_more_pieces_than_one_question_holds_are_found(folder: Path) -> None:
    many = {WHO._replace(inode=number): PAIR for number in range(1_234)}
    DigestStore(folder).add(many)
    assert DigestStore(folder).find(many) == many


def test_it_does_not_grow_for_ever(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest_store, "MOST", 10)
    store = DigestStore(folder)
    for number in range(25):
        store.add({WHO._replace(inode=number): PAIR})
    kept = store.find([WHO._replace(inode=number) for number in range(25)])
    assert sorted(one.inode for one in kept) == list(range(15, 25))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_it_is_the_users_alone(folder: Path) -> None:
    DigestStore(folder).add({WHO: PAIR})
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path.stat().st_mode & 0o777 for path in folder.iterdir()] == [0o600]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
@pytest.mark.parametrize("open_one", ["folder", "file"])
def test_one_that_others_may_write_is_not_believed(folder: Path, open_one: str) -> None:
    store = DigestStore(folder)
    store.add({WHO: PAIR})
    (folder if open_one == "folder" else folder / "digests.sqlite").chmod(0o777)
    assert store.find([WHO]) == {}


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right on Windows")
def test_a_link_in_its_place_is_not_followed(folder: Path, tmp_path: Path) -> None:
    DigestStore(tmp_path / "other").add({WHO: PAIR})
    folder.mkdir(parents=True, mode=0o700)
    (folder / "digests.sqlite").symlink_to(tmp_path / "other" / "digests.sqlite")
    assert DigestStore(folder).find([WHO]) == {}


@pytest.mark.parametrize("bytes_", [b"not a database at all" * 300, b"", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_store_is_made_anew(folder: Path, bytes_: bytes) -> None:
    store = DigestStore(folder)
    store.add({WHO: PAIR})
    (folder / "digests.sqlite").write_bytes(bytes_)
    assert store.find([WHO]) == {}
    store.add({WHO: PAIR})
    store.add({WHO: PAIR})
    assert store.find([WHO]) == {WHO: PAIR}


def test_every_beginning_of_a_store_is_harmless(folder: Path) -> None:
    store = DigestStore(folder)
    store.add({WHO._replace(inode=number): PAIR for number in range(50)})
    whole = (folder / "digests.sqlite").read_bytes()
    for end in range(0, len(whole), 509):
        (folder / "digests.sqlite").write_bytes(whole[:end])
        assert set(store.find([WHO._replace(inode=7)]).values()) <= {PAIR}


def test_a_store_of_another_version_is_made_anew(folder: Path) -> None:
    store = DigestStore(folder)
    store.add({WHO: PAIR})
    with sqlite3.connect(folder / "digests.sqlite") as database:
        database.execute("DROP TABLE digests")
        database.execute("CREATE TABLE digests (something TEXT)")
        database.execute("PRAGMA user_version = 77")
    database.close()
    store.add({WHO: PAIR})
    assert store.find([WHO]) == {WHO: PAIR}


@pytest.mark.parametrize("digest", ["", "A" * 64, 7, None, b"a" * 64, "a" * 63])
def test_what_is_no_digest_is_not_taken_for_one(folder: Path, digest: object) -> None:
    store = DigestStore(folder)
    store.add({WHO: PAIR})
    with sqlite3.connect(folder / "digests.sqlite") as database:
        database.execute("UPDATE digests SET sha256 = ?", (digest,))
    database.close()
    assert store.find([WHO]) == {}


def test_a_place_that_cannot_be_written_is_as_if_it_were_empty(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file in the place of the folder")
    store = DigestStore(tmp_path / "cache" / "hilt")
    store.add({WHO: PAIR})
    assert store.find([WHO]) == {}


def test_a_place_that_no_system_can_name_is_as_if_it_were_empty(tmp_path: Path) -> None:
    store = DigestStore(tmp_path / ("a" * 5000))
    store.add({WHO: PAIR})
    assert store.find([WHO]) == {}


def test_one_that_another_process_holds_is_as_if_it_were_empty(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest_store, "_WAIT", 0.05)
    store = DigestStore(folder)
    store.add({WHO: PAIR})
    other = sqlite3.connect(folder / "digests.sqlite")
    other.execute("BEGIN EXCLUSIVE")
    store.add({WHO._replace(inode=9): PAIR})
    assert store.find([WHO]) == {}
    other.close()
    assert store.find([WHO]) == {WHO: PAIR}


def test_processes_write_side_by_side(folder: Path) -> None:
    script = """
import sys
from pathlib import Path
from hilt.sources.digest_store import SMALLEST, DigestStore, Identity, Pair
for number in range(40):
    who = Identity(int(sys.argv[2]), number, 0, SMALLEST, SMALLEST, 3, 4)
    DigestStore(Path(sys.argv[1])).add({who: Pair("b" * 64, "a" * 64)})
"""
    started = [subprocess.Popen([sys.executable, "-c", script, str(folder), str(one)]) for one in range(3)]
    assert [process.wait() for process in started] == [0, 0, 0]
    asked = [WHO._replace(device=device, inode=inode) for device in range(3) for inode in range(40)]
    assert len(DigestStore(folder).find(asked)) == 120


def test_the_usual_store_lies_in_the_users_cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform in ("win32", "darwin"):
        pytest.skip("XDG_CACHE_HOME is of Linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    store = usual_store()
    assert store is not None
    store.add({WHO: PAIR})
    assert os.listdir(tmp_path / "hilt") == ["digests.sqlite"]


def test_a_cache_folder_that_depends_on_where_one_stands_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sys.platform in ("win32", "darwin"):
        pytest.skip("XDG_CACHE_HOME is of Linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "here")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert digest_store._cache_folder() == tmp_path / ".cache" / "hilt"
