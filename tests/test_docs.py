"""The pages that are made from lists are current, and `--check` tells where they are not."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

import build_docs


def test_every_page_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert build_docs.main(["--check"]) == 0, capsys.readouterr().err


def test_a_page_that_is_missing_changed_or_left_over_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build_docs.main([], tmp_path) == 0
    assert build_docs.main(["--check"], tmp_path) == 0
    (tmp_path / "limits.md").write_text("old")
    (tmp_path / "formats.md").unlink()
    (tmp_path / "checks" / "no-such-check.md").write_text("left over")
    assert build_docs.main(["--check"], tmp_path) == 1
    told = capsys.readouterr().err
    assert [name for name in ("limits.md", "formats.md", "no-such-check.md", "facts.md") if name in told] == [
        "limits.md",
        "formats.md",
        "no-such-check.md",
    ]
    assert build_docs.main([], tmp_path) == 0
    assert build_docs.main(["--check"], tmp_path) == 0


def test_every_limit_stands_on_its_page_with_what_it_bounds() -> None:
    page = build_docs.pages()["limits.md"]
    assert "| `json_bytes` | 64 MiB | A JSON file as a whole, and all signatures of a subject together. |" in page
