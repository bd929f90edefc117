from __future__ import annotations

from hilt.checks.lineage.stale_base import CHECK
from hilt.core.lineage import Relation, Sureness
from related import CARD, found, relative, stated, subject


def test_a_base_that_should_be_used_no_more_is_told_with_what_takes_its_place() -> None:
    made = subject({"README.md": CARD}, relative(stale="it leaks its training data", newer="acme/base@2"))
    ((severity, path, message),) = found(CHECK, made)
    assert (severity, path) == ("medium", "model.safetensors")
    assert message.endswith("which should be used no more: it leaks its training data; acme/base@2 takes its place")
    assert stated(CHECK, made) == {"stale": ("acme/base",)}


def test_an_ancestor_counts_however_far_behind_others_it_stands() -> None:
    made = subject({"README.md": CARD}, relative("hf:acme/child"), relative(stale="a leak"))
    assert len(found(CHECK, made)) == 1


def test_strangers_and_models_in_good_standing_are_quiet() -> None:
    made = subject(
        {"README.md": CARD},
        relative(),
        relative("hf:x/y", Relation.UNRELATED, stale="a leak"),
        relative("hf:x/z", sureness=Sureness.WEAK, stale="a leak"),
    )
    assert found(CHECK, made) == []
    assert stated(CHECK, made) == {"stale": ()}
