"""Arguments of a call as a short text: what Python would show of them, cut where it gets long."""

from __future__ import annotations

from hilt.formats.pickle import Span
from hilt.formats.pickle_machine import Global, Items, Made, Opaque, Value

_TEXT, _ITEMS, _DEPTH, _ALL = 80, 4, 3, 160
_BRACKETS = {"list": "[]", "dict": "{}", "set": "{}", "frozenset": "{}", "tuple": "()"}


def call(args: Value) -> str:
    """`args` as they stand between the brackets of a call."""
    items = args if isinstance(args, tuple) else (args,)
    text = ", ".join([render(item) for item in items[:_ITEMS]] + ["…"] * (len(items) > _ITEMS))
    return text if len(text) <= _ALL else text[:_ALL] + "…"


def render(value: Value, depth: int = _DEPTH) -> str:
    match value:
        case str() | bytes():
            return repr(value[:_TEXT]) + ("…" if len(value) > _TEXT else "")
        case Span(_, size, text):
            return f"<{'text' if text else 'bytes'} of {size} bytes>"
        case Global(module, name):
            return f"{module}.{name}"
        case Made(callable_, args):
            return f"{render(callable_, 0)}({call(args) if depth and args else '…' if args else ''})"
        case Opaque(what):
            return f"<{what}>"
        case tuple():
            return _row("()", list(value), len(value), depth)
        case Items(kind, first, size):
            return _row(_BRACKETS[kind], first, size, depth)
        case None | bool() | float():
            return repr(value)
        case int() if abs(value) < 10**_TEXT:
            return repr(value)
        case _:
            return "…"


def _row(brackets: str, first: list[Value], size: int, depth: int) -> str:
    if depth == 0 and size:
        return f"{brackets[0]}…{brackets[1]}"
    parts = []
    for item in first[:_ITEMS]:
        if brackets == "{}" and isinstance(item, tuple) and len(item) == 2:
            parts.append(f"{render(item[0], depth - 1)}: {render(item[1], depth - 1)}")
        else:
            parts.append(render(item, depth - 1))
    more = ["…"] * (size > _ITEMS)
    comma = "," if brackets == "()" and size == 1 else ""
    return brackets[0] + ", ".join(parts + more) + comma + brackets[1]
