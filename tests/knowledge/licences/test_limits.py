"""A sentence that denies a licence, or limits it, is never told as if it granted it."""

from __future__ import annotations

import pytest

from hilt.knowledge.licences.prose import statements

DENIALS = (
    "This model is not licensed under MIT.",
    "The model is no longer licensed under MIT.",
    "The model is never released under the MIT license.",
    "The model isn\u2019t licensed under MIT.",
    "The model cannot be licensed under the MIT license.",
    "The model will be released under the MIT license if we reach 1000 stars.",
    "It would be wrong to say that the model is licensed under MIT.",
)
LIMITS = (
    "This model was licensed under MIT until 2023.",
    "The model is licensed under MIT, except that commercial use is forbidden.",
    "The model is licensed under MIT for non-commercial use.",
    "This model is licensed under the MIT License for academic use only.",
    "The weights are licensed under MIT to charities only.",
    "License: MIT for research; commercial use forbidden",
    "License: MIT License (academic use only)",
)
GRANTS = (
    "This model is licensed under MIT.",
    "The model is not only free, it is licensed under MIT.",
    "The model is licensed under MIT for research and commercial use.",
    "License: MIT",
)


@pytest.mark.parametrize("said", DENIALS)
def test_a_licence_that_is_denied_is_none(said: str) -> None:
    assert [found.named.ids for found in statements(f"# M\n\n{said}\n") if found.named.ids] == []


@pytest.mark.parametrize("said", LIMITS)
def test_a_licence_that_is_limited_comes_with_what_nobody_knows(said: str) -> None:
    found = list(statements(f"# M\n\n{said}\n"))
    assert [one.named.ids for one in found] == [("mit",)]
    assert all(one.named.unknown for one in found)


@pytest.mark.parametrize("said", GRANTS)
def test_a_licence_that_is_granted_is_known(said: str) -> None:
    assert [(one.named.ids, one.named.unknown) for one in statements(f"# M\n\n{said}\n")] == [(("mit",), ())]


def test_a_limit_that_the_licence_has_by_itself_is_nothing_new() -> None:
    found = list(statements("# M\n\nThe model is licensed under CC BY-NC 4.0, for non-commercial use only.\n"))
    assert [(one.named.ids, one.named.unknown) for one in found] == [(("cc-by-nc-4.0",), ())]
