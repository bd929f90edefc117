from __future__ import annotations

import pytest

from hilt.checks.lineage.renamed_weights import CHECK
from hilt.core.lineage import Relation
from related import CARD, found, relative, subject


@pytest.mark.parametrize(
    ("relation", "words"),
    [
        (Relation.IDENTICAL, "the same weights as hf:acme/base (certain"),
        (Relation.CONVERTED, "the weights of hf:acme/base, converted"),
        (Relation.QUANTISED, "the weights of hf:acme/base, quantised"),
    ],
)
def test_a_known_model_under_another_name(relation: Relation, words: str) -> None:
    ((severity, path, message),) = found(CHECK, subject(None, relative(relation=relation)))
    assert (severity, path) == ("medium", "model.safetensors")
    assert message.startswith(words)
    assert message.endswith("under the name other/model; no file names it")


def test_a_folder_that_tells_no_name_is_worth_knowing_only() -> None:
    ((severity, _, _),) = found(CHECK, subject(None, relative(relation=Relation.IDENTICAL), reference="./models/x"))
    assert severity == "low"


def test_the_model_itself_and_one_that_says_what_it_is_are_quiet() -> None:
    assert found(CHECK, subject(None, relative("hf:other/model", Relation.IDENTICAL))) == []
    assert found(CHECK, subject({"README.md": CARD}, relative(relation=Relation.QUANTISED))) == []
    here = relative("./models/x", Relation.IDENTICAL)
    assert found(CHECK, subject(None, here, reference="./models/x")) == []


def test_what_was_trained_further_is_told_by_another_check() -> None:
    assert found(CHECK, subject(None, relative())) == []
