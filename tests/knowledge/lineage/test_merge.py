"""Of a model that was merged from several it is told how much of each went in."""

from __future__ import annotations

import pytest

from hilt.core.lineage import Relation
from hilt.knowledge.lineage.merge import merged, shares
from random_transformers import Weights, each_matrix, noisy, quantised, taken, transformer

BASE = transformer(1)
ONE, TWO = noisy(BASE, 0.01, seed=11), noisy(BASE, 0.01, seed=12)
PARENTS = {"base": taken(BASE), "one": taken(ONE), "two": taken(TWO)}


def mixed(part: float) -> Weights:
    return {name: part * ONE[name] + (1 - part) * TWO[name] for name in BASE}


@pytest.mark.parametrize("part", [0.2, 0.5, 0.7])
def test_the_shares_of_a_merge_are_told(part: float) -> None:
    kinship = merged(taken(mixed(part)), PARENTS)
    assert kinship is not None
    assert kinship.relation is Relation.MERGED
    told = {share.name: share.weight for share in kinship.shares}
    assert told == {"one": pytest.approx(part, abs=0.02), "two": pytest.approx(1 - part, abs=0.02)}


def test_the_shares_are_told_after_quantising_to_8_bits() -> None:
    child = taken(each_matrix(mixed(0.5), lambda values: quantised(values, 8)), matrices="Q8_0")
    told = {share.name: share.weight for share in shares(child, PARENTS)}
    assert told == {
        "base": pytest.approx(0, abs=0.1),
        "one": pytest.approx(0.5, abs=0.1),
        "two": pytest.approx(0.5, abs=0.1),
    }


def test_strangers_that_were_averaged_are_told() -> None:
    other = transformer(2)
    child = {name: 0.5 * BASE[name] + 0.5 * other[name] for name in BASE}
    kinship = merged(taken(child), {"base": taken(BASE), "other": taken(other)})
    assert kinship is not None
    assert [share.weight for share in kinship.shares] == pytest.approx([0.5, 0.5], abs=0.06)


def test_layers_of_two_models_are_told_as_stitched() -> None:
    child = {name: (ONE if ".layers.0." in name or ".layers.1." in name else TWO)[name] for name in BASE}
    kinship = merged(taken(child), PARENTS)
    assert kinship is not None
    assert kinship.relation is Relation.STITCHED
    assert {share.name for share in kinship.shares} == {"one", "two"}


def test_a_fine_tune_of_one_of_them_is_no_merge() -> None:
    assert merged(taken(noisy(ONE, 0.01, seed=7)), PARENTS) is None
    assert merged(PARENTS["one"], PARENTS) is None


def test_a_stranger_has_no_shares() -> None:
    assert shares(taken(transformer(5)), PARENTS) == ()
    assert merged(taken(transformer(5)), PARENTS) is None
