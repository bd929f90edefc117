from __future__ import annotations

import pytest

from hilt.checks.lineage.mixed_origins import CHECK
from hilt.core.lineage import Relation
from related import CARD, found, relative, subject


@pytest.mark.parametrize("relation", [Relation.MERGED, Relation.STITCHED])
def test_weights_of_several_models_that_no_file_names(relation: Relation) -> None:
    ((severity, path, _),) = found(CHECK, subject(None, relative(relation=relation)))
    assert (severity, path) == ("medium", "model.safetensors")
    assert found(CHECK, subject({"README.md": CARD}, relative(relation=relation))) == []


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
