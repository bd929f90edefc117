from __future__ import annotations

import pytest

from attacks.runtimes import executorch, executorch_data
from hilt.checks.inspect.executorch_delegates import CHECK
from hilt.core.finding import Severity
from reading import facts, findings


@pytest.mark.parametrize("data", [executorch("aten::add", "llama::custom_sdpa"), executorch_data()])
def test_an_honest_file_is_quiet(data: bytes) -> None:
    assert findings(CHECK, data, "model.pte") == []


@pytest.mark.parametrize(
    ("data", "words", "severity"),
    [
        (executorch(delegates=["XnnpackBackend"] * 2), "2 parts compiled for XNNPACK, on the processor", Severity.LOW),
        (executorch(delegates=["OwnBackend"]), "1 part compiled for 'OwnBackend', a backend", Severity.MEDIUM),
        (executorch("own::mul"), "needs the operator 'own::mul.out'", Severity.MEDIUM),
        (executorch(delegates=["CudaBackend"]), "loads native code that it brings: 'CudaBackend'", Severity.CRITICAL),
        (executorch(data=["1f_so_blob"]), "loads native code that it brings: '1f_so_blob'", Severity.CRITICAL),
        (executorch_data("1f_so_blob"), "loads native code that it brings: '1f_so_blob'", Severity.CRITICAL),
    ],
)
def test_code_from_elsewhere_is_named(data: bytes, words: str, severity: Severity) -> None:
    (seen,) = findings(CHECK, data, "model.pte")
    assert (seen.severity, words in seen.message) == (severity, True), seen.message
    assert facts(CHECK, data, "model.pte") == ({"inspect.code_on_load": True} if severity is Severity.CRITICAL else {})
