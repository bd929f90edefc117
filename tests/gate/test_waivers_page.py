"""Everything in docs/waivers.md that can be run is run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hilt.checks.run import SCHEMA
from hilt.core.errors import SettingsInvalid
from hilt.gate.settings import read_settings
from hilt.policy.document import read_policy

# The page was written on some day; its waiver ends in a year from now, whenever that is.
END = (datetime.now(UTC) + timedelta(days=365)).date().isoformat()
PAGE = (Path(__file__).parents[2] / "docs" / "waivers.md").read_text(encoding="utf-8").replace("2027-01-31", END)
UNKNOWN_CALL = b"\x80\x02cacme.layers\nRebuild\n)R."


def blocks(kind: str) -> list[str]:
    found = re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/waivers.md has no block of {kind}"
    return found


@pytest.mark.parametrize("block", blocks("console"))
def test_a_command_prints_what_the_page_shows(block: str, tmp_path: Path) -> None:
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "model.pkl").write_bytes(UNKNOWN_CALL)
    (tmp_path / "settings.yaml").write_text(blocks("yaml settings")[0])
    command, _, shown = block.removeprefix("$ ").partition("\n")
    done = subprocess.run(
        [sys.executable, "-m", *shlex.split(command)],
        cwd=tmp_path,
        env={**os.environ, "XDG_CONFIG_HOME": "/nonexistent", "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=False,
    )
    first, *rest = shown.split("...\n")
    assert done.stdout.startswith(first), done.stdout + done.stderr
    assert all(part in done.stdout for part in rest), done.stdout
    assert done.returncode == 0


@pytest.mark.parametrize("block", blocks("error"))
def test_a_mistake_is_answered_as_the_page_shows(block: str, tmp_path: Path) -> None:
    text, _, message = block.partition("---\n")
    path = tmp_path / "settings.yaml"
    path.write_text(text)
    with pytest.raises(SettingsInvalid) as caught:
        read_settings(path)
    assert str(caught.value) == f"{path}: {message.strip()}"


def test_the_policy_of_the_page_loads() -> None:
    assert read_policy(blocks("yaml policy")[0].encode(), SCHEMA).name == "acme/waivers"
