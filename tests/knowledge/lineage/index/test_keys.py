"""The eight keys of a model are those of a changed copy as well."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilt.core.errors import FormatError
from hilt.knowledge.lineage.index.keys import asked, chosen
from hilt.knowledge.lineage.prints import How, ModelPrint, Sketch, TensorPrint
from known_models import Sketches, model_print, moved, sketches


def slots_found(base: Sketches, copy: Sketches, deep: int) -> int:
    """In how many slots of the base one of the first keys that the copy has for it is near."""
    kept, wanted = chosen(model_print(base)), asked(model_print(copy))
    near = 0
    for number, slot in enumerate(wanted.slots):
        bits = np.bitwise_count(wanted.keys[slot[:deep]] ^ kept[number]).sum(axis=1)
        near += bool((bits <= 94).any())
    return near


@given(st.randoms(use_true_random=False))
def test_neither_names_nor_order_nor_number_format_change_the_keys(random: object) -> None:
    order = list(range(24))
    random.shuffle(order)  # type: ignore[attr-defined]
    model = model_print(sketches(1))
    other = tuple(
        TensorPrint(name=f"blk.{place}", dtype="Q4_K", shape=one.shape, sketches=one.sketches)
        for place, one in enumerate(model.tensors[number] for number in order)
    )
    assert np.array_equal(chosen(model), chosen(ModelPrint(tensors=other, parameters=1)))


@pytest.mark.parametrize(("cosine", "least"), [(0.999, 8), (0.996, 7), (0.95, 6), (0.85, 5)])
def test_quantised_and_fine_tuned_copies_are_found_in_most_slots(cosine: float, least: int) -> None:
    found = [slots_found(sketches(seed, 200), moved(sketches(seed, 200), cosine), deep=4) for seed in range(20)]
    assert np.mean(found) >= least


def test_a_copy_with_two_thirds_of_the_layers_is_found_in_about_two_thirds_of_the_slots() -> None:
    found = []
    for seed in range(20):
        base = sketches(seed, 210)
        left = np.random.default_rng(seed).permutation(210)[:140]
        found.append(slots_found(base, moved(base[left], 0.996), deep=4))
    assert 4 <= np.mean(found) <= 7
    assert min(found) >= 1


def test_layers_of_two_models_put_together_are_found_for_both() -> None:
    for seed in range(10):
        one, other = sketches(seed, 100), sketches(1000 + seed, 100)
        both = moved(np.concatenate([one[:50], other[:50]]), 0.99)
        assert slots_found(one, both, deep=4) >= 1
        assert slots_found(other, both, deep=4) >= 1


def test_strangers_have_no_slot_in_common() -> None:
    assert sum(slots_found(sketches(seed), sketches(500 + seed), deep=24) for seed in range(30)) == 0


def test_the_largest_matrix_and_the_rows_of_the_vocabulary_have_slots_of_their_own() -> None:
    model = model_print(sketches(3, 12), sides=(64,))
    numbers = np.random.default_rng(8).normal(size=(2, 256))
    numbers = (numbers * (16 / np.linalg.norm(numbers, axis=1, keepdims=True))).astype("<f2")
    both = tuple(
        Sketch(how=how, norm=1.0, spread=256, numbers=one.tobytes())
        for how, one in zip((How.WHOLE, How.GRAM), numbers, strict=True)
    )
    vocabulary = TensorPrint(name="emb", dtype="F32", shape=(32_000, 256), sketches=both)
    keys = chosen(ModelPrint(tensors=(*model.tensors, vocabulary), parameters=1))
    expected = np.packbits(numbers > 0, axis=1).view("<u8")
    assert np.array_equal(keys[0], expected[0])
    assert np.array_equal(keys[1], expected[1])
    assert not any(np.array_equal(key, expected[1]) for key in keys[2:])


def test_vectors_count_only_where_there_is_no_matrix() -> None:
    matrix, vector = model_print(sketches(1, 1)).tensors[0], model_print(sketches(2, 1)).tensors[0]
    vector = TensorPrint(name="norm", dtype="F32", shape=(10**6,), sketches=vector.sketches)
    both = chosen(ModelPrint(tensors=(vector, matrix), parameters=1))
    assert np.array_equal(both, chosen(ModelPrint(tensors=(matrix,), parameters=1)))
    assert not np.array_equal(both, chosen(ModelPrint(tensors=(vector,), parameters=1)))


@pytest.mark.parametrize("how", [How.TURNED, How.PART])
def test_what_may_lie_otherwise_elsewhere_is_looked_for_and_never_kept(how: How) -> None:
    whole, other = model_print(sketches(1, 1)).tensors[0], model_print(sketches(2, 1), how=how).tensors[0]
    tensor = TensorPrint(name="w", dtype="F32", shape=whole.shape, sketches=(*whole.sketches, *other.sketches))
    model = ModelPrint(tensors=(tensor,), parameters=1)
    assert len(np.unique(chosen(model), axis=0)) == 1
    assert len(asked(model).keys) == 2


def test_a_model_without_enough_numbers_has_no_keys() -> None:
    (one,) = model_print(sketches(1, 1)).tensors
    few = Sketch(how=How.WHOLE, norm=1.0, spread=100, numbers=one.sketches[0].numbers)
    poor = TensorPrint(name="w", dtype="F32", shape=one.shape, sketches=(few,))
    for tensors in ((), (poor,)):
        with pytest.raises(FormatError, match="no tensor is large and varied enough"):
            chosen(ModelPrint(tensors=tensors, parameters=0))


def test_shapes_that_no_number_holds_do_no_harm() -> None:
    (one,) = model_print(sketches(1, 1)).tensors
    huge = TensorPrint(name="w", dtype="F32", shape=(2**63,) * 64, sketches=one.sketches)
    assert chosen(ModelPrint(tensors=(huge,), parameters=0)).shape == (8, 4)
