from __future__ import annotations

import pytest

from attacks.msgpack import pack
from hilt.checks import listed
from hilt.core.finding import Severity
from hilt.knowledge.spacy_patterns import parts
from reading import findings


def test_a_list_is_cut_between_its_alternatives_and_nowhere_else() -> None:
    alternatives = [rf"(?:a|[|)\]]|\||\(){{{n}}}x" for n in range(100)]
    cut = list(parts("(?u)" + "|".join(alternatives)))
    assert len(cut) > 3
    assert all(part.startswith("(?u)") and len(part) < 400 for part in cut)
    assert "|".join(part.removeprefix("(?u)") for part in cut) == "|".join(alternatives)


def test_alternatives_that_repeat_nothing_are_left_out() -> None:
    assert list(parts(r"a|\*|[+?]|(?:b|c)|(?<=x)y|d+|e")) == ["d+"]
    assert list(parts(r"^\$|\?$")) == []


@pytest.mark.parametrize("pattern", ["a*", "(", "(a|b", ")|a+", "[]+|]"])
def test_what_cannot_be_cut_stays_as_it_is(pattern: str) -> None:
    assert "".join(parts(pattern)) in (pattern, pattern.removeprefix(")|"), "")


def test_a_pattern_of_spacy_that_explodes_is_found() -> None:
    tokenizer = {"prefix_search": "^\\$", "url_match": "|".join(["^x"] * 3_000) + "|^(a+)+$", "token_match": None}
    (finding,) = findings(listed("tokenizer-patterns"), pack(tokenizer), "tokenizer")
    assert (finding.severity, "(url_match)" in finding.message) == (Severity.HIGH, True)
