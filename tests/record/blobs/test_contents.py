from __future__ import annotations

import os
from pathlib import Path

from hilt.core.library import KeptRevision, Repository
from hilt.record.blobs.contents import Contents
from hilt.record.blobs.revisions import Revisions

ONE, OTHER = "1" * 40, "2" * 40


def save(folder: Path, name: str, commit: str = ONE, kind: str = "models") -> None:
    Revisions(folder).save(KeptRevision(repository=Repository(kind, name), commit=commit, files=()))


def test_all_that_came_is_there_under_its_own_name(tmp_path: Path) -> None:
    for kind, name in (("models", "Acme/Chat-8B"), ("models", "gpt2"), ("datasets", "acme/x"), ("kernels", "a/b")):
        save(tmp_path, name, kind=kind)
    save(tmp_path, "gpt2", OTHER)
    assert Contents(tmp_path, 10).look() == {
        Repository("models", "Acme/Chat-8B"): (ONE,),
        Repository("models", "gpt2"): (ONE, OTHER),
        Repository("datasets", "acme/x"): (ONE,),
        Repository("kernels", "a/b"): (ONE,),
    }


def test_what_comes_or_goes_is_seen_when_it_is_looked_again(tmp_path: Path) -> None:
    contents = Contents(tmp_path, 10)
    assert contents.look() == {}
    for commit in (ONE, OTHER):  # at once, within one tick of the clock of the file system
        save(tmp_path, "acme/chat", commit)
        assert commit in contents.look()[Repository("models", "acme/chat")]
    os.utime(tmp_path / "models" / "acme" / "chat", (1, 1))  # long ago: it is not looked into again
    assert contents.look() == {Repository("models", "acme/chat"): (ONE, OTHER)}
    save(tmp_path, "acme/chat", "3" * 40)
    assert contents.look() == {Repository("models", "acme/chat"): (ONE, OTHER, "3" * 40)}
    (tmp_path / "models").rename(tmp_path / "gone")
    assert contents.look() == {}


def test_folders_that_somebody_put_there_and_links_are_no_repositories(tmp_path: Path) -> None:
    save(tmp_path, "acme/chat")
    for name in ("models/acme/ACME", "models/acme/..x", "models/a b/c", "models/acme/chat/notes"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "models" / "acme" / "linked").symlink_to(tmp_path / "models" / "acme" / "chat")
    (tmp_path / "models" / "file").write_text("x")
    assert Contents(tmp_path, 10).look() == {Repository("models", "acme/chat"): (ONE,)}


def test_of_more_than_can_be_looked_at_it_says_so(tmp_path: Path) -> None:
    for name in ("acme/a", "acme/b", "acme/c"):
        save(tmp_path, name)
    contents = Contents(tmp_path, 2)
    assert (len(contents.look()), contents.has_more) == (2, True)
    contents = Contents(tmp_path, 3)
    assert (len(contents.look()), contents.has_more) == (3, False)
