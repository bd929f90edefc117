"""Why a condition does not hold: the smallest parts that made it so, with the values they saw."""

from __future__ import annotations

import json
from collections.abc import Iterator

from hilt.core.finding import Severity
from hilt.policy.evaluate import NamedValues, Scope, Value, decide, evaluate, items
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
    children,
    path_of,
    paths,
    text_of,
)

MAX_SHOWN = 5
"""Items of a list that one line names; the rest are counted."""
MAX_TEXT = 100
"""Characters of a value that stand in a line."""
MAX_LABEL = 300
"""Characters of the place of a finding; paths inside archives get long."""
MAX_BITS = 128
"""Larger numbers, which only a hostile header holds, are not written out: Python itself refuses to at some point."""

_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">": "<=", "<=": ">", ">=": "<"}
_MIRROR = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
_METHODS = {"startsWith": "start with", "endsWith": "end with", "contains": "contain", "matches": "match"}
_HOW_MANY = {
    ("exists", True): "at least one item of",
    ("exists", False): "no item of",
    ("all", True): "every item of",
    ("all", False): "not every item of",
}


def reasons(node: Node, scope: Scope, *, wanted: bool = True, asker: str = "rule") -> tuple[str, ...]:
    """One line for each part that keeps `node` from being what is `wanted`; it is the opposite, or unknown.

    `asker` is who needs it.
    """
    return tuple(dict.fromkeys(_reasons(node, scope, wanted, asker)))


def seen(node: Node, scope: Scope) -> tuple[str, ...]:
    """One line for each field that `node` reads and that is known."""
    values = {path: evaluate(_field(path), scope) for path in paths(node)}
    return tuple(f"{path} is {shown(value)}" for path, value in values.items() if value is not None)


def _field(path: str) -> Node:
    first, *names = path.split(".")
    node: Node = Name(id=first)
    for name in names:
        node = Field(of=node, name=name)
    return node


def _reasons(node: Node, scope: Scope, wanted: bool, asker: str) -> Iterator[str]:
    value = decide(node, scope)
    if isinstance(node, Not):
        yield from _reasons(node.part, scope, not wanted, asker)
    elif isinstance(node, And | Or):
        for part in _to_blame(node, scope):
            yield from _reasons(part, scope, wanted, asker)
    elif isinstance(node, Macro):
        yield from _macro(node, scope, wanted, asker)
    elif value is None:
        yield from (f"{path} is unknown" for path in _unknown(node, scope))
    else:
        yield f"{_seen(node, scope)}, {asker} needs {_target(node, scope, wanted)}"


def change(node: Node, scope: Scope, *, wanted: bool = True) -> str:
    """What would have to be so for `node` to be what is `wanted`."""
    if isinstance(node, Not):
        return change(node.part, scope, wanted=not wanted)
    if isinstance(node, And | Or):
        needs = [change(part, scope, wanted=wanted) for part in _to_blame(node, scope)]
        # For "a && b" to hold every part must change; for it to fail, one is enough. For "||" it is the other way.
        both = isinstance(node, And) is wanted
        if not both and len(needs) > 1:
            needs = [f"({need})" if " and " in need else need for need in needs]
        return (" and " if both else " or ").join(dict.fromkeys(needs))
    if isinstance(node, Macro):
        if evaluate(node.of, scope) is None:
            return f"{text_of(node.of)} is known"
        if told := _own_changes(node, scope, wanted):
            return told
        return f"{_HOW_MANY[node.name, wanted]} {text_of(node.of)} has {text_of(node.body)}"
    if decide(node, scope) is None:
        return " and ".join(f"{path} is known" for path in _unknown(node, scope))
    return _condition(node, wanted)


def _own_changes(node: Macro, scope: Scope, wanted: bool) -> str:
    """What the items themselves say would change them, where all of them must; empty where one does not say."""
    if (node.name == "all") is not wanted:
        return ""
    value = decide(node, scope)
    read = [path.removeprefix(f"{node.variable}.") for path in paths(node.body)]
    told: dict[str, None] = {}
    for item, fits in items(node, scope) or ():
        if fits is not value and fits is not None:
            continue
        changes = (item.change(name) for name in read) if isinstance(item, NamedValues) and item.change else ()
        own = next(filter(None, changes), ())
        if not own:
            return ""
        told |= dict.fromkeys(own)
        if len(told) > MAX_SHOWN:
            break
    named = [f"({one})" if " or " in one and len(told) > 1 else one for one in told]
    return " and ".join([*named[:MAX_SHOWN], *(["more"] if len(named) > MAX_SHOWN else [])])


def _to_blame(node: And | Or, scope: Scope) -> list[Node]:
    """The parts whose value is the value of the whole: those that made it so."""
    value = decide(node, scope)
    return [part for part in node.parts if decide(part, scope) is value]


def _macro(node: Macro, scope: Scope, wanted: bool, asker: str) -> Iterator[str]:
    of = text_of(node.of)
    found = items(node, scope)
    if found is None:
        yield from (f"{path} is unknown" for path in _unknown(node.of, scope))
        return
    value = decide(node, scope)
    blamed = [item for item, fits in found if fits is value]
    if value is None:
        yield f"{len(blamed)} of {len(found)} in {of} cannot be told: {_labels(blamed)}"
        # What is unknown in an item itself, its label tells.
        own = f"{node.variable}."
        yield from (f"{path} is unknown" for path in _unknown(node, scope) if not path.startswith(own))
    elif not found:
        yield f"{of} is empty, {asker} needs {_HOW_MANY[node.name, wanted]} it with {text_of(node.body)}"
    elif (node.name == "exists") is value:
        yield f"{len(blamed)} of {len(found)} in {of}: {_labels(blamed)}"
    else:
        yield (
            f"all {len(found)} in {of} have {text_of(node.body)}"
            if value
            else (f"none of {len(found)} in {of} has {text_of(node.body)}")
        )


def _unknown(node: Node, scope: Scope) -> tuple[str, ...]:
    """The smallest parts of `node` that are unknown."""
    return tuple(dict.fromkeys(_unknown_parts(node, scope)))


def _unknown_parts(node: Node, scope: Scope) -> Iterator[str]:
    if path_of(node) is not None:
        if evaluate(node, scope) is None:
            yield text_of(node)
    elif isinstance(node, ListLiteral):
        # The list is there even where its items are unknown.
        for item in node.items:
            yield from _unknown_parts(item, scope)
    elif evaluate(node, scope) is None:
        parts = _unknown_items(node, scope) if isinstance(node, Macro) else [(part, scope) for part in children(node)]
        below = [path for part, seen in parts for path in _unknown_parts(part, seen)]
        yield from below or [text_of(node)]


def _unknown_items(node: Macro, scope: Scope) -> list[tuple[Node, Scope]]:
    """Where to look for what makes `node` unknown: in its list, and in its body as the first unknown item sees it."""
    undecided = [item for item, fits in items(node, scope) or () if fits is None]
    first = [(node.body, {**scope, node.variable: undecided[0]})] if undecided and undecided[0] is not None else []
    return [(node.of, scope), *first]


def _seen(node: Node, scope: Scope) -> str:
    """The values that a leaf looked at."""
    looked_at: tuple[Node, ...] = (node,)
    if isinstance(node, Compare):
        looked_at = (node.left, node.right)
    elif isinstance(node, Method):
        looked_at = (node.of, node.argument)
    elif isinstance(node, Has):
        return f"{text_of(node.field)} is {'unknown' if evaluate(node.field, scope) is None else 'known'}"
    varying = [part for part in looked_at if not _constant(part)] or looked_at[:1]
    return " and ".join(f"{text_of(part)} is {shown(evaluate(part, scope))}{_counted(part, scope)}" for part in varying)


def _counted(node: Node, scope: Scope) -> str:
    """What a `size` counted, so that nobody has to look for it."""
    values = evaluate(node.of, scope) if isinstance(node, Size) else None
    return f" ({_labels(list(values))})" if isinstance(values, tuple) and values else ""


def _target(node: Node, scope: Scope, wanted: bool) -> str:
    """What the rule needs of the one value that a leaf looked at, or else the leaf's whole condition."""
    match node:
        case Compare(op="in", left=left, right=right) if _constant(right):
            return f"{'one' if wanted else 'none'} of {shown(evaluate(right, scope))}"
        case Compare(op="in", left=left) if _constant(left):
            return f"{text_of(left)} {'in it' if wanted else 'not in it'}"
        case Compare(op=op, left=left, right=right) if op != "in" and _constant(left) != _constant(right):
            op = op if wanted else _OPPOSITE[op]
            return f"{op} {text_of(right)}" if _constant(right) else f"{_MIRROR[op]} {text_of(left)}"
        case Method(name=name, argument=argument) if _constant(argument):
            return f"it {'' if wanted else 'not '}to {_METHODS[name]} {text_of(argument)}"
        case Has():
            return f"it to be {'known' if wanted else 'unknown'}"
        case Name() | Field() | Index() | Literal():
            return shown(wanted)
    return _condition(node, wanted)


def _condition(node: Node, wanted: bool) -> str:
    """What a leaf must say, as a condition of its own."""
    if isinstance(node, Has):
        return f"{text_of(node.field)} is {'known' if wanted else 'unknown'}"
    if isinstance(node, Compare) and not wanted and node.op in _OPPOSITE:
        return text_of(Compare(op=_OPPOSITE[node.op], left=node.left, right=node.right))
    if isinstance(node, Name | Field | Index | Literal):
        return f"{text_of(node)} is {shown(wanted)}"
    return text_of(node if wanted else Not(part=node))


def _constant(node: Node) -> bool:
    if isinstance(node, Name):
        return node.id in Severity.__members__
    return isinstance(node, Literal) or (isinstance(node, ListLiteral) and all(map(_constant, node.items)))


def shown(value: Value) -> str:
    """A value as an explanation writes it, cut where it is long."""
    match value:
        case None:
            return "unknown"
        case Severity():
            return value.name
        case NamedValues(label=label):
            return label if len(label) <= MAX_LABEL else f"{label[:MAX_LABEL]}…"
        case int() if value.bit_length() > MAX_BITS:
            return f"{'less than -' if value < 0 else 'more than '}2**{value.bit_length() - 1}"
        case tuple():
            return f"[{_labels(list(value))}]"
        case str() if len(value) > MAX_TEXT:
            return json.dumps(value[:MAX_TEXT], ensure_ascii=False) + f"… ({len(value)} characters)"
    return json.dumps(value, ensure_ascii=False)


def _labels(values: list[Value]) -> str:
    named = ", ".join(map(shown, values[:MAX_SHOWN]))
    return named if len(values) <= MAX_SHOWN else f"{named} and {len(values) - MAX_SHOWN} more"
