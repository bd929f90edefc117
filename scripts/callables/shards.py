"""The index as it is shipped: what stands in it of each world, merged, and written as lines."""

from __future__ import annotations

import gzip
import io
import json
import re
from dataclasses import astuple, dataclass
from pathlib import Path

from primitives import ROADS
from roads import Roads
from world import Place, World

_HOOKS = """__new__ __init__ __setstate__ __setattr__ __getattr__ __getattribute__ __hash__ __eq__ __del__ append extend
    __setitem__ add update""".split()
_SLOTS = {"__getattribute__", "__getattr__", "__setattr__", "__hash__", "__eq__"}
"""Hooks that the interpreter gives to every class written in C, and that dataclasses get."""
_PLAIN = {"builtins", "abc", "typing", "enum"}
_PLAIN_CLASSES = {("collections", "OrderedDict"), ("collections", "defaultdict"), ("collections", "deque")}
_RANK = {road: rank for rank, road in enumerate(ROADS)}


@dataclass(slots=True)
class Item:
    """One name of a module. `kind` is `>` a module, `@` defined elsewhere, `c` a class, `f` a function, `v` a value."""

    kind: str
    target: str = ""
    road: str = ""
    chain: tuple[str, ...] = ()
    loads: tuple[str, ...] = ()
    mro: tuple[str, ...] = ()

    @property
    def weight(self) -> tuple[int, int]:
        return (len(_RANK) - _RANK[self.road] if self.road else 0, ">@vfc".index(self.kind))


Index = dict[str, dict[str, Item]]


def merge(index: Index, world: World, roads: Roads, wanted: set[str]) -> None:
    """Adds the modules of one world whose top-level package is wanted."""
    for module in sorted(world.names):
        if module.partition(".")[0] not in wanted:
            continue
        names = index.setdefault(module, {})
        for name in sorted(world.names[module]):
            item = _item(world, roads, module, name)
            if item:
                _put(names, name, item)
        for name in sorted(_starred(world, module, set())):
            if name not in names:
                item = _item(world, roads, module, name)
                if item and item.target.startswith(module.partition(".")[0]):
                    _put(names, name, item)
    for owner, known in sorted(world.classes.items()):
        if owner[0].partition(".")[0] in wanted and "<locals>" not in owner[1]:
            for name in sorted(known.names):
                _member(index.setdefault(owner[0], {}), world, roads, owner, name)
    homes = sorted({*world.functions, *world.classes, *(node for node in roads.labels if node[0] in world.names)})
    for owner in homes:
        if owner[0].partition(".")[0] in wanted and "<locals>" not in owner[1]:
            _put(index.setdefault(owner[0], {}), owner[1], _defined(world, roads, Place("object", *owner)))


def _starred(world: World, module: str, seen: set[str]) -> set[str]:
    """The names that a module has by importing all of others."""
    found: set[str] = set()
    for star in set(world.stars.get(module, ())) - seen:
        seen.add(star)
        found |= {name for name in world.names.get(star, ()) if not name.startswith("_")}
        found |= _starred(world, star, seen)
    return found


def _member(names: dict[str, Item], world: World, roads: Roads, owner: tuple[str, str], name: str) -> None:
    """What a class holds under a name without defining it there: a C method, or something from elsewhere."""
    member = f"{owner[1]}.{name}"
    scope = world.scope.get(owner, owner[0])
    place = world.bound(scope, Place("object", owner[0], member), world.classes[owner].names[name], 0)
    if place is None or (owner[0], member) in world.classes or (owner[0], member) in world.functions:
        return
    if place.kind == "module":
        _put(names, member, Item(">", place.module))
    elif place.kind == "object" and (place.module, place.name) == (owner[0], member):
        _put(names, member, _defined(world, roads, place))
    elif place.kind == "object":
        _put(names, member, Item("@", f"{place.module}:{place.name}"))


def combine(index: Index, other: Index) -> None:
    """Adds what another part of the index holds; of two that stand under one name, the worse road stands."""
    for module, names in other.items():
        own = index.setdefault(module, {})
        for name, item in names.items():
            _put(own, name, item)


def dump(index: Index) -> str:
    """An index as text, to be kept between builds."""
    return json.dumps(
        {module: {name: astuple(item) for name, item in names.items()} for module, names in index.items()}
    )


def load(text: str) -> Index:
    """The index that `dump` wrote."""
    return {
        module: {
            name: Item(*(tuple(part) if isinstance(part, list) else part for part in item))
            for name, item in names.items()
        }
        for module, names in json.loads(text).items()
    }


def rename(index: Index, renamed: dict[str, tuple[set[str], dict[str, str]]]) -> None:
    """Adds the modules of Python 2, whose names are looked for in those of today."""
    for module, (targets, names) in sorted(renamed.items()):
        items = index.setdefault(module, {})
        if targets:
            items["*"] = Item("*", " ".join(sorted(targets)))
        for name, target in sorted(names.items()):
            items.setdefault(name, Item("@", target))


def _put(names: dict[str, Item], name: str, item: Item) -> None:
    known = names.get(name)
    if known is None or item.weight > known.weight:
        item.loads = tuple(sorted({*item.loads, *(known.loads if known else ())}))
        names[name] = item
    elif item.loads:
        known.loads = tuple(sorted({*item.loads, *known.loads}))


def _item(world: World, roads: Roads, module: str, name: str) -> Item | None:
    place = world.follow(module, name)
    if place is None:
        return None
    if place.kind == "module":
        return Item(">", place.module)
    if place.kind == "value":
        road = roads.best((module, name))
        return Item("v", f"{place.module}:{place.name}", road.road if road else "")
    if (place.module, place.name) != (module, name):
        return Item("@", f"{place.module}:{place.name}")
    return _defined(world, roads, place)


def _defined(world: World, roads: Roads, place: Place) -> Item:
    label = roads.best((place.module, place.name))
    road, steps = (label.road, label.chain) if label else ("", ())
    owner = (place.module, place.name) if (place.module, place.name) in world.classes else None
    if owner is None:
        named = world.names.get(place.module, {}).get(place.name, [""])
        absent = (
            place.module in world.imported and place.name not in world.names[place.module] and "." not in place.name
        )
        return Item("v" if absent or named[0] in ("alias", "made") else "f", road=road, chain=steps)
    line = list(world.line(place))
    mro = tuple(f"{base.module}:{base.name}" for base in line[1:] if base.module not in _PLAIN)
    return Item("c", road=road, chain=steps, loads=_loads(world, line), mro=mro)


def _loads(world: World, line: list[Place]) -> tuple[str, ...]:
    """The hooks of pickling that are not those of a builtin, each with the class that defines it."""
    found = []
    for hook in _HOOKS:
        for base in line:
            known = world.classes.get((base.module, base.name))
            written = known and ((base.module, f"{base.name}.{hook}") in world.functions or hook in known.names)
            if written or (known and hook in known.hooks):
                if not written and hook in _SLOTS:
                    break
                if base.module not in _PLAIN and (base.module, base.name) not in _PLAIN_CLASSES:
                    found.append(f"{hook}={base}")
                break
    return tuple(found)


def lines(index: Index, module: str) -> list[str]:
    """A module as lines: names that lead to modules, to objects elsewhere, and then what it defines."""
    names = index[module]
    told = [f"= {module}"]
    rows: dict[str, list[str]] = {">": [], "@": [], "v": [], "f": []}
    for name, item in sorted(names.items()):
        if item.kind == "*":
            told.append(f"* {item.target}")
        elif item.kind == "c":
            told.append(" ".join(["c", name, item.road or "-", ",".join(item.chain) or "-", ",".join(item.mro) or "-",
                                  ",".join(item.loads) or "-"]))  # fmt: skip
        elif item.road:
            told.append(" ".join([item.kind.upper(), name, item.road, ",".join(item.chain) or "-", item.target or "-"]))
        elif item.kind == "f":
            rows["f"].append(name)
        else:
            short = item.target.removesuffix(":" + name) if item.kind == "@" else item.target
            rows[item.kind].append(name if short == name else f"{name}={short}")
    return told[:1] + [f"{kind} {' '.join(row)}" for kind, row in rows.items() if row] + told[1:]


def slim(index: Index, standard: set[str], thin: frozenset[str]) -> None:
    """Leaves out what nobody asks for: methods of libraries and functions of thin ones, without a road; tests, too."""
    for module, names in index.items():
        top, part = module.partition(".")[0], ".".join(module.split(".")[:2])
        tests = bool(_TESTS.search(module))
        if top in standard or module == "torch._C":
            continue
        owners = {name.partition(".")[0] for name, item in names.items() if item.road}
        for name, item in list(names.items()):
            method = "." in name and item.kind == "f" and name.rpartition(".")[2] not in _HOOKS
            empty = {top, part} & thin and (
                item.kind in "fv" or (item.kind == "c" and top in thin and not _hooked(item))
            )
            if name not in owners and not item.road and (tests or method or empty):
                del names[name]


def _hooked(item: Item) -> bool:
    """Does loading an object of this class run more than its `__init__`?"""
    return any(not load.startswith(("__init__=", "__new__=")) for load in item.loads)


_TESTS = re.compile(r"\.(tests?|conftest)(\.|$)")


def write(index: Index, folder: Path, shards: dict[str, list[str]], about: dict[str, object]) -> None:
    """One compressed file per shard, and index.json; the same index gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    sizes = {}
    for shard, modules in sorted(shards.items()):
        text = "\n" + "\n".join(line for module in sorted(modules) for line in lines(index, module)) + "\n"
        data = text.encode()
        packed = io.BytesIO()
        with gzip.GzipFile("", "wb", 9, packed, mtime=0) as stream:
            stream.write(data)
        (folder / f"{shard}.txt.gz").write_bytes(packed.getvalue())
        sizes[shard] = len(data)
    text = json.dumps({**about, "shards": sizes}, indent=1, sort_keys=True)
    (folder / "index.json").write_text(text + "\n", encoding="utf-8")


LARGE = 1 << 20
"""Bytes of lines from which parts of a package stand in files of their own."""


def split(index: Index, standard: set[str]) -> dict[str, list[str]]:
    """Which modules stand in which file: the standard library in one, and a package, or a large part of it, in one."""
    shards: dict[str, list[str]] = {}
    sizes: dict[str, int] = {}
    for module in sorted(index):
        top = module.partition(".")[0]
        shards.setdefault("python" if top in standard else top, []).append(module)
    for shard in sorted(shards):
        for module in shards[shard]:
            part = ".".join(module.split(".")[:2])
            sizes[part] = sizes.get(part, 0) + sum(map(len, lines(index, module)))
        whole = sum(
            sizes.get(".".join(module.split(".")[:2]), 0) for module in {*shards[shard]} if module.count(".") < 2
        )
        if shard == "python" or whole < LARGE:
            continue
        for part in [part for part in sizes if part.startswith(shard + ".") and sizes[part] > LARGE // 4]:
            shards[part] = [module for module in shards[shard] if f"{module}.".startswith(part + ".")]
            shards[shard] = [module for module in shards[shard] if not f"{module}.".startswith(part + ".")]
    return shards
