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


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        (
            "config.yaml",
            b"m: {class_path: subprocess.Popen, init_args: {args: echo}}",
            "class_path names subprocess.Popen",
        ),
        ("config.yaml", b"m: {target: os.system, params: {command: echo hilt}}", "target names os.system"),
        ("config.yaml", b"pipeline: {name: builtins.exec, params: {source: x}}", "name names builtins.exec"),
        (
            "adapter_config.json",
            b'{"auto_mapping": {"base_model_class": "system", "parent_library": "os"}}',
            "auto_mapping names os.system",
        ),
        ("model_index.json", b'{"_class_name": "P", "unet": ["os", "system"]}', "unet names os.system"),
        ("MLmodel", b"flavors: {python_function: {loader_module: os.system}}", "loader_module names os.system"),
        ("config.json", b'{"_target_": "os.system", "_target_": "torch.nn.Linear"}', "_target_ names os.system"),
        (
            "inference.json",
            b'{"imports": ["$import os"], "run": "$os.system(\'echo \' + @path#x)"}',
            "runs commands: os.system",
        ),
        ("inference.yaml", b"run: $__import__('os').system('echo hilt')", "runs commands: os.system"),
        ("inference.yaml", b"run: $eval('1')", "builtins.eval"),
    ],
)
def test_each_key_that_a_framework_calls_is_known(name: str, data: bytes, words: str) -> None:
    (finding,) = findings(CHECK, data, name)
    assert (finding.severity, words in finding.message) == (Severity.CRITICAL, True), finding.message


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("config.yaml", b"target: signal.power\nname: os.system\n"),
        (
            "adapter_config.json",
            b'{"auto_mapping": {"base_model_class": "LlamaModel", "parent_library": "transformers.models.llama"}}',
        ),
        ("model_index.json", b'{"_class_name": "P", "unet": ["diffusers", "UNet2DConditionModel"], "x": [null, null]}'),
        ("MLmodel", b"flavors: {python_function: {loader_module: mlflow.sklearn, python_version: 3.11.0}}"),
        (
            "inference.json",
            b'{"imports": ["$import os", "$import glob"], "x": "$os.path.join(@root, \'a\')", "price": "$5 (off", "run": ["$@trainer.run()"]}',
        ),
        ("modules.json", b'[{"type": "sentence_transformers.models.Pooling"}, {"type": "custom_st.Transformer"}]'),
    ],
)
def test_what_honest_configs_name_is_quiet(name: str, data: bytes) -> None:
    assert findings(CHECK, data, name) == []


def test_a_module_of_a_sentence_transformer_that_is_no_class_is_told() -> None:
    (finding,) = findings(CHECK, b'[{"type": "sentence_transformers.util.torch", "path": "1_X"}]', "modules.json")
    assert finding.severity is Severity.HIGH
    assert "which is no class" in finding.message
