from __future__ import annotations

import pytest
from expressions import conditions_with_has
from hypothesis import given, settings
from hypothesis import strategies as st

from hilt.core.errors import PolicyInvalid
from hilt.policy.lexer import MAX_LENGTH
from hilt.policy.parser import MAX_DEPTH, parse
from hilt.policy.syntax import text_of


def message(expression: str) -> str:
    with pytest.raises(PolicyInvalid) as caught:
        parse(expression)
    return str(caught.value)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("a||b&&c", "a || b && c"),
        ("(a || b) && c", "(a || b) && c"),
        ("!a.b == c", "!a.b == c"),
        ("!(a.b == c)", "!(a.b == c)"),
        ("!!a", "!!a"),
        ("-1 < a", "-1 < a"),
        ("a.b[0].c", "a.b[0].c"),
        ("a.size() > 0x10", "size(a) > 16"),
        ("x.exists(v, v.ok) // why", "x.exists(v, v.ok)"),
        (r"r'\d' == 'a\x41\u00e9\101\n\''", r'''"\\d" == "aAéA\n'"'''),
        ("a in ['b', \"c\"]", 'a in ["b", "c"]'),
        ("1e3 >= 1.50", "1000.0 >= 1.5"),
        ("a\n  && b", "a && b"),
    ],
)
def test_an_expression_is_read_as_cel_reads_it(written: str, meant: str) -> None:
    assert text_of(parse(written)) == meant


@settings(max_examples=200)
@given(conditions_with_has)
def test_a_tree_that_is_written_and_read_again_is_the_same(expression: str) -> None:
    written = text_of(parse(expression))
    assert text_of(parse(written)) == written


@settings(max_examples=200)
@given(st.text(alphabet="ab.()[]!&|=<>\"'\\,-0 1xe#in", max_size=60))
def test_any_text_is_an_expression_or_an_error(text: str) -> None:
    try:
        parse(text)
    except PolicyInvalid as error:
        shown = str(error)
    else:
        return
    assert shown.endswith("^")


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("", "a value is needed where the expression ends"),
        ("a = b", "'=' is not understood here: write == to compare"),
        ("a & b", "write && for and"),
        ("a ? b : c", "there is no `? :`"),
        ("a + 1 > 2", "there is no arithmetic"),
        ("{'a': 1}", "there are no maps"),
        ("'abc", "this string does not end on its line"),
        ("'\\d'", r'\d is no escape of a string (for a pattern write r"...")'),
        ("'\\ud800'", "is no escape of a string"),
        ("a == b == c", "two things are compared at a time"),
        ("a b", "an operator is needed where b stands"),
        ("(a", ") is needed where the expression ends"),
        ("a.exist(v, v)", "there is no method exist; there are startsWith"),
        ("matches(a, 'b')", "there is no function matches; there are has and size"),
        ("a == null", "there is no null: what is not known is unknown"),
        ("a.exists(for, true)", "for is a word of the language"),
        ("a.exists(1, true)", "the name of a variable is needed where 1 stands"),
        ("-a", "a number behind the minus sign is needed where a stands"),
        ("9223372036854775808", "this number is too large"),
        ("9" * 3000, "this number is too large"),
        ("1e999", "this number is too large"),
        ("a" * (MAX_LENGTH + 1), f"an expression has at most {MAX_LENGTH}"),
        ("(" * 1000, f"more than {MAX_DEPTH} brackets inside each other"),
        ("!" * 1000, f"more than {MAX_DEPTH} brackets inside each other"),
        ("a" + ".b" * 1000, f"more than {MAX_DEPTH} parts inside each other"),
        ("a" + "[0]" * 1000, f"more than {MAX_DEPTH} parts inside each other"),
    ],
)
def test_an_error_says_what_is_wrong(expression: str, words: str) -> None:
    assert words in message(expression)


def test_a_caret_stands_under_the_place() -> None:
    assert message("true &&\n  1 = 2").splitlines() == [
        "'=' is not understood here: write == to compare",
        "      1 = 2",
        "        ^",
    ]


def test_the_caret_of_a_long_line_stays_in_sight() -> None:
    text, caret = message("a && " * 100 + "?").splitlines()[1:]
    assert len(text) < 120
    assert text[caret.index("^")] == "?"


def test_a_long_chain_is_not_deep() -> None:
    assert text_of(parse(" && ".join(["a"] * 500))).count("&&") == 499
