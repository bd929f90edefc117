"""`hilt notice` as its users meet it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from offered import WEIGHTS


def noted(folder: Path, output: Path) -> subprocess.CompletedProcess[str]:
    (folder / "w.safetensors").write_bytes(WEIGHTS)
    (folder / "README.md").write_text("---\nlicense: mit\n---\n", encoding="utf-8")
    command = [sys.executable, "-m", "hilt", "notice", str(folder), "--output", str(output)]
    environment = {**os.environ, "XDG_CONFIG_HOME": "/nonexistent"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_a_notice_is_written_and_may_be_written_again(tmp_path: Path) -> None:
    for _ in range(2):
        assert noted(tmp_path, tmp_path / "NOTICE").returncode == 0
        assert (tmp_path / "NOTICE").read_text(encoding="utf-8").startswith("NOTICE for ")


def test_the_notice_of_a_publisher_which_has_to_be_carried_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "NOTICE").write_text("Acme\n", encoding="utf-8")
    told = noted(tmp_path, tmp_path / "NOTICE")
    assert told.returncode == 2
    assert "hilt did not write it; give another name" in told.stderr
    assert (tmp_path / "NOTICE").read_text(encoding="utf-8") == "Acme\n"


def test_a_folder_is_no_place_for_a_notice(tmp_path: Path) -> None:
    assert noted(tmp_path, tmp_path).returncode == 2
