from __future__ import annotations

import pickle

import pytest

from attacks.archives import torch_zip, torchscript
from attacks.pickles import LEGACY, called, joblib_array, long_bytes, named, npy, p, text
from hilt.checks.inspect.pickle_persistent_id import CHECK
from hilt.core.finding import Severity
from reading import findings


def asked(key: str = "0", kind: tuple[str, str] = ("torch", "FloatStorage"), location: str = "cpu") -> bytes:
    """What PyTorch writes for a storage of 16 numbers, or something like it."""
    return b"(" + text("storage") + named(*kind) + text(key) + text(location) + b"K\x10tQ"


ODD = {
    "of another form": (b"(" + text("file") + text("/etc/hilt") + b"tQ", "not in the form in which PyTorch names"),
    "as text": (b"Philt\n", "not in the form in which PyTorch names"),
    "with too much": (asked()[:-2] + b"K\1K\1K\1tQ", "not in the form in which PyTorch names"),
    "of another class": (asked(kind=("os", "environ")), "of the class os.environ, which is no storage of PyTorch"),
    "of a tensor's class": (asked(kind=("torch", "Tensor")), "of the class Tensor, which is no storage"),
    "under a path": (asked("../version"), "under the key '../version', where PyTorch writes a number"),
    "under code": (asked("__import__('os')"), "where PyTorch writes a number"),
    "on no device": (asked(location="http://hilt.invalid"), "at 'http://hilt.invalid', which is no device"),
}


def legacy(body: bytes) -> bytes:
    return LEGACY + p(2, body) + pickle.dumps(["0"], 2) + b"\x10" + b"\0" * 7 + b"\0" * 64


@pytest.mark.parametrize("id_", ODD)
def test_what_pytorch_does_not_ask_for_is_named(id_: str) -> None:
    body, words = ODD[id_]
    for data in (torch_zip(pickle=p(2, body)), legacy(body)):
        (seen,) = findings(CHECK, data, "model.pt")
        assert (seen.severity, words in seen.message) == (Severity.HIGH, True)


@pytest.mark.parametrize("location", ["cpu", "cuda:0", "mps", "meta", "xla:1"])
def test_storages_of_pytorch_are_quiet(location: str) -> None:
    assert findings(CHECK, torch_zip(pickle=p(2, asked(location=location))), "model.pt") == []
    assert findings(CHECK, torchscript("", pickle=p(2, asked(location=location))), "model.pt") == []
    assert findings(CHECK, legacy(asked(location=location)[:-2] + b"NtQ"), "model.pt") == []


def test_a_module_that_was_saved_whole_before_pytorch_1_6_is_quiet() -> None:
    body = (
        b"(" + text("module") + named("torch.nn.modules.linear", "Linear") + text("a.py") + text("class A: ...") + b"tQ"
    )
    assert findings(CHECK, legacy(body), "model.pt") == []
    assert len(findings(CHECK, torch_zip(pickle=p(2, body)), "model.pt")) == 1


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (p(2, asked()), "model.pkl"),
        (p(0, b"(lP1\na"), "model.pkl"),
        (joblib_array(asked() + b"0", b"\0" * 8), "model.joblib"),
        (npy(p(3, asked())), "array.npy"),
    ],
    ids=["pickle", "protocol 0", "joblib", "npy"],
)
def test_loaders_that_answer_nobody_are_named(data: bytes, name: str) -> None:
    (seen,) = findings(CHECK, data, name)
    assert seen.severity is Severity.MEDIUM
    assert "ordinary loaders refuse to answer" in seen.message


def test_many_ids_of_one_object_are_one_finding() -> None:
    assert len(findings(CHECK, p(2, b"](" + asked("a") * 100 + b"e"), "model.pkl")) == 1


def test_a_part_of_a_storage_may_be_asked_for_as_pytorch_before_1_6_did() -> None:
    body = asked()[:-2] + text("1") + b"K\0K\1\x87tQ"
    assert findings(CHECK, legacy(body), "model.pt") == []


def test_what_is_loaded_from_bytes_inside_a_pickle_is_asked_of_pytorch() -> None:
    def loading(data: bytes) -> bytes:
        return p(2, called(named("torch.storage", "_load_from_bytes"), long_bytes(data)))

    assert findings(CHECK, loading(legacy(asked()[:-2] + b"NtQ")), "model.pkl") == []
    for body, words in ODD.values():
        (seen,) = findings(CHECK, loading(legacy(body)), "model.pkl")
        assert (seen.severity, words in seen.message) == (Severity.HIGH, True)
