from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError
from hilt.formats.tensors.layouts.dense import Dense, Held
from hilt.knowledge.lineage import closer, matrix
from hilt.knowledge.lineage.closer import Closer, ModelSketch, TensorSketch, difference, model_sketch, sketch
from hilt.knowledge.lineage.closer_bytes import MAGIC, decode, encode
from hilt.knowledge.lineage.matrix import signs
from trained_transformers import DOWN, EMBEDDING, held, noisy, transformer

RANDOM = np.random.default_rng(3)
MATRIX = (RANDOM.standard_normal((300, 500)) * 0.05).astype(np.float32)


def taken(values: NDArray[np.generic], name: str = "a", dtype: str = "F32") -> TensorSketch:
    done = sketch(Held(name=name, dtype=dtype, values=np.asarray(values, np.float32)))
    assert done is not None
    return done


def bfloat16(values: NDArray[np.float32]) -> NDArray[np.float32]:
    bits = values.astype(np.float32).view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) & np.uint32(0xFFFF0000)).view(np.float32)


def low_rank(rank: int, part: float) -> NDArray[np.float32]:
    change = RANDOM.standard_normal((300, rank)) @ RANDOM.standard_normal((rank, 500))
    return (change * part * np.linalg.norm(MATRIX) / np.linalg.norm(change)).astype(np.float32)


def test_the_signs_are_random_and_belong_to_their_place() -> None:
    many = signs(0, 20_000)
    assert set(np.unique(many)) == {-1.0, 1.0}
    assert np.abs(many.mean(axis=0)).max() < 0.03
    assert np.abs(many.T @ many / len(many) - np.eye(48)).max() < 0.04
    assert np.array_equal(signs(700, 900), many[700:900])
    assert abs(float((signs(0, 20_000, seed=1) * many).mean())) < 0.01


def test_norm_and_zeros_are_exact() -> None:
    values = np.where(np.abs(MATRIX) < 0.02, 0, MATRIX)
    done = taken(values)
    assert done.norm == pytest.approx(float(np.linalg.norm(values)), rel=1e-5)
    assert done.zeros == pytest.approx(float((values == 0).mean()))


def test_the_sketch_of_the_transposition_is_the_transposition_of_the_sketch() -> None:
    assert np.allclose(taken(MATRIX).sums, taken(MATRIX.T).sums.T, atol=1e-3)
    same = difference(taken(MATRIX), taken(MATRIX.T), transposed=True)
    assert same is not None
    assert same.change < 1e-5


def test_it_is_the_same_whatever_the_size_of_the_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = taken(MATRIX, DOWN.format(0))
    for block in (700, 1 << 12):
        monkeypatch.setattr(matrix, "BLOCK", block)
        monkeypatch.setattr(closer, "BLOCK", block)
        pieces = taken(MATRIX, DOWN.format(0))
        assert np.allclose(whole.sums, pieces.sums, atol=1e-3)
        assert np.allclose(whole.writes, pieces.writes, atol=0.01)
    monkeypatch.setattr(matrix, "BLOCK", 128)
    monkeypatch.setattr(closer, "BLOCK", 128)
    assert np.allclose(whole.sums, taken(MATRIX, DOWN.format(0)).sums, atol=1e-3)  # by columns: a row is too long


@pytest.mark.parametrize("part", [0.001, 0.05, 0.5])
def test_the_size_of_a_change_is_measured(part: float) -> None:
    noise = noisy(part)(MATRIX)
    seen = difference(taken(MATRIX), taken(noise))
    assert seen is not None
    assert seen.change == pytest.approx(float(np.linalg.norm(noise - MATRIX) / np.linalg.norm(MATRIX)), rel=0.1)
    assert seen.rank is None


@pytest.mark.parametrize("rank", [1, 2, 8, 16, 32])
def test_the_rank_of_a_change_is_counted(rank: int) -> None:
    seen = difference(taken(MATRIX), taken(MATRIX + low_rank(rank, 0.01)))
    assert seen is not None
    assert seen.rank == rank


@pytest.mark.parametrize("rank", [4, 16])
def test_the_rank_is_seen_below_what_rounding_changed(rank: int) -> None:
    before = bfloat16(MATRIX)
    seen = difference(taken(before, dtype="BF16"), taken(bfloat16(before + low_rank(rank, 0.02)), dtype="BF16"))
    assert seen is not None
    assert seen.rank == rank
    assert 0.0005 < seen.floor < 0.004


def test_a_change_of_high_rank_has_no_rank_and_no_change_has_rank_zero() -> None:
    high = difference(taken(MATRIX), taken(MATRIX + low_rank(200, 0.05)))
    same = difference(taken(MATRIX), taken(MATRIX))
    assert high is not None
    assert high.rank is None
    assert same == (0.0, 0, 0.0)


def test_the_sketch_of_a_merge_is_the_merge_of_the_sketches() -> None:
    other = noisy(0.3)(MATRIX)
    assert np.allclose(
        0.3 * taken(MATRIX).sums + 0.7 * taken(other).sums, taken(0.3 * MATRIX + 0.7 * other).sums, atol=1e-3
    )


def test_what_a_matrix_writes_in_a_direction_is_kept() -> None:
    v = RANDOM.standard_normal(300).astype(np.float32)
    done = taken(MATRIX, DOWN.format(1))
    expected = v @ MATRIX @ signs(0, 500)[:, :32]
    assert np.allclose(v @ done.writes * done.scale, expected, atol=0.02 * np.abs(expected).max())
    assert taken(MATRIX, "model.layers.1.mlp.up_proj.weight").written is None


def test_an_embedding_writes_along_its_rows() -> None:
    done = taken(MATRIX, EMBEDDING)
    assert done.writes.shape == (500, 32)
    assert np.allclose(done.writes * done.scale, MATRIX.T @ signs(0, 300)[:, :32], atol=0.05)


def test_of_a_stack_of_experts_the_first_is_what_is_written() -> None:
    stack = RANDOM.standard_normal((5, 64, 96)).astype(np.float32)
    done = taken(stack, "blk.0.ffn_down_exps.weight")
    assert done.writes.shape == (64, 32)
    assert np.allclose(done.writes * done.scale, stack[0] @ signs(0, 96)[:, :32], atol=0.1)
    assert np.allclose(done.sums, taken(stack.reshape(320, 96)).sums, atol=1e-2)


def test_a_large_stack_is_read_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    stack = RANDOM.standard_normal((3, 64, 96)).astype(np.float32)
    whole = taken(stack)
    monkeypatch.setattr(matrix, "_WHOLE", 1)
    monkeypatch.setattr(matrix, "BLOCK", 1000)
    assert np.allclose(taken(stack).sums, whole.sums, atol=1e-2)


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf, 3e38])
def test_numbers_that_are_none_are_counted_and_change_nothing(odd: float) -> None:
    values, clean = MATRIX.copy(), MATRIX.copy()
    values[3, 5], clean[3, 5] = odd, 0
    done = taken(values)
    assert done.odd == 1
    assert np.allclose(done.sums, taken(clean).sums, atol=1e-3)
    assert difference(taken(MATRIX), done) is None


@pytest.mark.parametrize(
    "shape", [(), (1,), (7,), (1, 1), (0,), (0, 5), (5, 0), (3, 1, 5, 5), (2, 40, 40), (2, 3, 4, 5, 6)]
)
def test_every_shape_has_a_sketch_or_none(shape: tuple[int, ...]) -> None:
    done = sketch(Held(name=DOWN.format(0), dtype="F32", values=np.ones(shape, np.float32)))
    assert (done is None) == (0 in shape)
    if done is not None:
        assert np.isfinite(done.sums).all()
        again = decode(encode(ModelSketch(tensors={done.name: done}))).tensors[done.name]
        assert np.allclose(again.sums, done.sums)


def test_zeros_have_a_sketch_and_no_difference() -> None:
    assert difference(taken(np.zeros((40, 40))), taken(MATRIX[:40, :40])) is None


def test_two_models_are_compared_by_the_names_of_their_tensors() -> None:
    weights = transformer(layers=2)
    a = model_sketch(held(weights))
    b = model_sketch(held({name: values.T.copy() for name, values in weights.items()}))
    both = Closer(a=a, b=b)
    seen = both.difference(DOWN.format(0), DOWN.format(0), transposed=True)
    assert seen is not None
    assert seen.change < 1e-5
    assert both.difference(DOWN.format(0), DOWN.format(0)) is None
    assert both.difference(DOWN.format(0), "other") is None
    assert Closer(a=a, b=model_sketch(held(weights), seed=4)).difference(DOWN.format(0), DOWN.format(0)) is None


def test_what_has_no_room_is_left_out_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closer, "MOST", 30_000)
    model = model_sketch(held(transformer(layers=4)))
    assert 0 < len(model.tensors) < 9
    assert len(model.tensors) + model.left_out == 9
    assert decode(encode(model)).left_out == model.left_out


MODEL = model_sketch(
    [*held(transformer(layers=1, width=64, inner=64)), *held({"norm": MATRIX[0], "scale": MATRIX[0, 0]})], seed=77
)
DATA = encode(MODEL)


def test_sketches_come_back_from_their_bytes() -> None:
    again = decode(DATA)
    assert again.seed == 77
    assert list(again.tensors) == list(MODEL.tensors)
    for name, one in MODEL.tensors.items():
        other = again.tensors[name]
        assert (one.dtype, one.shape, one.norm, one.zeros, one.odd, one.scale) == (
            other.dtype, other.shape, other.norm, other.zeros, other.odd, other.scale,
        )  # fmt: skip
        most = float(np.abs(one.sums).max())  # sums near zero are what rounding leaves, another one on each processor
        assert np.allclose(one.sums, other.sums, rtol=1e-6, atol=1e-6 * most)
        assert np.array_equal(one.writes, other.writes)
    assert encode(again) == DATA


def test_every_truncation_is_refused() -> None:
    for end in [*range(200), *range(200, len(DATA), 997)]:
        with pytest.raises(FormatError):
            decode(DATA[:end])
    with pytest.raises(FormatError, match="behind"):
        decode(DATA + b"x")


def test_sketches_of_another_version_are_refused() -> None:
    with pytest.raises(FormatError, match="hilt-cl2"):
        decode(DATA.replace(MAGIC, b"hilt-cl2"))


@given(st.lists(st.tuples(st.integers(8, len(DATA) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_no_change_of_bytes_breaks_reading(changes: list[tuple[int, int]]) -> None:
    data = bytearray(DATA)
    for at, value in changes:
        data[at] = value
    try:
        again = decode(bytes(data))
    except FormatError:
        return
    Closer(a=MODEL, b=replace(again, seed=77)).difference(EMBEDDING, EMBEDDING)


def test_two_sketches_of_one_name_and_numbers_that_are_none_are_refused() -> None:
    one = MODEL.tensors[EMBEDDING]
    twice = encode(ModelSketch(tensors={name: replace(one, name=name) for name in ("name a", "name b")}))
    with pytest.raises(FormatError, match="two sketches"):
        decode(twice.replace(b"name b", b"name a"))
    with pytest.raises(FormatError, match="none, infinite"):
        decode(encode(ModelSketch(tensors={"a": replace(one, sums=one.sums * np.nan)})))
    with pytest.raises(FormatError, match="norm"):
        decode(encode(ModelSketch(tensors={"a": replace(one, norm=-1.0)})))
    with pytest.raises(FormatError, match="scale"):
        decode(encode(ModelSketch(tensors={"a": replace(one, scale=1e300)})))


def test_names_that_are_cut_to_the_same_are_one() -> None:
    one = MODEL.tensors[EMBEDDING]
    names = ("a" * 70_000, "a" * 70_001, "b")
    made = decode(encode(ModelSketch(tensors={name: replace(one, name=name) for name in names})))
    assert (len(made.tensors), made.left_out) == (2, 1)


def test_a_tensor_that_cannot_be_read_does_not_hide_the_others() -> None:
    cut = Dense(name="cut", dtype="F32", shape=(300, 500), source=MemorySource(bytes(9)), begin=0)
    odd = Dense(name="odd", dtype="F32", shape=(1,) * 30, source=MemorySource(bytes(9)), begin=0)
    made = model_sketch([cut, odd, Held(name="whole", dtype="F32", values=MATRIX)])
    assert (list(made.tensors), made.left_out) == (["whole"], 2)
    assert list(decode(encode(made)).tensors) == ["whole"]


def test_a_number_that_is_none_in_any_way_is_refused_without_a_warning() -> None:
    data = bytearray(encode(MODEL))
    data[-2:] = b"\x01\x7d"  # a half float that signals
    with pytest.raises(FormatError, match="none, infinite"):
        decode(bytes(data))
