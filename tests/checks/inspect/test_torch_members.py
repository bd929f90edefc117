from __future__ import annotations

import pickle
import struct

import pytest

from attacks.archives import ASKED, Part, torch_zip, torchscript
from attacks.pickles import LEGACY, named, p, text
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


def legacy(asked: list[bytes], keys: object, *storages: tuple[int, int]) -> bytes:
    """A file of PyTorch before 1.6: what its object asks for, the list of keys, and each count with its bytes."""
    data = b"".join(struct.pack("<q", count) + b"\0" * size for count, size in storages)
    return LEGACY + p(2, b"](" + b"".join(asked) + b"e") + pickle.dumps(keys, 2) + data


def storage(key: str, size: int, kind: str = "FloatStorage") -> bytes:
    return b"(" + text("storage") + named("torch", kind) + text(key) + text("cpu") + b"K" + bytes([size]) + b"NtQ"


@pytest.mark.parametrize(
    ("data", "severity", "words"),
    [
        (legacy([storage("1", 3)], ["1", "1"], (3, 12), (3, 12)), Severity.HIGH, "'1' is listed more than once"),
        (legacy([storage("1", 3)], ["1", "2"], (3, 12)), Severity.MEDIUM, "'2' is listed and never asked for"),
        (
            legacy([storage("1", 3), storage("2", 3)], ["1"], (3, 12)),
            Severity.HIGH,
            "'2' is asked for and has no bytes",
        ),
        (legacy([storage("1", 3)], ["1"], (2, 8)), Severity.HIGH, "has 2 elements, and 3 are asked for"),
        (legacy([storage("1", 3), storage("1", 4)], ["1"], (3, 12)), Severity.HIGH, "with 12 bytes and with 16"),
        (legacy([storage("1", 3)], {"1": 1}, (3, 12)), Severity.HIGH, "the last pickle is no list of storages"),
    ],
)
def test_storages_of_old_files_that_do_not_fit_are_named(data: bytes, severity: Severity, words: str) -> None:
    seen = findings(CHECK, data, "model.pt")
    assert (severity, True) in [(finding.severity, words in finding.message) for finding in seen]


def test_old_files_are_quiet() -> None:
    data = legacy([storage("1", 3), storage("2", 2, "LongStorage"), storage("1", 3)], ["1", "2"], (3, 12), (2, 16))
    assert findings(CHECK, data, "model.pt") == []
