from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attacks.tokenizers import DOUBLING, HONEST, POWERS, replace, tokenizer
from hilt.checks.inspect.tokenizer_patterns import CHECK
from hilt.core.finding import Severity
from hilt.core.report import Gap
from hilt.knowledge.pattern_growth import growth
from hilt.knowledge.patterns import MOST, NotUnderstood
from reading import findings, read


@pytest.mark.parametrize("name", HONEST)
def test_patterns_of_real_tokenizers_are_understood_and_quiet(name: str) -> None:
    assert list(CHECK.run(read(tokenizer(pattern=HONEST[name]), "tokenizer.json"))) == []


@pytest.mark.parametrize("name", DOUBLING)
def test_a_pattern_that_doubles_its_work_is_told(name: str) -> None:
    (finding,) = findings(CHECK, tokenizer(pattern=DOUBLING[name]), "tokenizer.json")
    assert (finding.severity, "doubles with every further character" in finding.message) == (Severity.HIGH, True)
    assert "(pre_tokenizer.pretokenizers[0])" in finding.message


@pytest.mark.parametrize("name", POWERS)
def test_a_pattern_of_a_high_power_is_told(name: str) -> None:
    (finding,) = findings(CHECK, tokenizer(pattern=POWERS[name]), "tokenizer.json")
    assert (finding.severity, "with the power of" in finding.message) == (Severity.MEDIUM, True)


def test_a_pattern_of_a_normalizer_and_of_a_tekken_is_looked_into() -> None:
    data = tokenizer(normalizers=(replace("(a+)+$", "", kind="Regex"),))
    (finding,) = findings(CHECK, data, "tokenizer.json")
    assert "(normalizer.normalizers[0])" in finding.message
    tekken = {"config": {"pattern": "(a+)+$"}, "vocab": []}
    assert len(findings(CHECK, json.dumps(tekken).encode(), "tekken.json")) == 1
    assert findings(CHECK, b'{"config": {"pattern": "(a+)+$"}}', "other.json") == []


def test_plain_text_that_looks_like_a_pattern_is_none() -> None:
    assert findings(CHECK, tokenizer(normalizers=(replace("(a+)+$", ""),)), "tokenizer.json") == []


@pytest.mark.parametrize(
    "pattern", ["(", "[a", "(?<!x", "a)", "\\", "(?{code})", "(" * 99 + ")" * 99, "a" * (MOST + 1), "a" + "*" * 99]
)
def test_what_is_not_understood_is_a_gap(pattern: str) -> None:
    (gap,) = CHECK.run(read(tokenizer(pattern=pattern), "tokenizer.json"))
    assert isinstance(gap, Gap)
    assert "was not understood" in gap.why


def test_more_patterns_than_are_looked_into_are_a_gap() -> None:
    many = tuple(replace(f"a{number}", "", kind="Regex") for number in range(100))
    (gap,) = CHECK.run(read(tokenizer(normalizers=many), "tokenizer.json"))
    assert isinstance(gap, Gap)


PIECES = st.sampled_from(
    [*"ab*+?(){}[]|.^$-:,1x<!=>&\\", r"\p{L}", r"\s", "(?:", "(?!", "(?<=", "[^", "{2,}", "(?>", "(?i)", "&&"]
)


@given(st.lists(PIECES, max_size=60).map("".join))
def test_any_pattern_is_answered_or_not_understood(pattern: str) -> None:
    with suppress(NotUnderstood):
        assert isinstance(growth(pattern), str)


@pytest.mark.parametrize(
    "pattern",
    [".*" * 70 + "x", "(a|b)*" * 60 + "c", "(((((.*)*)*)*)*)*" * 6 + "x", "(?:" + "|".join("abcdef" * 10) + ")*x"],
)
def test_patterns_that_would_keep_the_analysis_itself_busy_are_answered(pattern: str) -> None:
    with suppress(NotUnderstood):
        assert growth(pattern)
