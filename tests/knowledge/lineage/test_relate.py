"""How two models are related is told from their weights, and what cannot be told is said."""

from __future__ import annotations

import numpy as np
import pytest

from hilt.core.lineage import Relation, Sureness
from hilt.formats.tensors.layouts.dense import Held
from hilt.knowledge.lineage.closer import Closer, model_sketch
from hilt.knowledge.lineage.fingerprint import model_print
from hilt.knowledge.lineage.relate import cannot_tell, relate
from random_transformers import (
    EMBEDDING,
    INNER,
    LAYERS,
    WIDTH,
    Weights,
    each_matrix,
    noisy,
    pruned,
    quantised,
    restacked,
    taken,
    transformer,
)

BASE = transformer(1)
PRINT = taken(BASE)


def test_the_same_numbers_under_other_names_and_in_another_order_are_identical() -> None:
    names = sorted(BASE, key=lambda name: hash((name, 3)))
    kinship = relate(PRINT, taken({f"tensor_{number}": BASE[name] for number, name in enumerate(names)}))
    assert (kinship.relation, kinship.also, kinship.sureness) == (Relation.IDENTICAL, (), Sureness.CERTAIN)
    assert (kinship.share_a, kinship.share_b, kinship.distance) == (1.0, 1.0, 0.0)


def test_half_floats_are_a_conversion() -> None:
    halves = {name: values.astype(np.float16).astype(np.float32) for name, values in BASE.items()}
    assert relate(PRINT, taken(halves, "F16")).relation is Relation.CONVERTED


@pytest.mark.parametrize("dtype", ["BF16", "F32"])
def test_bfloat16_is_a_conversion_however_it_is_stored(dtype: str) -> None:
    def rounded(values: np.ndarray) -> np.ndarray:
        bits = values.view(np.uint32)
        return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16 << 16).view(np.float32)

    kinship = relate(PRINT, taken({name: rounded(values) for name, values in BASE.items()}, dtype))
    assert (kinship.relation, kinship.also) == (Relation.CONVERTED, ())


@pytest.mark.parametrize(
    ("bits", "dtype"), [(8, "Q8_0"), (4, "Q4_0"), (3, "Q3_K"), (2, "Q2_K"), (4, "F32"), (8, "F16")]
)
def test_quantised_copies_are_told_by_their_format_or_by_their_steps(bits: int, dtype: str) -> None:
    other = taken(each_matrix(BASE, lambda values: quantised(values, bits)), matrices=dtype)
    kinship = relate(PRINT, other)
    assert (kinship.relation, kinship.also, kinship.backwards) == (Relation.QUANTISED, (), False)
    assert kinship.share_b > 0.98
    assert relate(other, PRINT).backwards


@pytest.mark.parametrize("part", [0.001, 0.01, 0.1, 0.5])
def test_how_far_a_fine_tune_went_is_told(part: float) -> None:
    kinship = relate(PRINT, taken(noisy(BASE, part)))
    assert (kinship.relation, kinship.sureness) == (Relation.FINE_TUNED, Sureness.CERTAIN)
    assert kinship.distance == pytest.approx(part, rel=0.15)
    assert any("which of the two came first" in line for line in kinship.untold)


def test_the_layers_and_kinds_that_were_tuned_are_told() -> None:
    moved_values = noisy(BASE, 0.05)
    tuned = {name: (moved_values if ".4.self_attn.v_proj" in name else BASE)[name] for name in BASE}
    groups = relate(PRINT, taken(tuned)).groups
    moved = {(group.layer, group.kind) for group in groups if group.change and group.change > 0.01}
    assert moved == {(4, "v")}
    assert {(group.layer, group.kind) for group in groups} >= {(-1, "embedding"), (0, "q"), (5, "down")}


def test_a_fine_tune_that_was_quantised_is_both() -> None:
    other = each_matrix(noisy(BASE, 0.01), lambda values: quantised(values, 4))
    kinship = relate(PRINT, taken(other, matrices="Q4_0"))
    assert kinship.relation is Relation.FINE_TUNED
    assert kinship.also == (Relation.QUANTISED,)


def test_a_merged_adapter_is_told_by_the_rank_of_its_changes_where_all_numbers_are_at_hand() -> None:
    random = np.random.default_rng(5)
    other = dict(BASE)
    for name, values in BASE.items():
        if "q_proj.weight" in name or "v_proj" in name:
            change = random.standard_normal((WIDTH, 4)) @ random.standard_normal((4, WIDTH))
            other[name] = (values + 0.0005 * change).astype(np.float32)
    sketches = (model_sketch([Held(name=name, dtype="F32", values=values) for name, values in model.items()])
                for model in (BASE, other))  # fmt: skip
    assert relate(PRINT, taken(other)).relation is Relation.FINE_TUNED
    a, b = sketches
    kinship = relate(PRINT, taken(other), Closer(a=a, b=b))
    assert (kinship.relation, kinship.rank) == (Relation.ADAPTER_MERGED, 4)


@pytest.mark.parametrize("part", [0.1, 0.3, 0.5, 0.7])
def test_pruning_is_told_by_zeros(part: float) -> None:
    other = taken(each_matrix(BASE, lambda values: pruned(values, part)))
    kinship = relate(PRINT, other)
    assert (kinship.relation, kinship.also, kinship.backwards) == (Relation.PRUNED, (), False)
    assert relate(other, PRINT).backwards


def test_pruned_and_quantised_is_both() -> None:
    other = each_matrix(BASE, lambda values: quantised(pruned(values, 0.5), 4))
    kinship = relate(PRINT, taken(other, matrices="Q4_0"))
    assert (kinship.relation, kinship.also) == (Relation.PRUNED, (Relation.QUANTISED,))


def test_rows_that_were_added_to_the_vocabulary_are_an_extension() -> None:
    more = np.concatenate([BASE[EMBEDDING], BASE[EMBEDDING][:200]])
    kinship = relate(PRINT, taken({**BASE, EMBEDDING: more}))
    assert (kinship.relation, kinship.also) == (Relation.EXTENDED, ())
    assert "a table of 9,000 rows in A has 9,200 in B" in kinship.why


@pytest.mark.parametrize(
    ("layers", "word"),
    [
        ([0, 1, 4, 5], "layers left out: 2, 3"),
        ([0, 1, 2, 3, 2, 3, 4, 5], "layers repeated: 2, 3"),
        ([0, 1, 3, 2, 4, 5], "layers stand in another order"),
    ],
)
def test_layers_that_were_left_out_repeated_or_exchanged_are_told(layers: list[int], word: str) -> None:
    kinship = relate(PRINT, taken(restacked(BASE, layers)))
    assert kinship.relation is Relation.STITCHED
    assert word in kinship.why


def test_layers_of_another_model_are_told() -> None:
    other = restacked(transformer(2), [0, 1, 2, 3, 4, 5])
    mixed = {name: values for name, values in other.items() if any(f"layers.{n}." in name for n in (3, 4))}
    kinship = relate(PRINT, taken({**BASE, **mixed}))
    assert kinship.relation is Relation.STITCHED
    assert "layers from elsewhere: 3, 4" in kinship.why


def test_two_trainings_of_one_architecture_are_no_kin() -> None:
    kinship = relate(PRINT, taken(transformer(2)))
    assert (kinship.relation, kinship.related) == (Relation.SAME_ARCHITECTURE, False)
    assert kinship.untold


def test_other_architectures_are_unrelated() -> None:
    assert relate(PRINT, taken(transformer(2, layers=3))).relation is Relation.UNRELATED


def test_embeddings_that_were_taken_over_alone_are_no_kinship_and_are_named() -> None:
    kinship = relate(PRINT, taken({**transformer(2), EMBEDDING: BASE[EMBEDDING]}))
    assert not kinship.related
    assert any(EMBEDDING in line for line in kinship.why)


def test_fused_projections_are_found_in_their_parts() -> None:
    fused: Weights = {EMBEDDING: BASE[EMBEDDING]}
    for layer in range(6):
        at = f"model.layers.{layer}."
        fused[f"{at}attn.qkv.weight"] = np.concatenate([BASE[f"{at}self_attn.{name}_proj.weight"] for name in "qkv"])
        fused[f"{at}attn.out_proj.weight"] = BASE[f"{at}self_attn.o_proj.weight"]
        fused[f"{at}mlp.gate_up_proj.weight"] = np.concatenate(
            [BASE[f"{at}mlp.{name}_proj.weight"] for name in ("gate", "up")]
        )
        fused[f"{at}mlp.down_proj.weight"] = BASE[f"{at}mlp.down_proj.weight"]
    for kinship in (relate(PRINT, taken(fused)), relate(taken(fused), PRINT)):
        assert kinship.relation is Relation.CONVERTED
        assert min(kinship.share_a, kinship.share_b) > 0.98


def test_a_stack_of_experts_is_found_in_experts_that_are_stored_one_by_one() -> None:
    random = np.random.default_rng(3)
    stacks = {
        f"layers.{layer}.experts.down_proj": random.standard_normal((4, 64, 96)).astype(np.float32)
        for layer in range(4)
    }
    alone = {f"layers.{layer}.experts.{number}.w2.weight": stacks[f"layers.{layer}.experts.down_proj"][number]
             for layer in range(4) for number in range(4)}  # fmt: skip
    assert relate(taken(stacks), taken(alone)).related


def permuted(weights: Weights) -> Weights:
    """The channels of the residual stream in another order."""
    width = weights[EMBEDDING].shape[1]
    order = np.random.default_rng(4).permutation(width)
    return {
        name: values[order] if values.ndim == 1 else values[:, order] if values.shape[1] == width else values[order]
        for name, values in weights.items()
    }


def test_permuted_channels_of_small_matrices_are_a_conversion() -> None:
    kinship = relate(PRINT, taken(permuted(BASE)))
    assert (kinship.relation, kinship.sureness) == (Relation.CONVERTED, Sureness.CERTAIN)
    assert {pair.how for pair in kinship.pairs if "self_attn.q_proj.weight" in pair.a} == {"permuted"}


def test_permuted_channels_of_large_matrices_are_known_by_norms_and_tokens() -> None:
    large = transformer(1, layers=4, width=288)
    kinship = relate(taken(large), taken(permuted(large)))
    assert (kinship.relation, kinship.sureness) == (Relation.CONVERTED, Sureness.LIKELY)
    assert kinship.why[0] == "12 norms and biases have the same numbers in another order"


def test_rotated_channels_are_known_by_tokens_alone_and_weakly() -> None:
    rotation, _ = np.linalg.qr(np.random.default_rng(4).standard_normal((WIDTH, WIDTH)))
    rotated = {
        name: values @ rotation if values.shape[1] == WIDTH else rotation.T @ values
        for name, values in noisy(BASE, 0.01).items()
        if values.ndim > 1  # norms were taken into the matrices before
    }
    kinship = relate(PRINT, taken({name: values.astype(np.float32) for name, values in rotated.items()}))
    assert (kinship.related, kinship.sureness) == (True, Sureness.WEAK)


def test_folded_batch_norms_are_a_conversion() -> None:
    random = np.random.default_rng(6)
    base = {f"conv{n}.weight": random.standard_normal((32, 16, 3, 3)).astype(np.float32) for n in range(5)}
    scales = {name: random.standard_normal((32, 1, 1, 1)).astype(np.float32) for name in base}
    kinship = relate(taken(base), taken({name: values * scales[name] for name, values in base.items()}))
    assert kinship.relation is Relation.CONVERTED


def test_what_all_models_have_makes_no_kin() -> None:
    angles = np.arange(512)[:, None] / 10000 ** (np.arange(64)[None] / 64)
    alike: Weights = {
        "positions": np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype(np.float32),
        "identity": np.eye(128, dtype=np.float32),
        "window": np.hanning(400).astype(np.float32),
        "counting": np.arange(512, dtype=np.float32),
        "ones": np.ones((64, 64), np.float32),
        "zeros": np.zeros((64, 64), np.float32),
        "mask": np.tril(np.ones((128, 128), np.float32)),
        "stft": np.cos(np.outer(np.arange(129), np.arange(256)) * 2 * np.pi / 256).astype(np.float32),
        "norm": np.ones(384, np.float32),
    }  # fmt: skip
    assert relate(taken(alike), taken(alike)).relation is Relation.UNKNOWN
    kinship = relate(taken({**transformer(1), **alike}), taken({**transformer(2), **alike}))
    assert not kinship.related
    assert kinship.share_b == 0


def test_one_tensor_that_was_copied_often_is_no_kinship() -> None:
    shared = np.random.default_rng(8).standard_normal((64, 64)).astype(np.float32)
    copies = {f"copy.{number}.weight": shared for number in range(8)}
    assert not relate(taken({**transformer(1, 1), **copies}), taken({**transformer(2, 1), **copies})).related


def test_tiny_models_are_no_kin() -> None:
    def tabular(seed: int) -> Weights:
        random = np.random.default_rng(seed)
        return {f"{n}.weight": random.standard_normal((12, 12)).astype(np.float32) * 0.3 for n in range(6)}

    prints = [taken(tabular(seed)) for seed in range(20)]
    assert not any(relate(a, b).related for a in prints for b in prints if a is not b)


def test_linear_models_that_agree_tell_nothing() -> None:
    random = np.random.default_rng(2)
    base = {f"coef.{n}": random.standard_normal((1, 3000)).astype(np.float32) for n in range(4)}
    other = {
        name: values + 0.2 * random.standard_normal(values.shape).astype(np.float32) for name, values in base.items()
    }
    kinship = relate(taken(base), taken(other))
    assert kinship.relation is Relation.UNKNOWN
    assert "linear models have one best solution" in kinship.untold[0]
    assert relate(taken(base), taken(base)).relation is Relation.IDENTICAL


def test_without_any_numbers_nothing_is_told() -> None:
    assert relate(model_print([]), PRINT).relation is Relation.UNKNOWN
    assert cannot_tell("of another version").untold == ("of another version",)


def test_infinite_and_missing_numbers_leave_a_tensor_out() -> None:
    broken = {name: np.full_like(values, np.nan) if "gate" in name else values for name, values in BASE.items()}
    kinship = relate(PRINT, taken(broken))
    assert (kinship.relation, kinship.share_b) == (Relation.STITCHED, 1.0)
    assert [one.why for one in taken(broken).left_out] == ["100% of its numbers are infinite or none"] * 6


@pytest.mark.slow
def test_a_thousand_tensors_are_matched_in_well_under_a_second() -> None:
    from time import process_time

    random = np.random.default_rng(1)
    model = taken({f"layers.{n}.w.weight": random.standard_normal((64, 64)).astype(np.float32) for n in range(1000)})
    begin = process_time()
    assert relate(model, model).relation is Relation.IDENTICAL
    assert process_time() - begin < 1


WIDE = transformer(5, layers=3, width=512)


def hidden_neurons(weights: Weights) -> Weights:
    """The neurons of each layer and what its heads hold in another order, without a change of what it computes."""
    random = np.random.default_rng(6)
    made = dict(weights)
    for layer in range(LAYERS):
        at = f"model.layers.{layer}."
        neurons, heads = random.permutation(INNER), random.permutation(WIDTH)
        for name in ("mlp.gate_proj.weight", "mlp.up_proj.weight"):
            made[at + name] = made[at + name][neurons]
        for name in ("q_proj.weight", "k_proj.weight", "v_proj.weight", "q_proj.bias"):
            made[f"{at}self_attn.{name}"] = made[f"{at}self_attn.{name}"][heads]
        made[f"{at}mlp.down_proj.weight"] = made[f"{at}mlp.down_proj.weight"][:, neurons]
        made[f"{at}self_attn.o_proj.weight"] = made[f"{at}self_attn.o_proj.weight"][:, heads]
    return made


def test_rows_of_a_fingerprint_that_were_replaced_hide_nothing_from_who_reads_all() -> None:
    random = np.random.default_rng(3)
    replaced = each_matrix(noisy(WIDE, 0.01), np.copy)
    for values in replaced.values():
        if values.ndim == 1:
            values[:] = random.standard_normal(len(values))
        else:
            begin = 8000 if len(values) > 8000 else 0
            values[begin : begin + 64] = random.standard_normal(values[:64].shape) * values.std()
    sketches = [model_sketch(Held(name=n, dtype="F32", values=v) for n, v in of.items()) for of in (WIDE, replaced)]
    stranger = relate(taken(WIDE), taken(replaced))
    assert not stranger.related
    told = relate(taken(WIDE), taken(replaced), Closer(a=sketches[0], b=sketches[1]))
    assert (told.relation, told.sureness) == (Relation.FINE_TUNED, Sureness.CERTAIN)
    assert any("were replaced" in line for line in told.why)


def test_strangers_of_one_shape_are_strangers_to_who_reads_all() -> None:
    other = transformer(8, layers=3, width=512)
    sketches = [model_sketch(Held(name=n, dtype="F32", values=v) for n, v in of.items()) for of in (WIDE, other)]
    told = relate(taken(WIDE), taken(other), Closer(a=sketches[0], b=sketches[1]))
    assert told.relation is Relation.SAME_ARCHITECTURE


def test_neurons_and_heads_in_another_order_are_known_by_the_norms_in_their_places() -> None:
    told = relate(PRINT, taken(noisy(hidden_neurons(BASE), 0.001)))
    assert (told.relation, told.sureness) == (Relation.FINE_TUNED, Sureness.LIKELY)
    assert any("norms and biases are those of A" in line for line in told.why)
