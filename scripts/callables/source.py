"""What the source of a module says: its names, its classes, and which calls each function makes with which arguments.

Runs inside the interpreter that is indexed, so it is written for Python 3.7 and later.

A call is `[target, arguments, keywords]`. Every argument stands as the parameters that it was made from, because a call
is a road only where somebody can steer it. Targets:

    g:os.system         a name of the module, or a builtin        i:os:system   imported inside the function
    s:run               a method or attribute of self             u:run         of super()
    l:outer.<locals>.f  a function nested in this one             p:func        a parameter, or an item of one
    o:g:Timer:timeit    a method of what another target makes     v:runctx      a method of something unknown
    a:g:exec            handed on to the call, not called here
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator
from typing import Any

_BLIND = (ast.Compare, ast.Lambda, ast.operator, ast.expr_context)
_FLOWS = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.For, ast.AsyncFor, ast.comprehension, ast.withitem)
_FLOWS += (getattr(ast, "NamedExpr", ast.Assign),)
_NUMBERS = {"len", "isinstance", "issubclass", "hasattr", "bool", "int", "float", "id", "callable", "hash"}
_EVERYWHERE = set(
    """get set add update items keys values read write close copy append extend pop insert remove index count join split
    strip format encode decode lower upper open flush seek tell next send clear sort reverse find replace start stop
    submit apply fit transform predict forward to size numel dim view reshape""".split()
)
_DEFS = (ast.FunctionDef, ast.AsyncFunctionDef)


def facts(text: bytes | str, package: str, calls: bool = True) -> dict[str, Any]:
    """Names, star imports and definitions of the module with this source, which stands in this package."""
    module = _Module(package, calls)
    module.block(ast.parse(text).body, "", None)
    return {"names": module.names, "stars": module.stars, "defs": module.defs}


class _Module:
    def __init__(self, package: str, calls: bool) -> None:
        self.package, self.calls = package, calls
        self.names, self.stars, self.defs = {}, [], {}

    def block(self, body: list[ast.stmt], inside: str, owner: dict[str, Any] | None) -> None:
        """Statements that run on import: of the module, of a class, of an `if` or `try`."""
        for node in body:
            if isinstance(node, _DEFS):
                self.function(node, inside, owner)
            elif isinstance(node, ast.ClassDef):
                self.klass(node, inside)
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    self.assigned(target, node.value, owner)
            elif isinstance(node, ast.AnnAssign) and node.value is not None:
                self.assigned(node.target, node.value, owner)
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                self.imported(node, owner)
            for part in ("body", "orelse", "finalbody"):
                if not isinstance(node, (*_DEFS, ast.ClassDef)):
                    self.block(getattr(node, part, []), inside, owner)
            for handler in getattr(node, "handlers", []):
                self.block(handler.body, inside, owner)

    def assigned(self, target: ast.AST, value: ast.AST, owner: dict[str, Any] | None) -> None:
        names = self.names if owner is None else owner["names"]
        made = isinstance(value, ast.Call)
        path = dotted(value.func if made else value)
        if isinstance(target, ast.Name) and path:
            if made and path in ("staticmethod", "classmethod") and value.args:
                made, path = False, dotted(value.args[0])
            names.setdefault(target.id, ["made" if made else "alias", path or "?"])

    def imported(self, node: ast.Import | ast.ImportFrom, owner: dict[str, Any] | None) -> None:
        names = self.names if owner is None else owner["names"]
        for name, binding in imports(node, self.package):
            if name == "*":
                self.stars.append(binding[1])
            else:
                names.setdefault(name, binding)

    def klass(self, node: ast.ClassDef, inside: str) -> None:
        qualname = inside + node.name
        known = self.defs.setdefault(
            qualname, {"kind": "class", "bases": [dotted(b) for b in node.bases], "names": {}, "types": {}}
        )
        if known["kind"] == "class":
            if any(_name(d) == "dataclass" for d in node.decorator_list):
                known["dataclass"] = True
            self.block(node.body, qualname + ".", known)
        if not inside:
            self.names[node.name] = ["def"]

    def function(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef,
        inside: str,
        owner: dict[str, Any] | None,
        outer: Scope | None = None,
    ) -> None:
        qualname = inside + node.name
        if not inside:
            self.names[node.name] = ["def"]
        decorators = [_name(d) for d in node.decorator_list]
        if qualname == "__getattr__":  # what a module imports when it is asked for it
            for part in own_nodes(node):
                if isinstance(part, ast.ImportFrom):
                    for _, bound in imports(part, self.package):
                        self.names.setdefault(bound[2], bound)
        bound = owner is not None and "staticmethod" not in decorators
        if not self.calls:
            return
        scope = Scope(self, qualname, node, owner, bound, outer)
        known = self.defs.get(qualname)
        record = {"kind": "function", "params": scope.params, "bound": bound, "calls": scope.calls}
        for flag in ("property", "contextmanager"):
            if flag in decorators:
                record[flag] = True
        if known and known["kind"] == "function":
            record["calls"] = known["calls"] + [c for c in scope.calls if c not in known["calls"]]
        self.defs[qualname] = record


class Scope:
    """One function: where its local names come from, and the calls that it makes."""

    def __init__(
        self,
        module: _Module,
        qualname: str,
        node: ast.FunctionDef | ast.AsyncFunctionDef,
        owner: dict[str, Any] | None,
        bound: bool,
        outer: Scope | None,
    ) -> None:
        self.module, self.qualname, self.owner, self.calls = module, qualname, owner, []
        self.read, self.kept = {}, []
        args = node.args
        ordered = getattr(args, "posonlyargs", []) + args.args
        self.params = [a.arg for a in ordered]
        named = self.params + [a.arg for a in args.kwonlyargs]
        for star in (args.vararg, args.kwarg):
            if star is not None:
                self.params.append(("*" if star is args.vararg else "**") + star.arg)
                named.append(star.arg)
        self.params += ["=" + a.arg for a in args.kwonlyargs]
        self.me = self.params[0] if bound and ordered else ""
        self.taint = dict(outer.taint) if outer else {}
        self.taint.update((name, {name}) for name in named)
        if self.me:
            self.taint[self.me] = {"self"}
        self.given = {name: {name} for name in named if name != self.me and not _hidden(name)}
        self.refs = dict(outer.refs) if outer else {}
        self.nested = dict(outer.nested) if outer else {}
        if outer and outer.me and not self.me:
            self.me = outer.me
        self.run(node)

    def run(self, node: ast.AST) -> None:
        nodes = list(own_nodes(node))
        for part in nodes:
            if isinstance(part, _DEFS):
                self.nested[part.name] = self.qualname + ".<locals>." + part.name
            elif isinstance(part, (ast.Import, ast.ImportFrom)):
                for name, binding in imports(part, self.module.package):
                    self.refs[name] = "i:" + ":".join(binding[1:] if len(binding) > 2 else [binding[1], ""])
        flows = [part for part in nodes if isinstance(part, _FLOWS)]
        for _ in range(3):
            before = len(self.refs), sum(map(len, self.taint.values()))
            for part in flows:
                self.flow(part)
            if before == (len(self.refs), sum(map(len, self.taint.values()))):
                break
        for part in nodes:
            if isinstance(part, ast.Call):
                self.call(part)
            elif isinstance(part, _DEFS):
                self.module.function(part, self.qualname + ".<locals>.", None, self)

    def flow(self, node: ast.AST) -> None:
        """What one statement puts into local names."""
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
        elif isinstance(node, (ast.AnnAssign, ast.AugAssign)) or type(node).__name__ == "NamedExpr":
            pairs = [(node.target, node.value)] if node.value is not None else []
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
            pairs = [(node.target, self.items(node.iter))]
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            pairs = [(node.optional_vars, node.context_expr)]
        else:
            return
        for target, value in pairs:
            self.assign(target, value)

    def assign(self, target: ast.AST, value: ast.AST) -> None:
        if isinstance(target, (ast.Tuple, ast.List)):
            for item in target.elts:
                self.assign(item, self.items(value))
        elif isinstance(target, ast.Name):
            name = target.id
            self.taint.setdefault(name, set()).update(self.roots(value))
            if name not in self.given:
                given = self.steered(value.value if isinstance(value, ast.Starred) else value)
                if given:
                    self.given[name] = given
                ref = None if isinstance(value, ast.Starred) else self.ref(value)
                if ref and name not in self.refs and not given:
                    self.refs[name] = ref
        elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == self.me:
            ref = self.ref(value)
            if ref and self.owner is not None and ref.startswith("o:") and ref.endswith(":"):
                self.owner["types"].setdefault(target.attr, ref)

    def items(self, node: ast.AST) -> ast.AST:
        """The items of what this is; kept, because what is known of a node is known by where it is in memory."""
        self.kept.append(ast.Starred(value=node))
        return self.kept[-1]

    def steered(self, node: ast.AST) -> set[str]:
        """The parameters that this is one of, an item of, or an attribute by a name that somebody gives."""
        while isinstance(node, ast.Subscript):
            node = node.value
        if isinstance(node, ast.Name):
            return self.given.get(node.id, set())
        if isinstance(node, ast.Call):
            name = dotted(node.func)
            if name == "getattr" and len(node.args) > 1:
                owner, by = self.steered(node.args[0]), self.roots(node.args[1])
                return owner | by if by and (owner or isinstance(node.args[1], ast.Name)) else set()
            if isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "pop", "items", "values"):
                return self.steered(node.func.value)
            if name in ("enumerate", "zip", "reversed", "list", "tuple", "iter", "next"):
                return set().union(*[self.steered(arg) for arg in node.args]) if node.args else set()
        return set()

    def roots(self, node: ast.AST) -> set[str]:
        """The parameters that the value of this is made from."""
        found = set()
        for name in self.names(node):
            found |= self.taint.get(name, set())
        return found

    def names(self, node: ast.AST) -> Iterable[str]:
        """The local names that the value of this is made from."""
        known = self.read.get(id(node))
        if known is None:
            if isinstance(node, ast.Name):
                known = (node.id,)
            elif isinstance(node, _BLIND) or (isinstance(node, ast.Call) and dotted(node.func) in _NUMBERS):
                known = ()
            else:
                known = {name for child in ast.iter_child_nodes(node) for name in self.names(child)}
            self.read[id(node)] = known
        return known

    def ref(self, node: ast.AST) -> str | None:
        """The target that this expression names, or None."""
        if isinstance(node, ast.Name):
            name = node.id
            if name in self.nested:
                return "l:" + self.nested[name]
            if name in self.refs:
                return self.refs[name]
            if self.given.get(name):
                return "p:" + ",".join(sorted(self.given[name]))
            return None if name in self.taint else "g:" + name
        if isinstance(node, ast.Attribute):
            if isinstance(node.value, ast.Name) and node.value.id == self.me:
                return "s:" + node.attr
            if isinstance(node.value, ast.Call) and dotted(node.value.func) == "super":
                return "u:" + node.attr
            base = self.ref(node.value)
            if base is None or base[0] in "plu":
                return None
            if base[0] == "o":
                return base + node.attr if base.endswith(":") else None
            return base + ("" if base.endswith(":") else ".") + node.attr
        if isinstance(node, ast.Call):
            given = self.steered(node)
            base = self.ref(node.func)
            if given:
                return "p:" + ",".join(sorted(given))
            return "o:" + base + ":" if base and base[0] in "gi" else None
        if isinstance(node, ast.Subscript) and self.steered(node):
            return "p:" + ",".join(sorted(self.steered(node)))
        return None

    def call(self, node: ast.Call) -> None:
        args = [sorted(self.roots(arg)) for arg in node.args]
        words = {(word.arg or "**"): sorted(self.roots(word.value)) for word in node.keywords}
        for position, arg in enumerate(node.args):
            if isinstance(arg, ast.Starred):
                words[f"*{position}"] = sorted(self.roots(arg))
        target = self.ref(node.func) or self.method(node.func)
        if target and not target.endswith(":"):
            if target[0] in "sov" and isinstance(node.func, ast.Attribute):
                words["self"] = sorted(self.roots(node.func.value))
            self.add([target, args, words])
        asks = isinstance(node.func, ast.Name) and node.func.id in _NUMBERS
        for arg in () if asks else list(node.args) + [word.value for word in node.keywords]:
            handed = self.ref(arg) if isinstance(arg, (ast.Name, ast.Attribute)) else None
            if handed and handed[0] in "gisl" and not handed.endswith(":"):
                every = sorted(set().union(*map(set, args), *map(set, words.values())))
                self.add(["a:" + handed, [every], {}])

    def method(self, node: ast.AST) -> str | None:
        """A method of something unknown that was made from what this function was given."""
        known = isinstance(node, ast.Attribute) and self.roots(node.value) and node.attr not in _EVERYWHERE
        return "v:" + node.attr if known else None

    def add(self, call: list[Any]) -> None:
        if call not in self.calls:
            self.calls.append(call)


def _hidden(parameter: str) -> bool:
    """Is it one that only bears a default, like `_warn=warnings.warn`?"""
    return parameter.startswith("_") or hasattr(builtins, parameter)


def own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function in order, without those of functions and classes nested in it."""
    waiting = list(reversed(function.body))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (*_DEFS, ast.ClassDef)):
            waiting.extend(reversed(list(ast.iter_child_nodes(node))))


def imports(node: ast.Import | ast.ImportFrom, package: str) -> Iterator[tuple[str, list[str]]]:
    """The names that an import statement binds, each with what it binds them to."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield (
                (alias.asname, ["module", alias.name])
                if alias.asname
                else (
                    alias.name.partition(".")[0],
                    ["module", alias.name.partition(".")[0]],
                )
            )
        return
    base = node.module or ""
    if node.level:
        parts = package.split(".")
        base = ".".join(parts[: len(parts) - node.level + 1] + ([node.module] if node.module else []))
    for alias in node.names:
        yield alias.asname or alias.name, ["from", base, alias.name]


def dotted(node: ast.AST) -> str:
    """`a.b.c` as text, or an empty one for what is no dotted name."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *parts[::-1]]) if isinstance(node, ast.Name) else ""


def _name(decorator: ast.AST) -> str:
    return dotted(decorator.func if isinstance(decorator, ast.Call) else decorator).rpartition(".")[2]
