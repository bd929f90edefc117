"""What each known callable does, told from files shipped with hilt: nothing installed is looked at.

`scripts/build_callables_index.py` writes the files in `index/`, one per package or large part of one, as lines:

    = torch.hub                     a module, and below it what it holds
    > os sys _json=json             names that lead to modules
    @ Path=pathlib:Path             names that lead to objects defined elsewhere
    v cdll=ctypes:LibraryLoader     objects, each with its class
    f list help                     functions without a known road
    F load IMPORT chain target      a function with one (V and @ likewise); chain is a,b,c or -
    * urllib.request urllib.error   a module of Python 2: its names are those of these modules
    c Name ROAD chain mro loads     a class: its road or -, what it inherits from, and what runs when a pickle loads it
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from hilt.knowledge.callables import dangerous

LOADING = frozenset({"__new__", "__setstate__", "__setattr__", "__del__"})
"""What runs when a pickle makes an object without `__init__`, fills it with any state, and when it is dropped."""
_FOLDER = os.path.join(os.path.dirname(__file__), "index")  # noqa: PTH118, PTH120 (pathlib takes longer to import)
_LARGEST = 16 << 20
"""Bytes that a file may inflate to."""
_PARTS, _STEPS, _LONGEST = 32, 64, 500
"""Parts of a dotted name and re-exports that are followed; characters of a name that the index may know."""
_ROADS = {
    name: getattr(dangerous, name)
    for name in "SHELL CODE IMPORT FILES NETWORK UNPICKLE NATIVE REACH INTERPRETER INSIDE".split()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A callable under its own name, or a module where `name` is empty."""

    module: str
    name: str
    kind: str
    """module, class, function or value"""
    road: str = ""
    """What it does, in the words of `dangerous`; empty where it is known and does nothing of the kind."""
    through: tuple[str, ...] = ()
    """The calls that lead from it to what does it."""
    loads: tuple[str, ...] = ()
    """Of a class: what runs when a pickle makes, fills and drops an object of it, as `method=the.defining.Class`."""


@dataclass(slots=True)
class _Item:
    """One name of a module, as its line says."""

    kind: str
    target: str = ""
    road: str = ""
    through: tuple[str, ...] = ()
    mro: tuple[str, ...] = ()
    loads: tuple[str, ...] = ()


def known_module(module: str) -> bool:
    """Is the module itself in the index, in any version?"""
    return len(module) <= _LONGEST and _module(module) is not None


def find(module: str, name: str) -> Entry | None:
    """What the dotted `name`, seen from inside `module`, leads to; None where the index does not know it."""
    if len(module) + len(name) > _LONGEST:
        return None
    parts = name.split(".") if name else []
    while module and not known_module(module):  # some write the class as a part of the module
        module, _, last = module.rpartition(".")
        parts.insert(0, last)
    if not module or len(parts) > _PARTS:
        return None
    place: Entry | None = Entry(module=module, name="", kind="module")
    for part in parts:
        if place is None:
            return None
        place = _attribute(place, part)
    return place


def loading(made: Entry) -> Iterator[Entry]:
    """Those `LOADING` methods that a class has from a library, each as what it is."""
    for load in made.loads:
        method, _, owner = load.partition("=")
        parts = owner.split(".")
        homes = (".".join(parts[:end]) for end in range(len(parts) - 1, 0, -1))
        home = next((module for module in homes if known_module(module)), "")
        found = find(home, f"{owner[len(home) + 1 :]}.{method}") if home and method in LOADING else None
        if found is not None:
            yield found


def _attribute(owner: Entry, name: str) -> Entry | None:
    if owner.kind == "module":
        return _of_module(owner.module, name)
    if owner.kind == "function":
        return owner if name in ("__call__", "__func__", "__wrapped__") else None
    return _of_class(owner, "__call__" if name == "__call__" and owner.kind == "value" else name)


def _of_module(module: str, name: str, steps: int = 0) -> Entry | None:
    if name == "__builtins__":
        return Entry(module="builtins", name="", kind="module")
    names = _module(module) or {}
    item = names.get(name)
    if item is None and "*" in names and steps < _STEPS:
        today = (_of_module(target, name, steps + 1) for target in names["*"].target.split(" "))
        return next(filter(None, today), None)
    if item is None:
        inner = f"{module}.{name}"
        return Entry(module=inner, name="", kind="module") if known_module(inner) else None
    if item.kind == ">":
        return Entry(module=item.target, name="", kind="module")
    if item.kind == "@" and steps < _STEPS:
        target, _, path = item.target.partition(":")
        found = _of_module(target, path, steps + 1)
        return found or Entry(module=target, name=path, kind="value")
    return _entry(module, name, item)


def _entry(module: str, name: str, item: _Item) -> Entry:
    kind = {"c": "class", "f": "function"}.get(item.kind, "value")
    return Entry(
        module=module, name=name, kind=kind, road=_ROADS.get(item.road, ""), through=item.through, loads=item.loads
    )


def _of_class(owner: Entry, name: str) -> Entry | None:
    """A method of a class or of what it inherits from; for an object, of its class."""
    item = (_module(owner.module) or {}).get(owner.name)
    if item is not None and item.kind == "v":
        target, _, path = item.target.partition(":")
        item = (_module(target) or {}).get(path)
        owner = replace(owner, module=target, name=path)
    if item is None or item.kind != "c":
        return None
    for base in (f"{owner.module}:{owner.name}", *item.mro):
        module, _, qualname = base.partition(":")
        member = (_module(module) or {}).get(f"{qualname}.{name}")
        if member is not None:
            return _of_module(module, f"{qualname}.{name}")
    return None


# The files.


@cache
def about() -> dict[str, object]:
    """What was indexed: `version`, and `sets` of versions of Python and libraries."""
    found: dict[str, object] = json.loads(_file("index.json"))
    return found


def _shard(module: str) -> str:
    """The file that a module stands in: that of the longest beginning of its name, else the one of Python itself."""
    shards = about()["shards"]
    while module and module not in shards:  # type: ignore[operator]
        module = module.rpartition(".")[0]
    return module or "python"


@lru_cache(maxsize=8)
def _text(shard: str) -> str:
    return zlib.decompressobj(31).decompress(_file(f"{shard}.txt.gz"), _LARGEST).decode()


def _file(name: str) -> bytes:
    with open(f"{_FOLDER}/{name}", "rb") as file:  # noqa: PTH123
        return file.read()


@lru_cache(maxsize=4096)
def _module(module: str) -> dict[str, _Item] | None:
    """The names of a module, or None where the index has no such module."""
    if not module.replace(".", "").isidentifier():
        return None
    text = _text(_shard(module))
    start = text.find(f"\n= {module}\n")
    if start < 0:
        return None
    end = text.find("\n= ", start + 1)
    names: dict[str, _Item] = {}
    for line in text[start + 1 : end if end >= 0 else None].splitlines()[1:]:
        _read(line, names)
    return names


def _read(line: str, names: dict[str, _Item]) -> None:
    kind, *words = line.split(" ")
    match kind:
        case "f":
            names.update((word, _Item("f")) for word in words)
        case "c":
            name, road, through, mro, loads = words
            names[name] = _Item("c", "", road, _list(through), _list(mro), _list(loads))
        case "*":
            names["*"] = _Item("*", " ".join(words))
        case ">" | "@" | "v":
            for word in words:
                name, _, target = word.partition("=")
                target = target or name
                names[name] = _Item(kind, f"{target}:{name}" if kind == "@" and ":" not in target else target)
        case _:
            name, road, through, target = words
            names[name] = _Item(kind.lower(), target, road, _list(through))


def _list(text: str) -> tuple[str, ...]:
    return () if text == "-" else tuple(text.split(","))
