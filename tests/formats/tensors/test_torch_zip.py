from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from attacks.archives import torch_zip
from attacks.torch_states import Call, Name, State, Stored, opcodes, rebuilt
from formats.tensors.given import found, given, not_told, whole
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.core.tensor_source import TensorSource
from hilt.formats.tensors import Given, tensors

RANDOM = np.random.default_rng(11)
WEIGHT = RANDOM.standard_normal((7, 5)).astype("<f4")
BIAS = RANDOM.standard_normal(7).astype("<f4")


def parameter(tensor: Call) -> Call:
    return Call("torch._utils", "_rebuild_parameter", (tensor, True, Call("collections", "OrderedDict")))


def module(parameters: dict[str, Any], modules: dict[str, Any]) -> Call:
    """A module that was pickled whole."""
    state = {"training": True, "_parameters": parameters, "_buffers": {}, "_modules": modules}
    return Call("net", "Net", (), state=state)


def test_the_tensors_of_a_state_dict_have_its_keys_and_numbers() -> None:
    state = State.new()
    data = state.zip(
        Call("collections", "OrderedDict", (), {"a.weight": state.tensor(WEIGHT), "a.bias": state.tensor(BIAS)})
    )
    by_name = found({"model.pt": data})
    assert [(one.name, one.dtype, one.shape) for one in by_name.values()] == [
        ("a.weight", "F32", (7, 5)),
        ("a.bias", "F32", (7,)),
    ]
    assert np.array_equal(whole(by_name["a.weight"]), WEIGHT)
    assert np.array_equal(whole(by_name["a.bias"]), BIAS)


def test_layers_that_are_stored_inputs_first_are_turned() -> None:
    state = State.new()
    wide = np.arange(32 * 96, dtype=np.float32).reshape(32, 96)
    names = {"h.0.attn.c_attn.weight": wide, "h.0.attn.c_attn.bias": np.zeros(96, np.float32)}
    by_name = found({"model.pt": state.zip({name: state.tensor(numbers) for name, numbers in names.items()})})
    assert np.array_equal(whole(by_name["h.0.attn.c_attn.weight"]), wide.T)


def test_names_lead_through_dicts_lists_and_modules_and_not_to_optimisers() -> None:
    state = State.new()
    adam = {"state": {0: {"exp_avg": state.tensor(WEIGHT)}}, "param_groups": [{"lr": 0.1}]}
    inner = module({"weight": parameter(state.tensor(WEIGHT))}, {})
    data = state.zip(
        {
            "state_dict": {"x": state.tensor(BIAS)},
            "net": module({}, {"layer": inner}),
            "list": [state.tensor(BIAS), (state.tensor(BIAS), 3)],
            "optimizer_states": [state.tensor(WEIGHT)],
            "kept": adam,
            7: state.tensor(BIAS),
        }
    )
    assert list(found({"model.ckpt": data})) == ["state_dict.x", "net.layer.weight", "list.0", "list.1.0", "7"]


def test_a_view_of_a_storage_is_read_by_its_strides() -> None:
    state = State.new()
    numbers = RANDOM.standard_normal(60).astype("<f4")
    stored = state.stored(numbers)
    data = state.zip(
        {"turned": rebuilt(stored, (5, 4), (1, 5), 3), "kernel": rebuilt(stored, (4, 3, 1, 5), (1, 4, 60, 12))}
    )
    by_name = found({"model.pt": data})
    assert np.array_equal(whole(by_name["turned"]), numbers[3:23].reshape(4, 5).T)
    assert np.array_equal(whole(by_name["kernel"]), numbers.reshape(1, 5, 3, 4).transpose(3, 2, 0, 1))


def test_tied_weights_come_under_both_names_and_a_module_that_is_held_twice_under_one() -> None:
    state = State.new()
    stored = state.stored(WEIGHT)
    tied = rebuilt(stored, (7, 5), (5, 1))
    assert list(found({"model.pt": state.zip({"in": tied, "out": tied})})) == ["in", "out"]


def test_a_tensor_without_a_name_and_one_whose_name_was_given_get_a_number() -> None:
    state = State.new()
    assert list(found({"model.pt": state.zip(state.tensor(WEIGHT))})) == ["0"]
    packed = Call("net", "Packed", (), state=(state.tensor(WEIGHT), state.tensor(BIAS)))
    made = Call("net", "made", (state.tensor(WEIGHT), state.tensor(BIAS)))
    names = list(found({"model.pt": state.zip({"a": packed, "b": made})}))
    assert names == ["a.0", "a.1", "b", "b#2"]


def test_numbers_that_are_no_weights_are_left_out() -> None:
    state = State.new()
    data = state.zip(
        {
            "position_ids": state.tensor(np.arange(20).reshape(1, 20)),
            "num_batches_tracked": state.tensor(np.array(3)),
            "mask": state.tensor(np.ones((4, 4), "bool")),
            "expanded": rebuilt(state.stored(BIAS), (1000, 7), (0, 1)),
            "empty": state.tensor(np.zeros((0, 4), "<f4")),
            "scalar": state.tensor(np.array(2.5, "<f4")),
        }
    )
    by_name = found({"model.pt": data})
    assert list(by_name) == ["scalar"]
    assert whole(by_name["scalar"]) == 2.5


@pytest.mark.parametrize("method", [0, 8], ids=["stored", "deflated"])
def test_storages_may_be_compressed_and_of_the_other_byte_order(method: int) -> None:
    state = State.new()
    big = WEIGHT.astype(">f4")
    data = state.zip({"w": rebuilt(Stored("0", 35), (7, 5), (5, 1))}, method=method, order=b"big")
    state.storages["0"] = big.reshape(-1)
    data = state.zip({"w": rebuilt(Stored("0", 35), (7, 5), (5, 1))}, method=method, order=b"big")
    assert np.array_equal(whole(found({"model.pt": data})["w"]), WEIGHT)


def test_quantised_tensors_come_out_as_the_numbers_that_they_stand_for() -> None:
    state = State.new()
    codes = RANDOM.integers(-128, 128, (6, 4)).astype("int8")
    scales, zeros = RANDOM.random(6).astype("f8"), RANDOM.integers(-5, 5, 6)
    stored = Stored(state.stored(codes).key, 24, "QInt8Storage")
    hooks = (False, Call("collections", "OrderedDict"))
    whole_scale = (Name("torch", "per_tensor_affine"), 0.25, -3)
    of_channels = (Name("torch", "per_channel_affine"), state.tensor(scales), state.tensor(zeros), 0)
    data = state.zip(
        {
            "a": Call("torch._utils", "_rebuild_qtensor", (stored, 0, (6, 4), (4, 1), whole_scale, *hooks)),
            "b": Call("torch._utils", "_rebuild_qtensor", (stored, 0, (6, 4), (4, 1), of_channels, *hooks)),
        }
    )
    by_name = found({"model.pt": data})
    assert [one.dtype for one in by_name.values()] == ["I8", "I8"]
    assert np.array_equal(whole(by_name["a"]), (codes.astype("f4") + 3) * np.float32(0.25))
    expected = (codes - zeros[:, None].astype("f4")) * scales[:, None].astype("f4")
    assert np.allclose(whole(by_name["b"]), expected, rtol=1e-6)


def test_a_dtype_of_its_own_stands_beside_an_untyped_storage() -> None:
    state = State.new()
    key = state.stored(np.array([0x38, 0xC0, 0x7E, 0], "uint8")).key
    stored = Stored(key, 4, Name("torch.storage", "UntypedStorage"))
    hooks = (False, Call("collections", "OrderedDict"))
    arguments = (stored, 0, (2, 2), (2, 1), *hooks, Name("torch", "float8_e4m3fn"), None)
    data = state.zip({"w": Call("torch._utils", "_rebuild_tensor_v3", arguments)})
    assert whole(found({"model.pt": data})["w"]).tolist() == [[1.0, -2.0], [448.0, 0.0]]


def test_packed_weights_are_put_together_and_unknown_ones_told() -> None:
    state = State.new()
    codes, scales = RANDOM.integers(-128, 128, (8, 6)).astype("int8"), RANDOM.random((8, 1)).astype("<f4")
    turned = rebuilt(state.stored(WEIGHT), (5, 7), (1, 5))
    data = state.zip(
        {
            "a.weight": state.tensor(codes),
            "a.weight_scale": state.tensor(scales),
            "b": turned,
            "c": state.tensor(np.zeros((300, 300), "int32")),
            "d": state.tensor(BIAS),
        }
    )
    by_name = found({"model.pt": data})
    assert list(by_name) == ["a.weight", "b", "d"]
    assert np.allclose(whole(by_name["a.weight"]), codes * scales)
    assert not_told({"model.pt": data}) == ["c"]


def test_tensors_of_a_class_of_its_own_are_those_that_they_are_made_of() -> None:
    state = State.new()
    plain = state.tensor(WEIGHT)
    arguments = (Name("torch._utils", plain.name), Name("net", "Masked"), plain.args, {})
    data = state.zip({"w": Call("torch._tensor", "_rebuild_from_type_v2", arguments)})
    assert np.array_equal(whole(found({"model.pt": data})["w"]), WEIGHT)


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (lambda stored: rebuilt(stored, (8, 5), (5, 1)), "reaches to element 39 of storage '0', which holds 35"),
        (lambda stored: rebuilt(stored, (7, 5), (5, 1), 1), "reaches to element 35 of storage '0', which holds 35"),
        (lambda stored: rebuilt(stored, (5, 5), (10, 1)), "reaches to element 44"),
        (lambda stored: rebuilt(stored, (7, 5), (5, -1)), "no usable offset, shape and strides"),
        (lambda stored: rebuilt(stored, (7, 5), (5, 1), -1), "no usable offset, shape and strides"),
        (lambda stored: rebuilt(stored, (7, 5), (5,)), "no usable offset, shape and strides"),
        (lambda stored: rebuilt(stored, (1,) * 65, (1,) * 65), "no usable offset, shape and strides"),
        (lambda stored: rebuilt(stored, "ab", (1, 1)), "no usable offset, shape and strides"),
        (lambda stored: rebuilt(Stored("0", 1 << 62), (1 << 31, 1 << 30), (1 << 30, 1)), "which holds 35"),
        (lambda stored: rebuilt(Stored("9", 35), (7, 5), (5, 1)), "storage '9' is missing"),
    ],
)
def test_a_tensor_that_reaches_outside_of_its_storage_is_a_format_error(view: Any, said: str) -> None:
    state = State.new()
    files = {"model.pt": state.zip({"w": view(state.stored(WEIGHT))})}
    with pytest.raises(FormatError, match=said):
        found(files)


def test_a_cycle_is_walked_once() -> None:
    state = State.new()
    value = rebuilt(state.stored(WEIGHT), (7, 5), (5, 1))
    pickle = b"\x80\x02}q\0(X\1\0\0\0ah\0X\1\0\0\0b" + opcodes(value) + b"u."  # its memo entry 0 stands under "a"
    assert list(found({"model.pt": torch_zip(pickle=pickle, storage=WEIGHT.tobytes())})) == ["b"]


@pytest.mark.parametrize("item", [b"K\1", b"U\5state", b"K\1K\2K\3\x87"])
def test_what_is_appended_to_a_dict_is_no_key(item: bytes) -> None:
    value = rebuilt(Stored("0", 35), (7, 5), (5, 1))
    pickle = b"\x80\x02}(U\1a" + opcodes(value) + b"u" + item + b"a."
    assert list(found({"model.pt": torch_zip(pickle=pickle, storage=WEIGHT.tobytes())})) == ["a"]


def read_with(data: bytes, limits: Limits) -> list[TensorSource]:
    format_id, one = given({"model.pt": data})
    return list(tensors(format_id, Given(*one[:2], MemorySource(data), limits, *one[4:])))


@pytest.mark.reaches("header_entries")
def test_tensors_are_listed_up_to_a_bound() -> None:
    state = State.new()
    one = rebuilt(state.stored(WEIGHT), (7, 5), (5, 1))
    data = state.zip({str(number): one for number in range(50)})
    assert len(read_with(data, Limits(header_entries=50))) == 50
    with pytest.raises(LimitExceeded, match="header_entries"):
        read_with(data, Limits(header_entries=49))


@pytest.mark.reaches("tree_depth")
def test_objects_are_entered_up_to_a_bound() -> None:
    state = State.new()
    value: Any = rebuilt(state.stored(WEIGHT), (7, 5), (5, 1))
    for _ in range(30):
        value = {"x": value}
    assert [one.name for one in read_with(state.zip(value), Limits())] == [".".join("x" * 30)]
    with pytest.raises(LimitExceeded, match="tree_depth"):
        read_with(state.zip(value), Limits(tree_depth=20))


@pytest.mark.reaches("pickle_held_bytes")
def test_what_is_kept_of_a_pickle_is_bounded() -> None:
    state = State.new()
    data = state.zip({str(number): [{}, {}] for number in range(5000)})
    assert read_with(data, Limits()) == []
    with pytest.raises(LimitExceeded, match="pickle_held_bytes"):
        read_with(data, Limits(pickle_held_bytes=1 << 19))


def test_mutations_raise_only_format_errors() -> None:
    state = State.new()
    data = state.zip(
        {"a": state.tensor(WEIGHT), "b": {"c": parameter(rebuilt(state.stored(WEIGHT), (5, 7), (1, 5)))}}, method=8
    )
    chance = random.Random(4)
    told = 0
    for _ in range(600):
        changed = bytearray(data)
        for _ in range(chance.randrange(1, 4)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        try:
            for one in read_with(bytes(changed), Limits()):
                whole(one)
                told += 1
        except (FormatError, AssertionError):
            continue
    assert told
