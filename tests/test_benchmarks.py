"""The benchmark measures what it says: whole families of processes, on files that are what they are called."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from hilt.checks.inspect import pickle_code
from reading import findings, read

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


def load(name: str) -> ModuleType:
    """By its path, because that folder has an `inspect` that must not stand before the standard library's."""
    spec = spec_from_file_location(name, BENCHMARKS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


BURN = "import time; end = time.process_time() + 0.3\nwhile time.process_time() < end: pass"


def measured(command: list[str], folder: Path, seconds: float = 20) -> dict[str, Any]:
    """In a process of its own, because measuring waits for every child there is."""
    script = f"""
import json, os, sys
from dataclasses import asdict
from pathlib import Path
sys.path.append({str(BENCHMARKS)!r})
from measure import run
taken = run({command!r}, cwd=Path({str(folder)!r}), environment=os.environ, seconds={seconds})
print(json.dumps(asdict(taken)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


@pytest.mark.skipif(sys.platform != "linux", reason="counts with means of Linux")
@pytest.mark.parametrize("waits", [True, False])
def test_what_a_command_starts_is_counted_waited_for_or_not(tmp_path: Path, waits: bool) -> None:
    started = f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {BURN!r}])"
    taken = measured([sys.executable, "-c", started + ("; p.wait()" if waits else "")], tmp_path)
    assert taken["cpu"] >= 0.3
    assert (taken["exit"], taken["orphans"]) == (0, 0 if waits else 1)
    assert taken["peak_mib"] > 4


@pytest.mark.skipif(sys.platform != "linux", reason="counts with means of Linux")
def test_a_command_that_takes_too_long_is_ended_with_its_family(tmp_path: Path) -> None:
    sleep = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
    taken = measured([sys.executable, "-c", sleep], tmp_path, 0.5)
    assert taken["exit"] is None
    assert taken["wall"] < 20


def test_the_inputs_are_what_they_are_called(tmp_path: Path) -> None:
    inputs = load("inputs")
    mib = 1 << 20
    sizes = inputs.Sizes(
        safetensors=mib, numbers=mib, torch=mib, legacy=mib, opcodes=3006, dicts=2200, trees=1, inline=mib, models=3
    )
    inputs.write(tmp_path, sizes)
    assert {path.name for path in tmp_path.iterdir()} == set(inputs.names(sizes).values())
    formats = {
        "tiny.pkl": "pickle",
        "model.safetensors": "safetensors",
        "numbers.safetensors": "safetensors",
        "model.pt": "torch-zip",
        "legacy.pt": "torch-legacy",
        "dicts.pkl": "pickle",
        "forest.pkl": "pickle",
        "forest.joblib": "joblib",
        "opcodes.pkl": "pickle",
        "inline.pkl": "pickle",
        "models/model-000/model.safetensors": "safetensors",
        "models/model-001/pytorch_model.bin": "torch-zip",
        "models/model-002/model.pkl": "pickle",
    }
    for name, format_id in formats.items():
        file = read((tmp_path / name).read_bytes(), name)
        assert (file.format, file.error) == (format_id, None), name
    (stream,) = read((tmp_path / "opcodes.pkl").read_bytes(), "opcodes.pkl").value.pickles
    assert sum(1 for _ in stream.ops()) == 3006 + 3
    (stream,) = read((tmp_path / "dicts.pkl").read_bytes(), "dicts.pkl").value.pickles
    assert 2000 <= sum(1 for _ in stream.ops()) <= 2400


@pytest.mark.parametrize(
    ("script", "option"),
    [
        ("inspect.py", "--small"),
        ("recall.py", "--gadgets"),
        ("record.py", "--leaves"),
        ("signing.py", "--files"),
        ("aibom.py", "--cdxgen"),
        ("lineage.py", "--gguf"),
        ("lineage_families.py", "--trained"),
        ("lineage_strangers.py", "--cache"),
        ("record_registry.py", "--reports"),
        ("hub.py", "--olah"),
    ],
)
def test_the_scripts_tell_their_options(tmp_path: Path, script: str, option: str) -> None:
    done = subprocess.run(
        [sys.executable, BENCHMARKS / script, "--help"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert option in done.stdout


def test_each_gadget_of_a_table_becomes_a_pickle_that_calls_it(tmp_path: Path) -> None:
    table = tmp_path / "gadgets.tsv"
    table.write_text("id\tmodule\tname\nA\tos\tsystem\nB\ttorch._utils\tos.system\nC\tos\t*\nD\t-\tsome trick\n")
    folder = tmp_path / "made"
    folder.mkdir()
    made = load("recall").gadgets(folder, [table])
    assert made == {"A.pkl": ("os", "system"), "B.pkl": ("torch._utils", "os.system")}
    for name in made:
        (finding,) = findings(pickle_code.CHECK, (folder / name).read_bytes(), name)
        assert "os.system('echo hilt')" in finding.message


def test_a_set_is_thinned_evenly_and_what_is_left_out_is_removed(tmp_path: Path) -> None:
    for number in range(10):
        (tmp_path / f"{number}").touch()
    assert load("recall").thinned(tmp_path, 3) == ["0", "3", "6"]
    assert {path.name for path in tmp_path.iterdir()} == {"0", "3", "6"}


def test_a_field_counts_wherever_it_stands_and_words_for_nothing_fill_none() -> None:
    nothing = load("aibom_truth").Truth({}, set(), 0, set(), set(), set(), {"poet"}, {"apache20"})
    aibom = load("aibom")
    in_place = {"type": "machine-learning-model", "name": "Poet", "licenses": [{"license": {"id": "Apache-2.0"}}]}
    told = aibom.cyclonedx({"components": [{**in_place, "version": "unknown"}]})
    assert aibom.count(told, nothing) == {"name": "right", "licence": "right"}
    as_property = {
        "type": "machine-learning-model",
        "name": "Other",
        "properties": [{"name": "x:param_count", "value": "7"}],
    }
    assert aibom.count(aibom.cyclonedx({"components": [as_property]}), nothing) == {
        "name": "wrong",
        "parameters": "filled",
    }
    graph = [
        {
            "type": "ai_AIPackage",
            "spdxId": "urn:a",
            "name": "Poet",
            "ai_hyperparameter": [{"key": "parameters", "value": "7"}],
        }
    ]
    assert aibom.count(aibom.spdx3({"@graph": graph}), nothing._replace(parameters={8})) == {
        "name": "right",
        "parameters": "wrong",
    }
