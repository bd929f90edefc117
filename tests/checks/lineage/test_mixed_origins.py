from __future__ import annotations

import pytest

from hilt.checks.lineage.mixed_origins import CHECK
from hilt.core.lineage import Relation
from related import CARD, found, relative, subject


@pytest.mark.parametrize("relation", [Relation.MERGED, Relation.STITCHED])
def test_weights_of_several_models_that_no_file_names(relation: Relation) -> None:
    one = relative(relation=relation, shares={"hf:acme/base": 0.6, "hf:acme/other": 0.4})
    ((severity, path, message),) = found(CHECK, subject(None, one))
    assert (severity, path) == ("medium", "model.safetensors")
    assert message == f"{relation.value}: hf:acme/base (0.60), hf:acme/other (0.40) (certain)"
    assert len(found(CHECK, subject({"README.md": CARD}, one))) == 1  # the card names one of two
    both = CARD.replace(b"acme/base", b"[acme/base, acme/other]")
    assert found(CHECK, subject({"README.md": both}, one)) == []


def test_one_origin_is_told_by_another_check() -> None:
    assert found(CHECK, subject(None, relative(relation=Relation.STITCHED))) == []


def test_files_that_should_be_one_model_and_are_two() -> None:
    made = subject(
        {"README.md": CARD}, relative(relation=Relation.IDENTICAL), relative("hf:acme/other", weights="onnx/model.onnx")
    )
    assert found(CHECK, made) == [
        ("low", "", "several origins: model.safetensors from acme/base; onnx/model.onnx from acme/other")
    ]


def test_one_model_in_two_formats() -> None:
    made = subject({"README.md": CARD}, relative(), relative(weights="onnx/model.onnx", relation=Relation.CONVERTED))
    assert found(CHECK, made) == []
