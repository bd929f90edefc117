from __future__ import annotations

import pytest

from attacks.runtimes import triton
from hilt.checks.inspect.triton_backend import CHECK
from hilt.core.finding import Severity
from reading import findings


@pytest.mark.parametrize("backend", ["onnxruntime", "tensorrt", "pytorch", "ensemble", "openvino"])
def test_a_backend_that_triton_brings_is_quiet(backend: str) -> None:
    more = 'default_model_filename: "model.plan"\nruntime: "libtriton_pytorch.so"\nplatform: "tensorrt_plan"\n'
    more += 'model_repository_agents { agents [ { name: "checksum" } ] }'
    assert findings(CHECK, triton(backend, more, parameters={"threads": "/proc"}), "config.pbtxt") == []


@pytest.mark.parametrize(
    ("data", "severity", "words"),
    [
        (triton("python"), Severity.MEDIUM, "the backend 'python' runs model.py of the model"),
        (triton("dali"), Severity.MEDIUM, "the backend 'dali' runs dali.py"),
        (triton("own"), Severity.MEDIUM, "the backend 'own' is a library that Triton does not bring"),
        (triton(more='platform: "own"'), Severity.MEDIUM, "the backend 'own' is a library"),
        (triton(more='runtime: "model.py"'), Severity.MEDIUM, "the runtime 'model.py' is loaded"),
        (triton(more='runtime: "../x.so"'), Severity.HIGH, "runtime '../x.so' climbs out"),
        (triton(more='default_model_filename: "/etc/passwd"'), Severity.HIGH, "'/etc/passwd' is an absolute path"),
        (triton(more='cc_model_filenames { key: "8" value: "../a" }'), Severity.HIGH, "'../a' climbs out"),
        (triton(more='model_operations { op_library_filename: ["own.so"] }'), Severity.MEDIUM, "library of operators"),
        (
            triton(more='model_repository_agents { agents { name: "own" } }'),
            Severity.MEDIUM,
            "the agent of the repository",
        ),
        (
            triton(parameters={"EXECUTION_ENV_PATH": "$$TRITON_MODEL_DIRECTORY/env.tar.gz"}),
            Severity.MEDIUM,
            "env.tar.gz'",
        ),
        (triton(parameters={"EXECUTION_ENV_PATH": "$$TRITON_MODEL_DIRECTORY/../e"}), Severity.HIGH, "which climbs out"),
        (triton(parameters={"EXECUTION_ENV_PATH": "/opt/env"}), Severity.HIGH, "which is an absolute path"),
        (triton(parameters={"EXECUTION_ENV_PATH": "s3://own/env"}), Severity.HIGH, "which is a URL"),
    ],
)
def test_code_and_files_elsewhere_are_named(data: bytes, severity: Severity, words: str) -> None:
    seen = findings(CHECK, data, "config.pbtxt")
    assert (severity, True) in [(found.severity, words in found.message) for found in seen], seen
