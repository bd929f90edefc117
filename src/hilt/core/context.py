"""What a check may know beside the subject; the gate fills it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Base(NamedTuple):
    """A model or dataset that the subject is made from, as its own card and licence files tell it.

    `name` is as the subject names it (`org/name`). `licences` are ids of the pack, `unknown` spellings that it does not
    hold; both are empty where nothing is said. `bases` are (relation, name) of what it is made from in its turn. `source`
    is where it was read; `error` says why it could not be, and then nothing else is known of it.
    """

    name: str
    licences: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    bases: tuple[tuple[str, str], ...] = ()
    source: str = ""
    error: str = ""


class Context(NamedTuple):
    """`bases` is empty unless somebody asked for the bases to be looked up."""

    bases: Mapping[str, Base] = MappingProxyType({})


NOTHING_BESIDE = Context()
