"""The three parts of the Open Source AI Definition, each met, not met or not to be told."""

from __future__ import annotations

import pytest

from hilt.knowledge.openness.components import COMPONENTS
from hilt.knowledge.openness.osaid import answers, overall

CODE = ("preprocessing_code", "training_code", "inference_code")
ALL = dict.fromkeys(("final_parameters", "data_card", "datasets", *CODE), ("MIT",))


def asked(
    held: dict[str, tuple[str, ...]], elsewhere: tuple[str, ...] = (), code_at: str = "", untold: tuple[str, ...] = ()
) -> list[bool | None]:
    absent = frozenset(one.id for one in COMPONENTS) - held.keys() - set(untold)
    parts = answers(held, absent, frozenset(elsewhere), code_at)
    assert [part.part for part in parts] == ["data information", "code", "parameters"]
    return [*(part.met for part in parts), overall(parts)]


def test_met_where_data_code_and_weights_are_there_under_open_licences() -> None:
    assert asked(ALL) == [True, True, True, True]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"final_parameters": ("llama3.1",)}, [True, True, False, False]),
        ({"final_parameters": ()}, [True, True, None, None]),
        ({"training_code": ("CC-BY-NC-4.0",)}, [True, False, True, False]),
        ({"training_code": ()}, [True, None, True, None]),
        ({"datasets": ("CC-BY-NC-4.0",)}, [None, True, True, None]),
    ],
)
def test_a_licence_that_is_not_open_fails_its_part_and_one_that_nobody_knows_leaves_it_open(
    change: dict[str, tuple[str, ...]], expected: list[bool | None]
) -> None:
    assert asked(ALL | change) == expected


def test_whether_a_description_of_data_suffices_is_for_people() -> None:
    held = {one: licences for one, licences in ALL.items() if one != "datasets"}
    assert asked(held) == [None, True, True, None]
    assert asked(ALL, elsewhere=("datasets",)) == [None, True, True, None]


def test_what_is_kept_elsewhere_was_not_looked_at() -> None:
    weights = {"final_parameters": ("MIT",)}
    assert asked(weights) == [False, False, True, False]
    assert asked(weights, code_at="https://github.com/acme/chat") == [None, None, True, None]
    assert asked(ALL, elsewhere=CODE) == [True, None, True, None]


def test_where_files_could_not_be_read_nothing_is_said_to_be_missing() -> None:
    assert asked({}, untold=tuple(one.id for one in COMPONENTS)) == [None, None, None, None]
