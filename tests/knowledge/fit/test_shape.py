from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilt.checks.fit.facts import STATED
from hilt.core.fact import Fact, Known, Value
from hilt.knowledge.fit.shape import KINDS, MOST, NUMBERS, Layers, Variant, grouped, layers, shape, variant

NUMBER = st.integers(min_value=0, max_value=MOST)


def fact(key: str, value: Value) -> Fact:
    return Fact(key=key, value=value, known=Known.CLAIMED, source="config.json")


@given(
    st.builds(
        Variant,
        name=st.text(min_size=1),
        format=st.sampled_from(["gguf", "safetensors", "torch-zip"]),
        bytes=NUMBER,
        parameters=NUMBER,
        read=NUMBER,
        dtypes=st.lists(st.tuples(st.from_regex(r"[A-Za-z0-9_]{1,9}", fullmatch=True), NUMBER)).map(tuple),
    )
)
def test_a_set_of_weights_is_read_as_it_was_written(one: Variant) -> None:
    assert variant(one.line) == one


@given(st.builds(Layers, times=st.integers(1, 4096), kind=st.sampled_from(KINDS), **dict.fromkeys(NUMBERS, NUMBER)))
def test_layers_are_read_as_they_were_written(one: Layers) -> None:
    assert layers(one.line) == one


@pytest.mark.parametrize(
    "line",
    [
        "",
        "none",
        "x none",
        "0 none",
        "-1 none",
        "4097 none",
        "1 most",
        "1 none  ",
        "1 attention heads=-2",
        "1 latent rank=x",
        "1 attention heads=1" + "0" * 30,
        "1 attention times=3",
        "1 attention kind=3",
        "²3 none",
        "1 attention heads=²",
    ],
)
def test_a_line_that_tells_no_layers_is_none(line: str) -> None:
    assert layers(line) is None


@pytest.mark.parametrize(
    "line",
    [
        "",
        "name=a",
        "bytes=1 name=a",
        "format=gguf bytes=-1 name=a",
        "format=gguf bytes=x name=a",
        "format=gguf bytes=1",
        "format=gguf dtypes=F32:x name=a",
        "format=gguf bytes=1" + "0" * 30 + " name=a",
    ],
)
def test_a_line_that_tells_no_weights_is_none(line: str) -> None:
    assert variant(line) is None


def test_what_a_report_tells_is_a_shape() -> None:
    told = [
        fact("fit.variants", ("format=gguf bytes=10 name=a.gguf", "nonsense")),
        fact("fit.layers", ("2 attention heads=1 key=2 value=3", "1 none")),
        fact("fit.vocabulary", 100),
        fact("model.context_length", 2048),
    ]
    found = shape(told)
    assert found is not None
    assert [one.name for one in found.variants] == ["a.gguf"]
    assert [one.line for one in found.layers] == ["2 attention heads=1 key=2 value=3", "1 none"]
    assert (found.vocabulary, found.context, found.width, found.untold) == (100, 2048, 0, ())


def test_layers_in_words_that_nobody_knows_are_not_half_told() -> None:
    told = [fact("fit.variants", ("format=gguf bytes=10 name=a",)), fact("fit.layers", ("1 none", "2 quantum spin=3"))]
    found = shape(told)
    assert found is not None
    assert found.layers == ()
    assert found.untold == ("the report tells of layers in words of another version",)


def test_without_weights_there_is_no_shape() -> None:
    assert shape([fact("fit.layers", ("1 none",)), fact("fit.variants", "format=gguf name=a")]) is None


def test_layers_that_keep_the_same_are_one_line() -> None:
    full, windowed = Layers(1, "attention", heads=1), Layers(1, "attention", heads=1, window=8)
    assert [one.line for one in grouped([windowed, windowed, full, windowed])] == [
        "3 attention heads=1 window=8",
        "1 attention heads=1",
    ]


def test_the_facts_are_those_that_the_shape_is_read_from() -> None:
    assert {"fit.variants", "fit.layers", "fit.vocabulary", "fit.width", "fit.heads", "fit.inner", "fit.untold"} < {
        spec.key for spec in STATED
    }
