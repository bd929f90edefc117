from __future__ import annotations

import struct

import pytest

from attacks.runtimes import executorch, executorch_data
from hilt.formats.stretches import Stretch
from reading import read


def test_a_program_says_what_it_uses() -> None:
    model = read(executorch("aten::add", "own::mul", delegates=["XnnpackBackend"] * 2, data=["key"]), "m.pte").value
    assert (model.methods, dict(model.operators)) == (("forward",), {"aten::add.out": 1, "own::mul.out": 1})
    assert (dict(model.delegates), model.data, model.external) == ({"XnnpackBackend": 2}, ("key",), ("l.weight",))
    assert model.unowned == ()


def test_a_data_file_lists_its_names() -> None:
    model = read(executorch_data("a", "b"), "m.ptd").value
    assert (model.data, model.unowned) == (("a", "b"), ())


@pytest.mark.parametrize("data", [executorch(), executorch_data()])
def test_bytes_behind_the_segments_are_told_and_zeros_that_align_are_not(data: bytes) -> None:
    filled = data + bytes(-len(data) % 128)
    assert read(filled, "m").value.unowned == ()
    assert read(filled + bytes(24), "m").value.unowned == (Stretch(len(data), len(filled) + 24),)
    (stretch,) = read(data + b"hide", "m").value.unowned
    assert (stretch.begin, stretch.end) == (len(data), len(data) + 4)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (executorch()[:16] + struct.pack("<Q", 1 << 40) + executorch()[24:], "the header promises"),
        (executorch()[:-1], "the header promises"),
        (executorch_data()[:-1], "the header promises"),
        (executorch_data(index=1), "'l.weight' lies in a segment that is not there"),
    ],
)
def test_what_no_exporter_writes_is_an_error(data: bytes, words: str) -> None:
    error = read(data, "m.pte").error
    assert error is not None
    assert words in error.message
