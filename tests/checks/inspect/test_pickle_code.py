from __future__ import annotations

import pytest

from attacks.pickles import called, named, p, stacked, text
from hilt.checks.inspect.pickle_code import CHECK
from hilt.core.finding import Confidence, Severity
from reading import facts, findings

ATTACK = p(4, called(stacked("os", "system"), text("echo hilt")))


def test_a_call_is_told_with_its_target_its_arguments_and_its_place() -> None:
    (finding,) = findings(CHECK, ATTACK, "model.pkl")
    assert finding.message == "loading this file runs commands or other programs: it calls os.system('echo hilt')"
    assert finding.confidence is Confidence.HIGH
    assert (finding.severity, finding.where.path) == (Severity.CRITICAL, "model.pkl")
    assert finding.where.offset is not None
    assert ATTACK[finding.where.offset] == ord("R")


def test_the_facts_count_the_calls() -> None:
    stated = facts(CHECK, ATTACK, "model.pkl")
    assert stated == {"inspect.unsafe_calls": 1, "inspect.code_on_load": True}


@pytest.mark.parametrize("module", ["posix", "nt"])
def test_the_name_of_one_platform_is_told_as_the_one_people_know(module: str) -> None:
    (finding,) = findings(CHECK, p(2, called(named(module, "system"), b"U\x01x")), "model.pkl")
    assert f"os.system('x') (written as {module}.system)" in finding.message


def test_a_dangerous_name_that_is_never_called_is_told_as_that() -> None:
    (finding,) = findings(CHECK, p(4, stacked("os", "system")), "model.pkl")
    assert (finding.severity, finding.confidence) == (Severity.HIGH, Confidence.MEDIUM)
    assert "broken into" not in finding.fix


def test_data_is_quiet() -> None:
    assert findings(CHECK, p(4, b"}" + text("a") + b"K\x01s"), "model.pkl") == []
