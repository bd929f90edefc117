from __future__ import annotations

import os
from pathlib import Path

import pytest

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
