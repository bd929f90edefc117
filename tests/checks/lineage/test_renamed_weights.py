from __future__ import annotations

from dataclasses import replace

import pytest

from hilt.checks.lineage.renamed_weights import CHECK
from hilt.core.context import Context
from hilt.core.lineage import Kin, Relation
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


def test_a_folder_of_exactly_the_files_that_the_index_knows_is_that_model() -> None:
    made = subject(None, relative(relation=Relation.IDENTICAL, digest="0" * 64), reference="./models/x")
    assert made.subject.digest == ""
    assert len(found(CHECK, made)) == 1
    entries = tuple(replace(entry, sha256="1" * 64) for entry in made.subject.entries)
    hashed = replace(made, subject=replace(made.subject, entries=entries))
    known = relative(relation=Relation.IDENTICAL, digest=hashed.subject.digest)
    hashed = replace(hashed, context=Context(kin=Kin(relatives=(known,))))
    assert found(CHECK, hashed) == []


def test_several_files_of_one_model_are_told_once() -> None:
    each = [relative(relation=Relation.IDENTICAL, weights=f"{number}.onnx") for number in range(3)]
    ((_, path, message),) = found(CHECK, subject(None, *each))
    assert path == "0.onnx"
    assert "(and 2 more sets of weights)" in message


def test_what_was_trained_further_is_told_by_another_check() -> None:
    assert found(CHECK, subject(None, relative())) == []
