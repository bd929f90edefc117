"""What holds for every graph format alike: recognition, truncation, mutation, bounds."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest

from attacks.graphs import (
    HONEST,
    coreml,
    coreml_network,
    message,
    onnx,
    onnx_graph,
    onnx_node,
    onnx_tensor,
    paddle,
    tflite,
    variable,
    variables,
)
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import READERS
from hilt.formats.reader import HEAD, Head, recognise
from reading import read

FORMATS = sorted(HONEST)
MODULES = {reader.id: reader.module for reader in READERS if reader.id in HONEST}


@pytest.mark.parametrize("format_id", FORMATS)
@pytest.mark.parametrize("name", ["", "weights", "model.safetensors"])
def test_a_file_is_recognised_under_any_name(format_id: str, name: str) -> None:
    usual, data = HONEST[format_id]
    file = read(data, name or usual)
    assert (file.format, file.error) == (format_id, None)


@pytest.mark.parametrize("format_id", FORMATS)
def test_no_other_reader_of_graphs_claims_it(format_id: str) -> None:
    usual, data = HONEST[format_id]
    head = Head(name=usual, data=data[:HEAD], source=MemorySource(data), limits=Limits())
    fitting = [reader.id for reader in READERS if reader.id in HONEST and reader.fits(head)]
    assert fitting == ([format_id, "xml"] if format_id == "openvino-ir" else [format_id])


@pytest.mark.parametrize("format_id", FORMATS)
def test_every_truncation_is_a_value_or_a_format_error(format_id: str) -> None:
    _, data = HONEST[format_id]
    errors = 0
    for end in range(len(data)):
        source = MemorySource(data[:end])
        recognise(READERS, Head(name="x", data=data[:end][:HEAD], source=source, limits=Limits()))
        try:
            MODULES[format_id].read(source, Limits())
        except FormatError:
            errors += 1
    assert errors > len(data) // 4


@pytest.mark.parametrize("format_id", FORMATS)
def test_every_mutation_is_a_value_or_a_format_error(format_id: str) -> None:
    name, data = HONEST[format_id]
    chance = random.Random(format_id)
    for _ in range(400):
        mutated = bytearray(data)
        for _ in range(chance.randint(1, 6)):
            mutated[chance.randrange(len(mutated))] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
        source = MemorySource(bytes(mutated))
        recognise(READERS, Head(name=name, data=bytes(mutated[:HEAD]), source=source, limits=Limits()))
        with suppress(FormatError):
            MODULES[format_id].read(source, Limits())


@pytest.mark.parametrize("format_id", FORMATS)
def test_noise_is_nobodys_graph(format_id: str) -> None:
    chance = random.Random(7)
    reader = next(reader for reader in READERS if reader.id == format_id)
    for _ in range(200):
        noise = chance.randbytes(300)
        assert not reader.fits(Head(name="x", data=noise, source=MemorySource(noise), limits=Limits()))
        with suppress(FormatError):
            reader.module.read(MemorySource(noise), Limits())


@pytest.mark.reaches("protobuf_fields")
def test_the_fields_of_a_protobuf_are_bounded() -> None:
    with pytest.raises(LimitExceeded, match="protobuf_fields = 20"):
        MODULES["onnx"].read(MemorySource(onnx(*[onnx_node()] * 10)), Limits(protobuf_fields=20))


@pytest.mark.reaches("graph_items")
@pytest.mark.parametrize(
    ("format_id", "data"),
    [
        ("onnx", onnx(tensors=[onnx_tensor()] * 5)),
        ("onnx", onnx(*[onnx_node(f"Op{n}") for n in range(5)])),
        ("tflite", tflite("a", "b", "c", "d")),
        ("tensorflow-variables", variables(*[(f"v{n}", variable(0, 4)) for n in range(5)])),
        ("coreml", coreml(500, coreml_network("a", "b", "c", "d"))),
        ("paddle-program", paddle("a", "b", "c", "d", "e")),
    ],
)
def test_what_is_kept_of_a_graph_is_bounded(format_id: str, data: bytes) -> None:
    with pytest.raises(LimitExceeded, match="graph_items = 3"):
        MODULES[format_id].read(MemorySource(data), Limits(graph_items=3))


@pytest.mark.reaches("graph_text_bytes")
@pytest.mark.parametrize(
    ("format_id", "data"),
    [("onnx", onnx(onnx_node("A" * 200))), ("tflite", tflite("A" * 200)), ("tensorflow-variables", None)],
)
def test_the_names_in_a_graph_are_bounded(format_id: str, data: bytes | None) -> None:
    with pytest.raises(LimitExceeded, match="graph_text_bytes = 20"):
        MODULES[format_id].read(MemorySource(data or HONEST[format_id][1]), Limits(graph_text_bytes=20))


@pytest.mark.reaches("graph_depth")
def test_graphs_inside_graphs_are_bounded() -> None:
    node = onnx_node()
    for _ in range(5):
        node = onnx_node("If", "", message((1, "then_branch"), (6, onnx_graph(node))))
    assert MODULES["onnx"].read(MemorySource(onnx(node)), Limits()).graphs == 6
    with pytest.raises(LimitExceeded, match="graph_depth = 4"):
        MODULES["onnx"].read(MemorySource(onnx(node)), Limits(graph_depth=4))


@pytest.mark.reaches("graph_depth")
def test_models_inside_pipelines_and_elements_inside_elements_are_bounded() -> None:
    model = coreml()
    for _ in range(200):
        model = coreml(202, message((1, model)))
    with pytest.raises(LimitExceeded, match="graph_depth = 64"):
        MODULES["coreml"].read(MemorySource(model), Limits())
    with pytest.raises(LimitExceeded, match="graph_depth = 64"):
        MODULES["xml"].read(MemorySource(b"<?xml version='1.0'?>" + b"<a>" * 100), Limits())


@pytest.mark.reaches("graph_tensor_rank")
def test_the_dimensions_of_a_tensor_are_bounded() -> None:
    with pytest.raises(LimitExceeded, match="graph_tensor_rank = 64"):
        MODULES["onnx"].read(MemorySource(onnx(tensors=[onnx_tensor(shape=(2,) * 65)])), Limits())
