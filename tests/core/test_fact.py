from __future__ import annotations

import pytest

from hilt.core.fact import Fact, FactSchema, FactSpec, Known, Value


def fact(value: Value, known: Known = Known.VERIFIED) -> Fact:
    return Fact(key="k", value=value, known=Known.UNKNOWN if value is None else known, source="file")


def spec(combine: str, kind: type[bool | int | float | str | tuple[str, ...]] = int) -> FactSpec:
    return FactSpec(key="k", type=kind, about="", combine=combine)


@pytest.mark.parametrize(
    ("combine", "stated", "merged"),
    [
        ("one", [1, 1], 1),
        ("one", [1, 2], None),
        ("sum", [1, 2], 3),
        ("sum", [1, None], None),
        ("max", [1, 5, 2], 5),
        ("union", [("b",), ("a", "b")], ("a", "b")),
        ("any", [False, True], True),
        ("any", [False, False], False),
        ("any", [None, True], True),
        ("any", [None, False], None),
        ("all", [True, True], True),
        ("all", [True, False], False),
        ("all", [None, False], False),
        ("all", [None, True], None),
        ("one", [], None),
    ],
)
def test_statements_become_one_fact(combine: str, stated: list[Value], merged: Value) -> None:
    assert spec(combine).merge([fact(value) for value in stated]).value == merged


def test_a_merged_fact_is_as_weakly_known_as_its_weakest_part() -> None:
    merged = spec("sum").merge([fact(1), fact(2, Known.CLAIMED)])
    assert (merged.known, merged.source) == (Known.CLAIMED, "file and 1 more")


def test_a_value_is_missing_exactly_when_the_fact_is_unknown() -> None:
    with pytest.raises(ValueError, match="exactly when"):
        Fact(key="k", value=None, known=Known.CLAIMED, source="")
    with pytest.raises(ValueError, match="exactly when"):
        Fact(key="k", value=1, known=Known.UNKNOWN, source="")


def test_two_declarations_of_one_key_must_agree() -> None:
    with pytest.raises(ValueError, match="differently"):
        FactSchema([spec("sum"), spec("max")])
