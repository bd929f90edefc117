"""CPython's own unpicklers, the C one and the Python one, with every name they look up replaced by something inert.

Nothing is imported and nothing real is called: `find_class` is the only way out of the pickle machine, and here it
answers with a class that writes down what is done to it. Only streams that these tests made are ever given to it.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from properties.shapes import Did, shape_of_real


@dataclass
class Ran:
    """What CPython did, in its order, what it made, and with which error it stopped."""

    did: list[Did] = field(default_factory=list)
    made: Any = None
    error: Exception | None = None


class _Method:
    """A method of an inert object, or of an inert class where a pickle treats one as an object."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __get__(self, target: Any, owner: Any) -> Callable[..., None]:
        who = owner if target is None else target
        return lambda value: who.note(self._what, who, value)


class _InertClass(type):
    """What stands for a name: a class, because NEWOBJ wants one."""

    def __setitem__(cls, key: Any, value: Any) -> None:
        cls.note("put", cls, (key, value))


def _inert(ran: Ran, *named: str) -> _InertClass:
    def note(what: str, target: Any, value: Any) -> None:
        ran.did.append(Did(what, shape_of_real(target), shape_of_real(value)))
        if what == "state" and not isinstance(target, type):
            target.state = value

    def new(cls: Any, *args: Any, **keywords: Any) -> Any:
        ran.did.append(Did("call", shape_of_real(cls), shape_of_real(list(args)), shape_of_real(keywords)))
        made = object.__new__(cls)
        made.args = args
        return made

    def call(self: Any, *args: Any) -> Any:
        ran.did.append(Did("call", shape_of_real(self), shape_of_real(list(args)), shape_of_real({})))
        made = object.__new__(type(self))
        made.maker, made.args = self, args
        return made

    members = {
        "named": named, "note": staticmethod(note), "__new__": new, "__call__": call, "maker": None,
        "args": (), "state": None, "__setstate__": _Method("state"), "append": _Method("put"),
        "add": _Method("put"), "__setitem__": lambda self, key, value: note("put", self, (key, value)),
    }  # fmt: skip
    return _InertClass("Inert", (), members)


def _outside(ran: Ran) -> Any:
    """What stands for a persistent object, or for a buffer that is not in the pickle."""
    return object.__new__(_inert(ran))


def _unpickler(base: Any, data: bytes, ran: Ran) -> Any:
    known: dict[tuple[str, str], _InertClass] = {}

    def find_class(self: Any, module: str, name: str) -> Any:
        ran.did.append(Did("name", module, name))
        return known.setdefault((module, name), _inert(ran, module, name))

    def persistent_load(self: Any, identity: Any) -> Any:
        ran.did.append(Did("persistent", shape_of_real(identity)))
        return _outside(ran)

    # Only ever as a subclass that answers every name itself.
    members = {"find_class": find_class, "persistent_load": persistent_load}
    return type("Traced", (base,), members)(
        io.BytesIO(data), encoding="latin-1", buffers=iter(lambda: _outside(ran), None)
    )


def run(data: bytes, base: Any = pickle._Unpickler) -> Ran:
    """What the unpickler `base` does with `data`."""
    ran = Ran()
    try:
        ran.made = _unpickler(base, data, ran).load()
    except Exception as error:  # noqa: BLE001 -- a broken stream may raise anything
        ran.error = error
    return ran
