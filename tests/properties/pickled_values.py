"""Values of every kind, as pickle.dumps spells them: shared, circular, with calls, states, items and persistent ids."""

from __future__ import annotations

import io
import pickle
from typing import Any

from hypothesis import strategies as st


class Made:
    """Pickled as a call with arguments, a state, items and pairs."""

    def __init__(self, args: list[Any], state: Any, items: list[Any], pairs: dict[Any, Any]) -> None:
        self.parts = (tuple(args), state, items, pairs)

    def __reduce__(self) -> tuple[Any, ...]:
        args, state, items, pairs = self.parts
        return Made, args, state, iter(items), iter(pairs.items())


class Filled:
    """Pickled as an empty object that is given its state."""

    def __init__(self, state: Any) -> None:
        self.state = state


class WithArguments(Filled):
    """Pickled with arguments for its `__new__`, by keyword too."""

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self.state,), {"keyword": self.state}


class Outside(str):
    """Pickled as a persistent id."""

    __slots__ = ()


TEXTS = st.text(max_size=12) | st.sampled_from(["x" * 1024, "y" * 1025, "\x80\x04.", "a\nb\\"])
_KEYS = st.none() | st.integers() | TEXTS | st.binary(max_size=8)
_HASHABLE = st.recursive(
    _KEYS, lambda inner: st.lists(inner, max_size=4).map(tuple) | st.frozensets(inner, max_size=4), max_leaves=6
)
_SCALARS = (
    _HASHABLE
    | st.booleans()
    | st.floats()
    | st.sampled_from([b"\0" * 100, b"z" * 1025])  # never near the length from which hilt keeps no literals
    | st.binary(max_size=9).map(bytearray)
    | st.text("abc", min_size=1).map(Outside)
    | st.integers(30, 1100).map(lambda size: list(range(size)))
    | st.integers(30, 40).map(lambda size: dict.fromkeys(map(str, range(size))))
)


def _containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    lists, pairs = st.lists(inner, max_size=5), st.dictionaries(_KEYS, inner, max_size=4)
    shared = inner.map(lambda value: [value, value, (value,)])
    objects = st.builds(Made, lists, inner, lists, pairs) | st.builds(Filled, inner) | st.builds(WithArguments, inner)
    return lists | lists.map(tuple) | pairs | st.sets(_HASHABLE, max_size=4) | shared | lists.map(_looped) | objects


def _looped(value: list[Any]) -> list[Any]:
    value.append({"itself": value})
    return value


VALUES = st.recursive(_SCALARS, _containers, max_leaves=12)
PROTOCOLS = st.integers(0, pickle.HIGHEST_PROTOCOL)


class _Pickler(pickle.Pickler):
    def persistent_id(self, obj: Any) -> str | None:
        return str(obj) if isinstance(obj, Outside) else None


def dumped(value: Any, protocol: int) -> bytes:
    out = io.BytesIO()
    _Pickler(out, protocol).dump(value)
    return out.getvalue()
