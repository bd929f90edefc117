"""What stands for the values of a pickle: nothing is imported, made or called."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

KEPT_ITEMS = 32
"""Items of a container that are kept; the others are counted."""

Value = Any
"""None, bool, int, float, str, bytes, `Span` and tuples stand for themselves; for the others see the classes below."""


@dataclass(frozen=True, slots=True)
class Global:
    """What stands under a dotted `name` in `module`."""

    module: str
    name: str


@dataclass(slots=True)
class Made:
    """What a call returned; `state` is what a BUILD gave it later."""

    callable: Value
    args: Value
    state: Value = None


@dataclass(slots=True)
class Items:
    """A list, set, dict or long tuple: its first items (pairs, for a dict), and how many there are."""

    kind: str
    first: list[Value] = field(default_factory=list)
    size: int = 0

    def add(self, items: list[Value]) -> None:
        self.size += len(items)
        if len(self.first) < KEPT_ITEMS:
            self.first.extend(items[: KEPT_ITEMS - len(self.first)])

    def get(self, key: str) -> Value:
        """The last value of `key` in a dict; None where there is none."""
        return next((pair[1] for pair in reversed(self.pairs()) if pair[0] == key), None)

    def pairs(self) -> list[tuple[Value, Value]]:
        """The items that are a key and a value: opcodes may add others to a dict, on which a loader stops."""
        return [item for item in self.first if isinstance(item, tuple) and len(item) == 2]


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value about which nothing is known but where it came from."""

    what: str
