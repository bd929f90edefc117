"""What hilt says of real models, the whole of it, so that a change shows what it does to the world.

`HILT_UPDATE_GOLDENS=1 make crater` writes the expected reports anew: read the diff. The models are kept in the cache
folder of the user, or where HILT_CRATER_CACHE says. `HILT_CRATER_FULL=1 make crater` takes the larger models of the list
as well (2.6 GB) and asks that every file of theirs is recognised.
"""

from __future__ import annotations

import difflib
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from crater.corpus import fetched, models

EXPECTED = Path(__file__).parent / "expected"
MOST_BYTES = 60_000
"""So long may an expected report be, to be read by a person."""

FULL = bool(os.environ.get("HILT_CRATER_FULL"))
NOT_ADMITTED = {
    "mltk-fingerprint_signature_generator": "block",  # a Lambda layer of Keras
    "mltk-keyword_spotting_alexa": "review",  # layers of Keras that are classes of its own
    "mltk-keyword_spotting_on_off_v3": "review",
    "r-caret-models": "review",  # functions that make code of text
    "all-minilm-l6-v2.gt": "review",  # files that name different licences
    "all-minilm-l6-v2.pyduck": "review",
    "dlib-face": "review",
    "mediapipe.openvino": "review",
    "fasttext-lid176": "review",  # models under stricter terms than their package
    "openwakeword": "review",
    "madmom": "review",  # no commercial use, and nobody told what the use is
    "mediapipe.tflite": "review",  # a licence with another one behind it
}
"""Real models that need a person, and why."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@cache
def verdicts(tier: str = "core") -> dict[str, dict[str, Any]]:
    """What `hilt check` says of every model, by its name, under no settings but the default."""
    folder = fetched(tier)
    command = [
        str(Path(sys.executable).with_name("hilt")),
        "check",
        "--json",
        *(str(folder / name) for name in models(tier)),
    ]
    environment = {name: value for name, value in os.environ.items() if name != "HILT_CONFIG"}
    environment["XDG_CONFIG_HOME"] = str(EXPECTED)  # where there are no settings
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 10, 20), done.stderr[-2000:]
    told = json.loads(done.stdout)["verdicts"]
    assert len(told) == len(models(tier)), done.stderr[-2000:]
    return {Path(verdict["report"]["subject"]["reference"]).name: verdict for verdict in told}


def stable(verdict: dict[str, Any]) -> str:
    """The part of a verdict that is the same wherever and whenever it is made, as lines of text."""
    report = verdict["report"]
    coverage = report["coverage"]
    kept = {
        "outcome": verdict["outcome"],
        "reasons": verdict["reasons"],
        "digest": report["subject"]["digest"],
        "findings": report["findings"],
        "facts": report["facts"],
        "terms": report.get("terms", []),
        "obligations": report.get("obligations", []),
        "formats": report["formats"],
        "coverage": {**coverage, "ran": {ran["check"]: ran["files"] for ran in coverage["ran"] if ran["files"]}},
    }
    return _lines(kept) + "\n"


def _lines(value: Any, indent: str = "") -> str:
    """JSON with one line for each thing in a list, and for each entry of the outer objects."""
    inner = indent + " "
    match value:
        case dict() if value and len(indent) < 3:
            rows = [
                f"{inner}{json.dumps(key, ensure_ascii=False)}: {_lines(item, inner)}" for key, item in value.items()
            ]
            return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
        case list() if value:
            return (
                "[\n" + ",\n".join(f"{inner}{json.dumps(item, ensure_ascii=False)}" for item in value) + f"\n{indent}]"
            )
        case _:
            return json.dumps(value, ensure_ascii=False)


@pytest.mark.parametrize("name", models() or ["no model"])
def test_a_real_model_is_told_as_it_was(name: str) -> None:
    told = stable(verdicts()[name])
    path = EXPECTED / f"{name}.json"
    if os.environ.get("HILT_UPDATE_GOLDENS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(told, encoding="utf-8", newline="\n")
    expected = path.read_text(encoding="utf-8") if path.exists() else ""
    diff = "\n".join(difflib.unified_diff(expected.splitlines(), told.splitlines(), "expected", "told", lineterm=""))
    assert told == expected, f"{name} is told otherwise than before:\n{diff}"


def test_every_expected_report_is_one_of_a_model_and_short_enough_to_be_read() -> None:
    files = list(EXPECTED.glob("*.json"))
    if models():
        assert {path.stem for path in files} == set(models())
    assert {path.name: path.stat().st_size for path in files if path.stat().st_size > MOST_BYTES} == {}


@pytest.mark.parametrize("name", [*models(), *(models("full") if FULL else ())] or ["no model"])
def test_every_file_of_a_real_model_is_recognised_and_it_is_admitted_or_known_not_to_be(name: str) -> None:
    verdict = verdicts("core" if name in models() else "full")[name]
    formats = verdict["report"]["formats"]
    assert [path for path, format_id in formats.items() if format_id in ("unknown", "unread")] == []
    assert verdict["outcome"] == NOT_ADMITTED.get(name, "admit")
