from __future__ import annotations

import pytest

from attacks.templates import HONEST
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.jinja import Template, parse, read
from reading import read as read_file


def test_a_template_is_kept_as_text_and_parsed_on_request() -> None:
    (template,) = read(MemorySource(HONEST.encode()), Limits()).templates
    assert template == Template(name="", text=HONEST)
    assert parse(template, Limits()).body


def test_nothing_is_rendered_and_constants_are_not_folded() -> None:
    tree = parse(Template(name="", text="{{ 'x' * 10 ** 12 }}{{ range(10 ** 12) | list }}"), Limits())
    assert [type(node).__name__ for node in tree.body[0].nodes] == ["Mul", "Filter"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["{% if %}", "{{", "{% unknown %}", "{# ", "{% for x in y %}", "{{ x | }}"])
def test_what_jinja_cannot_parse_is_an_error_of_the_format(text: str) -> None:
    with pytest.raises(FormatError, match="not a Jinja template"):
        read(MemorySource(text.encode()), Limits())


@pytest.mark.parametrize("text", ["{{ " + "(" * 5000, "{{ " + "[" * 5000 + "]" * 5000 + " }}", "{% if x %}" * 5000])
def test_nesting_that_exhausts_the_parser_is_an_error_of_the_format(text: str) -> None:
    with pytest.raises(FormatError):
        read(MemorySource(text.encode()), Limits())


@pytest.mark.reaches("tree_depth")
def test_a_tree_that_grows_deep_without_nesting_is_bounded() -> None:
    with pytest.raises(LimitExceeded, match="tree_depth"):
        read(MemorySource(b"{{ 1" + b" + 1" * 300 + b" }}"), Limits())


def test_a_template_of_a_config_is_bounded_as_a_file_is() -> None:
    with pytest.raises(LimitExceeded, match="text_bytes"):
        parse(Template(name="chat_template", text="x" * 11), Limits(text_bytes=10))


@pytest.mark.parametrize("name", ["chat_template.jinja", "x.jinja2", "x.j2"])
def test_the_name_makes_text_a_template(name: str) -> None:
    assert read_file(b"plain words", name).format == "jinja"
    assert read_file(b"plain words", "x.txt").format == "text"
