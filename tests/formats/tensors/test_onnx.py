"""The onnx package builds the models; what PyTorch and ONNX Runtime write was compared with their own weights."""

from __future__ import annotations

import random

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from formats.tensors.given import came_through, found, given, not_told, whole
from formats.tensors.onnx_models import graph, model, node
from hilt.core.errors import LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.tensors import tensors
from reading import read

RANDOM = np.random.default_rng(7)


def numbers(*shape: int) -> np.ndarray:
    return RANDOM.normal(size=shape).astype(np.float32)


def only(data: bytes, name: str = "w") -> np.ndarray:
    by_name = found({"m.onnx": data})
    assert list(by_name) == [name]
    return whole(by_name[name])


WEIGHT = numbers(5, 7)


@pytest.mark.parametrize(
    ("nodes", "turned"),
    [
        ([node("MatMul", "x w")], True),
        ([node("MatMul", "w x")], False),
        ([node("Gemm", "x w")], True),
        ([node("Gemm", "x w", transB=1)], False),
        ([node("FusedMatMul", "x w", domain="com.microsoft", transB=1)], False),
        ([node("Gather", "w x")], False),
        ([node("Transpose", "w", "t", perm=[1, 0]), node("MatMul", "x t")], False),
        ([node("Transpose", "w", "t"), node("Gemm", "x t", transB=1)], True),
        ([node("Cast", "w", "c", to=1), node("Identity", "c", "i"), node("MatMul", "x i")], True),
        ([node("Transpose", "w", "t", perm=[1, 0]), node("Add", "x t")], False),
        ([node("Reshape", "w x", "r"), node("MatMul", "x r")], False),
        ([node("Own", "x w", domain="own")], False),
        ([], False),
    ],
)
def test_a_matrix_comes_with_its_outputs_first(nodes: list[object], turned: bool) -> None:
    assert np.array_equal(only(model(nodes, {"w": WEIGHT})), WEIGHT.T if turned else WEIGHT)


@pytest.mark.parametrize("operator", ["Conv", "ConvTranspose"])
def test_kernels_lie_as_in_pytorch(operator: str) -> None:
    kernel = numbers(4, 3, 2, 2)
    assert np.array_equal(only(model([node(operator, "x w")], {"w": kernel})), kernel)


def test_weights_inside_branches_loops_and_functions_are_found_and_turned() -> None:
    weights = {name: numbers(3, 4) for name in ("a", "b", "c", "d", "shared", "f")}
    constant = node("Constant", "", "a", value=numpy_helper.from_array(weights["a"], "unheard"))
    then = graph([constant, node("MatMul", "x a"), node("MatMul", "x shared")], {"b": weights["b"]})
    body = graph([node("If", "x", "z", then_branch=then, else_branch=then), node("Gemm", "x d")], {"d": weights["d"]})
    function = helper.make_function(
        "own", "Linear", ["v", "weight"], ["y"], [node("MatMul", "v weight")], [helper.make_opsetid("", 21)]
    )
    nodes = [node("Loop", "x - x", body=body), node("MatMul", "x c"), node("Linear", "x f", domain="own")]
    kept = {name: weights[name] for name in ("c", "shared", "f")}
    every = list(tensors(*given({"m.onnx": model(nodes, kept, [function])})))
    assert sorted(tensor.name for tensor in every) == ["a", "a", "b", "b", "c", "d", "f", "shared"]
    for tensor in every:
        expected = weights[tensor.name]
        assert np.array_equal(whole(tensor), expected if tensor.name == "b" else expected.T), tensor.name


def test_gates_come_in_the_order_of_pytorch() -> None:
    hidden, width = 3, 5
    gates = {gate: numbers(2, hidden, width) for gate in "ifgo"}
    biases = {gate: numbers(2, 2, hidden) for gate in "ifgo"}
    stored = np.concatenate([gates[gate] for gate in "iofg"], axis=1)
    both = np.concatenate([biases[gate][half] for half in (0, 1) for gate in "iofg"], axis=1)
    zeros = np.zeros((2, 1, hidden), np.float32)
    weights = {"w": stored, "r": stored, "b": both, "h": zeros, "c": zeros}
    by_name = found({"m.onnx": model([node("LSTM", "x w r b - h c", hidden_size=hidden)], weights)})
    ends = [".forward", ".reverse"]
    assert set(by_name) == {name + end for name in "wr" for end in ends} | {
        f"b{end}.{half}" for end in ends for half in ("input", "hidden")
    }
    for direction, end in enumerate(ends):
        expected = np.concatenate([gates[gate][direction] for gate in "ifgo"])
        assert np.array_equal(whole(by_name["w" + end]), expected)
        for half, name in enumerate(("input", "hidden")):
            expected = np.concatenate([biases[gate][half][direction] for gate in "ifgo"])
            assert np.array_equal(whole(by_name[f"b{end}.{name}"]), expected)


def test_the_gates_of_a_gru_come_in_the_order_of_pytorch() -> None:
    gates = {gate: numbers(1, 2, 4) for gate in "rzn"}
    stored = np.concatenate([gates[gate] for gate in "zrn"], axis=1)
    expected = np.concatenate([gates[gate][0] for gate in "rzn"])
    assert np.array_equal(only(model([node("GRU", "x w", hidden_size=2)], {"w": stored})), expected)


def test_gates_that_do_not_fit_stay_as_they_are() -> None:
    stored = numbers(1, 6, 4)
    assert np.array_equal(only(model([node("LSTM", "x w")], {"w": stored})), stored)


def test_query_key_and_value_of_one_matrix_come_apart() -> None:
    stored = numbers(4, 9)
    by_name = found({"m.onnx": model([node("Attention", "x w", domain="com.microsoft")], {"w": stored})})
    assert list(by_name) == ["w.q", "w.k", "w.v"]
    assert np.array_equal(np.concatenate([whole(tensor) for tensor in by_name.values()]), stored.T)


@pytest.mark.parametrize("dtype", [TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16, TensorProto.BFLOAT16])
@pytest.mark.parametrize("raw", [True, False])
def test_numbers_may_stand_in_the_field_of_their_type(dtype: int, raw: bool) -> None:
    values = np.arange(-6, 6, dtype=np.float32).reshape(3, 4)
    if raw:
        kind = helper.tensor_dtype_to_np_dtype(dtype)
        tensor = helper.make_tensor("w", dtype, [3, 4], values.astype(kind).tobytes(), raw=True)
    else:
        tensor = helper.make_tensor("w", dtype, [3, 4], values.ravel().tolist())
    assert np.array_equal(only(model([], {"w": tensor})), values)


def test_half_precision_in_numbers_of_varying_length_is_read_where_it_is_asked_for() -> None:
    values = numbers(300, 1000).astype(np.float16)  # 0.9 MB in several blocks
    tensor = helper.make_tensor("w", TensorProto.FLOAT16, values.shape, values.ravel().tolist())
    assert not tensor.raw_data
    (weight,) = tensors(*given({"m.onnx": model([], {"w": tensor})}))
    for begin, end in ((150, 153), (0, 1), (299, 300), (0, 300)):
        assert np.array_equal(weight.rows(begin, end), values[begin:end].astype(np.float32))


def quantised(values: np.ndarray, scale: np.ndarray, zero: np.ndarray | int = 0) -> np.ndarray:
    return (np.clip(np.round(values / scale) + zero, -128, 127)).astype(np.int8)


SCALES = (np.abs(WEIGHT).max(axis=0) / 127).astype(np.float32)
ONE = np.float32(np.abs(WEIGHT).max() / 100)
ZEROS = np.array([3, -2, 0, 1, 5, 9, -7], np.int8)
LINEAR = quantised(WEIGHT, SCALES)
MOVED = quantised(WEIGHT, ONE, 3)
FLAT = np.array([3], np.int8)


@pytest.mark.parametrize(
    ("nodes", "weights", "expected"),
    [
        (
            [node("DequantizeLinear", "w s z", "d", axis=1), node("MatMul", "x d")],
            {"w": LINEAR, "s": SCALES, "z": ZEROS},
            ((LINEAR.astype(np.float32) - ZEROS) * SCALES).T,
        ),
        (
            [node("DequantizeLinear", "w s z", "d", axis=-1), node("Transpose", "d", "t", perm=[1, 0]),
             node("Gemm", "x t", transB=1)],
            {"w": LINEAR, "s": SCALES, "z": ZEROS},
            ((LINEAR.astype(np.float32) - ZEROS) * SCALES).T,
        ),
        (
            [node("Transpose", "w", "t", perm=[1, 0]), node("DequantizeLinear", "t s", "d", axis=0),
             node("MatMul", "x d")],
            {"w": LINEAR, "s": SCALES},
            LINEAR.astype(np.float32) * SCALES,
        ),
        ([node("DequantizeLinear", "w s z", "d")], {"w": MOVED, "s": ONE, "z": np.int8(3)}, (MOVED - 3.0) * ONE),
        (
            [node("MatMulInteger", "x w xz w_zero_point", "i")],
            {"w_quantized": MOVED, "w_scale": ONE, "w_zero_point": np.int8(3)},
            ((MOVED - 3.0) * ONE).T,
        ),
        (
            [node("QLinearMatMul", "x xs xz w s z ys yz")],
            {"w": LINEAR, "s": SCALES, "z": np.zeros(7, np.int8)},
            (LINEAR * SCALES).T,
        ),
        (
            [node("QGemm", "x xs xz w s z", domain="com.microsoft", transB=1)],
            {"w": MOVED, "s": np.arange(1, 6, dtype=np.float32), "z": np.zeros(5, np.int8)},
            MOVED * np.arange(1, 6, dtype=np.float32)[:, None],
        ),
        (
            [node("DynamicQuantizeMatMul", "x w s z", domain="com.microsoft")],
            {"w": LINEAR, "s": SCALES, "z": ZEROS},
            ((LINEAR.astype(np.float32) - ZEROS) * SCALES).T,
        ),
        (
            [node("Cast", "w", "c", to=1), node("Sub", "c z", "d"), node("Mul", "d s", "m"), node("MatMul", "x m")],
            {"w": MOVED, "s": ONE, "z": np.float32(3)},
            ((MOVED - 3.0) * ONE).T,
        ),
        (
            [node("Gather", "w_quantized x", "g"), node("MatMulInteger", "g v")],
            {"w_quantized": MOVED, "w_scale": ONE, "w_zero_point": np.int8(3)},
            (MOVED - 3.0) * ONE,
        ),
    ],
)  # fmt: skip
def test_quantised_weights_come_as_what_they_stand_for(
    nodes: list[object], weights: dict[str, np.ndarray], expected: np.ndarray
) -> None:
    name = next(iter(weights))
    nodes = [_renamed(one, name) for one in nodes]
    by_name = found({"m.onnx": model(nodes, weights)})
    assert list(by_name) == [name]
    assert by_name[name].dtype == "I8"
    assert np.allclose(whole(by_name[name]), expected, rtol=1e-6)


def _renamed(one: object, name: str) -> object:
    for place, given_name in enumerate(one.input):
        if given_name == "w":
            one.input[place] = name
    return one


def test_kernels_are_scaled_by_their_outputs() -> None:
    kernel = RANDOM.integers(-128, 128, (4, 3, 2, 2)).astype(np.int8)
    scales = numbers(4)
    weights = {"w": kernel, "s": scales, "z": np.zeros(4, np.int8)}
    expected = kernel * scales[:, None, None, None]
    for nodes in (
        [node("QLinearConv", "x xs xz w s z ys yz")],
        [node("DequantizeLinear", "w s z", "d", axis=0), node("Conv", "x d")],
    ):
        assert np.allclose(only(model(nodes, weights)), expected)


def test_numbers_of_four_bits_share_scales_in_blocks() -> None:
    codes = RANDOM.integers(-8, 8, (6, 21)).astype(np.int8)
    packed = helper.make_tensor("w", TensorProto.INT4, codes.shape, codes.ravel().tolist())
    raw = helper.make_tensor("w", TensorProto.INT4, codes.shape, packed_nibbles(codes), raw=True)
    scales = numbers(6, 3)  # blocks of 8, 8 and 5
    expected = codes * np.repeat(scales, 8, axis=1)[:, :21]
    for tensor in (packed, raw):
        for nodes, turned in (([], False), ([node("MatMul", "x d")], True)):
            dequantised = node("DequantizeLinear", "w s", "d", axis=1, block_size=8)
            data = model([dequantised, *nodes], {"w": tensor, "s": scales})
            assert found({"m.onnx": data})["w"].dtype == "I4"
            assert np.allclose(only(data), expected.T if turned else expected)


def packed_nibbles(codes: np.ndarray) -> bytes:
    low, high = np.append(codes.ravel(), 0)[::2], np.append(codes.ravel(), 0)[1::2]
    return bytes((low[: len(high)] & 15 | (high & 15) << 4).astype(np.uint8))


@pytest.mark.parametrize(("width", "zeros"), [(64, True), (64, False), (70, True), (70, False)])
def test_a_product_of_few_bits_has_padded_blocks(width: int, zeros: bool) -> None:
    rows, block = 3, 16
    count = -(-width // block)
    codes = RANDOM.integers(0, 16, (rows, count * block)).astype(np.uint8)
    scales, offsets = numbers(rows, count), RANDOM.integers(0, 16, (rows, count + count % 2)).astype(np.uint8)
    weights = {"w": (codes[:, ::2] | codes[:, 1::2] << 4).reshape(rows, count, block // 2), "s": scales.ravel()}
    if zeros:
        weights["z"] = (offsets[:, ::2] | offsets[:, 1::2] << 4).ravel()
    middle = np.repeat(offsets[:, :count], block, axis=1) if zeros else 8
    expected = ((codes.astype(np.float32) - middle) * np.repeat(scales, block, axis=1))[:, :width]
    given_names = "x w s z" if zeros else "x w s"
    one = node("MatMulNBits", given_names, domain="com.microsoft", K=width, N=rows, bits=4, block_size=block)
    data = model([one], weights)
    assert np.allclose(only(data), expected)
    assert not_told({"m.onnx": data}) == []
    ordered = node("MatMulNBits", "x w s - g", domain="com.microsoft", K=width, N=rows, bits=4, block_size=block)
    assert not_told({"m.onnx": model([ordered], weights)})[0] == "w"


def test_an_embedding_of_four_bits_is_unpacked() -> None:
    codes = RANDOM.integers(0, 16, (9, 32)).astype(np.uint8)
    scales = numbers(9, 2)
    weights = {"w": codes[:, ::2] | codes[:, 1::2] << 4, "s": scales}
    one = node("GatherBlockQuantized", "w x s", domain="com.microsoft", block_size=16, quantize_axis=1, bits=4)
    expected = (codes - 8.0) * np.repeat(scales, 16, axis=1)
    assert np.allclose(only(model([one], weights)), expected)


def test_a_quantised_lstm_is_turned_scaled_and_put_in_order() -> None:
    gates = {gate: RANDOM.integers(-128, 128, (2, 5, 3)).astype(np.int8) for gate in "ifgo"}
    scales = {gate: numbers(2, 3) for gate in "ifgo"}
    stored = np.concatenate([gates[gate] for gate in "iofg"], axis=2)
    weights = {
        "w": stored,
        "s": np.concatenate([scales[gate] for gate in "iofg"], axis=1),
        "z": np.zeros((2, 12), np.int8),
    }
    one = node("DynamicQuantizeLSTM", "x w r - - - - - s z", domain="com.microsoft")
    by_name = found({"m.onnx": model([one], weights)})
    assert list(by_name) == ["w.forward", "w.reverse"]
    for direction, tensor in enumerate(by_name.values()):
        expected = np.concatenate([gates[gate][direction].T * scales[gate][direction][:, None] for gate in "ifgo"])
        assert np.allclose(whole(tensor), expected)


def test_what_is_no_weight_is_left_out() -> None:
    weights = {
        "ids": np.arange(50), "shape": np.array([1, 2], np.int32), "mask": np.ones((4, 4), bool),
        "codes": np.ones((3, 3), np.int8), "scales": np.ones(4, np.float32), "one": np.float32(1), "eps": numbers(1),
        "bytes": np.ones(9, np.uint8), "w": WEIGHT,
    }  # fmt: skip
    nodes = [
        node("Gather", "ids x"), node("Reshape", "x shape"), node("Where", "mask x x"), node("Resize", "x - scales"),
        node("Mul", "x one"), node("Gather", "codes x"), node("Add", "x bytes"), node("TfIdfVectorizer", "x"),
    ]  # fmt: skip
    assert list(found({"m.onnx": model(nodes, weights)})) == ["w"]
    assert not_told({"m.onnx": model(nodes, weights)}) == []


def outside(location: str, **entries: int) -> TensorProto:
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=WEIGHT.shape, data_location=TensorProto.EXTERNAL)
    for key, value in {"location": location, **entries}.items():
        tensor.external_data.add(key=key, value=str(value))
    return tensor


@pytest.mark.parametrize("location", ["m.data", "./m.data", "sub/m.data", "sub\\m.data"])
def test_numbers_in_another_file_are_read_from_it(location: str) -> None:
    path = location.replace("\\", "/").removeprefix("./")
    data = model([node("MatMul", "x w")], {"w": outside(location, offset=16, length=WEIGHT.nbytes)})
    files = {"folder/m.onnx": data, f"folder/{path}": bytes(16) + WEIGHT.tobytes() + b"more"}
    assert np.array_equal(whole(found(files)["w"]), WEIGHT.T)
    assert not_told(files) == []


@pytest.mark.parametrize(
    "tensor",
    [
        outside("../m.data"), outside("/m.data"), outside("sub/../m.data"), outside("C:\\m.data"), outside(""),
        outside("file:m.data"), outside("*/_ORT_MEM_ADDR_/*"), outside("m.data", offset=8), outside("m.data", length=8),
        outside("m.data", offset=-1), outside("gone.data"), outside("m.data", offset=10**19),
    ],
)  # fmt: skip
def test_numbers_that_cannot_be_had_are_told(tensor: TensorProto) -> None:
    files = {
        "f/m.onnx": model([], {"w": tensor, "v": WEIGHT}),
        "f/m.data": WEIGHT.tobytes(),
        "m.data": WEIGHT.tobytes(),
    }
    assert list(found(files)) == ["v"]
    assert not_told(files) == ["w"]


@pytest.mark.parametrize(
    "tensor",
    [
        TensorProto(name="w", data_type=1, dims=[5, 7]),
        TensorProto(name="w", data_type=1, dims=[5, 7], raw_data=WEIGHT.tobytes()[:-1]),
        TensorProto(name="w", data_type=1, dims=[2**62, 8], raw_data=WEIGHT.tobytes()),
        TensorProto(name="w", data_type=1, dims=[5, 7], raw_data=WEIGHT.tobytes(), float_data=WEIGHT.ravel().tolist()),
        TensorProto(name="w", data_type=TensorProto.FLOAT8E4M3FNUZ, dims=[35], raw_data=bytes(35)),
    ],
)
def test_a_shape_that_the_numbers_do_not_fill_is_told(tensor: TensorProto) -> None:
    data = model([], {"w": tensor, "v": WEIGHT})
    assert list(found({"m.onnx": data})) == ["v"]
    assert not_told({"m.onnx": data}) == ["w"]


def test_sparse_weights_are_told() -> None:
    values = numpy_helper.from_array(numbers(2), "w")
    sparse = helper.make_sparse_tensor(values, numpy_helper.from_array(np.array([3, 9]), "i"), [5, 7])
    made = helper.make_model(graph([], {"v": WEIGHT}))
    made.graph.sparse_initializer.append(sparse)
    made.graph.node.append(node("Relu", "x"))
    assert list(found({"m.onnx": made.SerializeToString()})) == ["v"]
    assert not_told({"m.onnx": made.SerializeToString()}) == ["w"]


@pytest.mark.parametrize("scale", [numbers(3), numbers(2, 2, 2), np.zeros((0,), np.float32)])
def test_scales_that_do_not_fit_are_told(scale: np.ndarray) -> None:
    data = model([node("DequantizeLinear", "w s", "d")], {"w": LINEAR, "s": scale})
    assert not_told({"m.onnx": data}) == ["w"]


def test_functions_that_call_themselves_end() -> None:
    body = [node("F", "v", "y", domain="own"), node("Cast", "v", "v", to=1), node("Identity", "v", "v")]
    function = helper.make_function("own", "F", ["v"], ["y"], body, [helper.make_opsetid("own", 1)])
    data = model([node("F", "w", domain="own")], {"w": WEIGHT}, [function])
    assert np.array_equal(only(data), WEIGHT)


@pytest.mark.parametrize("limits", [Limits(graph_items=1), Limits(graph_depth=1)])
def test_graphs_are_bounded(limits: Limits) -> None:
    inner = graph([node("Relu", "x")], {})
    data = model([node("If", "x", then_branch=inner, else_branch=inner)], {"w": WEIGHT})
    kind, one = given({"m.onnx": data})
    with pytest.raises(LimitExceeded):
        list(tensors(kind, one._replace(limits=limits)))


def test_whatever_the_bytes_are_only_format_errors_escape() -> None:
    weights = {
        "w": LINEAR,
        "s": SCALES,
        "z": ZEROS,
        "l": numbers(1, 8, 3),
        "n": RANDOM.integers(0, 255, (2, 2, 8)).astype(np.uint8),
    }
    nodes = [
        node("DequantizeLinear", "w s z", "d", axis=1), node("MatMul", "x d"), node("LSTM", "x l"),
        node("MatMulNBits", "x n s", domain="com.microsoft", K=32, N=2, bits=4, block_size=16),
    ]  # fmt: skip
    data = model(nodes, weights)
    chance = random.Random(3)
    cut = [data[:end] for end in range(0, len(data), 7)]
    for _ in range(400):
        changed = bytearray(data)
        for _ in range(chance.randint(1, 6)):
            changed[chance.randrange(len(data))] = chance.randrange(256)
        cut.append(bytes(changed))
    came = 0
    for changed in cut:
        file = read(changed, "m.onnx")
        if file.error is not None or file.format != "onnx":
            continue
        came += came_through(tensors(*given({"m.onnx": changed})), whole)
    assert came > 120
