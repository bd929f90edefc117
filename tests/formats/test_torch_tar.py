from __future__ import annotations

import pickle
import random
import struct

import pytest

from attacks.pickles import PAYLOAD, named, p, text
from attacks.torch_tars import OBJECT, STORAGE, STORAGES, TENSOR, TENSORS, torch_tar
from hilt.checks import CHECKS
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.finding import Finding, Severity
from hilt.core.limits import Limits
from hilt.formats import torch_tar as reader
from reading import read


def seen(data: bytes, name: str = "model.pth.tar") -> list[Finding]:
    file = read(data, name)
    assert file.format == "torch-tar"
    found = (one for check in CHECKS if "torch-tar" in check.reads or "*" in check.reads for one in check.run(file))
    return [one for one in found if isinstance(one, Finding) and one.severity >= Severity.MEDIUM]


@pytest.mark.parametrize("name", ["model.pt", "model.pth.tar", "model.tar", "weights"])
def test_an_honest_file_is_read_to_its_last_byte_and_quiet(name: str) -> None:
    assert seen(torch_tar(), name) == []
    pickles = read(torch_tar(), name).value.pickles
    assert [stream.name for stream in pickles] == [
        *("sys_info", "pickle", "tensors", "tensors pickle 2"),
        *("storages", "storages pickle 2", "storages pickle 3"),
    ]
    assert all(stream.unread == 0 and stream.broken is None for stream in pickles)


@pytest.mark.parametrize(
    "data",
    [
        torch_tar(p(2, PAYLOAD)),
        torch_tar(tensors=p(2, PAYLOAD)),
        torch_tar(tensors=pickle.dumps(1, 2) + p(2, PAYLOAD)),
        torch_tar(storages=pickle.dumps(1, 2) + p(2, PAYLOAD)),
        torch_tar(storages=STORAGES[:-4] + p(2, PAYLOAD)),
        torch_tar(sys_info=p(2, PAYLOAD)),
    ],
    ids=["object", "count", "tensor", "storage", "views", "system information"],
)
def test_a_call_is_found_in_each_of_the_pickles(data: bytes) -> None:
    assert any(one.severity is Severity.CRITICAL and "os.system('echo hilt')" in one.message for one in seen(data))


@pytest.mark.parametrize(
    ("data", "severity", "words"),
    [
        (torch_tar(payload=b"hilt"), Severity.MEDIUM, "PyTorch writes no member like 'payload' (4 bytes)"),
        (torch_tar(storages=STORAGES + b"hilt"), Severity.MEDIUM, "4 bytes behind its end belong to nothing"),
        (torch_tar(tensors=TENSORS + b"hilt"), Severity.MEDIUM, "4 bytes behind its end belong to nothing"),
        (torch_tar(OBJECT + b"hilt"), Severity.MEDIUM, "4 bytes behind its end belong to nothing"),
        (torch_tar(storages=pickle.dumps("1", 2)), Severity.HIGH, "'1' is no count of them"),
        (torch_tar(storages=pickle.dumps(1, 2) + TENSOR), Severity.HIGH, "not described by its key, place and class"),
        (torch_tar(tensors=pickle.dumps(1, 2) + p(2, b"N")), Severity.HIGH, "not described by its key, storage"),
        (
            torch_tar(storages=pickle.dumps(1, 2) + STORAGE + struct.pack("<q", 1 << 60)),
            Severity.HIGH,
            "a storage asks for 4611686018427387904 bytes",
        ),
        (torch_tar(tensors=pickle.dumps(1, 2) + TENSOR + b"\xff" * 8), Severity.HIGH, "a tensor has -1 dimensions"),
        (torch_tar(p(2, text("../x") + b"Q")), Severity.HIGH, "not in the form in which PyTorch names a storage"),
        (torch_tar(p(2, b"(" + text("file") + text("x") + b"tQ")), Severity.HIGH, "not in the form in which PyTorch"),
    ],
)
def test_what_pytorch_did_not_write_is_named(data: bytes, severity: Severity, words: str) -> None:
    assert (severity, True) in [(one.severity, words in one.message) for one in seen(data)]


def test_the_class_of_a_module_that_was_saved_whole_is_quiet() -> None:
    body = b"(" + named("torch.nn.modules.linear", "Linear") + text("linear.py") + text("class Linear: ...") + b"tQ"
    assert seen(torch_tar(p(2, body))) == []


@pytest.mark.reaches("header_entries")
def test_more_storages_than_are_read_are_not_read() -> None:
    data = torch_tar(storages=pickle.dumps(9, 2) + STORAGES[4:])
    with pytest.raises(LimitExceeded, match="header_entries"):
        reader.read(MemorySource(data), Limits(header_entries=8))


def test_no_prefix_and_no_mutation_makes_the_reader_fail() -> None:
    data = torch_tar()
    chance = random.Random(1)
    variants = [data[:end] for end in range(0, len(data), 97)]
    for _ in range(300):
        changed = bytearray(data)
        changed[chance.randrange(len(changed))] = chance.randrange(256)
        variants.append(bytes(changed))
    for variant in variants:
        try:
            assert reader.read(MemorySource(variant), Limits()).archive
        except (FormatError, LimitExceeded):
            continue
