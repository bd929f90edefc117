from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hilt.doors.cli import progress

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a pseudo-terminal is needed")


PATIENT = """
import sys
from hilt.doors.cli import main, progress
progress.PATIENCE = float(sys.argv.pop(1))
main()
"""


def said_on_a_terminal(subject: Path, patience: float) -> str:
    """What `hilt check` writes to standard error when that is a terminal, and `patience` seconds go without a bar."""
    ours, theirs = os.openpty()
    command = [sys.executable, "-c", PATIENT, str(patience), "check", str(subject)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    said = b""
    while True:
        try:
            data = os.read(ours, 65536)
        except OSError:  # Linux says so when the other side has closed
            break
        if not data:
            break
        said += data
    process.wait()
    os.close(ours)
    return said.decode()


@pytest.mark.slow
def test_a_check_of_more_than_that_draws_a_bar_and_clears_it(tmp_path: Path) -> None:
    (tmp_path / "long.json").write_bytes(b"[" + b"[1.5e3]," * 7_500_000 + b"1]")
    said = said_on_a_terminal(tmp_path, patience=progress.PATIENCE)
    assert "of 1 files read" in said
    assert "GB hashed" in said
    assert said.endswith("\r\x1b[K")


def test_a_short_check_draws_nothing(tmp_path: Path) -> None:
    (tmp_path / "short.json").write_text("{}")
    assert said_on_a_terminal(tmp_path, patience=3600) == ""
