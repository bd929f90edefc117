from __future__ import annotations

import pytest

from attacks.archives import ASKED, Part, torch_zip, torchscript
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
        torchscript("", Part(name="net/traced_inputs/0", data=b"")),
        torch_zip(pickle=ASKED.replace(b"K\x10", b"K\x08").replace(b"Float", b"Double")),
        torch_zip(storage=b"\0" * 66),  # of an untyped storage that was seen as numbers
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
        (torch_zip(storage=b"\0" * 63), Severity.HIGH, "storage 'data/0' has 63 bytes, and 64 are asked for"),
        (torch_zip(storage=b"\0" * 68), Severity.HIGH, "storage 'data/0' has 68 bytes, and 64 are asked for"),
        (torch_zip(storage=b""), Severity.HIGH, "storage 'data/0' has 0 bytes, and 64 are asked for"),
        (
            torch_zip(Part(name="model/data/1", data=b"hilt")),
            Severity.MEDIUM,
            "4 bytes of 'model/data/1' are asked for by no",
        ),
        (
            torchscript("", Part(name="net/constants/0")),
            Severity.MEDIUM,
            "2 bytes of 'net/constants/0' are asked for by no",
        ),
        (
            torch_zip(pickle=ASKED[:-1] + ASKED[2:].replace(b"\x000", b"\x001") + b"."),
            Severity.HIGH,
            "storage 'data/1' is asked for and not there",
        ),
        (
            torch_zip(pickle=ASKED[:-1] + ASKED[2:].replace(b"K\x10", b"K\x20") + b"."),
            Severity.HIGH,
            "'data/0' is asked for with 64 bytes and with 128",
        ),
    ],
)
def test_what_pytorch_does_not_write_is_named(data: bytes, severity: Severity, words: str) -> None:
    seen = findings(CHECK, data, "model.pt")
    assert (severity, True) in [(finding.severity, words in finding.message) for finding in seen]
