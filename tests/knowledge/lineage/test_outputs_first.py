from __future__ import annotations

import numpy as np

from hilt.formats.tensors.layouts.dense import Held
from hilt.knowledge.lineage.outputs_first import outputs_first
from small_transformers import Tensors, transformer


def sources(tensors: Tensors) -> list[Held]:
    return [Held(name=name, dtype="F32", values=one) for name, one in tensors.items()]


def turned(tensors: Tensors) -> Tensors:
    return {name: np.ascontiguousarray(one.T) if "proj" in name else one for name, one in tensors.items()}


def test_matrices_that_are_stored_inputs_first_are_turned() -> None:
    original = transformer(layers=2)
    for given in (original, turned(original)):
        found = {one.name: one for one in outputs_first(sources(given))}
        assert list(found) == list(original)
        for name, one in original.items():
            assert found[name].shape == one.shape, name
            assert np.array_equal(found[name].rows(0, 3).ravel(), one[:3].ravel()), name


def test_where_nothing_tells_nothing_is_turned() -> None:
    original = turned(transformer(layers=2))
    plain = {f"x.{number}": one for number, one in enumerate(original.values())}
    without_norms = {name: one for name, one in original.items() if one.ndim == 2}
    mixed = {
        **original,
        "model.layers.0.mlp.up_proj.weight": transformer(layers=1)["model.layers.0.mlp.up_proj.weight"],
    }
    for given in (plain, without_norms, mixed):
        assert [one.shape for one in outputs_first(sources(given))] == [one.shape for one in given.values()]


def test_tensors_of_any_shape_pass() -> None:
    odd = [np.zeros(shape, np.float32) for shape in ((), (0,), (3, 0), (2, 3, 4, 5))]
    given = [
        Held(name=f"model.layers.0.mlp.down_proj.{number}", dtype="F32", values=one) for number, one in enumerate(odd)
    ]
    assert [one.shape for one in outputs_first(given)] == [one.shape for one in odd]
