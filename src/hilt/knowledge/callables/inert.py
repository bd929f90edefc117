"""Which objects of a pickle run something when a call goes over them, asks them for a method, or turns them into text.

What builds data does all that with what it is given. Numbers, texts and tensors run nothing then. An estimator may; and
so may a plain namespace once a pickle has filled it with functions, which whoever calls its methods calls instead.
"""

from __future__ import annotations

from hilt.formats.pickle_machine import Global, Items, Made, Value
from hilt.knowledge.callables.judge import is_callable, is_inert
from hilt.knowledge.callables.safe import INERT

_DEPTH = 4
"""Containers inside each other that are gone through."""
_MOST = 1024
"""Values that are looked at for one call; no honest call is given more of them in nested containers."""


class Inertness:
    """What is known of the classes that one pickle names."""

    def __init__(self) -> None:
        self._inert: dict[Global, bool] = {}

    def runs_methods(self, values: Value) -> bool:
        """Is there an object among `values`, or inside one, whose methods may do more than tell numbers?"""
        pending = [(values, _DEPTH)]
        seen = 0
        while pending:
            value, depth = pending.pop()
            if value.__class__ is Made:
                if not self._knows(value.callable):
                    return True
            elif depth and isinstance(value, tuple | Items):
                inner = value if isinstance(value, tuple) else value.first
                seen += len(inner)
                if seen > _MOST:
                    return True
                pending += [(each, depth - 1) for each in inner if each.__class__ in (Made, tuple, Items)]
        return False

    def filled(self, target: Made, state: Value) -> None:
        """An object takes `state` for its attributes: from now on those of its class are only as inert as that is."""
        if f"{target.callable.module}.{target.callable.name}" in INERT:
            return  # an array or a dictionary stands in its place
        parts = state if isinstance(state, tuple) else (state,)
        for part in parts:
            if not isinstance(part, Items) or part.kind != "dict" or not self._knows(target.callable):
                continue
            values = [value for _, value in part.pairs()]
            if part.size > len(part.first) or any(is_callable(value) for value in values) or self.runs_methods(part):
                self._inert[target.callable] = False

    def _knows(self, class_: Value) -> bool:
        if not isinstance(class_, Global):
            return True  # what a computed call made is told of as such
        known = self._inert.get(class_)
        if known is None:
            known = self._inert[class_] = is_inert(class_.module, class_.name)
        return known
