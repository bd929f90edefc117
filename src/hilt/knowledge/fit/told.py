"""What a config or a header tells of the layers of a model, and what keeps it from being told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from hilt.knowledge.fit.shape import Layers

MOST_LAYERS = 1024
"""llama.cpp takes 512, and no model has as many."""
MOST_NUMBER = 1 << 24
"""No width, head or vocabulary of a model is larger."""


class Untold(Exception):
    """The memory of a model cannot be told; the message says why, in words that a sentence can go on with."""


class Told(NamedTuple):
    """What a model keeps of each token, layer for layer, as a file tells it. Numbers that it does not tell are 0.

    `stack` are the layers that write, one after the other, and `ahead` those beside them that guess further tokens.
    `embedded` is the width of the table of embeddings, where that is told to be another.
    `headless` are the places of layers that are told to have no heads that keep anything.
    """

    layers: tuple[Layers, ...]
    stack: int = 0
    ahead: int = 0
    embedded: int = 0
    headless: frozenset[int] = frozenset()
    vocabulary: int = 0
    width: int = 0
    heads: int = 0
    inner: int = 0


class Numbers:
    """The numbers that a config or header states, each held to what a model can have. Raises `Untold` where one is absurd."""

    def __init__(self, look_up: Callable[[str], Any], filled: Mapping[str, Any] = MappingProxyType({})) -> None:
        self._look_up, self._filled = look_up, filled

    def __getitem__(self, key: str) -> Any:
        """What is stated under the key, as it is, or else `filled` in; None where nothing is."""
        value = self._look_up(key)
        return self._filled.get(key) if value is None else value

    def of(self, *keys: str, otherwise: int | None = None, most: int = MOST_NUMBER) -> int:
        """The number under the first of these keys that states one, or else the first that is filled in."""
        for look_up in (self._look_up, self._filled.get):
            for key in keys:
                if (value := look_up(key)) is None:
                    continue
                if type(value) is not int or not 0 <= value <= most:
                    raise Untold(f"it states {key} = {str(value)[:40]}, which no model has")
                return value
        if otherwise is None:
            raise Untold(f"it does not state {keys[0]}")
        return otherwise

    def list(self, key: str, length: int) -> list[Any]:
        """The list under the key, one entry for each layer; empty where there is none."""
        value = self[key]
        if value is None:
            return []
        if not isinstance(value, list | tuple) or len(value) < length:
            raise Untold(f"{key} is no list of {length} layers")
        return list(value[:length])

    def flag(self, key: str, *, otherwise: bool = False) -> bool:
        value = self[key]
        return value if isinstance(value, bool) else otherwise
