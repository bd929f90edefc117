from __future__ import annotations

import json
import struct
import subprocess
import sys
from pathlib import Path

import pytest

import hilt


@pytest.fixture
def model(tmp_path: Path) -> Path:
    header = json.dumps({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + b"\0" * 8)
    return folder


def test_every_public_name_is_there_and_sorted() -> None:
    assert list(hilt.__all__) == sorted(hilt.__all__)
    assert all(getattr(hilt, name) is not None for name in hilt.__all__)
    with pytest.raises(AttributeError, match="no attribute 'chekc'"):
        hilt.chekc


def test_importing_hilt_imports_none_of_its_parts() -> None:
    code = "import sys, hilt; print([name for name in sys.modules if name.startswith('hilt.') and name.count('.') > 1])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['hilt.core.version']"


def test_a_verdict_holds_the_report_it_rests_on(model: Path) -> None:
    verdict = hilt.check(model)
    assert verdict.outcome is hilt.Outcome.ADMIT
    assert verdict.policy == "default"
    assert len(verdict.policy_digest) == 64
    assert verdict.report.formats == {"model.safetensors": "safetensors"}
    assert verdict.judged_at.endswith("+00:00")


def test_a_verdict_and_a_report_are_neither_true_nor_false(model: Path) -> None:
    verdict = hilt.check(model)
    with pytest.raises(TypeError, match=r"verdict\.outcome"):
        bool(verdict)
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(verdict.report)


def test_several_policies_are_merged_and_the_strictest_wins(model: Path, tmp_path: Path) -> None:
    never = tmp_path / "never.yaml"
    never.write_text("policy: never\nversion: 1\nrules:\n  nothing-at-all:\n    require: 'false'\n    else: block\n")
    assert hilt.check(model, policy=["permissive", never]).outcome is hilt.Outcome.BLOCK
    assert hilt.check(model, policy="permissive").outcome is hilt.Outcome.ADMIT


def test_the_error_of_a_missing_path_is_a_hilt_error(tmp_path: Path) -> None:
    with pytest.raises(hilt.HiltError, match="No such file or directory"):
        hilt.check(tmp_path / "nowhere")
