from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import GIB, Limits
from hilt.formats.jinja import Template
from hilt.formats.json import Json, read
from reading import read as read_file

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def document(data: bytes, limits: Limits = Limits()) -> Json:  # noqa: B008
    return read(MemorySource(data), limits)


class Endless:
    """A source that says that it is large, and must not be read."""

    size = GIB

    def read(self, offset: int, n: int) -> bytes:
        raise AssertionError(f"read {n} bytes at {offset}")


@given(VALUES)
def test_what_python_writes_is_read_back(value: object) -> None:
    assert document(json.dumps(value).encode()).value == value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_every_encoding_of_the_standard_is_read(encoding: str) -> None:
    assert document('{"ü": [1]}'.encode(encoding)).value == {"ü": [1]}


def test_pairs_that_a_later_one_hides_are_kept() -> None:
    seen = document(b'{"a": 1, "b": {"c": 2, "c": 3}, "a": 4}')
    assert (seen.value, seen.hidden) == ({"a": 4, "b": {"c": 3}}, (("c", 2), ("a", 1)))


def test_numbers_that_json_does_not_have_are_noted() -> None:
    seen = document(b'{"a": NaN, "b": -Infinity}')
    assert seen.non_finite
    assert seen.value["b"] == float("-inf")
    assert not document(b'{"a": 1e9}').non_finite


def test_chat_templates_are_collected_in_every_shape() -> None:
    listed = [{"name": "default", "template": "d"}, {"name": "rag", "template": "r"}]
    text = json.dumps({"chat_template": listed, "deep": {"chat_template": {"x": "y"}}, "z_chat_template": "z"})
    assert set(document(text.encode()).templates) == {
        Template(name="chat_template[default]", text="d"),
        Template(name="chat_template[rag]", text="r"),
        Template(name="chat_template[x]", text="y"),
        Template(name="z_chat_template", text="z"),
    }


@pytest.mark.reaches("json_bytes")
def test_a_gigabyte_is_refused_unread() -> None:
    with pytest.raises(LimitExceeded, match="json_bytes"):
        read(Endless(), Limits())
    with pytest.raises(LimitExceeded, match="json_bytes"):
        document(b'{"a": 1}', Limits(json_bytes=4))


@pytest.mark.reaches("json_depth")
@pytest.mark.parametrize("unit", [b"[", b'{"a":', b'[{"\\"[": ['])
def test_depth_is_bounded(unit: bytes) -> None:
    with pytest.raises(LimitExceeded, match="json_depth"):
        document(unit * 100_000)


@pytest.mark.parametrize("text", ["%s1%s", '{"a": 0, "a": %s1%s, "a": 2}'])
def test_depth_counts_in_what_a_later_pair_hides_too(text: str) -> None:
    document((text % ("[" * 9, "]" * 9)).encode(), Limits(json_depth=10))
    with pytest.raises(LimitExceeded, match="json_depth"):
        document((text % ("[" * 11, "]" * 11)).encode(), Limits(json_depth=10))


def test_brackets_inside_strings_are_no_depth() -> None:
    text = json.dumps({"a": "[{" * 1000, '\\"[': '"['})
    assert document(text.encode(), Limits(json_depth=1)).value["a"] == "[{" * 1000


@pytest.mark.parametrize(
    "data", [b"", b"{", b'{"a"}', b"[1,]", b'"\\', b"1" * 5000, b"\xff\xff", b'{"a": 1} x', b"nul", b'"\\"' * 50_000]
)
def test_what_is_no_json_is_an_error_of_the_format(data: bytes) -> None:
    with pytest.raises(FormatError, match="not JSON"):
        document(data)


@pytest.mark.parametrize(
    ("name", "data", "format_id"),
    [
        ("x", b'{"a": 1}', "json"),
        ("x", b' [\n{"a": 1}]\n', "json"),
        ("x", b'{"a": "' + b"x" * 9000 + b'"}', "json"),
        ("config.json", b'{"a": broken', "json"),
        ("data.jsonl", b'{"a": 1}\n{"a": 2}\n', "json-lines"),
        ("train.json", b'{"a": 1}\n{"a": 2}\n', "json-lines"),
        ("list.json", b'[\n{"a": 1},\n{"a": 2}]\n', "json"),
        ("config.json", b'{"a": 1}\nrest', "json"),
        ("x", b'{"a": 1}\n{"a": 2}\n', "json-lines"),
        ("vocab.txt", b"[PAD]\n[unused0]\n", "text"),
        ("settings.ini", b"[section]\nkey = 1\n", "ini"),
        ("x", b"[1] A. Author, A paper.\n", "text"),
        ("x", b"{% for x in messages %}{% endfor %}", "jinja"),
    ],
)
def test_json_is_told_from_what_begins_alike(name: str, data: bytes, format_id: str) -> None:
    assert read_file(data, name).format == format_id


def test_blanks_before_a_document_do_not_hide_it() -> None:
    assert read_file(b" " * 5000 + b'{"a": 1}', "config.json").value.value == {"a": 1}
    assert read_file(b"{" + b"\n" * 5000 + b'"a": 1}', "config.json").value.value == {"a": 1}
    assert read_file(b"\n" * 5000 + b"<net><layers/></net>", "model.xml").format == "openvino-ir"
