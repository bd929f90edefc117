"""What CPython's pickle machine made, and what hilt's says that it would make, in one spelling that can be compared.

A shape is nested tuples. What occurs twice in it is counted, so that shared and circular references can be compared too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from hilt.formats.pickle_machine import KEPT_ITEMS, Global, Items, Made
from hilt.formats.pickle_walk import KEPT, Span

Shape = Any
_DEEPEST = 200


class Did(NamedTuple):
    """One thing that a pickle machine did: looked up a name, called, gave a state, put something in, asked outside."""

    what: str
    target: Shape
    args: Shape = ()
    keywords: Shape = ()


class Compound(NamedTuple):
    """A value with others in it: `kind` is list, tuple, set, frozenset, dict (of pairs) or made."""

    kind: str
    inside: list[Any]
    size: int


def shape_of_real(value: Any) -> Shape:
    """The shape of something that CPython's machine made."""
    return _Shaper(_look_at_real).of(value)


def shape_of_symbol(value: Any) -> Shape:
    """The shape of something that hilt's machine made."""
    return _Shaper(_look_at_symbol).of(value)


class _Shaper:
    def __init__(self, look: Callable[[Any], Compound | Shape]) -> None:
        self._look = look
        self._seen: dict[int, int] = {}

    def of(self, value: Any, depth: int = 0) -> Shape:
        seen = self._look(value)
        if not isinstance(seen, Compound):
            return seen
        if depth > _DEEPEST:
            return ("deep",)
        if id(value) in self._seen:
            return ("again", self._seen[id(value)])
        self._seen[id(value)] = len(self._seen)
        kept = seen.inside[:KEPT_ITEMS]
        if seen.kind in ("set", "frozenset"):  # has no order; of a long one hilt keeps only some
            members = tuple(sorted(set(self._apart(kept)), key=repr))
            return (seen.kind, seen.size) if seen.size > KEPT_ITEMS else (seen.kind, len(members), members)
        if seen.kind == "dict":
            pairs = dict(zip(self._apart(key for key, _ in kept), (item for _, item in kept), strict=True))
            size = seen.size if seen.size > KEPT_ITEMS else len(pairs)
            return ("dict", size, tuple((key, self.of(item, depth + 1)) for key, item in pairs.items()))
        return (seen.kind, seen.size, tuple(self.of(item, depth + 1) for item in kept))

    def _apart(self, values: Iterable[Any]) -> list[Shape]:
        """Shapes of what is compared by value, wherever else it occurs."""
        return [_Shaper(self._look).of(value) for value in values]


def _look_at_real(value: Any) -> Compound | Shape:
    match value:
        case None | bool() | int() | str() | bytes() | bytearray() | float():
            return _leaf(value)
        case tuple() if not value:
            return ()
        case list() | tuple() | set() | frozenset():
            return Compound(type(value).__name__, list(value), len(value))
        case dict():
            return Compound("dict", list(value.items()), len(value))
        case type():
            return ("global", *value.named)  # type: ignore[attr-defined]
    if value.maker is None and value.named == ():
        return ("opaque",)
    return _made(value.maker or type(value), list(value.args), value.state)


def _look_at_symbol(value: Any) -> Compound | Shape:
    match value:
        case None | bool() | int() | str() | bytes() | float():
            return _leaf(value)
        case Span():
            return ("long text" if value.text else "long bytes",)
        case tuple() if not value:
            return ()
        case list() | tuple():
            return Compound(type(value).__name__, list(value), len(value))
        case Items():
            return Compound(value.kind, value.first, value.size)
        case Global():
            return ("global", value.module, value.name)
        case Made():
            args = value.args if isinstance(value.args, tuple) else getattr(value.args, "first", [])
            return _made(value.callable, list(args), value.state)
        case _:
            return ("opaque",)


def _made(maker: Any, args: list[Any], state: Any) -> Compound:
    inside = [maker, state, *args][:KEPT_ITEMS]
    return Compound("made", inside, len(inside))


def _leaf(value: Any) -> Shape:
    if isinstance(value, str | bytes | bytearray):
        kind = "text" if isinstance(value, str) else "bytes"
        return (kind, value if kind == "text" else bytes(value)) if len(value) <= KEPT else (f"long {kind}",)
    return (type(value).__name__, repr(value))
