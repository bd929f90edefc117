from __future__ import annotations

from hilt.core.lineage import Diff, Kinship, Relation, Sureness
from hilt.output.layout import Page
from hilt.output.text_diff import write
from sample_kinship import DIFF


def shown(told: Diff) -> str:
    page = Page(100, colour=False)
    write(page, told)
    return str(page)


def test_the_relation_comes_first_and_then_what_it_rests_on() -> None:
    text = shown(DIFF)
    assert text.splitlines()[0] == "FINE-TUNED + QUANTISED + A DIRECTION WAS CUT OUT certain"
    for words in (
        "100% of the base found in the derivative, 99.9% of that in the base",
        "1.2% of the norm of all weights",
        "no change of a rank above 16",
        "0.60 of acme/",
        "50% layer 1, q",
        "a direction was cut out of 58 of 60 matrices, strength 0.93",
        "not seen would be: a strength of .3",
        "too few layers",
        "which of the two came first",
        "one set was not read",
        "only in the base: LICENSE",
        "and 8 more (--json tells all)",
    ):
        assert words in " ".join(text.split()), words


def test_no_control_character_of_a_subject_reaches_the_terminal() -> None:
    text = shown(DIFF)
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_a_share_that_is_not_everything_is_not_told_as_everything() -> None:
    near = DIFF._replace(kinship=DIFF.kinship._replace(share_a=0.99999))
    assert "99.9% of the base" in shown(near)


def test_what_came_from_what_is_told_where_it_is_the_other_way_round() -> None:
    turned = Diff("a", "b", Kinship(Relation.PRUNED, Sureness.CERTAIN, 1.0, 1.0, backwards=True))
    assert "it was the base that came from the derivative" in shown(turned)
    assert "the other way" not in shown(DIFF)
