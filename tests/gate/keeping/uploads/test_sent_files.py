from __future__ import annotations

import os
from pathlib import Path

import pytest

from hilt.core.errors import UsageError
from hilt.core.library import Repository
from hilt.gate.keeping.uploads import sent_files
from hilt.gate.keeping.uploads.sent_files import SentFiles
from hilt.record.blobs.layout import open_library

HERE, ELSEWHERE = Repository("models", "acme/lid"), Repository("models", "acme/other")
ONE, TWO = "a" * 64, "b" * 64


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return open_library(tmp_path / "library")


def server(folder: Path) -> SentFiles:
    return SentFiles(folder / "sent", folder / "partial")


def test_another_server_knows_what_came_and_to_which_repository(folder: Path) -> None:
    one, other = server(folder), server(folder)
    one.note(HERE, ONE, 10)
    one.note(ELSEWHERE, TWO, 0)
    assert [other.size(*about) for about in ((HERE, ONE), (ELSEWHERE, ONE), (ELSEWHERE, TWO))] == [10, None, 0]
    assert other.sizes() == one.sizes() == {ONE: 10, TWO: 0}
    other.forget(HERE, [ONE, TWO])
    assert one.size(HERE, ONE) is None
    assert one.sizes(now=True) == {TWO: 0}


def test_what_is_old_or_too_much_goes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = server(folder)
    for at, digest in enumerate((ONE, TWO, "c" * 64)):
        sent.note(HERE, digest, 1)
        (new,) = (one for one in (folder / "sent").iterdir() if one.name.endswith(digest))
        os.utime(new, (at, new.stat().st_mtime - 10 + at))
    monkeypatch.setattr(sent_files, "MOST", 2)
    assert sent.sizes(now=True) == {TWO: 1, "c" * 64: 1}
    monkeypatch.setattr(sent_files, "LASTS", -1.0)
    assert sent.size(HERE, TWO) is None
    assert sent.sizes(now=True) == {}
    assert not [*(folder / "sent").iterdir()]


@pytest.mark.parametrize("name", ["", "../../x", "A" * 64, "a" * 64 + "/x"])
def test_what_is_no_digest_was_not_sent(folder: Path, name: str) -> None:
    assert server(folder).size(HERE, name) is None


def test_too_many_of_one_repository_push_out_none_of_another(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = server(folder)
    sent.note(ELSEWHERE, "0" * 64, 1)
    for digest in (ONE, TWO, "c" * 64):
        sent.note(HERE, digest, 1)
    monkeypatch.setattr(sent_files, "MOST", 3)
    assert sent.sizes(now=True) == {"0" * 64: 1, TWO: 1, "c" * 64: 1}


def test_one_repository_leaves_no_more_than_one_commit_names(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sent_files, "MOST_EACH", 2)
    sent, three = server(folder), "c" * 64
    for digest in (ONE, TWO, ONE):
        sent.note(HERE, digest, 0)
    sent.note(ELSEWHERE, three, 0)
    for each in (sent, server(folder)):
        with pytest.raises(UsageError, match="acme/lid: 2 large files were sent to it that no commit names"):
            each.note(HERE, three, 0)
    sent.forget(HERE, [ONE])
    sent.note(HERE, three, 0)
    assert sent.sizes() == {TWO: 0, three: 0}


def test_what_waits_is_not_read_again_for_each_file_that_comes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = server(folder)
    sent.note(HERE, ONE, 0)
    sent.sizes(now=True)
    monkeypatch.setattr(sent_files, "FRESH", 60.0)
    sent.sizes(now=True)
    for path in (folder / "sent").iterdir():
        path.write_text("7")  # what is read again is 7
    sent.note(HERE, TWO, 2)
    assert sent.sizes() == sent.sizes(now=True) == {ONE: 0, TWO: 2}


def test_what_is_no_note_is_passed_over_and_told_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sent = server(folder)
    sent.note(HERE, ONE, 10)
    (note,) = (folder / "sent").iterdir()
    for digest, make in ((TWO, Path.mkdir), ("c" * 64, lambda path: path.symlink_to(note)), ("d" * 64, Path.touch)):
        make(folder / "sent" / note.name.replace(ONE, digest))
    assert sent.sizes(now=True) == sent.sizes(now=True) == {ONE: 10}
    assert sent.size(HERE, TWO) is sent.size(HERE, "c" * 64) is None
    assert capsys.readouterr().err.count("this is no file that hilt writes there; it is passed over") == 3
