"""What it depends on which code a call of a pickle runs: how it is called, and on what."""

from __future__ import annotations

from hilt.formats.pickle import Opcode
from hilt.formats.pickle_machine import Global, Items, Value

WRAPPERS = frozenset({"builtins.map", "builtins.filter", "functools.reduce", "itertools.starmap", "builtins.apply"})
JOINS = frozenset({"operator.add", "operator.concat", "operator.iadd", "operator.iconcat"})
KEPT = frozenset(
    {"functools.partial", "operator.attrgetter", "operator.methodcaller", "codecs.encode"} | {"numpy.dtype"}
)
"""Callables that are followed: they call what they are given, join texts, or keep what they are to do."""
_MAKERS = frozenset({"copyreg._reconstructor", "copyreg.__newobj__", "copyreg.__newobj_ex__"})


def makes(full: str) -> bool:
    """Does this callable make an object of the class that it is given, without calling it?"""
    return full in _MAKERS or full.endswith(".newObj")


def goes_over(full: str) -> bool:
    """Does this callable, which is safe with plain arguments, call methods of what it is given, or keep it to be called?"""
    return not makes(full) and full != "builtins.getattr"


def builtin(class_: Global) -> bool:
    return class_.module in ("builtins", "__builtin__")


def from_python(class_: Value) -> bool:
    """Is it a container of Python's own, which as a state no pickler makes by a call?"""
    return isinstance(class_, Global) and (builtin(class_) or class_.module in ("collections", "types"))


def is_no_mapping(class_: Global) -> bool:
    """Is it of a library whose objects get no items by SETITEM, which runs more than it does for a dictionary?"""
    return class_.module.partition(".")[0] in ("numpy", "pandas", "torch")


def handed_on(rest: list[Value]) -> tuple[Value, ...]:
    """What a maker calls the class with. A dictionary or list only holds what it is made of, as protocols 0 and 1 do."""
    match rest:
        case [Global(_, "list") as base, Items("list")] if builtin(base):
            return (base,)
        case [Global(_, "dict") as base, Items("dict", first) as held] if builtin(base):
            plain = [key for key, _ in held.pairs() if isinstance(key, str | int | float)]
            return (base,) if len(plain) == len(first) else tuple(rest)
    return tuple(rest)


def runs_init(how: Opcode, args: Value) -> bool:
    """Does calling a class in this way run its `__init__`? INST and OBJ leave it out where there are no arguments."""
    return how is Opcode.REDUCE or (how in (Opcode.INST, Opcode.OBJ) and args != ())


def first(value: Value) -> Value:
    """The first of the items that a function like map would go over."""
    match value:
        case (first, *_) | Items(first=[first, *_]):
            return first
    return value


def is_latin(text: str) -> bool:
    return text.isascii() or max(text) <= "\xff"
