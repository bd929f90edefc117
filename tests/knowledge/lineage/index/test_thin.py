"""The fingerprint of a large model is made smaller for an index, and the model is found and known by it all the same."""

from __future__ import annotations

import numpy as np

from hilt.core.lineage import Relation
from hilt.knowledge.lineage.index.keys import chosen
from hilt.knowledge.lineage.index.thin import thinned
from hilt.knowledge.lineage.print_bytes import encode
from hilt.knowledge.lineage.relate import relate
from random_transformers import noisy, taken, transformer

BASE = transformer(1, layers=12)
PRINT = taken(BASE)
THIN = thinned(PRINT, 60_000)


def test_a_fingerprint_that_is_small_enough_stays_as_it_is() -> None:
    assert thinned(PRINT) is PRINT


def test_it_has_the_keys_of_the_whole_and_counts_what_is_missing() -> None:
    assert 50_000 < len(encode(THIN)) <= 60_000
    assert np.array_equal(chosen(THIN), chosen(PRINT))
    assert len(THIN.tensors) + THIN.unnamed == len(PRINT.tensors)
    assert THIN.parameters == PRINT.parameters


def test_every_layer_keeps_some_tensors() -> None:
    assert {tensor.place.layer for tensor in THIN.tensors} >= set(range(12))


def test_relatives_are_known_by_it() -> None:
    tuned = relate(THIN, taken(noisy(BASE, 0.01)))
    assert tuned.relation is Relation.FINE_TUNED
    same = relate(THIN, PRINT)
    assert (same.relation, same.also) == (Relation.IDENTICAL, ())
    assert "not all tensors are in the fingerprints" in same.untold[-1]
    assert not relate(THIN, taken(transformer(2, layers=12))).related
