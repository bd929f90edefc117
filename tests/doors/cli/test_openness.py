"""`hilt openness` as its users meet it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from knowledge.openness import releases

ROOT = Path(__file__).parents[3]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "acme-chat"
    subprocess.run([sys.executable, str(ROOT / "scripts" / "example_model.py"), str(folder)], check=True)
    return folder


def hilt(*arguments: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "XDG_CONFIG_HOME": "/nonexistent", "COLUMNS": "100", **env}
    command = [sys.executable, "-m", "hilt", *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_the_components_the_class_and_the_gap_are_told(model: Path) -> None:
    done = hilt("openness", model)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Unclassified by the Model Openness Framework 1.0" in done.stdout
    assert "away from Class III:" in done.stdout
    assert "  open         final parameters" in done.stdout
    assert "  closed       training code" in done.stdout
    assert "Open Source AI Definition 1.0: not met" in done.stdout


def test_json_says_the_same(model: Path) -> None:
    told = json.loads(hilt("openness", model, "--json").stdout)
    assert told["class"] == 0
    assert {one["id"]: one["state"] for one in told["components"]}["final_parameters"] == "open"


def test_the_frameworks_file_is_written_and_can_be_asked_about(model: Path, tmp_path: Path) -> None:
    file = tmp_path / "acme.yml"
    assert hilt("openness", model, "--mof", file).returncode == 0
    assert yaml.safe_load(file.read_text())["release"]["name"] == "acme-chat"
    assert "Unclassified" in hilt("openness", file).stdout


def test_a_file_that_cannot_be_written_is_a_wrong_call(model: Path, tmp_path: Path) -> None:
    done = hilt("openness", model, "--mof", tmp_path / "no" / "such.yml")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--mof" in done.stderr


def test_a_wrong_file_of_the_framework_names_the_key(tmp_path: Path) -> None:
    file = tmp_path / "release.yaml"
    file.write_text(releases.text({"model_card": "MIT"}).replace("producer: Acme", "producer: [Acme]"))
    done = hilt("openness", file)
    assert done.returncode == 2
    assert "release.producer: a text is needed here" in done.stderr


def test_where_there_is_no_model_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing here")
    assert hilt("openness", tmp_path).returncode == 3


def test_names_of_a_subject_cannot_steer_the_terminal(tmp_path: Path) -> None:
    file = tmp_path / "release.yaml"
    file.write_text(releases.text({"model_card": "MIT\u202e"}))
    assert "\u202e" not in hilt("openness", file).stdout


def test_it_reads_at_the_width_of_a_phone(model: Path) -> None:
    lines = hilt("openness", model, COLUMNS="44").stdout.splitlines()
    assert max(map(len, lines[1:])) <= 60
