from __future__ import annotations

import pytest

from attacks.runtimes import mnn, mnn_external, mnn_operator
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.mnn import Custom
from hilt.formats.mnn import read as read_mnn
from hilt.knowledge.companions import companions
from reading import read
from repositories import repository


def test_operators_of_graphs_and_loops_are_counted() -> None:
    loop = mnn_operator(600, 92, {6: [{0: mnn_operator(512, 78, {0: "Own", 1: "engine"})}]})
    model = read(mnn(mnn_operator(), loop, graph=[mnn_operator(7)]), "model.mnn").value
    assert dict(model.operators) == {12: 1, 600: 1, 512: 1, 7: 1}
    assert model.custom == (Custom(type="Own", engine="engine"),)


def test_every_byte_behind_the_model_is_told() -> None:
    (stretch,) = read(mnn() + b"\0hide", "model.mnn").value.unowned
    assert stretch.end - stretch.begin == 4


def test_weights_beside_a_model_are_known_where_it_describes_all_of_them() -> None:
    files = {"a/model.mnn": mnn_external(0, 12, 4), "a/model.mnn.weight": b"weights, raw ..."}
    assert set(companions(repository(files))) == {"a/model.mnn.weight"}
    assert companions(repository(files | {"a/model.mnn.weight": bytes(16) + b"hide"})) == {}
    named = {"a/model.mnn": mnn_external(0, 16, path="own.bin"), "a/own.bin": b"\xff\xfeweights, raw.."}
    assert companions(repository(named)) != {} or read(named["a/own.bin"], "own.bin").format != "unknown"


def test_weights_before_the_start_of_a_file_are_an_error() -> None:
    assert isinstance(read(mnn_external(-4, 8), "model.mnn").error, FormatError)


@pytest.mark.parametrize("name", ["graph_items", "graph_depth"])
def test_operators_are_bounded(name: str) -> None:
    nested = mnn_operator()
    for _ in range(3):
        nested = mnn_operator(600, 92, {6: [{0: nested}]})
    with pytest.raises(LimitExceeded) as raised:
        read_mnn(MemorySource(mnn(nested)), Limits(**{name: 2}))
    assert raised.value.limit == name
