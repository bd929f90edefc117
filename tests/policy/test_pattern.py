from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hilt.policy.pattern import MAX_STEPS, PatternError, compiled

atoms = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "[a-c.]", r"\d", r"\w", r"\.", r"[\d-]", "^", "$", "é"])
patterns = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,}", "{0,2}", "*?"])).map(
            lambda p: f"(?:{p[0]}){p[1]}"
        ),
        st.lists(inner, max_size=3).map("".join),
        st.lists(inner, min_size=1, max_size=3).map("|".join).map(lambda p: f"({p})"),
    ),
    max_leaves=6,
)


@settings(max_examples=400)
@given(patterns, st.text("abc.1é-", max_size=6))
def test_a_pattern_finds_what_pythons_own_finds(pattern: str, text: str) -> None:
    assert compiled(pattern).found_in(text) == (re.search(pattern, text, re.ASCII) is not None)


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"\.pkl$", "model.pkl", True),
        (r"\.pkl$", "model.pkl\n", False),
        ("^a.b$", "a\nb", False),
        (r"[\]\\^-]", "^", True),
        ("[a-]", "-", True),
        (r"\s\S\D", "\tab", True),
        ("", "", True),
        ("^$", "a", False),
        ("a{3}", "aa", False),
        ("x*", "", True),
    ],
)
def test_what_a_pattern_finds(pattern: str, text: str, found: bool) -> None:
    assert compiled(pattern).found_in(text) is found


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (r"(a)\1", r"\1 is not supported"),
        ("(?=a)", "no looking around"),
        ("(?i)a", "no flags"),
        ("(?P<n>a)", "no names"),
        (r"\bword", r"\b is not supported"),
        ("a**", "a repetition of a repetition"),
        ("*a", "nothing stands before this *"),
        ("(a", "this ( is not closed"),
        ("a)", "this ) closes nothing"),
        ("[a", "this [ is empty or not closed"),
        ("[]", "this [ is empty or not closed"),
        ("[z-a]", "a range goes from one character to a later one"),
        (r"[\d-z]", "a range goes from one character to a later one"),
        (r"[\D]", "not supported inside a class"),
        ("[[:alpha:]]", r"inside a class write \["),
        ("a{2,1}", "counts go from small to large"),
        ("a{1000}", "counts go from small to large"),
        ("a{x}", "begins no count"),
        ("a\\", "is not supported"),
        ("((a{100}){100}){100}", f"more than {MAX_STEPS} steps"),
        ("(" * 30, "groups inside each other"),
    ],
)
def test_what_is_outside_the_subset_is_named(pattern: str, words: str) -> None:
    with pytest.raises(PatternError) as caught:
        compiled(pattern)
    assert words in str(caught.value)


@pytest.mark.parametrize("pattern", ["(a*)*b", "(a|a)*b", "(a|aa)+$", "(.*)(.*)(.*)[^a]b"])
def test_no_text_makes_a_match_slow(pattern: str) -> None:
    assert not compiled(pattern).found_in("a" * 5000 + "c")  # a backtracking matcher would not come back at all
