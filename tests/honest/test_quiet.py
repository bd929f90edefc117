"""Files that frameworks honestly write are quiet: every call known, every byte accounted for, nothing for a person.

At most 1 in 100 may be otherwise, and each of those stands in `EXCEPTIONS` with its reason. `make test` reads what the
libraries of the tests write; `make test-slow` every value in every way, and what PyTorch and its like write, where they
are installed: here, or for the interpreter that HILT_TORCH_PYTHON names. They are never installed for the tests.
"""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from honest.quiet import loud

HERE = {"plain_values": 100, "numpy_files": 250, "scipy_objects": 350, "scikit_learn": 600, "pandas_frames": 90}
"""Scripts that need no more than the tests install, and how many files each makes at least."""
ELSEWHERE = {
    ("torch_values", "torch"): 120,
    ("torch_modules", "torch"): 150,
    ("frameworks", "torch"): 2,
    ("boosted_trees", "xgboost"): 60,
}
"""Scripts that may need more, each with the library that it cannot do without."""
EXCEPTIONS = {
    "frameworks/keras/dense.pkl": "a pickled Keras model is loaded with safe_mode off, so its layers may bring code",
    "torch_modules/of-traced-graph.pt": "a graph module of torch.fx holds Python source, which is run when it is loaded",
    "torch_modules/of-quantised.pt": "its packed weights are objects of whatever compiled class the file names",
}
"""Honest files that are not quiet, and why that is right."""


def write(script: str, folder: Path, python: str = sys.executable, *options: str) -> int:
    """Lets `script` write its files into a folder of its name, and says how many there are."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parents[1]),
        "PYTHONHASHSEED": "0",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "HF_HUB_OFFLINE": "1",
    }
    command = [python, "-m", f"honest.{script}", str(folder / script), *options]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return sum(file.is_file() for file in (folder / script).rglob("*"))


def assert_quiet(folder: Path, files: int, fewest: int) -> None:
    """All files are quiet but those that are known not to be."""
    assert files >= fewest
    found = loud(folder)
    told = "\n".join(f"{path}: {'; '.join(reasons)[:300]}" for path, reasons in sorted(found.items()))
    assert set(found) <= set(EXCEPTIONS), f"{len(found)} of {files} honest files are not quiet:\n{told}"
    stale = {path for path in EXCEPTIONS if (folder / path).exists()} - set(found)
    assert stale == set(), "these are quiet now, and no exceptions any more"


def test_at_most_1_honest_file_in_100_is_an_exception() -> None:
    assert sum(HERE.values()) >= 300
    assert len(EXCEPTIONS) * 100 <= sum((HERE | ELSEWHERE).values()), list(EXCEPTIONS)


_LONG = ("scikit_learn", "scipy_objects")


@pytest.mark.parametrize("script", [pytest.param(one, marks=pytest.mark.slow) if one in _LONG else one for one in HERE])
def test_what_the_libraries_of_the_tests_write_is_quiet(script: str, tmp_path: Path) -> None:
    assert_quiet(tmp_path, write(script, tmp_path), HERE[script])


@pytest.mark.parametrize("library", ["joblib", "numpy", "scipy"])
def test_what_libraries_ship_for_their_own_tests_is_quiet(library: str, tmp_path: Path) -> None:
    """Written by versions, and on machines, that nobody has any more: Python 2, Windows, NumPy 0.x."""
    home = Path(importlib.import_module(library).__file__ or "").parent
    named = [path for path in home.rglob("*") if re.search(r"\.(npy|npz|pkl|pickle|joblib|p)(\.|_|$)", path.name)]
    files = [path for path in named if not path.name.endswith(".npy.z")]  # joblib's bare numbers beside a pickle
    for number, path in enumerate(files):
        shutil.copy(path, tmp_path / f"{number}-{path.name}")
    assert_quiet(tmp_path, len(files), 8)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("script", HERE)
def test_every_value_in_every_way_is_quiet(script: str, tmp_path: Path) -> None:
    assert_quiet(tmp_path, write(script, tmp_path, sys.executable, "--thorough"), HERE[script])


def interpreter(library: str) -> str:
    """A Python that has `library`; the test is skipped where there is none."""
    python = os.environ.get("HILT_TORCH_PYTHON", sys.executable)
    if subprocess.run([python, "-c", f"import {library}"], capture_output=True, check=False).returncode:
        pytest.skip(f"SKIPPED, NOT PASSED: {python} has no {library}; name one that has it in HILT_TORCH_PYTHON")
    return python


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("script", "library"), ELSEWHERE)
def test_what_larger_libraries_write_is_quiet(script: str, library: str, tmp_path: Path) -> None:
    files = write(script, tmp_path, interpreter(library), "--thorough")
    assert_quiet(tmp_path, files, ELSEWHERE[script, library])
