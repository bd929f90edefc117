"""CONTRIBUTING.md is true: its example, applied to a copy of the source, works as it says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(
    r"^```(?:python|text) (?P<path>\S+)(?: after (?P<after>[^\n]+))?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)

pytestmark = pytest.mark.slow  # a copy of hilt is tested


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source and the tests, with every block of CONTRIBUTING.md written to its file or into its list."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("src", "tests", "scripts", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    blocks = list(BLOCK.finditer((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")))
    assert len(blocks) >= 9
    for block in blocks:
        path = folder / block["path"]
        if block["after"] is None:
            assert not path.exists(), f"{path} is there already"
            path.write_text(block["text"], encoding="utf-8")
        else:
            before, found, behind = path.read_text(encoding="utf-8").partition(block["after"] + "\n")
            assert found, f"{block['path']} has no line {block['after']!r}"
            path.write_text(before + found + block["text"] + behind, encoding="utf-8")
    return folder


def run(copy: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """A module of Python, on the copy."""
    environment = os.environ | {"PYTHONPATH": str(copy / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", *map(str, arguments)]
    return subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)


def test_the_tests_of_the_example_pass(copy: Path) -> None:
    tests = ("tests/formats/test_toy.py", "tests/checks/inspect/test_toy_command.py", "tests/output/test_count.py")
    done = run(copy, "pytest", "-q", "-p", "no:cacheprovider", *tests)
    assert done.returncode == 0, done.stdout
    assert "6 passed" in done.stdout


def test_the_example_keeps_the_rules_of_the_house(copy: Path) -> None:
    done = run(copy, "pytest", "-q", "-p", "no:cacheprovider", "tests/test_house.py", "-k", "toy")
    assert "2 passed" in done.stdout, done.stdout
    files = [*copy.rglob("*toy*.py"), copy / "src/hilt/output/count.py", copy / "tests/output/test_count.py"]
    assert len(files) >= 7
    for command in (("check",), ("format", "--check")):
        done = run(copy, "ruff", *command, "--no-cache", *files)
        assert done.returncode == 0, done.stdout


def test_the_example_is_checked_and_told_by_the_command_line(copy: Path) -> None:
    model = copy / "model.toy"
    model.write_bytes(b"TOY1\x09\0\0\0echo hilt\0\0\0\0")
    done = run(copy, "hilt", "check", model, "--output", "count")
    assert (done.returncode, done.stdout) == (20, "block\t1\n"), done.stderr
    assert "a command in the header" in run(copy, "hilt", "explain", "toy-command").stdout.lower()
    assert "What can bite: a command that the loader runs" in run(copy, "hilt", "explain", "toy").stdout


def test_make_docs_writes_the_pages_of_the_format_and_the_check(copy: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(copy / "src")}
    subprocess.run([sys.executable, "scripts/build_docs.py"], cwd=copy, env=environment, check=True)
    formats = (copy / "docs/formats.md").read_text(encoding="utf-8")
    assert "**What can bite**: a command that the loader runs" in formats
    assert "# toy-command" in (copy / "docs/checks/toy-command.md").read_text(encoding="utf-8")
    assert "`count`" in (copy / "docs/outputs.md").read_text(encoding="utf-8")
