"""Which functions and classes lead to a primitive that their caller can steer, and through which calls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain, product
from typing import Any, NamedTuple

from primitives import ALONE, BARRIERS, ROADS, primitives
from world import Place, World

STEERED, UNSTEERED = 4, {"SHELL": 3, "CODE": 3}
"""Steps that are followed: where arguments flow all the way, and where they do not (2, if not told)."""
ANY = "*"
_RANK = {road: rank for rank, road in enumerate(ROADS)}
_HANDED = {"SHELL", "CODE", "UNPICKLE", "IMPORT"}

_STILL = {"REACH", "INTERPRETER", "INSIDE", "NATIVE"}
"""Roads that callers have a share in only where their arguments flow."""

Node = tuple[str, str]


class Label(NamedTuple):
    """A road, the parameters that steer it (empty: it runs anyway), and the chain of calls to it."""

    road: str
    roots: frozenset[str]
    chain: tuple[str, ...]


class Edge(NamedTuple):
    caller: Node
    call: list[Any]
    shift: int


class Roads:
    def __init__(self, world: World) -> None:
        self.world = world
        self.labels: dict[Node, dict[str, Label]] = defaultdict(dict)
        self.edges: dict[Node, list[Edge]] = defaultdict(list)
        self._primitives = primitives()
        self._primitive_nodes: set[Node] = set()
        self._namesakes: dict[Node, list[Node]] = defaultdict(list)
        for module, name in sorted(world.functions):
            if name.count(".") == 1:
                self._namesakes[module, name.rpartition(".")[2]].append((module, name))
        self._seed()
        for owner, function in sorted(world.functions.items()):
            self._calls(owner, function)
        for owner in sorted(world.classes):
            self._makes(owner)
        self._spread()

    def best(self, node: Node) -> Label | None:
        """The worst road of few steps, or else the shortest."""
        found = self.labels.get(node)
        if not found:
            return None
        return min(found.values(), key=lambda label: (len(label.chain) > 2, _RANK[label.road], label.chain))

    # Where roads end.

    def _seed(self) -> None:
        for name, (road, positions) in self._primitives.items():
            if name.endswith("."):
                self._below(name[:-1], road)
                continue
            place = self._place(name)
            roots = frozenset(["+".join(map(str, positions))]) if positions else frozenset()
            self.labels[place.module, place.name][road] = Label(road, roots, ())
            self._primitive_nodes.add((place.module, place.name))

    def _place(self, name: str) -> Place:
        """A primitive by its name, wherever that leads in this world."""
        parts = name.split(".")
        for size in range(len(parts) - 1, 0, -1):
            module = ".".join(parts[:size])
            if module in self.world.names:
                found = self.world.follow(module, ".".join(parts[size:]))
                if found and found.kind == "object":
                    return found
                return Place("object", module, ".".join(parts[size:]))
        for size in range(1, len(parts)):
            if parts[size][:1].isupper():
                return Place("object", ".".join(parts[:size]), ".".join(parts[size:]))
        return Place("object", ".".join(parts[:-1]), parts[-1])

    def _below(self, module: str, road: str) -> None:
        for name, found in self.world.names.get(module, {}).items():
            if found[:2] == ["R", module] or found == ["def"]:
                place = self.world.canonical(Place("object", module, name))
                self.labels[place.module, place.name][road] = Label(road, frozenset(), ())

    # Who calls whom.

    def _calls(self, owner: Node, function: dict[str, Any]) -> None:
        for call in function["calls"]:
            target = call[0]
            if target[:2] == "p:":
                roots = frozenset(target[2:].split(",")) - {"self"}
                if roots and not _by_name(roots, function["calls"]):
                    self._label(owner, Label("REACH", roots, ()))
                continue
            handed = target[:2] == "a:"
            place = self._target(owner, target[2:] if handed else target)
            if target[:2] == "v:":
                for method in self._namesakes[owner[0], target[2:]]:
                    self.edges[method].append(Edge(owner, call, 1))
                continue
            if place is None:
                if target[:2] == "s:" and self._hands_on(owner, target[2:]):
                    self._label(owner, Label("REACH", frozenset(["self"]), ()))
                continue
            node = (place.module, place.name)
            if place.kind == "value":
                member = self.world.attribute(place, "__call__")
                if member is None:
                    continue
                node = (member.module, member.name)
            shift = 1 if target[0] in "suo" or place.kind == "value" else 0
            self.edges[node].append(Edge(owner, call, shift))

    def _target(self, owner: Node, target: str) -> Place | None:
        world, scope = self.world, self.world.scope[owner]
        kind, _, rest = target.partition(":")
        match kind:
            case "g":
                return world.follow(scope, rest) or world.follow("builtins", rest) or self._unknown(scope, rest)
            case "i":
                module, _, path = rest.partition(":")
                found = world.follow(module, path) if path else Place("module", module, "")
                return found or Place("object", module, path)
            case "l":
                first = rest.partition(".<locals>")[0]
                own = owner[1].partition(".<locals>")[0]
                return Place("object", owner[0], own + rest[len(first) :])
            case "s" | "u":
                return self._of_self(owner, rest, beyond=kind == "u")
            case "o":
                made, _, method = rest.rpartition(":")
                place = self._target(owner, made)
                if place is None or (place.module, place.name) not in world.classes:
                    return None
                return world.attribute(place, method)
        return None

    def _unknown(self, scope: str, path: str) -> Place | None:
        """A name imported from what is not installed here."""
        first, _, rest = path.partition(".")
        match self.world.names.get(scope, {}).get(first):
            case ["module", module] if module not in self.world.names:
                return Place("object", *f"{module}.{rest}".rsplit(".", 1)) if rest else None
            case ["from", module, name] if module not in self.world.names:
                return Place("object", module, f"{name}.{rest}".rstrip("."))
        return None

    def _of_self(self, owner: Node, path: str, *, beyond: bool) -> Place | None:
        name = owner[1].partition(".<locals>")[0].rpartition(".")[0]
        klass = Place("object", owner[0], name)
        first, _, rest = path.partition(".")
        if not beyond:
            known = self.world.classes.get((klass.module, klass.name))
            made = known.types.get(first) if known and rest else None
            if made:
                return self._target(owner, made + rest)
            return self.world.attribute(klass, first) if not rest else None
        for base in list(self.world.line(klass))[1:]:
            found = self.world.attribute(base, path)
            if found is not None:
                return found
        return None

    def _hands_on(self, owner: Node, path: str) -> bool:
        """Is it an attribute that holds a function, and no method of the class?"""
        name = owner[1].partition(".<locals>")[0].rpartition(".")[0]
        klass = Place("object", owner[0], name)
        if "." in path or (owner[0], name) not in self.world.classes or not self.world.whole(klass):
            return False
        known = [self.world.classes.get((base.module, base.name)) for base in self.world.line(klass)]
        hooked = any(each and (each.meta or {"__getattr__", "__getattribute__"} & set(each.hooks)) for each in known)
        return not hooked and not path.startswith("__") and not any(each and path in each.types for each in known)

    def _makes(self, owner: Node) -> None:
        """Calling a class calls its `__new__` and `__init__`, and `__post_init__` where it is a dataclass."""
        klass = Place("object", *owner)
        for method in ("__init__", "__new__", "__post_init__"):
            found = self.world.attribute(klass, method)
            if found is not None and found.module != "builtins":
                self.edges[found.module, found.name].append(Edge(owner, ["make", [], {}], 0))
        self._overridden(owner)
        known = self.world.classes[owner]
        called = self.world.attribute(known.meta, "__call__") if known.meta else None
        if called is not None and called.module not in ("builtins", "enum", "abc"):
            self.edges[called.module, called.name].append(Edge(owner, ["make", [], {}], 0))

    def _overridden(self, owner: Node) -> None:
        """An inherited `__init__` calls the methods of the class that inherits it."""
        line = list(self.world.line(Place("object", *owner)))
        for base in line[1:]:
            if (base.module, base.name) in self._primitive_nodes:
                self.edges[base.module, base.name].append(Edge(owner, ["make", [], {}], 0))
            init = self.world.functions.get((base.module, f"{base.name}.__init__"))
            for call in init["calls"] if init else ():
                if call[0][:2] == "s:" and "." not in call[0]:
                    found = self.world.attribute(line[0], call[0][2:])
                    if found is not None and found != self.world.attribute(base, call[0][2:]):
                        self.edges[found.module, found.name].append(Edge(owner, call, 1))

    # How roads spread.

    def _label(self, node: Node, label: Label) -> bool:
        if label.road not in self.labels[node]:
            self.labels[node][label.road] = label
            return True
        return False

    def _spread(self) -> None:
        waiting = sorted((node, road) for node, roads in self.labels.items() for road in roads)
        while waiting:
            reached: list[tuple[Node, str, Label]] = []
            for node, road in waiting:
                label = self.labels[node][road]
                for edge in self.edges.get(node, ()):
                    found = self._through(node, label, edge)
                    if found is not None:
                        reached.append((edge.caller, road, found))
            waiting = []
            for node, road, label in sorted(reached):
                if self._label(node, label):
                    waiting.append((node, road))

    def _through(self, node: Node, label: Label, edge: Edge) -> Label | None:
        """What the label of a callee makes of its caller."""
        target, args, _ = edge.call
        if self._ends(node, label, edge):
            return None
        if target == "make":
            roots = frozenset(ANY if root in ("self", "cls") else root for root in label.roots)
            roots -= {ANY} if label.road == "REACH" else set()
        elif target.startswith("a:"):
            roots = frozenset(args[0])
        else:
            roots = self._steering(node, label, edge)
        if label.roots and not roots:
            return None
        steps = (".".join(part for part in node if part), *label.chain)
        most = STEERED if label.roots else UNSTEERED.get(label.road, 2)
        if len(steps) > most + (target == "make"):
            return None
        return Label(label.road, roots if label.roots else frozenset(), steps)

    def _ends(self, node: Node, label: Label, edge: Edge) -> bool:
        """Is this as far as the road is told of?"""
        target = edge.call[0]
        if label.road in _STILL and not label.roots:
            return True
        if label.road == "REACH" and target != "make" and (label.chain or node not in self._primitive_nodes):
            return True
        if target.startswith("a:") and label.road not in _HANDED:
            return True
        return ".".join(node) in ALONE or (bool(label.chain) and _blocked(node, edge.caller))

    def _steering(self, node: Node, label: Label, edge: Edge) -> frozenset[str]:
        """The parameters of the caller that reach those of the callee which steer its road."""
        _, args, words = edge.call
        function, shift = self.world.functions.get(node), edge.shift
        if function is None and node in self.world.classes:
            init = self.world.attribute(Place("object", *node), "__init__")
            function = self.world.functions.get((init.module, init.name)) if init else None
            shift = 1 if function else 0
        params = function["params"] if function else []
        bound = self.world.functions.get(edge.caller, {}).get("bound")
        own = {"self"} if label.road == "REACH" and bound else set()
        found: set[str] = set()
        for root in label.roots:
            parts = [set(_reaching(part, params, args, words, shift)) - own for part in root.split("+")]
            if all(parts):
                found.update("+".join(sorted(set(each))) for each in product(*map(sorted, parts)))
        return frozenset(found)


def _reaching(
    root: str, params: list[str], args: list[list[str]], words: dict[str, list[str]], shift: int
) -> Iterator[str]:
    """What reaches one parameter of a callee, which stands as its name or as its position."""
    if root == ANY:
        yield from chain.from_iterable([*args, *words.values()])
        return
    if root.isdigit():
        at = int(root)
        if params and at < len(params):
            yield from _reaching(params[at].lstrip("*="), params, args, words, shift)
        elif not params:
            yield from args[at - shift] if 0 <= at - shift < len(args) else words.get("self", []) if at < shift else ()
            if at - shift >= len(args):
                yield from chain.from_iterable(each for word, each in words.items() if word != "self")
        return
    yield from words.get(root, [])
    yield from chain.from_iterable(each for word, each in words.items() if word.startswith("*"))
    yield from chain.from_iterable(_positional(params, root, args, shift))


def _by_name(roots: frozenset[str], calls: list[list[Any]]) -> bool:
    """Is what is called an attribute of one parameter, by the name that another gives? Then `getattr` tells of it."""
    asked = [set().union(*args[:2]) for target, args, _ in calls if target == "g:getattr" and len(args) > 1]
    return len(roots) > 1 and any(roots <= each for each in asked)


def _positional(params: list[str], root: str, args: list[list[str]], shift: int) -> list[list[str]]:
    for at, param in enumerate(params):
        if param == root:
            return args[at - shift : at - shift + 1] if at >= shift else []
        if param == "*" + root:
            return args[at - shift :]
    return []


def _blocked(node: Node, caller: Node) -> bool:
    """Is it a function of a module whose inside is not told of all that use it?"""
    top, other = node[0].partition(".")[0].lstrip("_"), caller[0].partition(".")[0].lstrip("_")
    return top != other and (top in BARRIERS or node[0] in BARRIERS)
