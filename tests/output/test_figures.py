"""Figures in words."""

from __future__ import annotations

import pytest

from hilt.output.figures import more


@pytest.mark.parametrize(
    ("number", "words"), [(1, "up to 1 more"), (1000, "up to 1 000 more"), (1001, "more than 1 000 more")]
)
def test_what_was_counted_no_further_is_not_told_as_all_there_is(number: int, words: str) -> None:
    assert more(number, 1000).replace("\u202f", " ").replace("\u00a0", " ") == words
