from __future__ import annotations

import os
from pathlib import Path

import pytest

from hilt.gate.caching import moving
from hilt.gate.caching.moving import rename


@pytest.fixture(params=["by descriptors", "by paths"])
def root(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    if request.param == "by paths":
        monkeypatch.setattr(moving, "_BY_DESCRIPTOR", False)
    elif not moving._BY_DESCRIPTOR:
        pytest.skip("this system knows no descriptors of folders")
    (tmp_path / "root" / "a").mkdir(parents=True)
    (tmp_path / "root" / "a" / "file").write_text("here")
    return tmp_path / "root"


def test_a_file_a_link_and_a_folder_are_moved_as_they_are(root: Path) -> None:
    (root / "a" / "link").symlink_to("nowhere")
    (root / "a" / "folder").mkdir()
    for name in ("file", "link", "folder"):
        rename(root, f"a/{name}", f"b/c/{name}", make=True)
    assert (root / "b" / "c" / "file").read_text() == "here"
    assert os.readlink(root / "b" / "c" / "link") == "nowhere"
    assert (root / "b" / "c" / "folder").is_dir()
    assert list((root / "a").iterdir()) == []


def test_what_lies_at_the_target_is_never_written_over(root: Path) -> None:
    (root / "b").symlink_to("nowhere")
    with pytest.raises(FileExistsError):
        rename(root, "a/file", "b")
    assert (root / "a" / "file").read_text() == "here"


@pytest.mark.skipif(os.name == "nt", reason="links take a right of their own there")
def test_a_link_on_the_way_is_not_followed(root: Path) -> None:
    elsewhere = root.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "file").write_text("there")
    (root / "link").symlink_to(elsewhere)
    for source, target in (("link/file", "a/new"), ("a/file", "link/new"), ("a/file", "link/deep/new")):
        with pytest.raises(OSError, match=r"link|Not a directory|symbolic"):
            rename(root, source, target, make=True)
    assert [path.name for path in elsewhere.rglob("*")] == ["file"]


def test_what_is_not_there_is_said(root: Path) -> None:
    with pytest.raises(FileNotFoundError):
        rename(root, "a/gone", "a/new")
