from __future__ import annotations

import pytest

from attacks.archives import Part, torch_zip, torchscript
from hilt.checks.inspect.torch_members import CHECK
from hilt.core.finding import Severity
from reading import findings


@pytest.mark.parametrize(
    "data",
    [
        torch_zip(),
        torch_zip(Part(name="model/.data/version", data=b"3\n")),
        torchscript(""),
        torchscript("", Part(name="net/extra/labels.txt")),
        torchscript("", Part(name="net/traced_inputs/0")),
        torchscript("", Part(name="net/.data/version", data=b"3\n")),
    ],
)
def test_what_pytorch_writes_is_quiet(data: bytes) -> None:
    assert findings(CHECK, data, "model.pt") == []


@pytest.mark.parametrize(
    ("data", "severity", "words"),
    [
        (torch_zip(Part(name="model/install.exe")), Severity.MEDIUM, "no member like 'model/install.exe' (2 bytes)"),
        (torch_zip(Part(name="model/code.py")), Severity.MEDIUM, "no member like 'model/code.py'"),
        (torchscript("", Part(name="net/lib/evil.so")), Severity.MEDIUM, "no member like 'net/lib/evil.so'"),
        (torch_zip(Part(name="model/Data.pkl", data=b"N.")), Severity.HIGH, "are one name to PyTorch"),
        (torch_zip(Part(name="other/data/0")), Severity.HIGH, "a second folder 'other' beside 'model'"),
    ],
)
def test_what_pytorch_does_not_write_is_named(data: bytes, severity: Severity, words: str) -> None:
    seen = findings(CHECK, data, "model.pt")
    assert [(finding.severity, words in finding.message) for finding in seen] == [(severity, True)]
