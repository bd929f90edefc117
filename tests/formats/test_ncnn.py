from __future__ import annotations

import pytest

from attacks.runtimes import ncnn, ncnn_binary
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.ncnn import read
from hilt.formats.ncnn_layers import type_of


@pytest.mark.parametrize("data", [ncnn(), ncnn().replace(b"\n", b"\r\n"), ncnn_binary()])
def test_text_and_binary_say_the_same(data: bytes) -> None:
    model = read(MemorySource(data), Limits())
    assert [type_of(layer) for layer in model.layers] == ["Input", "Convolution", "ReLU"]
    assert [model.layers[1].number(parameter) for parameter in (0, 1, 5, 6, 7)] == [2, 1, 1, 4, 0]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (ncnn(count=2), "3 lines of layers stand where the file announces 2"),
        (ncnn("Input in 0 -1"), "not written as number=value"),
        (ncnn("Input in 0 1 a 0=1 0=2"), "not written as number=value, once each"),
        (ncnn("Input in"), "a line is no layer"),
        (b"7767517\nmany 3\n", "the magic and the numbers"),
        (ncnn_binary() + b"\0", "1 bytes stand behind"),
        (ncnn_binary()[:-4], "the file ends inside a parameter"),
    ],
)
def test_what_no_converter_writes_is_an_error(data: bytes, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        read(MemorySource(data), Limits())


@pytest.mark.parametrize("data", [ncnn(), ncnn_binary(), ncnn("A a 0 0 1=1 2=2 3=3")])
def test_layers_and_parameters_are_bounded(data: bytes) -> None:
    with pytest.raises(LimitExceeded, match="graph_items"):
        read(MemorySource(data), Limits(graph_items=2))


def test_a_parameter_that_is_no_whole_number_is_no_size() -> None:
    (layer,) = read(MemorySource(ncnn("Bias b 1 1 a b 0=1.5")), Limits()).layers
    with pytest.raises(FormatError, match="no whole number"):
        layer.number(0)
