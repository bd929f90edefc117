from __future__ import annotations

from hilt.checks.lineage.base_mismatch import CHECK
from hilt.core.lineage import Relation, Sureness
from related import CARD, found, relative, stated, subject


def test_a_card_that_names_a_model_of_which_nothing_is_in_the_weights() -> None:
    made = subject(
        {"README.md": CARD}, relative("hf:evil/base"), declared=[relative("hf:acme/base", Relation.SAME_ARCHITECTURE)]
    )
    ((severity, path, message),) = found(CHECK, made)
    assert (severity, path) == ("medium", "model.safetensors")
    assert message == (
        "the files say it is made from hf:acme/base, and the weights have nothing in common with that (same architecture, "
        "trained from scratch); they are fine-tuned from hf:evil/base or from what that was made from (certain; 100% of the "
        "parameters, 1.00% away)"
    )
    assert stated(CHECK, made) == {"contradicted": ("acme/base",)}


def test_a_card_that_tells_the_truth() -> None:
    made = subject({"README.md": CARD}, relative(), declared=[relative()])
    assert found(CHECK, made) == []
    assert stated(CHECK, made) == {"contradicted": ()}


def test_what_could_not_be_told_contradicts_nobody() -> None:
    unsure = [relative(relation=Relation.UNKNOWN), relative(relation=Relation.UNRELATED, sureness=Sureness.WEAK)]
    assert found(CHECK, subject({"README.md": CARD}, declared=unsure)) == []
