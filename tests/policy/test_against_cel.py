"""Where hilt's subset and CEL both speak they say the same: compared with the Rust binding of CEL.

The differences, all of them on purpose:

- Where CEL raises an error because a field is missing, hilt says unknown.
- hilt looks at every item before it says unknown: `1 in [unknown, 1]` is true and `unknown in []` is false, and in the
  same way for `exists`, `all`, `filter` and `==` of lists. CEL raises at the first item that it cannot tell. That what
  hilt says then is right is shown in `test_evaluate.py`.
- `size` of a text counts characters; this binding counts bytes of UTF-8.
- hilt refuses at load what CEL only notices while evaluating: unknown fields, comparisons of different kinds.
"""

from __future__ import annotations

from typing import Any

import cel
import pytest
from expressions import SCHEMA, conditions_with_has, environments, reports
from hypothesis import event, given, settings

from hilt.core.finding import Severity
from hilt.core.report import Report
from hilt.policy.checker import check
from hilt.policy.evaluate import NamedValues, Value, decide
from hilt.policy.evidence import evidence
from hilt.policy.kinds import evidence_kind
from hilt.policy.parser import parse

EVIDENCE = evidence_kind(SCHEMA)
LEVELS = {name: int(level) for name, level in Severity.__members__.items()}
LOOK_AT_ITEMS = (".exists(", ".all(", ".filter(", "[", " in ")


def plain(value: Value) -> Any:
    """Evidence as CEL takes it: unknown fields are missing, levels are their numbers."""
    match value:
        case NamedValues():
            return {name: plain(field) for name, field in value.fields.items() if field is not None}
        case tuple():
            return [plain(item) for item in value]
        case Severity():
            return int(value)
    return value


def cel_says(expression: str, scope: dict[str, Any]) -> bool | None:
    """What the Rust binding says, None where it raises because something is missing."""
    try:
        value = cel.evaluate(expression, scope)
    except (KeyError, IndexError):
        return None
    assert isinstance(value, bool), f"{expression}: {value!r}"
    return value


@pytest.mark.slow
@settings(max_examples=300)
@given(expression=conditions_with_has, report=reports(), env=environments)
def test_hilt_and_cel_agree(expression: str, report: Report, env: dict[str, str]) -> None:
    compare(expression, report, env)


@pytest.mark.slow
@pytest.mark.timeout(600)
@settings(max_examples=20_000)
@given(expression=conditions_with_has, report=reports(), env=environments)
def test_hilt_and_cel_agree_for_long(expression: str, report: Report, env: dict[str, str]) -> None:
    compare(expression, report, env)


def compare(expression: str, report: Report, env: dict[str, str]) -> None:
    node = parse(expression)
    check(expression, node, EVIDENCE)
    scope = evidence(report, env, SCHEMA)
    ours = decide(node, scope)
    plainly = {name: plain(value) for name, value in scope.items()} | LEVELS
    plainly.setdefault("a", {}).setdefault("deep", {})  # CEL must find a group even where nothing in it is known
    theirs = cel_says(expression, plainly)
    event(f"ours {ours}, theirs {theirs}")
    if theirs is not None:
        assert ours is theirs
    elif ours is not None:
        assert any(word in expression for word in LOOK_AT_ITEMS)
