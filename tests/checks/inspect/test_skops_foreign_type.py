from __future__ import annotations

import pytest

from attacks.archives import Part
from attacks.skops_models import HONEST, HOSTILE, Node, estimator, node, skops
from hilt.checks.inspect.extension_mismatch import CHECK as EXTENSION_MISMATCH
from hilt.checks.inspect.skops_foreign_type import CHECK
from hilt.core.finding import Severity
from reading import facts, findings


def seen(schema: Node) -> list[tuple[Severity, str]]:
    return [(found.severity, found.message) for found in findings(CHECK, skops(schema), "model.skops")]


@pytest.mark.parametrize("schema", HONEST)
def test_estimators_are_quiet(schema: Node) -> None:
    assert seen(schema) == []
    assert facts(CHECK, skops(schema), "model.skops") == {}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_road_to_code_is_critical(kind: str) -> None:
    found = seen(HOSTILE[kind])
    assert max(severity for severity, _ in found) == Severity.CRITICAL, found
    assert facts(CHECK, skops(HOSTILE[kind]), "model.skops") == {"inspect.code_on_load": True}


@pytest.mark.parametrize(
    ("schema", "severity", "words"),
    [
        (
            HOSTILE["a command as an operator"],
            Severity.CRITICAL,
            "the model itself names os.system, which skops before",
        ),
        (HOSTILE["a command as a function"], Severity.CRITICAL, "func names os.system, which runs commands"),
        (HOSTILE["a method of another type"], Severity.CRITICAL, "'__globals__' of builtins.Other, said to be of"),
        (
            estimator("own.models.Net"),
            Severity.MEDIUM,
            "the model itself names own.models.Net, which hilt does not know",
        ),
        (estimator(f=node("FunctionNode", "own.f")), Severity.MEDIUM, "f names own.f, which hilt does not know"),
        (node("OperatorFuncNode", "operator.attrgetter"), Severity.MEDIUM, "reaches attributes or methods"),
    ],
)
def test_a_finding_says_where_and_what(schema: Node, severity: Severity, words: str) -> None:
    found = seen(schema)
    assert [message for worst, message in found if worst == severity and words in message], found


def test_what_is_not_known_leaves_open_whether_code_runs() -> None:
    assert facts(CHECK, skops(estimator("own.models.Net")), "model.skops") == {"inspect.code_on_load": None}


def test_a_pickle_under_the_name_is_told_as_one() -> None:
    (found,) = findings(EXTENSION_MISMATCH, b"\x80\x04]\x94K\x01a.", "model.skops")
    assert (found.severity, "skops model" in found.message) == (Severity.HIGH, True)


def test_of_two_schemas_the_one_that_python_opens_is_judged() -> None:
    first = Part(name="schema.json", data=b'{"__loader__": "JsonNode", "__module__": "builtins", "__class__": "str"}')
    found = findings(CHECK, skops(HOSTILE["a command as a function"], first), "model.skops")
    assert found[0].severity == Severity.CRITICAL
