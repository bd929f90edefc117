"""The tree of an expression, how it is written back as text, and how an error in it is shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from hilt.core.errors import PolicyInvalid


class Literal(NamedTuple):
    value: bool | int | float | str
    at: int = 0


class ListLiteral(NamedTuple):
    items: tuple[Node, ...]
    at: int = 0


class Name(NamedTuple):
    """The first word of a field path, a variable of a macro, or a level such as `HIGH`."""

    id: str
    at: int = 0


class Field(NamedTuple):
    of: Node
    name: str
    at: int = 0


class Index(NamedTuple):
    of: Node
    place: Node
    at: int = 0


class Not(NamedTuple):
    part: Node
    at: int = 0


class And(NamedTuple):
    parts: tuple[Node, ...]
    at: int = 0


class Or(NamedTuple):
    parts: tuple[Node, ...]
    at: int = 0


class Compare(NamedTuple):
    """`op` is one of == != < <= > >= in."""

    op: str
    left: Node
    right: Node
    at: int = 0


class Has(NamedTuple):
    field: Node
    at: int = 0


class Size(NamedTuple):
    of: Node
    at: int = 0


class Method(NamedTuple):
    """`name` is one of startsWith endsWith contains matches."""

    of: Node
    name: str
    argument: Node
    at: int = 0


class Macro(NamedTuple):
    """`name` is one of exists all filter; `body` sees each item of `of` as `variable`."""

    of: Node
    name: str
    variable: str
    body: Node
    at: int = 0


Node = Literal | ListLiteral | Name | Field | Index | Not | And | Or | Compare | Has | Size | Method | Macro
"""Any part of an expression; `at` is where its first character (of an operator: the operator) stands in the text.

Named tuples, because a dataclass costs ten times as much when hilt starts, and there are many of them.
"""


def children(node: Node) -> tuple[Node, ...]:
    """The parts that stand directly inside `node`, from left to right."""
    match node:
        case ListLiteral():
            return node.items
        case Field() | Size():
            return (node.of,)
        case Index():
            return (node.of, node.place)
        case Not():
            return (node.part,)
        case And() | Or():
            return node.parts
        case Compare():
            return (node.left, node.right)
        case Has():
            return (node.field,)
        case Method():
            return (node.of, node.argument)
        case Macro():
            return (node.of, node.body)
    return ()


def path_of(node: Node) -> str | None:
    """The dotted path that `node` spells (`inspect.code_on_load`), or None where it is something else."""
    names: list[str] = []
    while isinstance(node, Field):
        names.append(node.name)
        node = node.of
    return ".".join([node.id, *reversed(names)]) if isinstance(node, Name) else None


def paths(node: Node, bound: frozenset[str] = frozenset()) -> Iterator[str]:
    """Every field path of the evidence that `node` reads, variables of macros left out; repeats included."""
    path = path_of(node)
    if path is not None:
        if path.split(".", 1)[0] not in bound:
            yield path
    elif isinstance(node, Macro):
        yield from paths(node.of, bound)
        yield from paths(node.body, bound | {node.variable})
    else:
        for child in children(node):
            yield from paths(child, bound)


_OR, _AND, _RELATION, _UNARY, _MEMBER = range(5)
_BINDS = {Or: _OR, And: _AND, Compare: _RELATION, Not: _UNARY}


def text_of(node: Node, around: int = _OR) -> str:
    """`node` as an expression; `around` is how tightly the operator around it binds."""
    text = _text(node)
    return f"({text})" if _BINDS.get(type(node), _MEMBER) < around else text


def _text(node: Node) -> str:
    match node:
        case Literal(value=bool() as value):
            return "true" if value else "false"
        case Literal(value=value):
            return json.dumps(value, ensure_ascii=False)
        case ListLiteral(items=items):
            return f"[{', '.join(map(text_of, items))}]"
        case Name(id=name):
            return name
        case Field(of=of, name=name):
            return f"{text_of(of, _MEMBER)}.{name}"
        case Index(of=of, place=place):
            return f"{text_of(of, _MEMBER)}[{text_of(place)}]"
        case Not(part=part):
            return f"!{text_of(part, _UNARY)}"
        case And(parts=parts):
            return " && ".join(text_of(part, _RELATION) for part in parts)
        case Or(parts=parts):
            return " || ".join(text_of(part, _AND) for part in parts)
        case Compare(op=op, left=left, right=right):
            return f"{text_of(left, _UNARY)} {op} {text_of(right, _UNARY)}"
        case Has(field=path):
            return f"has({text_of(path)})"
        case Size(of=of):
            return f"size({text_of(of)})"
        case Method(of=of, name=name, argument=argument):
            return f"{text_of(of, _MEMBER)}.{name}({text_of(argument)})"
        case Macro(of=of, name=name, variable=variable, body=body):
            return f"{text_of(of, _MEMBER)}.{name}({variable}, {text_of(body)})"
    raise AssertionError(f"a node without a spelling: {node!r}")


def wrong(expression: str, at: int, message: str, *, length: int = 1) -> PolicyInvalid:
    """The error `message` about the characters of `expression` from `at` on, with the line and a caret under them."""
    start = expression.rfind("\n", 0, at) + 1
    end = expression.find("\n", at)
    line = expression[start:] if end < 0 else expression[start:end]
    # A long line is cut, so that the caret stays in sight.
    cut = max(0, at - start - 70)
    shown = ("…" if cut else "") + line[cut : cut + 110] + ("…" if len(line) > cut + 110 else "")
    caret = " " * (at - start - cut + bool(cut)) + "^" * max(1, min(length, len(line) - (at - start)))
    return PolicyInvalid(f"{message}\n    {shown.replace(chr(9), ' ')}\n    {caret}")
