from __future__ import annotations

import re

from hilt.core.lineage import Diff, Group, Kinship, Relation, Sureness
from hilt.output.heat_map import STEPS, heat_class, heat_map, legend
from hilt.output.html_diff import document
from sample_kinship import DIFF


def test_the_page_tells_the_relation_draws_every_layer_and_lists_the_changes() -> None:
    page = document(DIFF)
    assert "<h1>fine-tuned + quantised + a direction was cut out</h1>" in page
    for words in (
        "How far each layer moved",
        "Was a direction cut out?",
        "What else changed",
        "Which tensor became which",
    ):
        assert words in page, words
    assert page.count("<rect") >= 4
    assert "chat template" in page


def test_no_markup_of_a_subject_becomes_part_of_the_page() -> None:
    page = document(DIFF)
    assert "<script" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page


def test_what_was_not_found_is_left_out() -> None:
    page = document(Diff("a", "b", Kinship(Relation.UNRELATED, Sureness.LIKELY, 0.0, 0.0)))
    assert "<h1>unrelated</h1>" in page
    assert "<svg" not in page
    assert "Which tensor became which" not in page


def test_every_colour_is_in_the_legend_and_in_the_style() -> None:
    page = document(DIFF)
    told = {name for name, _ in legend()}
    assert {heat_class(one) for one in DIFF.kinship.groups} <= told
    for name in told:
        assert re.search(rf"\.{name}\b", page), name


def test_a_larger_change_is_drawn_darker() -> None:
    drawn = [heat_class(Group(0, "q", change, 1.0)) for change in (*STEPS, 7.0)]
    assert drawn == [f"heat-{number}" for number in range(len(STEPS))] + ["heat-7"]
    assert heat_class(Group(0, "q", float("nan"), 1.0)) == "heat-unknown"
    assert heat_class(Group(0, "q", None, None)) == "heat-gone"


def test_a_model_without_layers_has_no_picture() -> None:
    assert heat_map([Group(-1, "embedding", 0.1, 1.0)], "x") is None


def test_the_picture_of_ten_thousand_layers_stays_small() -> None:
    picture = heat_map([Group(layer, "q", 0.1, 1.0) for layer in range(10_000)], "x")
    assert picture is not None
    assert len(picture) < 200_000
