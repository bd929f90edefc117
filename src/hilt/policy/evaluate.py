"""What an expression says of the evidence: true, false or unknown (Kleene's strong logic; None stands for unknown).

Unknown never decides: `false && unknown` is false and `true || unknown` is true, everything else that rests on an
unknown value is unknown. The expression has passed `checker.check`, so nothing here can fail.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hilt.core.finding import Severity
from hilt.policy.pattern import compiled
from hilt.policy.syntax import (
    And,
    Compare,
    Field,
    Has,
    Index,
    ListLiteral,
    Literal,
    Macro,
    Method,
    Name,
    Node,
    Not,
    Or,
    Size,
)


@dataclass(frozen=True, slots=True)
class NamedValues:
    """A group of named values; one that is missing is unknown.

    `label` is how an explanation names it. `change` says of a field what, together, would make it another value, where
    that is more than the rule that reads it can tell.
    """

    fields: Mapping[str, Value]
    label: str = ""
    change: Callable[[str], tuple[str, ...]] | None = None


Value = bool | int | float | str | tuple["Value", ...] | NamedValues | None
Scope = Mapping[str, Value]
"""What the first words of field paths stand for."""

MAX_MATCHED = 10_000
"""Characters in which `matches` looks for a pattern; of a longer text it is unknown."""

LEVELS: Scope = dict(Severity.__members__)

_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def decide(node: Node, scope: Scope) -> bool | None:
    """A condition on the evidence: True, False, or None where it cannot be told."""
    value = evaluate(node, scope)
    if value is None or isinstance(value, bool):
        return value
    raise TypeError(f"not a condition: {node!r}")


def evaluate(node: Node, scope: Scope) -> Value:
    match node:
        case Name(id=name):
            return scope[name] if name in scope else LEVELS.get(name)
        case Field(of=of, name=name):
            record = evaluate(of, scope)
            return record.fields.get(name) if isinstance(record, NamedValues) else None
        case Literal():
            return node.value
        case Compare():
            return compare(node.op, evaluate(node.left, scope), evaluate(node.right, scope))
        case Not(part=part):
            said = decide(part, scope)
            return None if said is None else not said
        case And(parts=parts):
            return every(decide(part, scope) for part in parts)
        case Or(parts=parts):
            return some(decide(part, scope) for part in parts)
        case Macro():
            return _macro(node, scope)
        case Method(of=of, name=name, argument=argument):
            return _method(name, evaluate(of, scope), evaluate(argument, scope))
        case Has(field=field):
            return evaluate(field, scope) is not None
        case Size(of=of):
            counted = evaluate(of, scope)
            return len(counted) if isinstance(counted, str | tuple) else None
        case ListLiteral(items=items):
            return tuple(evaluate(item, scope) for item in items)
        case Index(of=of, place=place):
            return _item(evaluate(of, scope), evaluate(place, scope))
    raise TypeError(f"an unknown part of an expression: {node!r}")


def every(values: Iterable[bool | None]) -> bool | None:
    """Kleene's and: false as soon as one is false, otherwise unknown if one is."""
    result: bool | None = True
    for value in values:
        if value is False:
            return False
        result = None if value is None else result
    return result


def some(values: Iterable[bool | None]) -> bool | None:
    """Kleene's or: true as soon as one is true, otherwise unknown if one is."""
    result: bool | None = False
    for value in values:
        if value is True:
            return True
        result = None if value is None else result
    return result


def compare(op: str, left: Value, right: Value) -> bool | None:
    if op == "in":
        return some(equal(left, item) for item in right) if isinstance(right, tuple) else None
    if op == "==":
        return equal(left, right)
    if op == "!=":
        same = equal(left, right)
        return None if same is None else not same
    return None if left is None or right is None else _ORDER[op](left, right)


def equal(left: Value, right: Value) -> bool | None:
    if left is None or right is None:
        return None
    if isinstance(left, tuple) and isinstance(right, tuple):
        return len(left) == len(right) and every(map(equal, left, right))
    return left == right


def items(node: Macro, scope: Scope) -> list[tuple[Value, bool | None]] | None:
    """Each item that the macro goes through with what its body says of it; None where the list is unknown."""
    values = evaluate(node.of, scope)
    if not isinstance(values, tuple):
        return None
    inner = dict(scope)
    found = []
    for value in values:
        inner[node.variable] = value
        found.append((value, decide(node.body, inner)))
    return found


def _macro(node: Macro, scope: Scope) -> Value:
    found = items(node, scope)
    if found is None:
        return None
    if node.name == "exists":
        return some(fits for _, fits in found)
    if node.name == "all":
        return every(fits for _, fits in found)
    if any(fits is None for _, fits in found):
        return None
    return tuple(value for value, fits in found if fits)


def _method(name: str, text: Value, argument: Value) -> bool | None:
    if not isinstance(text, str) or not isinstance(argument, str):
        return None
    match name:
        case "startsWith":
            return text.startswith(argument)
        case "endsWith":
            return text.endswith(argument)
        case "contains":
            return argument in text
        case "matches":
            return compiled(argument).found_in(text) if len(text) <= MAX_MATCHED else None
    raise TypeError(f"an unknown method: {name}")


def _item(values: Value, index: Value) -> Value:
    """An item of a list; one that is not there is unknown."""
    if isinstance(values, tuple) and isinstance(index, int) and 0 <= index < len(values):
        return values[index]
    return None
