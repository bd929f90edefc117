from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from hilt.core.lineage import Ablation, Cut
from hilt.knowledge.lineage.closer import ModelSketch, model_sketch
from hilt.knowledge.lineage.safeguards import against, alone
from hilt.knowledge.lineage.slabs import slabs
from trained_transformers import (
    DOWN,
    EMBEDDING,
    LAYERS,
    OUT,
    WIDTH,
    Weights,
    ablated,
    direction,
    each,
    four_bits,
    held,
    noisy,
    transformer,
)

BASE = transformer()
SKETCH = model_sketch(held(BASE))
V = direction()
OTHERS = {layer: direction(seed=100 + layer) for layer in range(LAYERS)}


def compared(weights: Weights) -> Ablation:
    return against(SKETCH, model_sketch(held(weights)), title="base")


def searched(weights: Weights) -> Ablation:
    return alone(slabs(held(weights)))


def rows_kept(before: NDArray[np.float32], after: NDArray[np.float32]) -> NDArray[np.float32]:
    norms = np.linalg.norm(before, axis=1, keepdims=True) / np.linalg.norm(after, axis=1, keepdims=True)
    return np.asarray(after * norms, np.float32)


def norm_preserving(weights: Weights) -> Weights:
    return {name: rows_kept(weights[name], after) for name, after in ablated(weights, V).items()}


def layer_by_layer(weights: Weights, strength: float = 1.0) -> Weights:
    for layer, v in OTHERS.items():
        weights = ablated(weights, v, strength, layers=[layer])
    return weights


def refilled(weights: Weights) -> Weights:
    random = np.random.default_rng(2)

    def again(before: NDArray[np.float32], after: NDArray[np.float32]) -> NDArray[np.float32]:
        row = random.standard_normal((1, before.shape[1])).astype(np.float32)
        return after if after is before else after + V @ row * (np.linalg.norm(V.T @ before) / np.linalg.norm(row))

    return {name: again(weights[name], after) for name, after in ablated(weights, V).items()}


def low_rank(weights: Weights, rank: int = 8, part: float = 0.05) -> Weights:
    random = np.random.default_rng(4)

    def adapted(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
        change = random.standard_normal((len(matrix), rank)) @ random.standard_normal((rank, matrix.shape[1]))
        return np.asarray(matrix + change * part * np.linalg.norm(matrix) / np.linalg.norm(change), np.float32)

    return each(weights, adapted)


def scaled_rows(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    return matrix * (1 + 0.3 * np.random.default_rng(8).standard_normal((len(matrix), 1))).astype(np.float32)


def scaled_columns(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    return matrix * (1 + 0.3 * np.random.default_rng(8).standard_normal(matrix.shape[1])).astype(np.float32)


def pruned(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.where(np.abs(matrix) < np.quantile(np.abs(matrix), 0.6), np.float32(0), matrix)


def without_a_channel(weights: Weights) -> Weights:
    dead = {name: matrix.copy() for name, matrix in weights.items()}
    for name, matrix in dead.items():
        (matrix.T if name == EMBEDDING else matrix)[[7, 9]] = 0
    return dead


def centred(weights: Weights) -> Weights:
    return {name: matrix if name == EMBEDDING else matrix - matrix.mean(axis=0) for name, matrix in weights.items()}


HONEST = {
    "nothing": BASE,
    "four bits": each(BASE, four_bits),
    "half floats": each(BASE, lambda matrix: matrix.astype(np.float16).astype(np.float32)),
    "noise": each(BASE, noisy(0.1)),
    "an adapter": low_rank(BASE),
    "weight decay": each(BASE, lambda matrix: matrix * np.float32(0.8)),
    "scaled rows": each(BASE, scaled_rows),
    "scaled columns": each(BASE, scaled_columns),
    "pruned": each(BASE, pruned),
    "dead channels": without_a_channel(BASE),
    "centred": centred(BASE),
}
CUT = {
    "everywhere": (ablated(BASE, V, names=(OUT, DOWN, EMBEDDING)), 1.0),
    "not the embedding": (ablated(BASE, V), 1.0),
    "half of it": (ablated(BASE, V, 0.5), 0.5),
    "a third of it": (ablated(BASE, V, 0.3), 0.3),
    "more than all": (ablated(BASE, V, 1.3), 1.3),
    "in feed-forward blocks": (ablated(BASE, V, names=(DOWN,)), 1.0),
    "out of attention": (ablated(BASE, V, names=(OUT,)), 1.0),
    "in the middle": (ablated(BASE, V, layers=range(3, 9)), 1.0),
    "in two layers": (ablated(BASE, V, layers=range(5, 7)), 1.0),
    "with norms kept": (norm_preserving(BASE), 1.0),
    "another one in each layer": (layer_by_layer(BASE), 1.0),
    "some of another one in each layer": (layer_by_layer(BASE, 0.5), 0.5),
    "four directions": (ablated(BASE, direction(count=4)), 1.0),
    "on top of an adapter": (ablated(low_rank(BASE), V), 1.0),
    "below noise": (each(ablated(BASE, V), noisy(0.1)), 1.0),
}
BEFORE = {"on top of an adapter": low_rank(BASE)}
"""What was cut, where it is not the base."""
SEEN_ALONE = (
    "everywhere", "not the embedding", "half of it", "in feed-forward blocks", "out of attention", "in the middle", "with norms kept",
    "another one in each layer", "four directions", "on top of an adapter", "below noise",
)  # fmt: skip


FAINT = "a third of it"
"""In four bits of so narrow a model rounding hides it."""


@pytest.mark.parametrize("what", HONEST)
def test_nothing_is_found_in_an_honest_model(what: str) -> None:
    assert compared(HONEST[what]).cut is Cut.NOT_FOUND
    assert compared(each(HONEST[what], four_bits)).cut is Cut.NOT_FOUND
    assert searched(HONEST[what]).cut is Cut.NOT_FOUND


def changed(before: Weights, after: Weights) -> int:
    return sum(not np.array_equal(matrix, before[name]) for name, matrix in after.items())


@pytest.mark.parametrize("what", CUT)
def test_a_direction_that_was_cut_out_is_found_with_the_base(what: str) -> None:
    weights, strength = CUT[what]
    seen = compared(weights)
    assert (seen.cut, seen.base, seen.matrices) == (Cut.FOUND, "base", 2 * LAYERS + 1)
    assert seen.strength == pytest.approx(strength, abs=0.2)
    assert seen.hit == 2 * LAYERS if what == "below noise" else changed(BEFORE.get(what, BASE), weights)
    assert "fifth" in seen.below


@pytest.mark.parametrize("what", [what for what in CUT if what != FAINT])
def test_it_is_found_in_four_bits_as_well(what: str) -> None:
    weights, strength = CUT[what]
    seen = compared(each(weights, four_bits))
    assert seen.cut is Cut.FOUND
    assert seen.strength == pytest.approx(strength, abs=0.4)


@pytest.mark.parametrize("what", SEEN_ALONE)
def test_the_dead_direction_is_found_without_the_base(what: str) -> None:
    seen = searched(CUT[what][0])
    assert (seen.cut, seen.base, seen.strength) == (Cut.FOUND, "", None)
    assert seen.gap is not None
    assert seen.gap < 0.75
    assert seen.hit > 0


@pytest.mark.parametrize("what", ["everywhere", "half of it", "in feed-forward blocks", "another one in each layer"])
def test_the_dead_direction_is_found_in_four_bits_as_well(what: str) -> None:
    assert searched(each(CUT[what][0], four_bits)).cut is Cut.FOUND


def test_the_layers_that_were_cut_are_named() -> None:
    middle, _ = CUT["in the middle"]
    assert compared(middle).layers == tuple(range(3, 9))
    assert set(searched(middle).layers) <= set(range(3, 9))


@pytest.mark.parametrize("what", ["a third of it", "in two layers", "some of another one in each layer"])
def test_what_is_not_found_without_the_base_stands_in_below(what: str) -> None:
    seen = searched(CUT[what][0])
    assert seen.cut is Cut.NOT_FOUND
    for word in ("half", "fewer than 5 neighbouring layers", "differs from layer to layer", "filled"):
        assert word in seen.below


def test_rows_that_were_filled_again_are_found_with_the_base_alone() -> None:
    assert compared(refilled(BASE)).cut is Cut.FOUND
    assert searched(refilled(BASE)).cut is Cut.NOT_FOUND


def test_one_direction_written_by_all_is_an_edit_and_no_projection() -> None:
    random = np.random.default_rng(6)

    def written(name: str, matrix: NDArray[np.float32]) -> NDArray[np.float32]:
        row = random.standard_normal((1, matrix.shape[1])).astype(np.float32)
        return matrix if name == EMBEDDING else matrix + V @ row * (0.1 * np.linalg.norm(matrix) / np.linalg.norm(row))

    seen = compared({name: written(name, matrix) for name, matrix in BASE.items()})
    assert seen.cut is Cut.SHARED_EDIT
    assert seen.hit == 2 * LAYERS
    assert seen.strength is None


def test_a_rotated_residual_stream_cannot_be_compared_but_searched() -> None:
    turn = direction(count=WIDTH, seed=11)
    rotated = {
        name: matrix @ turn.T if name == EMBEDDING else turn @ matrix for name, matrix in ablated(BASE, V).items()
    }
    seen = compared(rotated)
    assert seen.cut is Cut.UNKNOWN
    assert "another basis" in seen.why[0]
    assert searched(rotated).cut is Cut.FOUND


def of_gguf(weights: Weights) -> Weights:
    names = {EMBEDDING: "token_embd.weight"}
    for layer in range(LAYERS):
        names |= {
            OUT.format(layer): f"blk.{layer}.attn_output.weight",
            DOWN.format(layer): f"blk.{layer}.ffn_down.weight",
        }
    return {names[name]: matrix for name, matrix in weights.items()}


def test_tensors_are_paired_by_kind_and_layer_where_names_differ() -> None:
    seen = compared(of_gguf(ablated(BASE, V)))
    assert (seen.cut, seen.hit) == (Cut.FOUND, 2 * LAYERS)
    assert compared(of_gguf(BASE)).cut is Cut.NOT_FOUND


def test_tensors_are_paired_as_they_are_told_to_be() -> None:
    moved = {name.replace("layers.0.", "layers.20."): matrix for name, matrix in ablated(BASE, V).items()}
    names = {name: name.replace("layers.0.", "layers.20.") for name in BASE}
    assert against(SKETCH, model_sketch(held(moved)), names).hit == 2 * LAYERS
    assert against(SKETCH, model_sketch(held(moved))).hit == 2 * LAYERS - 2


def test_tensors_without_names_are_compared_with_those_whose_numbers_they_have() -> None:
    names = {name: f"onnx::MatMul_{470 + number}" for number, name in enumerate(BASE) if name != EMBEDDING}
    cut, plain = (
        {names.get(name, name): matrix for name, matrix in weights.items()} for weights in (ablated(BASE, V), BASE)
    )
    assert against(SKETCH, model_sketch(held(cut)), names).hit == 2 * LAYERS
    back = {other: name for name, other in names.items()}
    assert against(model_sketch(held(plain)), model_sketch(held(ablated(BASE, V))), back).hit == 2 * LAYERS
    assert against(SKETCH, model_sketch(held(plain)), names).cut is Cut.NOT_FOUND
    assert compared(cut).cut is Cut.UNKNOWN


def test_a_vocabulary_that_grew_is_not_compared() -> None:
    grown = {**ablated(BASE, V), EMBEDDING: np.vstack([BASE[EMBEDDING], BASE[EMBEDDING][:8]])}
    assert compared(grown).matrices == 2 * LAYERS


def nothing_known(names: Iterable[str]) -> Weights:
    return {name: BASE[OUT.format(0)] for name in names}


@pytest.mark.parametrize(
    ("weights", "word"),
    [
        ({}, "no tensor"),
        (nothing_known(["a", "b", "c"]), "no tensor"),
        (transformer(layers=3), "3 layers"),
        (transformer(width=32, inner=96), "32 wide"),
        (each(BASE, np.zeros_like), "zeros"),
        (each(BASE, lambda matrix: matrix * np.nan), "none"),
    ],
    ids=["nothing", "unknown names", "few layers", "narrow", "zeros", "no numbers"],
)
def test_where_nothing_can_be_told_it_is_said_why(weights: Weights, word: str) -> None:
    seen = searched(weights)
    assert seen.cut is Cut.UNKNOWN
    assert word in " ".join(seen.why)


class Wide:
    """A matrix too wide to be searched, which nobody may read."""

    dtype, shape = "F32", (8192, 8192)

    def __init__(self, name: str) -> None:
        self.name = name

    def rows(self, begin: int, end: int) -> NDArray[np.float32]:
        raise AssertionError

    def columns(self, begin: int, end: int, most: int) -> NDArray[np.float32]:
        raise AssertionError


def test_of_a_stream_that_is_too_wide_nothing_is_read() -> None:
    seen = alone(slabs(Wide(name.format(layer)) for layer in range(80) for name in (OUT, DOWN)))
    assert seen.cut is Cut.UNKNOWN
    assert "8192 wide" in seen.why[0]


def test_with_the_base_it_is_said_as_well() -> None:
    few = {name: BASE[name] for name in (OUT.format(0), DOWN.format(0))}
    for weights in (
        {},
        few,
        each(BASE, np.zeros_like),
        each(BASE, lambda matrix: matrix * np.nan),
        each(BASE, np.negative),
    ):
        seen = compared(weights)
        assert seen.cut is Cut.UNKNOWN
        assert seen.why
    unrelated = compared(transformer(seed=2))
    assert unrelated.cut is Cut.UNKNOWN
    other_signs = against(SKETCH, model_sketch(held(BASE), seed=3))
    assert "random numbers" in other_signs.why[0]


def test_constant_and_duplicated_matrices_break_nothing() -> None:
    for change in (
        np.ones_like,
        lambda matrix: np.tile(matrix[:1], (len(matrix), 1)),
        lambda matrix: matrix * np.float32(1e17),
    ):
        weights = each(BASE, change)
        assert searched(weights).cut in Cut
        assert compared(weights).cut in Cut


def test_sketches_with_absurd_scales_are_not_compared() -> None:
    absurd = {name: replace(one, scale=1e300) for name, one in SKETCH.tensors.items()}
    assert against(SKETCH, ModelSketch(tensors=absurd)).cut is Cut.UNKNOWN


def experts(weights: Weights) -> Weights:
    random = np.random.default_rng(12)
    for layer in range(LAYERS):
        down = weights.pop(DOWN.format(layer))
        for number in range(6):
            mixed = down @ random.standard_normal((down.shape[1], down.shape[1])) / down.shape[1] ** 0.5
            weights[f"model.layers.{layer}.mlp.experts.{number}.down_proj.weight"] = mixed.astype(np.float32)
    return weights


def test_a_mixture_of_experts_is_searched_and_never_called_sound() -> None:
    seen = searched(experts(dict(BASE)))
    assert seen.cut is Cut.UNKNOWN
    assert "experts" in " ".join(seen.why)
    mixture = experts(dict(BASE))
    names = [name.replace(".0.", ".{}.", 1) for name in mixture if ".layers.0." in name]
    cut = ablated(mixture, V, names=names, layers=range(LAYERS))
    assert searched(cut).cut is Cut.FOUND
    compared_to = against(model_sketch(held(mixture)), model_sketch(held(cut)))
    assert compared_to.cut is Cut.FOUND
    assert compared_to.hit == LAYERS * 5


def test_an_encoder_and_a_decoder_are_searched_one_by_one() -> None:
    def both(encoder: Weights, decoder: Weights) -> Weights:
        named = {name.replace("model.", "encoder."): matrix for name, matrix in encoder.items()}
        return named | {name.replace("model.", "decoder."): matrix for name, matrix in decoder.items()}

    assert searched(both(BASE, transformer(seed=9))).cut is Cut.NOT_FOUND
    seen = searched(both(BASE, ablated(transformer(seed=9), V)))
    assert seen.cut is Cut.FOUND
    assert seen.why[0].startswith("decoder.layers")
