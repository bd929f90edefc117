"""Expected outputs as files beside the tests. `HILT_UPDATE_GOLDENS=1 pytest tests/output` writes them anew: read the diff."""

from __future__ import annotations

import os
from pathlib import Path

HERE = Path(__file__).parent / "expected"


def is_as_expected(name: str, text: str) -> bool:
    path = HERE / name
    if os.environ.get("HILT_UPDATE_GOLDENS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return path.read_text(encoding="utf-8") == text
