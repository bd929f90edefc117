from __future__ import annotations

import random
import struct
from collections.abc import Sequence

import numpy as np
import pytest
from gguf.constants import GGMLQuantizationType as Type
from gguf.quants import dequantize, quantize

from attacks.gguf import Info, Raw, array, gguf
from formats.tensors.given import came_through, found, given, not_told, whole
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError
from hilt.formats.tensors import tensors

SEEDED = np.random.default_rng(7)


def model(
    parts: Sequence[tuple[str, np.ndarray, Type]],
    metadata: Sequence[tuple[str, str | int | bool | Raw]] = (),
    order: str = "<",
) -> bytes:
    """A file of these tensors, as (name, numbers, type)."""
    infos, data = [], b""
    for name, numbers, kind in parts:
        infos.append(Info(name=name, shape=numbers.shape[::-1], type=kind.value, offset=len(data)))
        packed = numbers.astype(order + "f4") if kind == Type.F32 else quantize(numbers, kind)
        data += packed.tobytes()
        data += b"\0" * (-len(data) % 32)
    return gguf(infos, data, metadata, order=order)


def matrix(*shape: int) -> np.ndarray:
    return SEEDED.standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize("kind", [Type.F32, Type.F16, Type.BF16, Type.Q4_0, Type.Q4_1, Type.Q5_0, Type.Q5_1, Type.Q8_0])
def test_a_matrix_has_its_dimensions_the_right_way_round_and_its_numbers_unpacked(kind: Type) -> None:
    numbers = matrix(20, 96)
    tensor = found({"m.gguf": model([("token_embd.weight", numbers, kind)])})["token_embd.weight"]
    assert (tensor.shape, tensor.dtype) == ((20, 96), kind.name)
    expected = numbers if kind == Type.F32 else dequantize(quantize(numbers, kind), kind)
    assert np.array_equal(whole(tensor), expected)


def test_a_vector_of_blocks_is_rows_of_one_number() -> None:
    numbers = matrix(64)
    tensor = found({"m.gguf": model([("v", numbers, Type.Q8_0)])})["v"]
    assert np.array_equal(whole(tensor), dequantize(quantize(numbers, Type.Q8_0), Type.Q8_0))


def interleaved(weights: np.ndarray, heads: int) -> np.ndarray:
    """What convert_hf_to_gguf.py does to queries and keys (LlamaModel.permute)."""
    halves = weights.reshape(heads, 2, len(weights) // heads // 2, *weights.shape[1:])
    return halves.swapaxes(1, 2).reshape(weights.shape)


HEADS = [("general.architecture", "llama"), ("llama.attention.head_count", 4), ("llama.attention.head_count_kv", 2)]


@pytest.mark.parametrize("kind", [Type.F32, Type.Q8_0])
def test_queries_and_keys_of_llama_come_out_in_the_order_of_the_original(kind: Type) -> None:
    query, key, bias = matrix(64, 32), matrix(32, 32), matrix(64)
    parts = [
        ("blk.0.attn_q.weight", interleaved(query, 4), kind), ("blk.0.attn_k.weight", interleaved(key, 2), kind),
        ("blk.0.attn_v.weight", key, kind), ("blk.0.attn_q.bias", interleaved(bias, 4), Type.F32),
    ]  # fmt: skip
    tensors = found({"m.gguf": model(parts, HEADS)})
    for name, numbers in (("q", query), ("k", key), ("v", key)):
        expected = numbers if kind == Type.F32 else dequantize(quantize(numbers, kind), kind)
        assert np.array_equal(whole(tensors[f"blk.0.attn_{name}.weight"]), expected)
    assert np.array_equal(whole(tensors["blk.0.attn_q.bias"]), bias)


def test_the_piece_of_some_rows_is_what_is_read_for_them() -> None:
    asked: list[tuple[int, int]] = []

    class Listening(MemorySource):
        def read(self, offset: int, n: int) -> bytes:
            asked.append((offset, n))
            return super().read(offset, n)

    parts = [("blk.0.attn_q.weight", matrix(64, 32), Type.Q8_0), ("blk.0.attn_v.weight", matrix(64, 32), Type.F32)]
    data = model([*parts, ("v", matrix(64), Type.Q8_0)], HEADS)
    format_id, file = given({"m.gguf": data})
    for tensor in tensors(format_id, file._replace(source=Listening(data))):
        for begin, end in ((0, 4), (9, 10), (0, 64), (60, 64)):
            asked.clear()
            tensor.rows(begin, end)
            _, offset, n = tensor.piece(begin, end)
            assert all(offset <= at and at + size <= offset + n for at, size in asked), tensor.name


def test_other_architectures_keep_their_order_and_so_do_heads_that_do_not_divide_the_rows() -> None:
    query = matrix(64, 32)
    parts = [("blk.0.attn_q.weight", query, Type.F32)]
    other = [("general.architecture", "qwen2"), ("qwen2.attention.head_count", 4)]
    for metadata in (other, [HEADS[0], ("llama.attention.head_count", 7)], HEADS[:1], []):
        assert np.array_equal(whole(found({"m.gguf": model(parts, metadata)})["blk.0.attn_q.weight"]), query)


def test_of_models_for_images_those_of_pixtral_are_interleaved() -> None:
    query = matrix(64, 32)
    for kind, expected in (("pixtral", query), ("mlp", interleaved(query, 4))):
        metadata = [
            ("general.architecture", "clip"),
            ("clip.projector_type", kind),
            ("clip.vision.attention.head_count", 4),
        ]
        tensors = found({"m.gguf": model([("v.blk.0.attn_k.weight", interleaved(query, 4), Type.F32)], metadata)})
        assert np.array_equal(whole(tensors["v.blk.0.attn_k.weight"]), expected)


def test_heads_may_be_counted_layer_by_layer() -> None:
    key = matrix(32, 32)
    counts = array(4, [struct.pack("<I", count) for count in (2, 4)])
    metadata = [
        ("general.architecture", "deci"),
        ("deci.attention.head_count", 8),
        ("deci.attention.head_count_kv", counts),
    ]
    parts = [
        (f"blk.{layer}.attn_k.weight", interleaved(key, heads), Type.F32) for layer, heads in ((0, 2), (1, 4), (2, 8))
    ]
    tensors = found({"m.gguf": model(parts, metadata)})
    assert all(np.array_equal(whole(tensor), key) for tensor in tensors.values())


def test_of_a_model_in_several_files_the_first_tells_the_heads() -> None:
    query = matrix(64, 32)
    second = model([("blk.9.attn_q.weight", interleaved(query, 4), Type.F32)], [("split.no", 1)])
    files = {"a/m-00002-of-00002.gguf": second, "a/m-00001-of-00002.gguf": model([], HEADS)}
    assert np.array_equal(whole(found(files)["blk.9.attn_q.weight"]), query)
    alone = found({"m-00002-of-00002.gguf": second})["blk.9.attn_q.weight"]
    assert np.array_equal(whole(alone), interleaved(query, 4)), "nothing tells"
    broken = {"m-00002-of-00002.gguf": second, "m-00001-of-00002.gguf": b"GGUF"}
    assert np.array_equal(whole(found(broken)["blk.9.attn_q.weight"]), interleaved(query, 4))


def test_fused_projections_stand_head_by_head_again() -> None:
    original = matrix(4 * 3 * 8, 16)
    converted = original.reshape(4, 3, 8, 16).swapaxes(0, 1).reshape(96, 16)
    metadata = [("general.architecture", "gptneox"), ("gptneox.attention.head_count", 4)]
    tensors = found({"m.gguf": model([("blk.0.attn_qkv.weight", converted, Type.F32)], metadata)})
    assert np.array_equal(whole(tensors["blk.0.attn_qkv.weight"]), original)


def test_experts_come_one_by_one() -> None:
    experts = matrix(3, 8, 32)
    tensors = found({"m.gguf": model([("blk.0.ffn_up_exps.weight", experts, Type.Q8_0), ("conv", experts, Type.F16)])})
    assert [(tensor.name, tensor.shape) for tensor in tensors.values()] == [
        ("blk.0.ffn_up_exps.0.weight", (8, 32)), ("blk.0.ffn_up_exps.1.weight", (8, 32)),
        ("blk.0.ffn_up_exps.2.weight", (8, 32)), ("conv", (3, 8, 32)),
    ]  # fmt: skip
    expected = dequantize(quantize(experts, Type.Q8_0), Type.Q8_0)
    assert np.array_equal(np.stack([whole(tensor) for tensor in list(tensors.values())[:3]]), expected)
    assert np.array_equal(whole(tensors["conv"]), experts.astype(np.float16))


def test_big_endian_files_give_the_same_numbers() -> None:
    numbers = matrix(4, 64)
    packed = quantize(numbers, Type.Q8_0).reshape(-1, 34).copy()
    packed[:, :2] = packed[:, 1::-1]
    infos = [Info(name="f", shape=(64, 4), type=0), Info(name="q", shape=(64, 4), type=8, offset=1024)]
    infos.append(Info(name="other", shape=(64, 4), type=3, offset=0))
    tensors = {"m.gguf": gguf(infos, numbers.astype(">f4").tobytes() + packed.tobytes(), order=">")}
    assert np.array_equal(whole(found(tensors)["f"]), numbers)
    assert np.array_equal(whole(found(tensors)["q"]), dequantize(quantize(numbers, Type.Q8_0), Type.Q8_0))
    assert not_told(tensors) == ["other"]


def test_what_cannot_be_unpacked_or_lies_outside_the_file_is_told_and_no_numbers_come_of_it() -> None:
    infos = [
        Info(name="interleaved", shape=(32, 4), type=31), Info(name="unknown", shape=(32, 4), type=99),
        Info(name="far", shape=(1 << 40, 1 << 20)), Info(name="part", shape=(33, 2), type=2), Info(name="empty", shape=(0, 4)),
        Info(name="counted", shape=(4,), type=26), Info(name="scalar", shape=()), Info(name="there"),
    ]  # fmt: skip
    file = {"m.gguf": gguf(infos)}
    assert not_told(file) == ["interleaved", "unknown", "far", "part"]
    assert list(found(file)) == ["scalar", "there"]
    assert whole(found(file)["scalar"]).shape == ()


def test_scales_that_are_no_numbers_pass_through() -> None:
    data = struct.pack("<e", float("nan")) + b"\x11" * 32 + struct.pack("<e", float("inf")) + b"\0" * 32
    rows = found({"m.gguf": gguf([Info(name="a", shape=(32, 2), type=8)], data)})["a"].rows(0, 2)
    assert np.isnan(rows).all()


def test_a_file_that_is_cut_off_gives_an_error_of_its_own() -> None:
    data = model([("blk.0.attn_q.weight", matrix(64, 32), Type.Q8_0)], HEADS)
    format_id, file = given({"m.gguf": data})
    for length in (0, 100, len(data) - 1):
        (tensor,) = tensors(format_id, file._replace(source=Shorter(file.source, length)))
        with pytest.raises(FormatError, match="ends after"):
            tensor.rows(0, 64)


class Shorter:
    """A source that has fewer bytes than it says."""

    def __init__(self, source: object, length: int) -> None:
        self._source, self._length = source, length
        self.size = source.size

    def read(self, offset: int, n: int) -> bytes:
        return self._source.read(offset, n)[: max(0, self._length - offset)]


def test_whatever_a_file_says_only_errors_of_the_format_come_of_it() -> None:
    seeded = random.Random(3)
    parts = [
        ("blk.0.attn_q.weight", matrix(64, 32), Type.Q4_0),
        ("blk.0.ffn_up_exps.weight", matrix(2, 4, 32), Type.Q8_0),
    ]
    data, read = model(parts, HEADS), 0
    for _ in range(300):
        mutated = bytearray(data)
        for _ in range(seeded.randint(1, 4)):
            mutated[seeded.randrange(400)] = seeded.randrange(256)
        try:
            format_id, file = given({"m.gguf": bytes(mutated)})
        except AssertionError:
            continue
        read += came_through(tensors(format_id, file))
    assert read > 150
