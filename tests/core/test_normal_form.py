from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from hilt.core.normal_form import normal_form


@given(text=st.text(max_size=300))
def test_a_text_of_ordinary_letters_is_in_its_normal_form(text: str) -> None:
    assert normal_form("NFKC", text) == unicodedata.normalize("NFKC", text)
    assert normal_form("NFC", text) == unicodedata.normalize("NFC", text)


def test_a_letter_and_its_mark_stay_together_however_long_the_text_is() -> None:
    assert normal_form("NFC", "e\u0301" * 5_000) == "\u00e9" * 5_000


def test_a_tower_of_marks_is_not_sorted_as_one() -> None:
    tower = "a" + "\u0301\u0316" * 1_000
    assert normal_form("NFC", tower) != unicodedata.normalize("NFC", tower)
    assert sorted(normal_form("NFC", tower)) == sorted(unicodedata.normalize("NFC", tower))
