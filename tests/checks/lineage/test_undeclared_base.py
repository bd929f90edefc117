from __future__ import annotations

import pytest

from hilt.checks.lineage.undeclared_base import CHECK
from hilt.core.lineage import Relation, Sureness
from hilt.core.report import Gap
from related import CARD, found, relative, stated, subject


def test_weights_of_a_model_that_no_file_names() -> None:
    made = subject(None, relative())
    ((severity, path, message),) = found(CHECK, made)
    assert (severity, path) == ("medium", "model.safetensors")
    assert message == (
        "fine-tuned from hf:acme/base or from what that was made from (certain; 100% of the parameters, 1.00% away), and no "
        "file says so"
    )
    assert stated(CHECK, made) == {"searched": 7, "bases": ("fine-tuned acme/base",), "undeclared": ("acme/base",)}


def test_a_base_that_a_card_names_is_no_secret() -> None:
    made = subject({"README.md": CARD}, relative())
    assert found(CHECK, made) == []
    assert stated(CHECK, made)["undeclared"] == ()


def test_who_names_what_the_relative_was_made_from_hides_nothing() -> None:
    assert found(CHECK, subject({"README.md": CARD}, relative("hf:acme/child", bases=("acme/base",)))) == []


def test_hubs_do_not_tell_capitals_from_small_letters() -> None:
    assert found(CHECK, subject({"README.md": CARD}, relative("hf:Acme/BASE"))) == []


@pytest.mark.parametrize("relation", [Relation.IDENTICAL, Relation.CONVERTED, Relation.QUANTISED])
def test_a_copy_is_told_by_another_check(relation: Relation) -> None:
    assert found(CHECK, subject(None, relative(relation=relation))) == []


def test_a_weak_likeness_is_no_accusation() -> None:
    made = subject(None, relative(sureness=Sureness.WEAK), relative("hf:x/y", Relation.UNKNOWN))
    assert found(CHECK, made) == []
    assert stated(CHECK, made)["bases"] == ()


def test_only_the_nearest_relative_of_a_set_is_told() -> None:
    made = subject(
        None, relative(), relative("hf:acme/sister"), relative("hf:acme/unet", weights="unet/model.safetensors")
    )
    assert [path for _, path, _ in found(CHECK, made)] == ["model.safetensors", "unet/model.safetensors"]


def test_the_model_itself_may_stand_in_the_index() -> None:
    assert found(CHECK, subject(None, relative("hf:other/model"))) == []


def test_what_was_not_compared_is_in_the_coverage() -> None:
    gaps = [
        seen.why for seen in CHECK.run(subject(None, untold=["x was not held against it"])) if isinstance(seen, Gap)
    ]
    assert gaps == ["x was not held against it"]
