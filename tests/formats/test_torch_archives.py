from __future__ import annotations

import random
from contextlib import suppress

import pytest

from attacks.archives import Part, honest_zip, torch_zip, torchscript, zip_of
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import READERS
from hilt.formats import torch_zip as torch_zip_format
from hilt.formats import torchscript as torchscript_format
from hilt.formats.reader import HEAD, Head, recognise

CODE = "class Net(Module):\n  def forward(self: __torch__.Net, x: Tensor) -> Tensor:\n    return torch.relu(x)\n"


def format_of(data: bytes, name: str) -> str:
    source = MemorySource(data)
    reader = recognise(READERS, Head(name=name, data=source.read(0, HEAD), source=source, limits=Limits()))
    return "" if reader is None else reader.id


def test_the_names_inside_decide_what_a_zip_is() -> None:
    assert format_of(torch_zip(), "model.pt") == "torch-zip"
    assert format_of(torch_zip(), "config.json") == "torch-zip"
    assert format_of(torchscript(CODE), "model.pt") == "torchscript"
    assert format_of(honest_zip(), "model.pt") == "zip"
    assert format_of(zip_of(Part(name="m/DATA.PKL", data=b"\x80\x02N.")), "model.pt") == "torch-zip"


def test_pickles_storages_and_everything_else_are_told_apart() -> None:
    value = torch_zip_format.read(MemorySource(torch_zip(Part(name="model/evil.py"))), Limits())
    assert [(pickle.name, pickle.broken, pickle.unread) for pickle in value.pickles] == [("model/data.pkl", None, 0)]
    assert [(member.path, member.size) for member in value.storages] == [("model/data/0", 64)]
    assert [member.path for member in value.others] == ["model/evil.py"]


def test_every_pickle_of_one_name_is_read() -> None:
    second = Part(name="model/DATA.pkl", data=b"\x80\x02K\1.")
    value = torch_zip_format.read(MemorySource(torch_zip(second)), Limits())
    assert [pickle.name for pickle in value.pickles] == ["model/data.pkl", "model/DATA.pkl"]


def test_a_pickle_that_is_none_is_a_broken_one() -> None:
    value = torch_zip_format.read(MemorySource(torch_zip(pickle=b"\xff\xff")), Limits())
    assert [pickle.broken is not None for pickle in value.pickles] == [True]


def test_code_is_text_until_its_tree_is_asked_for() -> None:
    value = torchscript_format.read(MemorySource(torchscript(CODE, Part(name="net/extra/labels.txt"))), Limits())
    assert [(code.path, code.text) for code in value.code] == [("net/code/__torch__/net.py", CODE)]
    assert len(value.code[0].tree().body) == 1
    assert [pickle.name.rpartition("/")[2] for pickle in value.pickles] == [
        "data.pkl", "net.py.debug_pkl", "constants.pkl",
    ]  # fmt: skip
    assert [member.path for member in value.extra] == ["net/extra/labels.txt"]
    assert value.others == ()


@pytest.mark.parametrize("code", ["def f(:\n", "(" * 3000 + ")" * 3000, "a\0b", "-" * 60_000 + "1"])
def test_code_that_cannot_be_parsed_is_a_format_error(code: str) -> None:
    value = torchscript_format.read(MemorySource(torchscript(code)), Limits())
    with pytest.raises(FormatError):
        value.code[0].tree()


def test_code_that_is_no_text_is_a_format_error() -> None:
    bad = torchscript("", Part(name="net/code/bad.py", data=b"\xff\xfe"))
    with pytest.raises(FormatError, match="is not UTF-8"):
        torchscript_format.read(MemorySource(bad), Limits())


@pytest.mark.reaches("text_bytes")
def test_code_is_read_up_to_a_bound_in_all() -> None:
    data = torchscript(CODE, Part(name="net/code/more.py", data=CODE.encode()))
    assert torchscript_format.read(MemorySource(data), Limits(text_bytes=2 * len(CODE)))
    with pytest.raises(LimitExceeded) as caught:
        torchscript_format.read(MemorySource(data), Limits(text_bytes=2 * len(CODE) - 1))
    assert caught.value.limit == "text_bytes"


def test_mutations_raise_format_errors_only() -> None:
    chance = random.Random(5)
    for data, read in ((torch_zip(), torch_zip_format.read), (torchscript(CODE), torchscript_format.read)):
        for _ in range(300):
            changed = bytearray(data)
            for _ in range(chance.randint(1, 6)):
                changed[chance.randrange(len(changed))] = chance.randrange(256)
            with suppress(FormatError):
                read(MemorySource(bytes(changed)), Limits())
