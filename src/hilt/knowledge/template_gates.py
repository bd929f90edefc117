"""Finds what a chat template says only when a message holds certain words.

Templates compare message texts with markers (`</think>`, `/no_think`), never with words of a language. A branch behind
such words that adds text of its own is an instruction that only the right question wakes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jinja2 import nodes

TEXT_KEYS = frozenset({"content", "text"})
KEYS_OF_A_MESSAGE = frozenset(
    "content text type role name image image_url images video video_url audio audio_url input_audio parts blocks thinking "
    "reasoning reasoning_content tool_calls tool_call_id result results output value url id data documents".split()
)
"""Compared with a message to learn its shape, not what it says."""
COMPARES = frozenset(
    {"startswith", "endswith", "find", "rfind", "count", "index", "split", "partition", "__contains__"}
)
"""Methods of strings that tell whether another string is in them."""
WORDS = re.compile(r"\w[\w'-]+")
MARKER = re.compile(r"\s*[<\[{/|#\W_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A condition on the words of a message: `words` are compared, `adds` is the longest text that depends on it."""

    line: int
    words: str
    adds: str

    @property
    def speaks(self) -> bool:
        """Does it add words, not only a marker or what the message said?"""
        return _says_something(self.adds) and self.adds.strip() != self.words.strip()

    @property
    def instructs(self) -> bool:
        """Is what it adds long enough to tell a model something?"""
        return len(WORDS.findall(self.adds)) >= 4


def gates(tree: nodes.Template) -> Iterator[Gate]:
    """Every place where words in a message make the template add or decide something."""
    bound = _bound(tree)
    texts = _names_of_texts(bound)
    flags: dict[str, str] = {}
    for node in tree.find_all(nodes.Node):
        match node:
            case nodes.If() | nodes.CondExpr():
                for words, inside in _branches(node, texts, flags, bound):
                    flags.update((_name(target), words) for target in _targets(inside))
                    yield Gate(line=node.lineno, words=words, adds=_longest(inside, bound))
            case nodes.Assign(target=target, node=value):
                words = next((words for words, holds in _conditions(value, texts, bound) if holds), "")
                if words and not isinstance(value, nodes.CondExpr):
                    flags[_name(target)] = words
            case (
                nodes.Filter(node=inner, name="replace", args=[nodes.Const(value=str(words)), new, *_])
                | nodes.Call(
                    node=nodes.Getattr(node=inner, attr="replace"), args=[nodes.Const(value=str(words)), new, *_]
                )
            ) if _is_text(inner, texts) and _says_something(words):
                gate = Gate(line=node.lineno, words=words, adds=_longest([new], bound))
                if gate.instructs:
                    yield gate
            case nodes.FilterBlock(filter=nodes.Filter(name="replace", args=[nodes.Const(value=str(words)), new, *_])):
                gate = Gate(line=node.lineno, words=words, adds=_longest([new], bound))
                if _says_something(words) and gate.instructs:
                    yield gate
            case (
                nodes.And(left=asked, right=nodes.Const() as said)
                | nodes.Getitem(node=nodes.List() as said, arg=asked)
                | nodes.Mul(left=nodes.Const() as said, right=asked)
                | nodes.Mul(left=asked, right=nodes.Const() as said)
            ) if words := next((words for words, _ in _conditions(asked, texts, bound)), ""):
                yield Gate(line=node.lineno, words=words, adds=_longest([said], bound))
            case (
                nodes.Getitem(node=table, arg=key)
                | nodes.Call(node=nodes.Getattr(node=table, attr="get"), args=[key, *_])
            ) if _is_text(key, texts):
                words = next(iter(_literals([table, *bound.get(_name(table), [])])), "a key of a table")
                yield Gate(line=node.lineno, words=words, adds=_longest([table], bound))


def _branches(
    node: nodes.If | nodes.CondExpr, texts: set[str], flags: dict[str, str], bound: dict[str, list[nodes.Node]]
) -> Iterator[tuple[str, list[nodes.Node | None]]]:
    """The words that a condition asks for, with what happens where a message says them."""
    if isinstance(node, nodes.If):
        then: list[nodes.Node | None] = [*node.body]
        other: list[nodes.Node | None] = [*node.elif_, *node.else_]
    else:
        then, other = [node.expr1], [node.expr2]
    for words, holds in _conditions(node.test, texts, bound):
        yield words, then if holds else other
    for part, holds in _with_sign(node.test):
        if _name(part) in flags:
            yield flags[_name(part)], then if holds else other


def _bound(tree: nodes.Template) -> dict[str, list[nodes.Node]]:
    """What each variable is set to or runs over, and the bodies of macros."""
    bound: dict[str, list[nodes.Node]] = {}
    for node in tree.find_all((nodes.Assign, nodes.For, nodes.Macro, nodes.AssignBlock)):
        match node:
            case nodes.Assign(target=target, node=value) | nodes.For(target=target, iter=value):
                bound.setdefault(_name(target), []).append(value)
            case nodes.Macro(name=name, body=body):
                bound.setdefault(name, []).extend(body)
            case nodes.AssignBlock(target=target, body=body):
                bound.setdefault(_name(target), []).extend(body)
    macros = {macro.name: macro.args for macro in tree.find_all(nodes.Macro)}
    for call in tree.find_all(nodes.Call):
        for parameter, argument in zip(macros.get(_name(call.node), ()), call.args, strict=False):
            bound.setdefault(_name(parameter), []).append(argument)
    return bound


def _longest(inside: list[nodes.Node | None], bound: dict[str, list[nodes.Node]]) -> str:
    """The longest text that stands in these nodes, or in the variables and macros that they use."""
    used = {_name(part) for node in inside for part in _parts(node)} & bound.keys() - {""}
    said = [*inside, *(node for name in used for node in bound[name])]
    return max(_literals(said), key=len, default="")


def _with_sign(node: nodes.Node | None, *, holds: bool = True) -> Iterator[tuple[nodes.Node, bool]]:
    """Every part of a condition, and whether the condition asks for it (or for its contrary)."""
    if node is None:
        return
    yield node, holds
    for child in node.iter_child_nodes():
        yield from _with_sign(child, holds=holds != isinstance(node, nodes.Not))


def _parts(node: nodes.Node | None) -> Iterator[nodes.Node]:
    if node is not None:
        yield node
        yield from node.find_all(nodes.Node)


def _name(node: nodes.Node) -> str:
    """How a variable is told apart: `x`, or `ns.x` for an attribute of a namespace."""
    match node:
        case nodes.Name(name=name):
            return str(name)
        case nodes.NSRef(name=name, attr=attr) | nodes.Getattr(node=nodes.Name(name=name), attr=attr):
            return f"{name}.{attr}"
    return ""


def _targets(inside: list[nodes.Node | None]) -> Iterator[nodes.Node]:
    for node in inside:
        yield from (part.target for part in _parts(node) if isinstance(part, nodes.Assign))


def _literals(inside: list[nodes.Node | None]) -> Iterator[str]:
    for node in inside:
        for part in _parts(node):
            match part:
                case nodes.Const(value=str(text)) | nodes.TemplateData(data=text):
                    yield text


def _names_of_texts(bound: dict[str, list[nodes.Node]]) -> set[str]:
    """Variables that hold the text of a message, or a piece of it."""
    names: set[str] = set()
    while True:
        found = (
            {name for name, values in bound.items() if any(_is_text(value, names) for value in values)} - names - {""}
        )
        if not found:
            return names
        names |= found


def _is_text(node: nodes.Node | None, names: set[str]) -> bool:
    """Does the expression yield the text of a message, or a piece of it?"""
    match node:
        case nodes.Getattr(attr=key) | nodes.Getitem(arg=nodes.Const(value=str(key))):
            return key in TEXT_KEYS or _name(node) in names
        case nodes.Getitem(node=inner):
            return _is_text(inner, names)
        case nodes.Name(name=name):
            return name in names
        case nodes.Filter(node=inner, name=name):
            keys = [part.value for part in _parts(node) if isinstance(part, nodes.Const) and part.value in TEXT_KEYS]
            whole = name in ("string", "tojson", "join") and _name(inner or node) in ("messages", "message")
            return whole or (name == "map" and bool(keys)) or _is_text(inner, names)
        case nodes.Call(node=nodes.Getattr(attr="get"), args=[nodes.Const(value=str(key)), *_]) if key in TEXT_KEYS:
            return True
        case nodes.Call(node=nodes.Getattr(node=inner)) if _is_text(inner, names):
            return True
        case nodes.Output(nodes=inner_nodes):
            return any(_is_text(inner, names) for inner in inner_nodes)
        case nodes.Call(node=nodes.Name(), args=args):
            return any(_is_text(arg, names) for arg in args)
        case nodes.Add(left=left, right=right):
            return _is_text(left, names) or _is_text(right, names)
        case nodes.Concat(nodes=inner_nodes):
            return any(_is_text(inner, names) for inner in inner_nodes)
        case nodes.CondExpr(expr1=one, expr2=other):
            return _is_text(one, names) or _is_text(other, names)
    return False


def _conditions(
    test: nodes.Node | None, names: set[str], bound: dict[str, list[nodes.Node]]
) -> Iterator[tuple[str, bool]]:
    """The words that a condition compares with the text of a message; False where it asks that they are not there."""
    sides: list[Any]
    for node, sign in _with_sign(test):
        holds = sign
        match node:
            case nodes.Compare(expr=left, ops=ops):
                sides = [left, *(operand.expr for operand in ops)]
                holds = sign != any(operand.op in ("ne", "notin") for operand in ops)
            case nodes.Call(node=nodes.Getattr(node=inner, attr=method), args=args) if method in COMPARES:
                sides = [inner, *args]
            case nodes.Test(node=inner, name=name, args=[_, *_] as args):
                sides = [inner, *args]
                holds = sign != (name in ("ne", "!="))
            case nodes.Filter(name="selectattr" | "rejectattr" | "select" | "reject", args=args):
                sides = args if any(_is_key(arg) for arg in args) else [*node.iter_child_nodes()]
            case _:
                continue
        if any(_is_text(side, names) or _is_key(side) for side in sides):
            wanted = [node for side in sides for node in bound.get(_name(side), []) if _name(side) not in names]
            yield from ((text, holds) for text in _literals([*sides, *wanted]) if _says_something(text))


def _is_key(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Const) and node.value in TEXT_KEYS


def _says_something(text: str) -> bool:
    return bool(WORDS.search(text)) and not MARKER.match(text) and text.strip() not in KEYS_OF_A_MESSAGE
