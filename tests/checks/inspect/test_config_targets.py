from __future__ import annotations

import pytest

from hilt.checks.inspect.config_targets import CHECK
from hilt.core.finding import Severity
from reading import facts, findings


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("model_config.yaml", b"model:\n  encoder:\n    - _target_: os.system\n      command: echo hilt\n"),
        ("config.json", b'{"model": [{"_target_": "os.system", "command": "echo hilt"}]}'),
        ("model_config.yaml", b"a: {_target_: torch._utils.os.system, command: echo hilt}\n"),
        ("model_config.yaml", b"a: {_target_: builtins.eval, source: print()}\n"),
        ("model_config.yaml", b"a: {_target_: subprocess.Popen, args: [echo, hilt]}\n"),
    ],
)
def test_a_target_that_runs_code_is_told_with_its_arguments(name: str, data: bytes) -> None:
    (finding,) = findings(CHECK, data, name)
    assert finding.severity is Severity.CRITICAL
    assert "_target_ names" in finding.message
    assert facts(CHECK, data, name) == {"inspect.code_on_load": True}


@pytest.mark.parametrize(
    "data",
    [
        b"model:\n  _target_: nemo.collections.asr.models.EncDecCTCModel\n  sample_rate: 16000\n",
        b"optim:\n  _target_: torch.optim.AdamW\n  lr: 0.001\n",
        b"a: &x {_target_: torch.nn.Linear}\nb: *x\n",
        b"_target_: 3\nother: os.system\n",
    ],
)
def test_targets_of_frameworks_are_quiet(data: bytes) -> None:
    assert findings(CHECK, data, "model_config.yaml") == []
