"""What it depends on which code a call of a pickle runs: how it is called, and on what."""

from __future__ import annotations

from hilt.formats.pickle import Opcode
from hilt.formats.pickle_machine import Items, Value

_MAKERS = frozenset({"copyreg._reconstructor", "copyreg.__newobj__", "copyreg.__newobj_ex__"})


def makes(full: str) -> bool:
    """Does this callable make an object of the class that it is given, without calling it?"""
    return full in _MAKERS or full.endswith(".newObj")


def goes_over(full: str) -> bool:
    """Does this callable, which is safe with plain arguments, call methods of what it is given, or keep it to be called?"""
    return not makes(full) and full != "builtins.getattr"


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
