from __future__ import annotations

import json
import random

import numpy as np
import pytest

from formats.tensors.given import found, given, not_told, whole
from formats.tensors.packers import awq, bitstream, gptq, nested, nf4, safetensors
from hilt.core.errors import FormatError
from hilt.formats.tensors import tensors

SEEDED = np.random.default_rng(11)


def matrix(*shape: int) -> np.ndarray:
    return SEEDED.standard_normal(shape).astype(np.float32)


def codes(bits: int, *shape: int) -> np.ndarray:
    return SEEDED.integers(0, 1 << bits, shape)


def only(files: dict[str, bytes] | bytes) -> np.ndarray:
    (tensor,) = found(files if isinstance(files, dict) else {"model.safetensors": files}).values()
    return whole(tensor)


def test_plain_tensors_come_as_they_are_and_integers_that_count_do_not() -> None:
    first = matrix(4, 8)
    stored = {"w": first, "h": first.astype(np.float16), "n": np.arange(300 * 300, dtype=np.int64).reshape(300, 300)}
    tensors = found(
        {"model.safetensors": safetensors({**stored, "b": matrix(8), "s": np.float32(3), "mask": first > 0})}
    )
    assert {name: (tensor.dtype, tensor.shape) for name, tensor in tensors.items()} == {
        "w": ("F32", (4, 8)), "h": ("F16", (4, 8)), "b": ("F32", (8,)), "s": ("F32", ()),
    }  # fmt: skip
    assert np.array_equal(whole(tensors["w"]), first)
    assert whole(tensors["s"]) == 3


@pytest.mark.parametrize("bits", [2, 3, 4, 8])
@pytest.mark.parametrize("version", ["gptq", "gptq_v2"])
def test_gptq_is_unpacked(bits: int, version: str) -> None:
    values, zeros, scales = codes(bits, 64, 32), codes(bits, 2, 32), matrix(2, 32).astype(np.float16)
    groups = SEEDED.permutation(np.repeat([0, 1], 32)).astype(np.int32)
    packed = gptq(values, bits), gptq(zeros.T, bits).T
    stored = {
        "a.qweight": packed[0],
        "a.qzeros": packed[1],
        "a.scales": scales,
        "a.g_idx": groups,
        "a.bias": matrix(32),
    }
    settings = json.dumps({"bits": bits, "checkpoint_format": version}).encode()
    files = {"model.safetensors": safetensors(stored), "quantize_config.json": settings}
    assert set(found(files)) == {"a.weight", "a.bias"}
    tensor = found(files)["a.weight"]
    assert (tensor.dtype, tensor.shape) == (f"GPTQ{bits}", (32, 64))
    less = 0 if version == "gptq_v2" else 1
    expected = (values - less - zeros[groups]).astype(np.float32) * scales.astype(np.float32)[groups]
    assert np.array_equal(whole(tensor), expected.T)
    assert not_told(files) == []


def test_gptq_without_groups_named_and_without_zero_points_is_unpacked() -> None:
    values, scales = codes(4, 64, 32), matrix(2, 32)
    settings = json.dumps({"quantization_config": {"bits": 4}}).encode()
    files = {
        "model.safetensors": safetensors({"a.qweight": gptq(values, 4), "a.scales": scales}),
        "config.json": settings,
    }
    assert np.array_equal(only(files), ((values - 8).astype(np.float32) * np.repeat(scales, 32, axis=0)).T)


def test_awq_is_unpacked() -> None:
    values, zeros, scales = codes(4, 64, 32), codes(4, 2, 32), matrix(2, 32).astype(np.float16)
    file = safetensors({"a.qweight": awq(values), "a.qzeros": awq(zeros), "a.scales": scales})
    expected = (values - np.repeat(zeros, 32, axis=0)) * np.repeat(scales.astype(np.float32), 32, axis=0)
    assert np.array_equal(only(file), expected.T.astype(np.float32))
    assert found({"m.safetensors": file})["a.weight"].dtype == "AWQ4"


@pytest.mark.parametrize("shape", [(256, 256), (200, 130), (128, 384)])
def test_8_bit_floats_have_a_scale_for_each_block(shape: tuple[int, int]) -> None:
    values = SEEDED.integers(0, 120, shape).astype(np.uint8)
    scales = matrix(-(-shape[0] // 128), -(-shape[1] // 128))
    file = safetensors({"a.weight": values, "a.weight_scale_inv": scales}, {"a.weight": "F8_E4M3"})
    (plain,) = found({"m.safetensors": safetensors({"a.weight": values}, {"a.weight": "F8_E4M3"})}).values()
    spread = np.repeat(np.repeat(scales, 128, axis=0), 128, axis=1)[: shape[0], : shape[1]]
    assert np.array_equal(only(file), whole(plain) * spread)


def test_stacked_experts_of_8_bits_come_one_by_one() -> None:
    values, scales = SEEDED.integers(-128, 128, (3, 16, 32)).astype(np.int8), matrix(3, 16, 1)
    for name, expected in (("mlp.experts.up", "mlp.experts.{}.up"), ("experts.up.weight", "experts.{}.up.weight")):
        tensors = found({"m.safetensors": safetensors({name: values, f"{name}_scale": scales})})
        assert list(tensors) == [expected.format(number) for number in range(3)]
        assert np.array_equal(np.stack([whole(tensor) for tensor in tensors.values()]), values * scales)


@pytest.mark.parametrize("scales", [np.float32(0.5), np.full(1, 0.5, np.float32), matrix(48), matrix(48, 1)])
def test_integers_have_one_scale_or_one_for_each_row(scales: np.ndarray) -> None:
    values = SEEDED.integers(-128, 128, (48, 32)).astype(np.int8)
    spread = np.broadcast_to(np.asarray(scales).reshape(-1, 1), (48, 1))
    assert np.array_equal(only(safetensors({"a.weight": values, "a.weight_scale": scales})), values * spread)
    state = {"a.weight": values, "a.SCB": np.broadcast_to(spread[:, 0], 48), "a.weight_format": np.zeros((), np.uint8)}
    assert np.allclose(only(safetensors(state)), values * spread / 127)


def test_integers_of_compressed_tensors_may_have_zero_points() -> None:
    values, zeros = (
        SEEDED.integers(-128, 128, (48, 32)).astype(np.int8),
        SEEDED.integers(-9, 9, (48, 1)).astype(np.int8),
    )
    stored = {"a.weight": values, "a.weight_scale": matrix(48, 1), "a.weight_zero_point": zeros}
    expected = (values.astype(np.float32) - zeros) * stored["a.weight_scale"]
    assert np.array_equal(only(safetensors(stored)), expected)


@pytest.mark.parametrize("bits", [4, 8])
def test_packed_integers_of_compressed_tensors_are_unpacked(bits: int) -> None:
    values, scales = codes(bits, 48, 64), matrix(48, 2)
    stored = {"a.weight_packed": bitstream(values, bits).view("<i4"), "a.weight_scale": scales}
    stored["a.weight_shape"] = np.array([48, 64])
    spread = np.repeat(scales, 32, axis=1)
    assert np.array_equal(only(safetensors(stored)), (values - (1 << (bits - 1))).astype(np.float32) * spread)
    zeros = codes(bits, 48, 2)
    stored["a.weight_zero_point"] = gptq(zeros, bits)
    expected = (values - np.repeat(zeros, 32, axis=1)).astype(np.float32) * spread
    assert np.array_equal(only(safetensors(stored)), expected)
    stored["a.weight_zero_point"] = (zeros - (1 << (bits - 1))).astype(np.int8)
    assert np.array_equal(only(safetensors(stored)), expected)


FP4 = np.array([0, 0.5, 1, 1.5, 2, 3, 4, 6, 0, -0.5, -1, -1.5, -2, -3, -4, -6], np.float32)


def test_4_bit_floats_of_nvidia_have_scales_of_8_bits_and_one_of_all() -> None:
    values, scales = codes(4, 48, 64), np.full((48, 4), 0x38, np.uint8)  # 1.0
    packed = bitstream(values, 4)
    optimised = {"a.weight": packed, "a.weight_scale": scales, "a.weight_scale_2": np.float32(0.25)}
    assert np.array_equal(only(safetensors(optimised, {"a.weight_scale": "F8_E4M3"})), FP4[values] * 0.25)
    compressed = {
        "a.weight_packed": packed,
        "a.weight_scale": scales,
        "a.weight_global_scale": np.full(1, 4, np.float32),
    }
    assert np.array_equal(only(safetensors(compressed, {"a.weight_scale": "F8_E4M3"})), FP4[values] * 0.25)


def test_4_bit_floats_of_experts_have_powers_of_two() -> None:
    values, scales = codes(4, 3, 16, 64), SEEDED.integers(120, 130, (3, 16, 2)).astype(np.uint8)
    blocks = bitstream(values.reshape(48, 64), 4).reshape(3, 16, 2, 16)
    every = found(
        {"m.safetensors": safetensors({"mlp.experts.down_proj_blocks": blocks, "mlp.experts.down_proj_scales": scales})}
    )
    assert list(every) == [f"mlp.experts.{number}.down_proj" for number in range(3)]
    expected = FP4[values] * np.exp2(np.repeat(scales, 32, axis=2).astype(np.float32) - 127)
    assert np.array_equal(np.stack([whole(tensor) for tensor in every.values()]), expected)


@pytest.mark.parametrize("twice", [False, True])
def test_codes_of_bitsandbytes_are_looked_up(twice: bool) -> None:
    values = codes(4, 32, 128)
    stored, expected = nf4(values, matrix(64)) if not twice else nested(values, SEEDED)
    assert np.array_equal(only(safetensors(stored)), expected)


@pytest.mark.parametrize("bits", [2, 3, 4, 5, 6, 8])
def test_codes_of_mlx_have_scales_and_biases(bits: int) -> None:
    values, scales, biases = codes(bits, 16, 128), matrix(16, 4), matrix(16, 4)
    stored = {"a.weight": bitstream(values, bits).view("<u4"), "a.scales": scales, "a.biases": biases}
    expected = values.astype(np.float32) * np.repeat(scales, 32, axis=1) + np.repeat(biases, 32, axis=1)
    for said in ({"group_size": 32, "bits": bits}, {"group_size": 64, "a": {"group_size": 32}}):
        files = {"m.safetensors": safetensors(stored), "config.json": json.dumps({"quantization": said}).encode()}
        assert np.array_equal(only(files), expected)
    stacked = {name: np.stack([each, each]) for name, each in stored.items()}
    renamed = {f"mlp.switch_mlp.up_proj.{name[2:]}": each for name, each in stacked.items()}
    files["m.safetensors"] = safetensors(renamed)
    files["config.json"] = json.dumps({"quantization": {"group_size": 32}}).encode()
    assert list(found(files)) == ["mlp.switch_mlp.0.up_proj.weight", "mlp.switch_mlp.1.up_proj.weight"]
    assert all(np.array_equal(whole(tensor), expected) for tensor in found(files).values())


def test_gpt_2_stores_inputs_first_and_others_that_call_their_layers_so_do_not() -> None:
    def block(turned: bool) -> dict[str, np.ndarray]:
        rows = {"attn.c_attn": (96, 32), "attn.c_proj": (32, 32), "mlp.c_fc": (128, 32), "mlp.c_proj": (32, 128)}
        stored = {
            f"h.0.{name}.weight": np.arange(a * b, dtype=np.float32).reshape(a, b) for name, (a, b) in rows.items()
        }
        biases = {f"h.0.{name}.bias": np.zeros(a, np.float32) for name, (a, _) in rows.items()}
        return {name: (each.T.copy() if turned else each) for name, each in stored.items()} | biases

    conv1d, linear = (found({"m.safetensors": safetensors(block(turned))}) for turned in (True, False))
    assert {name: tensor.shape for name, tensor in conv1d.items()} == {
        name: tensor.shape for name, tensor in linear.items()
    }
    for name in conv1d:
        assert np.array_equal(whole(conv1d[name]), whole(linear[name])), name


def test_what_cannot_be_unpacked_is_told() -> None:
    many = np.zeros((256, 256), np.int32)
    stored = {
        "a.qweight": codes(4, 8, 32).astype(np.int32), "b.qweight": codes(4, 8, 32).astype(np.int32),
        "b.scales": matrix(3, 32), "c.q_weight": many, "d.W_q": many.astype(np.uint8), "e.table": many[:9],
        "mask": many.reshape(1, 1, 256, 256).astype(np.uint8),
    }  # fmt: skip
    file = {"m.safetensors": safetensors({**stored, "f": np.zeros((2, 4), np.uint8)}, {"f": "F8_E4M3FNUZ"})}
    assert sorted(not_told(file)) == ["a.qweight", "b.qweight", "c.q_weight", "d.W_q", "f"]
    assert found(file) == {}


def test_tensors_outside_the_file_or_of_another_length_give_no_numbers() -> None:
    header = {"a": {"dtype": "F32", "shape": [4, 4], "data_offsets": [0, 64]}}
    header["b"] = {"dtype": "F32", "shape": [1 << 40, 4], "data_offsets": [0, 1 << 44]}
    header["c"] = {"dtype": "F32", "shape": [3], "data_offsets": [0, 64]}
    header["d"] = {"dtype": "F32", "shape": [4], "data_offsets": [-4000, -3984]}
    text = json.dumps(header).encode()
    file = {"m.safetensors": len(text).to_bytes(8, "little") + text + bytes(64)}
    assert list(found(file)) == ["a"]
    assert not_told(file) == ["b", "c", "d"]


def test_groups_that_are_not_there_are_an_error_of_the_format() -> None:
    stored = {
        "a.qweight": gptq(codes(4, 64, 32), 4),
        "a.qzeros": gptq(codes(4, 2, 32).T, 4).T,
        "a.scales": matrix(2, 32),
    }
    stored["a.g_idx"] = np.full(64, 7, np.int32)
    (tensor,) = found({"m.safetensors": safetensors(stored)}).values()
    with pytest.raises(FormatError, match="a group of scales"):
        tensor.rows(0, 1)


def test_whatever_a_header_says_only_errors_of_the_format_come_of_it() -> None:
    seeded = random.Random(5)
    values = codes(4, 64, 32)
    stored = {
        "a.qweight": gptq(values, 4), "a.qzeros": gptq(codes(4, 2, 32).T, 4).T, "a.scales": matrix(2, 32),
        "a.g_idx": np.zeros(64, np.int32), "b.weight": codes(7, 8, 64).astype(np.int8), "b.weight_scale": matrix(8, 2),
        **{f"c{name[1:]}": part for name, part in nested(codes(4, 32, 128), SEEDED)[0].items()},
        "d.weight": bitstream(codes(4, 16, 64), 4).view("<u4"), "d.scales": matrix(16, 1), "d.biases": matrix(16, 1),
        "e_blocks": codes(8, 2, 2, 2, 16).astype(np.uint8), "e_scales": codes(8, 2, 2, 2).astype(np.uint8),
    }  # fmt: skip
    data = safetensors(stored)
    length = int.from_bytes(data[:8], "little")
    read = 0
    for _ in range(500):
        mutated = bytearray(data)
        for _ in range(seeded.randint(1, 3)):
            place = seeded.randrange(8, len(data) if seeded.random() < 0.2 else 8 + length)
            mutated[place] = seeded.choice(b'0123456789,"[]_abFIU48') if place < 8 + length else seeded.randrange(256)
        files = {"m.safetensors": bytes(mutated), "config.json": b'{"quantization": {"bits": 4.0, "group_size": true}}'}
        try:
            format_id, file = given(files)
        except AssertionError:
            continue
        for tensor in tensors(format_id, file):
            try:
                tensor.rows(0, min(4, tensor.shape[0] if tensor.shape else 1))
                tensor.columns(0, 1, 8)
                read += 1
            except FormatError:
                pass
    assert read > 500
