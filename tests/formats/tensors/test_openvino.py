"""OpenVINO itself writes the same layers and edges; its gates were compared with those of the model it was made from."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pytest

from formats.tensors.given import came_through, found, given, not_told, whole
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.tensors import tensors
from reading import read

RANDOM = np.random.default_rng(5)
TYPES = {"f4": "f32", "f2": "f16", "i1": "i8", "u1": "u8", "i8": "i64"}


def numbers(*shape: int) -> np.ndarray:
    return RANDOM.normal(size=shape).astype(np.float32)


def model(
    constants: Sequence[tuple[str, np.ndarray] | tuple[str, np.ndarray, str, tuple[int, ...]]],
    layers: Sequence[str],
    edges: Sequence[tuple[int, int, int]],
    inside: str = "",
) -> dict[str, bytes]:
    """A model whose constants come first, then these layers (the tag without its id), and edges (from, to, port)."""
    out, weights = list[str](), b""
    for place, constant in enumerate(constants):
        name, values, *stated = constant
        kind, shape = stated or (TYPES[values.dtype.str[1:]], values.shape)
        data = f'element_type="{kind}" shape="{", ".join(map(str, shape))}" offset="{len(weights)}"'
        out.append(f'<layer id="{place}" name="{name}" type="Const"><data {data} size="{values.nbytes}"/></layer>')
        weights += values.tobytes()
    out += [f'<layer id="{len(constants) + place}" {layer}</layer>' for place, layer in enumerate(layers)]
    joined = "".join(f'<edge from-layer="{a}" from-port="0" to-layer="{b}" to-port="{port}"/>' for a, b, port in edges)
    text = (
        f'<?xml version="1.0"?><net name="n" version="11"><layers>{"".join(out)}</layers><edges>{joined}</edges></net>'
    )
    return {"f/m.xml": (text.replace("INSIDE", inside)).encode(), "f/m.bin": weights}


def only(files: dict[str, bytes]) -> np.ndarray:
    by_name = found(files)
    assert list(by_name) == ["w"]
    assert not_told(files) == []
    return whole(by_name["w"])


LAYERS = {
    "Convolution": ((4, 3, 2, 2), None), "ConvolutionBackpropData": ((4, 3, 2, 2), None),
    "GroupConvolution": ((2, 3, 1, 2, 2), (6, 1, 2, 2)), "GroupConvolutionBackpropData": ((6, 1, 1, 3), (6, 1, 3)),
    "Gather": ((7, 3), None), "Own": ((3, 4), None), "Add": ((1, 6, 1, 1), (6,)),
}  # fmt: skip


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("dtype", ["f4", "f2"])
def test_kernels_lie_as_in_pytorch_but_for_their_groups(layer: str, dtype: str) -> None:
    shape, merged = LAYERS[layer]
    values = numbers(*shape).astype(dtype)
    port = 0 if layer == "Gather" else 1
    files = model([("w", values)], ['type="Convert">', f'type="{layer}">'], [(0, 1, 0), (1, 2, port)])
    assert np.array_equal(only(files), values.astype(np.float32).reshape(merged or shape))


@pytest.mark.parametrize(
    ("stated", "turned"), [("", True), ("false", True), ("true", False), ("True", False), ("1", False)]
)
def test_a_matrix_comes_with_its_outputs_first(stated: str, turned: bool) -> None:
    values = numbers(4, 5)
    setting = f'<data transpose_b="{stated}"/>' if stated else ""
    files = model([("w", values)], [f'type="MatMul">{setting}'], [(0, 1, 1)])
    assert np.array_equal(only(files), values.T if turned else values)


@pytest.mark.parametrize("dtype", ["i1", "u1"])
def test_whole_numbers_are_scaled(dtype: str) -> None:
    codes = RANDOM.integers(-100, 100, (4, 5)).astype(dtype)
    zero, scale = np.array([[3], [1], [5], [0]], dtype), numbers(4, 1).astype(np.float16)
    layers = ['type="Convert">', 'type="Convert">', 'type="Convert">', 'type="Subtract">', 'type="Multiply">',
              'type="MatMul"><data transpose_b="true"/>']  # fmt: skip
    edges = [(0, 3, 0), (1, 4, 0), (2, 5, 0), (3, 6, 0), (4, 6, 1), (6, 7, 0), (5, 7, 1), (7, 8, 1)]
    files = model([("w", codes), ("z", zero), ("s", scale)], layers, edges)
    expected = (codes.astype(np.float32) - zero.astype(np.float32)) * scale.astype(np.float32)
    assert np.allclose(only(files), expected)
    files = model([("w", codes), ("z", zero), ("s", scale)], [*layers[:-1], 'type="MatMul">'], edges)
    assert np.allclose(only(files), expected.T)


def test_numbers_of_four_bits_share_scales_in_groups() -> None:
    codes = RANDOM.integers(0, 16, (4, 3, 8)).astype(np.uint8)
    packed = codes.ravel()[::2] | codes.ravel()[1::2] << 4
    scale = numbers(4, 3, 1)
    layers = ['type="Convert">', 'type="Multiply">', 'type="Reshape">', 'type="MatMul"><data transpose_b="true"/>']
    edges = [(0, 2, 0), (2, 3, 0), (1, 3, 1), (3, 4, 0), (4, 5, 1)]
    files = model([("w", packed, "u4", (4, 3, 8)), ("s", scale)], layers, edges)
    assert found(files)["w"].dtype == "U4"
    assert np.allclose(only(files), (codes * scale).reshape(4, 24))


def test_groups_of_a_kernel_are_scaled() -> None:
    codes = RANDOM.integers(-100, 100, (4, 1, 1, 3, 3)).astype(np.int8)
    scale = numbers(4, 1, 1, 1, 1)
    layers = ['type="Convert">', 'type="Multiply">', 'type="GroupConvolution">']
    files = model([("w", codes), ("s", scale)], layers, [(0, 2, 0), (2, 3, 0), (1, 3, 1), (3, 4, 1)])
    assert np.allclose(only(files), (codes * scale).reshape(4, 1, 3, 3))


@pytest.mark.parametrize(
    ("layer", "ports", "theirs", "ours"),
    [("LSTMSequence", (4, 6), "figo", "ifgo"), ("LSTMCell", (3, 5), "figo", "ifgo"), ("GRUSequence", (3, 5), "zrh", "rzh"),
     ("GRUCell", (2, 4), "zrh", "rzh"), ("RNNCell", (2, 4), "h", "h")],
)  # fmt: skip
def test_gates_come_in_the_order_of_pytorch(layer: str, ports: tuple[int, int], theirs: str, ours: str) -> None:
    weights, biases = {gate: numbers(3, 4) for gate in theirs}, {gate: numbers(3) for gate in theirs}
    first = (1,) if layer.endswith("Sequence") else ()
    w = np.concatenate([weights[gate] for gate in theirs]).reshape(*first, -1, 4)
    b = np.concatenate([biases[gate] for gate in theirs]).reshape(*first, -1)
    files = model([("w", w), ("b", b)], [f'type="{layer}">'], [(0, 2, ports[0]), (1, 2, ports[1])])
    by_name = found(files)
    assert np.array_equal(whole(by_name["w"]), np.concatenate([weights[gate] for gate in ours]))
    assert np.array_equal(whole(by_name["b"]), np.concatenate([biases[gate] for gate in ours]))


def test_layers_inside_layers_have_ids_of_their_own() -> None:
    values = numbers(4, 5)
    data = f'<data element_type="f32" shape="4,5" offset="0" size="{values.nbytes}"/>'
    inside = (
        f'<layers><layer id="0" name="v" type="Const">{data}</layer><layer id="1" type="MatMul"/></layers>'
        '<edges><edge from-layer="0" from-port="0" to-layer="1" to-port="1"/></edges>'
    )
    layers = ['type="TensorIterator"><body>INSIDE</body>', 'type="Gather">']
    by_name = found(model([("w", values)], layers, [(0, 2, 0)], inside))
    assert np.array_equal(whole(by_name["w"]), values)
    assert np.array_equal(whole(by_name["v"]), values.T)


def test_what_is_no_weight_is_left_out() -> None:
    constants = [
        ("shape", np.arange(4)),
        ("one", numbers(1)),
        ("codes", np.ones((3, 3), np.int8)),
        ("w", numbers(3, 3)),
    ]
    files = model(constants, ['type="Gather">'], [(0, 4, 0), (2, 4, 1)])
    assert list(found(files)) == ["w"]
    assert not_told(files) == []


def test_numbers_that_cannot_be_had_are_told() -> None:
    files = model([("v", numbers(3, 3)), ("w", numbers(4, 4))], [], [])
    assert not_told({"f/m.xml": files["f/m.xml"]}) == ["v", "w"]
    assert list(tensors(*given({"f/m.xml": files["f/m.xml"]}))) == []
    short = {**files, "f/m.bin": files["f/m.bin"][:-1]}
    assert list(found(short)) == ["v"]
    assert not_told(short) == ["w"]
    assert not_told(model([("w", numbers(3, 3), "f32", (3, 4))], [], [])) == ["w"]
    assert not_told(model([("w", numbers(3, 3), "nf4", (9, 8))], [], [])) == ["w"]


@pytest.mark.parametrize("edge", ['to-port="x"', 'to-port="-1"', ""])
def test_ports_are_numbers(edge: str) -> None:
    files = model([("w", numbers(3, 3))], ['type="MatMul">'], [(0, 1, 1)])
    files["f/m.xml"] = files["f/m.xml"].replace(b'to-port="1"', edge.encode())
    with pytest.raises(FormatError, match="no offset or size"):
        found(files)


def test_layers_are_bounded() -> None:
    files = model([("w", numbers(3, 3))], ['type="MatMul">'] * 3, [])
    kind, one = given(files)
    with pytest.raises(LimitExceeded, match="graph_items"):
        list(tensors(kind, one._replace(limits=Limits(graph_items=3))))


def test_constants_that_go_in_circles_end() -> None:
    layers = ['type="Convert">', 'type="Convert">']
    edges = [(0, 1, 0), (1, 2, 0), (2, 1, 0), (1, 1, 0)]
    assert only(model([("w", numbers(3, 3))], layers, edges)).shape == (3, 3)


def test_whatever_the_bytes_are_only_format_errors_escape() -> None:
    codes = RANDOM.integers(-100, 100, (4, 5)).astype(np.int8)
    layers = ['type="Convert">', 'type="Multiply">', 'type="MatMul">', 'type="LSTMCell">']
    edges = [(0, 3, 0), (3, 4, 0), (1, 4, 1), (4, 5, 1), (2, 6, 3)]
    files = model([("w", codes), ("s", numbers(4, 1)), ("l", numbers(8, 3))], layers, edges)
    chance, data = random.Random(3), files["f/m.xml"]
    came = 0
    for _ in range(500):
        one = bytearray(data)
        for _ in range(chance.randint(1, 5)):
            one[chance.randrange(60, len(data))] = chance.choice(b"0123459 ,<>")
        changed = {**files, "f/m.xml": bytes(one)}
        if (file := read(bytes(one), "m.xml")).error is None and file.format == "openvino-ir":
            came += came_through(tensors(*given(changed)), whole)
    assert came > 50
