"""The modules of one Python and what is installed beside it, and where each dotted name in them leads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

DEEP = 24
"""Re-exports of re-exports that are followed."""


class Place(NamedTuple):
    """Where a name leads: `kind` is "module", "object" (defined there) or "value" (an object of the class there)."""

    kind: str
    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}" if self.name else self.module


@dataclass(slots=True)
class Class:
    """A class as it is at run time, or as its source says; `mro` leaves out the class itself."""

    names: dict[str, list[str]]
    hooks: list[str]
    mro: list[Place] | None = None
    meta: Place | None = None
    bases: list[str] = field(default_factory=list)
    types: dict[str, str] = field(default_factory=dict)
    dataclass: bool = False


class World:
    def __init__(self, scans: list[Path], public: dict[str, str]) -> None:
        self.names: dict[str, dict[str, list[str]]] = {}
        self.stars: dict[str, list[str]] = {}
        self.classes: dict[tuple[str, str], Class] = {}
        self.functions: dict[tuple[str, str], dict[str, Any]] = {}
        self.scope: dict[tuple[str, str], str] = {}
        self.imported: set[str] = set()
        self._public = public
        self._found: dict[tuple[str, str], Place | None] = {}
        for path in scans:
            with path.open(encoding="utf-8") as lines:
                for line in lines:
                    self._add(json.loads(line))
        self._settle()

    def _add(self, record: dict[str, Any]) -> None:
        module = record["module"]
        source = record.get("source", {"names": {}, "stars": [], "defs": {}})
        running = record.get("runtime", {"names": {}, "classes": {}})
        names = {name: list(found) for name, found in source["names"].items()} | running["names"]
        self.names[module], self.stars[module] = names, source["stars"]
        if "runtime" in record:
            self.imported.add(module)
        for name, defined in source["defs"].items():
            first = name.partition(".")[0]
            at = running["names"].get(first)
            owner = (module, name)
            if at and at[0] == "R" and source["names"].get(first) == ["def"]:
                owner = (at[1], at[2] + name[len(first) :])  # it says that it is at home elsewhere
            self.scope[owner] = module
            if defined["kind"] == "function":
                self.functions[owner] = defined
            else:
                self._class(owner, defined)
        for name, made in running["classes"].items():
            self._running(module, name, made)

    def _class(self, owner: tuple[str, str], defined: dict[str, Any]) -> None:
        self.classes[owner] = Class(
            names=defined["names"],
            hooks=[],
            bases=defined["bases"],
            types=defined["types"],
            dataclass=bool(defined.get("dataclass")),
        )

    def _running(self, module: str, name: str, made: dict[str, Any]) -> None:
        known = self.classes.setdefault((module, name), Class(names={}, hooks=[]))
        known.names = known.names | made["names"]
        known.hooks = made["hooks"]
        known.mro = [Place("object", *base) for base in made["mro"]]
        known.meta = Place("object", *made["meta"]) if made["meta"] else None
        for inner, each in made["classes"].items():
            self._running(module, inner, each)

    def _settle(self) -> None:
        """Puts what private modules define under the names of the documented ones."""
        self.functions = {self._public_key(key): each for key, each in self.functions.items()}
        self.scope = {self._public_key(key): each for key, each in self.scope.items()}
        self.classes = {self._public_key(key): each for key, each in self.classes.items()}
        for known in self.classes.values():
            known.mro = None if known.mro is None else [self.canonical(base) for base in known.mro]
            known.meta = known.meta and self.canonical(known.meta)

    def _public_key(self, key: tuple[str, str]) -> tuple[str, str]:
        place = self.canonical(Place("object", *key))
        return place.module, place.name

    def canonical(self, place: Place) -> Place:
        """Under the name that the documentation has for it: `os.system`, not `posix.system`."""
        public = self._public.get(place.module)
        if public and place.kind != "module" and place.name.partition(".")[0] in self.names.get(public, ()):
            return place._replace(module=public)
        return place

    def follow(self, module: str, path: str, depth: int = 0) -> Place | None:
        """Where `path`, seen from inside `module`, leads; builtins are not looked at."""
        place: Place | None = Place("module", module, "")
        for part in path.split("."):
            if place is None or depth > DEEP:
                return None
            place = self.attribute(place, part, depth)
        return place

    def attribute(self, place: Place, name: str, depth: int = 0) -> Place | None:
        if place.kind == "module":
            return self._of_module(place.module, name, depth)
        if (place.module, place.name) in self.classes:
            return self._of_class(place, name, depth)
        return Place("object", place.module, place.name) if name in ("__call__", "__func__", "__wrapped__") else None

    def _of_module(self, module: str, name: str, depth: int) -> Place | None:
        key = (module, name)
        if key not in self._found:
            self._found[key] = None  # for names that lead to themselves
            self._found[key] = self._look(module, name, depth)
        return self._found[key]

    def _look(self, module: str, name: str, depth: int) -> Place | None:
        found = self.names.get(module, {}).get(name)
        if found is not None:
            place = self.bound(module, Place("object", module, name), found, depth)
            if place is not None:
                return place
        if f"{module}.{name}" in self.names:
            return Place("module", f"{module}.{name}", "")
        if name.startswith("__"):
            return None
        for star in self.stars.get(module, ()):
            if star != module and not name.startswith("_"):
                place = self._of_module(star, name, depth + 1)
                if place is not None:
                    return place
        return None

    def bound(self, module: str, own: Place, found: list[str], depth: int) -> Place | None:
        """What the right side of a binding in `module` leads to; `own` is what it binds."""
        match found:
            case ["def"]:
                return self.canonical(own)
            case ["M" | "module", target]:
                return Place("module", target, "")
            case ["R", target, name]:
                return self.canonical(Place("object", target, name))
            case ["V", target, name]:
                return self.canonical(Place("value", target, name))
            case ["from", target, name]:
                if target in self.names:
                    return self._of_module(target, name, depth + 1) if depth < DEEP else None
                return self.canonical(Place("object", target, name))
            case ["alias", path] if depth < DEEP and path.partition(".")[0] != own.name:
                return self.follow(module, path, depth + 1) or self.follow("builtins", path, depth + 1)
            case ["made", path] if depth < DEEP and path != "?":
                made = self.follow(module, path, depth + 1)
                if made and made.kind == "object" and (made.module, made.name) in self.classes:
                    return made._replace(kind="value")
        return None

    def _of_class(self, place: Place, name: str, depth: int) -> Place | None:
        for base in self.line(place):
            owner = (base.module, base.name)
            member = (base.module, f"{base.name}.{name}")
            if member in self.functions or member in self.classes:
                return self.canonical(Place("object", *member))
            known = self.classes.get(owner)
            if known and name in known.names:
                scope = self.scope.get(owner, base.module)
                return self.bound(scope, Place("object", *member), known.names[name], depth + 1)
        return None

    def line(self, place: Place) -> Iterator[Place]:
        """The class and what it inherits from, nearest first."""
        seen, waiting = set(), [place]
        while waiting:
            base = waiting.pop(0)
            if base in seen:
                continue
            seen.add(base)
            yield base
            known = self.classes.get((base.module, base.name))
            if known is None:
                continue
            if known.mro is not None:
                waiting = known.mro + waiting
                continue
            scope = self.scope.get((base.module, base.name), base.module)
            for path in known.bases:
                found = path and (self.follow(scope, path) or self.follow("builtins", path))
                if found and found.kind == "object":
                    waiting.append(found)

    def whole(self, place: Place) -> bool:
        """Is everything known that this class inherits from?"""
        for base in self.line(place):
            known = self.classes.get((base.module, base.name))
            if known is None and base.module != "builtins":
                return False
            if known and known.mro is None and "" in known.bases:
                return False
        return True
