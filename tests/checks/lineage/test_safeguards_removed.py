from __future__ import annotations

import pytest

from hilt.checks.lineage.safeguards_removed import CHECK
from hilt.core.lineage import Ablation, Cut
from related import cut, found, stated, subject


def test_a_cut_that_is_seen_with_the_base_blocks() -> None:
    made = subject(None, ablations=[cut(base="hf:acme/base", strength=0.9)])
    assert found(CHECK, made) == [
        (
            "high",
            "model.safetensors",
            "one direction was cut out of 58 of 60 matrices with strength 0.90, compared with hf:acme/base: 58 of 60 matrices",
        )
    ]
    assert stated(CHECK, made) == {"safeguards": "removed"}


def test_a_cut_that_the_weights_alone_show_goes_to_a_person() -> None:
    made = subject(None, ablations=[cut()])
    ((severity, _, message),) = found(CHECK, made)
    assert severity == "medium"
    assert "seen in the weights alone" in message
    assert stated(CHECK, made) == {"safeguards": "perhaps removed"}


def test_an_edit_in_one_direction_that_is_no_projection_goes_to_a_person() -> None:
    ((severity, _, message),) = found(CHECK, subject(None, ablations=[cut(Cut.SHARED_EDIT, "hf:acme/base")]))
    assert severity == "medium"
    assert message.startswith("all changes lie in one direction")


@pytest.mark.parametrize(
    ("ablations", "value"),
    [
        ([cut(Cut.NOT_FOUND)], "no cut seen"),
        ([cut(Cut.NOT_FOUND), cut(Cut.UNKNOWN)], None),
        ([cut(Cut.UNKNOWN)], None),
        ([], None),
    ],
)
def test_what_could_not_be_told_is_not_called_safe(ablations: list[Ablation], value: str | None) -> None:
    made = subject(None, ablations=ablations)
    assert found(CHECK, made) == []
    assert stated(CHECK, made) == {"safeguards": value}
