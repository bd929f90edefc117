from __future__ import annotations

import pytest

from attacks.graphs import message
from attacks.runtimes import caffe, caffe_layer, caffe_v1, prototxt
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import caffe as binary
from hilt.formats import caffe_prototxt
from reading import read


@pytest.mark.parametrize(("data", "types"), [(caffe(), ["Convolution", "ReLU"]), (caffe_v1(), ["4"])])
def test_layers_are_listed_and_the_numbers_in_their_blobs_counted(data: bytes, types: list[str]) -> None:
    model = binary.read(MemorySource(data), Limits())
    assert (model.name, [layer.type for layer in model.layers]) == ("net", types)
    assert model.parameters == 4 * len(types)


def test_fields_of_the_model_that_caffe_does_not_have_are_told() -> None:
    data = caffe() + message((77, b"hidden"))
    (stretch,) = read(data, "net.caffemodel").value.unowned
    assert data[stretch.begin : stretch.end].endswith(b"hidden")


def test_text_is_read_with_its_lines() -> None:
    model = caffe_prototxt.read(MemorySource(prototxt("type: 'Own'")), Limits())
    assert [(layer.name, layer.type, layer.line) for layer in model.layers] == [
        ("conv", "Convolution", 3),
        ("relu", "ReLU", 4),
        ("own", "Own", 5),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"layer { name: 'a'", "'layer' is not closed .line 1"),
        (b"layer { name 'a' }", "'name' has no value"),
        (b"layer { name: }", "'name' has no value"),
        (b"layer { }\n}", "no field begins with '}' .line 2"),
        (b"layer { name: 'a\n' }", "has no value"),
        (b"input: 'a'", "neither a layer nor"),
        (b"layer: 1", "neither a layer nor"),
        (b"layer { a: [1, 2", "has no value"),
        (b"layer { a: [{", "'a' is not closed"),
    ],
)
def test_what_is_no_text_format_is_an_error(text: bytes, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        caffe_prototxt.read(MemorySource(text), Limits())


@pytest.mark.parametrize(
    "text",
    [b"node { name: 'a' }", b"name: 'a' platform: 'onnx'", b"net: train\nbase_lr: 1\ngamma: 2", b"layer { own: 1 }"],
)
def test_other_texts_are_not_taken(text: bytes) -> None:
    assert read(text, "x.prototxt").format not in ("caffe-prototxt", "caffe")


@pytest.mark.parametrize(
    ("data", "limits", "name"),
    [
        (caffe(), Limits(graph_items=1), "graph_items"),
        (caffe(caffe_layer("Python", (130, message((1, "a"), (2, "b"))))), Limits(graph_items=1), "graph_items"),
        (prototxt(), Limits(graph_items=1), "graph_items"),
        (prototxt(), Limits(protobuf_fields=5), "protobuf_fields"),
        (b"layer { a " + b"{ a " * 70 + b"} " * 70 + b"}", Limits(), "graph_depth"),
        (b"layer { a: [" + b"{ a: [" * 70 + b"] } " * 70 + b"] }", Limits(), "graph_depth"),
    ],
)
def test_everything_is_bounded(data: bytes, limits: Limits, name: str) -> None:
    reader = binary if data.startswith(b"\n") else caffe_prototxt
    with pytest.raises(LimitExceeded) as raised:
        reader.read(MemorySource(data), limits)
    assert raised.value.limit == name
