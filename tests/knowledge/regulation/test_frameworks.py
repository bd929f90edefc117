from __future__ import annotations

import re

import pytest

from hilt.checks import CHECKS
from hilt.checks.line import Check
from hilt.gate.explain import catalogue, explain
from hilt.knowledge.regulation.frameworks import ACTIONS, CONTROLS, OF_CHECK, OF_FAMILY, of_check, spelled, told


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_every_check_speaks_to_an_action_and_a_control(check: Check) -> None:
    ids = of_check(check.id, check.family)
    assert any(one in ACTIONS for one in ids)
    assert any(one in CONTROLS for one in ids)
    assert all(one in ACTIONS or one in CONTROLS for one in ids)
    assert len(ids) == len(set(ids))


def test_no_entry_is_of_a_check_that_is_gone_and_none_is_unused() -> None:
    assert set(OF_CHECK) <= {check.id for check in CHECKS}
    assert set(OF_FAMILY) == {check.family for check in CHECKS}
    used = {one for check in CHECKS for one in of_check(check.id, check.family)}
    assert ACTIONS.keys() | CONTROLS.keys() == used


def test_ids_have_the_shape_of_their_framework() -> None:
    assert all(re.fullmatch(r"(GV|MP|MS|MG)-\d\.\d{1,2}-\d{3}", one) for one in ACTIONS)
    assert all(re.fullmatch(r"A\.(6\.2|7|8|10)\.\d", one) for one in CONTROLS)


def test_they_are_told_with_their_words() -> None:
    words = told(("MG-3.1-005", "A.7.5"))
    assert words == (
        "NIST AI 600-1: MG-3.1-005 (review transparency artefacts such as model cards of third-party models). "
        "ISO/IEC 42001: A.7.5 (Data provenance)"
    )


def test_they_are_spelled_with_their_framework() -> None:
    assert spelled(("MG-3.1-005", "A.7.5")) == ("nist-ai-600-1:MG-3.1-005", "iso-42001:A.7.5")


def test_a_check_that_is_explained_says_what_it_is_evidence_for() -> None:
    told_of = dict(explain("pickle-code").paragraphs)
    assert "MG-3.1-002" in told_of["Evidence for"]
    assert "nist-ai-600-1:MG-3.1-002" in catalogue().check("pickle-code").evidence_for
