"""Files and folders, read by the client that reads them, and named as git names them."""

from __future__ import annotations

import shutil
import subprocess
from hashlib import sha1, sha256
from pathlib import Path

import pytest
from huggingface_hub.hf_api import RepoFile, RepoFolder

from hilt.core.errors import NotHeld
from hilt.core.library import KeptFile, KeptRevision, Repository
from hilt.doors.hub.trees import MOST_NAMED, named, tree

COMMIT = "0123456789abcdef0123456789abcdef01234567"
DATA = {"a.txt": b"1", "b/c/d.txt": b"2", "b/e.txt": b"3", "b.txt": b"4", "c/d/e/f.bin": b"5"}


def file(path: str, data: bytes) -> KeptFile:
    blob = sha1(b"blob %d\0" % len(data) + data).hexdigest()
    return KeptFile(path=path, size=len(data), sha256=sha256(data).hexdigest(), blob=blob)


KEPT = KeptRevision(
    repository=Repository("models", "org/name"), commit=COMMIT, files=tuple(file(*item) for item in DATA.items())
)


def paths(folder: str = "", *, recursive: bool = False) -> list[str]:
    return [one["path"] for one in tree(KEPT, folder, recursive=recursive, expand=False)]


def test_a_folder_lists_what_lies_in_it() -> None:
    assert paths() == ["b", "c", "a.txt", "b.txt"]
    assert paths("b") == ["b/c", "b/e.txt"]
    assert paths("c/d") == ["c/d/e"]


def test_asked_for_all_of_it_everything_is_listed() -> None:
    assert paths(recursive=True) == ["b", "b/c", "c", "c/d", "c/d/e", *DATA]
    assert paths("b", recursive=True) == ["b/c", "b/c/d.txt", "b/e.txt"]


@pytest.mark.parametrize("folder", ["x", "a.txt", "b/c/d.txt", "B"])
def test_what_is_no_folder_is_not_listed(folder: str) -> None:
    with pytest.raises(NotHeld, match=COMMIT):
        paths(folder)


def test_files_and_folders_are_found_by_their_names() -> None:
    asked = ("b/e.txt", "b", "none", "/a.txt", "b/e.txt")
    assert [one["path"] for one in named(KEPT, asked, expand=False)] == ["b", "b/e.txt", "a.txt"]
    assert len(named(KEPT, [*(str(at) for at in range(MOST_NAMED)), "b"], expand=False)) == 0


def test_a_client_reads_what_it_is_told() -> None:
    big = KeptFile(path="w", size=1 << 40, sha256="c" * 64, blob="d" * 40, large=True, pointer_size=135)
    folder, one = tree(
        KeptRevision(repository=KEPT.repository, commit=COMMIT, files=(big, *KEPT.files[1:2])),
        "",
        recursive=False,
        expand=True,
    )
    read, inside = RepoFile(**one), RepoFolder(**folder)
    assert read.lfs is not None
    assert (read.path, read.size, read.blob_id, read.lfs.sha256, read.xet_hash) == (
        "w",
        1 << 40,
        "d" * 40,
        "c" * 64,
        None,
    )
    assert read.last_commit is not None
    assert (read.last_commit.oid, inside.last_commit) == (COMMIT, read.last_commit)
    assert read.security is not None
    assert not read.security.safe


@pytest.mark.skipif(shutil.which("git") is None, reason="compares with git")
def test_folders_have_the_names_that_git_gives_them(tmp_path: Path) -> None:
    for path, data in DATA.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)

    def git(*words: str) -> str:
        return subprocess.run(["git", "-C", tmp_path, *words], check=True, capture_output=True, text=True).stdout

    git("init", "-q")
    git("add", ".")
    listed = [line.split() for line in git("ls-tree", "-r", "-t", git("write-tree").strip()).splitlines()]
    told = {one["path"]: one["oid"] for one in tree(KEPT, "", recursive=True, expand=False)}
    assert told == {path: digest for _, _, digest, path in listed}
