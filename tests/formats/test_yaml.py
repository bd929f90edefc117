from __future__ import annotations

import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st

from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.yaml import read
from hilt.formats.yaml_documents import Tag, Yaml

WORDS = st.text(alphabet=st.characters(categories=["Ll", "Nd"]), min_size=1)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS, lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner)
)


def document(text: str, limits: Limits = Limits()) -> Yaml:  # noqa: B008
    return read(MemorySource(text.encode()), limits)


@given(VALUES)
def test_what_pyyaml_writes_is_read_back(value: object) -> None:
    assert document(pyyaml.safe_dump(value, allow_unicode=True)).documents == (value,)


def test_several_documents_are_all_read() -> None:
    assert document("a: 1\n---\n- b\n").documents == ({"a": 1}, ["b"])


def test_tags_that_ask_for_objects_are_listed_and_build_none() -> None:
    seen = document("a: 1\nb: !!python/object/apply:os.system ['echo hilt']\nc: !new:torch.nn.Linear {x: 2}\n")
    assert seen.documents == ({"a": 1, "b": ["echo hilt"], "c": {"x": 2}},)
    assert seen.tags == (
        Tag(name="tag:yaml.org,2002:python/object/apply:os.system", line=2),
        Tag(name="!new:torch.nn.Linear", line=3),
    )


def test_plain_tags_and_aliases_are_no_matter() -> None:
    seen = document("a: &x !!str 1\nb: *x\nc: &y [1, 2]\nd: *y\n")
    assert (seen.documents, seen.tags) == (({"a": "1", "b": "1", "c": [1, 2], "d": [1, 2]},), ())


def laughs(form: str) -> str:
    lines = ["a0: &a0 {x: 1}"]
    lines += [f"a{n}: &a{n} " + form.format(", ".join([f"*a{n - 1}"] * 10)) for n in range(1, 9)]
    return "\n".join(lines)


@pytest.mark.reaches("yaml_nodes")
@pytest.mark.parametrize("text", [laughs("[{}]"), laughs("{{<<: [{}]}}"), "[" + "1, " * 300_000 + "]"])
def test_aliases_of_aliases_do_not_explode(text: str) -> None:
    with pytest.raises(LimitExceeded, match="yaml_nodes"):
        document(text)


@pytest.mark.parametrize("text", ["[" * 100_000, "a: " + "{b: " * 500 + "}" * 500])
def test_depth_is_bounded_before_anything_is_built(text: str) -> None:
    with pytest.raises(FormatError):
        document(text)


@pytest.mark.parametrize(
    "text",
    [
        "a: [",
        "a: b: c",
        "\t- x",
        "*nothing",
        "&a [*a, *a]: *b",
        "? [1]\n: 2",
        "a: 2001-99-99",
        "!!int x",
        "%FOO\n--- x: ]",
        "<<: 1",
    ],
)
def test_what_is_no_plain_yaml_is_an_error_of_the_format(text: str) -> None:
    with pytest.raises(FormatError, match="not YAML"):
        document(text)


def test_a_list_that_holds_itself_ends() -> None:
    (value,) = document("&a [*a]").documents
    assert value[0] is value
