"""Where others meet hilt: the pre-commit hook and the GitHub Action do what they say, as far as can be seen from here."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from attacks.small_formats import tesseract, xgboost
from hilt.formats import READERS

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
HOOK = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))[0]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A folder with one model to admit and one to block."""
    for name, data in (("good/model.model", xgboost()), ("bad/eng.traineddata", tesseract("debug_file /tmp/x\n"))):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(data)
    return tmp_path


@pytest.mark.parametrize(("folder", "code"), [("good", 0), ("bad", 20)])
def test_the_hook_ends_as_the_verdict_does(models: Path, folder: str, code: int) -> None:
    command, *arguments = HOOK["entry"].split() + HOOK["args"]
    assert HOOK["pass_filenames"] is False
    done = subprocess.run([BIN / command, *arguments], cwd=models / folder, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr


def test_the_hook_starts_for_files_of_weights_and_not_for_prose() -> None:
    names = ("a/model.safetensors", "pytorch_model.bin", "config.json", "eng.traineddata", "weights", "x.new-format")
    assert [name for name in names if re.search(HOOK["exclude"], name)] == []
    for name in ("README.rst", "src/main.rs", "models.toml", "a/.gitignore"):
        assert re.search(HOOK["exclude"], name), name


def test_the_hook_starts_for_every_usual_name_of_a_model() -> None:
    prose = ("media", "model-card", "text")
    names = {name for reader in READERS if reader.id not in prose for name in reader.names}
    assert [name for name in names if re.search(HOOK["exclude"], name.replace("*", "x"))] == []


def step(name: str) -> dict[str, Any]:
    return next(step for step in ACTION["runs"]["steps"] if step["name"] == name)


def act(models: Path, folder: str, **inputs: str) -> tuple[int, dict[str, str]]:
    """Runs the step that checks, as a runner of GitHub does: its exit code and its outputs."""
    values = {name: about["default"] for name, about in ACTION["inputs"].items()} | {"path": folder} | inputs
    given = {
        key: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda m: values[m[1]], text)
        for key, text in step("Check")["env"].items()
    }
    told = models / "outputs"
    told.unlink(missing_ok=True)
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not installed")
    script = [bash, "--noprofile", "--norc", "-eo", "pipefail", "-c", step("Check")["run"]]
    environment = os.environ | given | {"HILT_BIN": str(BIN), "GITHUB_OUTPUT": str(told)}
    done = subprocess.run(script, cwd=models, env=environment, capture_output=True, text=True, check=False)
    lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    return done.returncode, dict(line.split("=", 1) for line in lines)


@pytest.mark.parametrize(
    ("folder", "fail_on", "code", "verdict"),
    [
        ("good", "review", 0, "admit"),
        ("bad", "block", 20, "block"),
        ("bad", "review", 20, "block"),
        ("bad", "never", 0, "block"),
        ("missing", "never", 2, "failed"),
    ],
)
def test_the_action_fails_on_what_it_was_told_to(
    models: Path, folder: str, fail_on: str, code: int, verdict: str
) -> None:
    done, outputs = act(models, folder, **{"fail-on": fail_on})
    assert (done, outputs["verdict"]) == (code, verdict)
    assert outputs["exit-code"] == {"admit": "0", "block": "20", "failed": "2"}[verdict]


def test_the_action_leaves_a_sarif_file_and_says_where(models: Path) -> None:
    _, outputs = act(models, "bad", sarif="out.sarif", **{"fail-on": "never"})
    assert outputs["sarif"] == "out.sarif"
    run = json.loads((models / "out.sarif").read_text(encoding="utf-8"))["runs"][0]
    assert "tesseract-settings" in {result["ruleId"] for result in run["results"]}


def test_a_misspelled_fail_on_fails_instead_of_passing(models: Path) -> None:
    assert act(models, "good", **{"fail-on": "critical"}) == (2, {})


def test_no_input_of_the_action_is_pasted_into_a_script() -> None:
    assert not [step["name"] for step in ACTION["runs"]["steps"] if "${{" in step["run"]]
    used = set(re.findall(r"inputs\.([\w-]+)", (ROOT / "action.yml").read_text(encoding="utf-8")))
    assert used == set(ACTION["inputs"])
