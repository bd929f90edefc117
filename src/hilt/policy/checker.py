"""What an expression must be before it is ever evaluated: known fields, values that can be compared, a yes or no.

Whatever passes here cannot fail later; at worst it is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hilt.core.errors import PolicyInvalid
from hilt.core.finding import Severity
from hilt.policy.kinds import (
    BOOL,
    FLOAT,
    INT,
    LEVEL,
    STRING,
    Kind,
    ListKind,
    RecordKind,
    Scalar,
    a,
    all_fields,
    nearest,
)
from hilt.policy.pattern import PatternError, compiled
from hilt.policy.syntax import (
    And,
    Compare,
    Field,
    Has,
    Index,
    ListLiteral,
    Literal,
    Macro,
    Method,
    Name,
    Node,
    Not,
    Or,
    Size,
    children,
    path_of,
    text_of,
    wrong,
)

MAX_MACROS = 2
"""exists, all and filter inside each other."""

_NUMBERS = (INT, FLOAT)
_LITERALS: Mapping[type, Kind] = {bool: BOOL, int: INT, float: FLOAT, str: STRING}


def check(expression: str, node: Node, evidence: RecordKind) -> None:
    """Raises `PolicyInvalid` unless `node`, the tree of `expression`, is a condition on such evidence."""
    checker = _Checker(expression, evidence)
    kind = checker.kind(node, {})
    if kind != BOOL:
        raise checker.wrong(node, f"a rule needs a yes or no, and this is {a(kind)}")


def loosening(node: Node, *, positive: bool = True) -> Iterator[Has]:
    """Every `has` whose being false, when evidence is missing, could make the condition true.

    `positive` is whether the condition is wanted true.
    """
    match node:
        case Has():
            if not positive:
                yield node
        case Not():
            yield from loosening(node.part, positive=not positive)
        case And() | Or():
            for part in node.parts:
                yield from loosening(part, positive=positive)
        case Macro(name="exists" | "all"):
            yield from loosening(node.body, positive=positive)
            yield from _any_has(node.of)
        case _:
            yield from _any_has(node)


def _any_has(node: Node) -> Iterator[Has]:
    if isinstance(node, Has):
        yield node
    for child in children(node):
        yield from _any_has(child)


class _Checker:
    def __init__(self, expression: str, evidence: RecordKind) -> None:
        self.expression, self.evidence = expression, evidence

    def wrong(self, node: Node, message: str) -> PolicyInvalid:
        length = len(node.op if isinstance(node, Compare) else path_of(node) or " ")
        while isinstance(node, Field):
            node = node.of
        return wrong(self.expression, node.at, message, length=length)

    def kind(self, node: Node, bound: Mapping[str, Kind]) -> Kind:
        match node:
            case Literal():
                return _LITERALS[type(node.value)]
            case ListLiteral():
                return self.list_literal(node, bound)
            case Name() | Field():
                return self.path(node, bound)
            case Index():
                return self.index(node, bound)
            case Not():
                self.needs(node.part, BOOL, bound, "! turns a yes or no around")
            case And() | Or():
                for part in node.parts:
                    self.needs(part, BOOL, bound, "&& and || join yes or no")
            case Compare():
                self.comparison(node, bound)
            case Has():
                self.has(node, bound)
            case Size():
                return self.size(node, bound)
            case Method():
                self.method(node, bound)
            case Macro():
                return self.macro(node, bound)
        return BOOL

    def needs(self, node: Node, needed: Kind, bound: Mapping[str, Kind], why: str) -> None:
        kind = self.kind(node, bound)
        if kind != needed:
            raise self.wrong(node, f"{why}, and {text_of(node)} is {a(kind)}")

    def path(self, node: Node, bound: Mapping[str, Kind]) -> Kind:
        """The kind of a field, or of a variable of a macro."""
        if isinstance(node, Name):
            if node.id in bound:
                return bound[node.id]
            if node.id in Severity.__members__:
                return LEVEL
            if node.id in self.evidence.fields:
                return self.listless(node, self.evidence.fields[node.id].kind, bound)
            raise self.unknown(node, node.id, bound)
        if not isinstance(node, Field):
            return self.kind(node, bound)
        of = self.path(node.of, bound)
        if not isinstance(of, RecordKind):
            hint = "; use exists, all or filter to look at its items" if isinstance(of, ListKind) else ""
            raise self.wrong(node, f"{text_of(node.of)} is {a(of)} and has no field {node.name}{hint}")
        if node.name not in of.fields:
            raise self.unknown(node, path_of(node) or node.name, bound)
        return self.listless(node, of.fields[node.name].kind, bound)

    def listless(self, node: Node, kind: Kind, bound: Mapping[str, Kind]) -> Kind:
        """Refuses lists of the evidence inside a macro: the time must not grow with the square of the findings."""
        root = (path_of(node) or "").split(".", 1)[0]
        if bound and isinstance(kind, ListKind) and root not in bound:
            raise self.wrong(
                node, f"{text_of(node)} is a list, and lists are not looked through inside exists, all or filter"
            )
        return kind

    def unknown(self, node: Node, path: str, bound: Mapping[str, Kind]) -> PolicyInvalid:
        root, _, rest = path.partition(".")
        known: list[str] = []
        if root in bound and rest:
            kind = bound[root]
            known = [f"{root}.{name}" for name, _ in all_fields(kind)] if isinstance(kind, RecordKind) else []
        else:
            known = [name for name, _ in all_fields(self.evidence)] + [*bound, *Severity.__members__]
        hint = nearest(path, tuple(known))
        if not hint and root in self.evidence.fields and rest:
            inside = [name for name in known if name.startswith(f"{root}.")]
            hint = f"; {root} has {', '.join(inside)}"
        return self.wrong(node, f"unknown field {path}{hint}")

    def list_literal(self, node: ListLiteral, bound: Mapping[str, Kind]) -> Kind:
        kinds = [self.kind(item, bound) for item in node.items]
        for item, kind in zip(node.items, kinds, strict=True):
            if not isinstance(kind, Scalar):
                raise self.wrong(item, f"a list holds plain values, and {text_of(item)} is {a(kind)}")
            if not _comparable(kinds[0], kind):
                raise self.wrong(item, f"the items of a list are of one kind: {kinds[0]} and {kind} are not")
        if FLOAT in kinds:
            return ListKind(FLOAT)
        return ListKind(kinds[0] if kinds else None)

    def index(self, node: Index, bound: Mapping[str, Kind]) -> Kind:
        of = self.kind(node.of, bound)
        if not isinstance(of, ListKind) or of.item is None:
            raise self.wrong(node.of, f"[...] picks an item of a list, and {text_of(node.of)} is {a(of)}")
        self.needs(node.place, INT, bound, "[...] needs the number of an item, counted from 0")
        return of.item

    def comparison(self, node: Compare, bound: Mapping[str, Kind]) -> None:
        left, right = self.kind(node.left, bound), self.kind(node.right, bound)
        if node.op == "in":
            if not isinstance(right, ListKind):
                hint = "; for a part of a text use contains" if right == STRING else ""
                raise self.wrong(node, f"in needs a list on its right, and {text_of(node.right)} is {a(right)}{hint}")
            if right.item is not None and not _comparable(left, right.item):
                raise self.wrong(node, f"{a(left)} is never in {a(right)}{_level_hint(left, right.item)}")
            if not isinstance(left, Scalar):
                raise self.wrong(node, f"in looks for a plain value, and {text_of(node.left)} is {a(left)}")
            return
        if not _comparable(left, right):
            raise self.wrong(node, f"{a(left)} is compared with {a(right)}{_level_hint(left, right)}")
        if node.op not in ("==", "!=") and (left == BOOL or not isinstance(left, Scalar)):
            raise self.wrong(node, f"{a(left)} is neither more nor less than another; only == and != compare it")

    def has(self, node: Has, bound: Mapping[str, Kind]) -> None:
        if path_of(node.field) is None or isinstance(node.field, Name):
            raise self.wrong(node, "has(...) needs a field, such as has(model.context_length)")
        if isinstance(self.path(node.field, bound), RecordKind):
            raise self.wrong(node.field, f"{text_of(node.field)} is a group of fields; has(...) needs one of them")

    def size(self, node: Size, bound: Mapping[str, Kind]) -> Kind:
        of = self.kind(node.of, bound)
        if of != STRING and not isinstance(of, ListKind):
            raise self.wrong(node, f"size(...) counts a list or a text, and {text_of(node.of)} is {a(of)}")
        return INT

    def method(self, node: Method, bound: Mapping[str, Kind]) -> None:
        of = self.kind(node.of, bound)
        if of != STRING:
            hint = "; for an item of a list use in" if isinstance(of, ListKind) and node.name == "contains" else ""
            raise self.wrong(node, f"{node.name} looks at a text, and {text_of(node.of)} is {a(of)}{hint}")
        self.needs(node.argument, STRING, bound, f"{node.name} needs a text")
        if node.name == "matches":
            if not isinstance(node.argument, Literal):
                raise self.wrong(node.argument, "matches needs its pattern written out")
            try:
                compiled(str(node.argument.value))
            except PatternError as error:
                shown = f"{error} (character {error.at + 1} of the pattern)"
                raise self.wrong(node.argument, f"no pattern that matches understands: {shown}") from None

    def macro(self, node: Macro, bound: Mapping[str, Kind]) -> Kind:
        of = self.kind(node.of, bound)
        if not isinstance(of, ListKind) or of.item is None:
            raise self.wrong(node, f"{node.name} goes through a list, and {text_of(node.of)} is {a(of)}")
        if node.variable in bound or node.variable in self.evidence.fields or node.variable in Severity.__members__:
            raise self.wrong(node, f"{node.variable} has a meaning already; choose another name for the variable")
        if len(bound) >= MAX_MACROS:
            raise self.wrong(node, f"more than {MAX_MACROS} of exists, all and filter inside each other")
        why = f"{node.name} asks a yes or no of each item"
        self.needs(node.body, BOOL, {**bound, node.variable: of.item}, why)
        return of if node.name == "filter" else BOOL


def _comparable(left: Kind, right: Kind) -> bool:
    if isinstance(left, ListKind) and isinstance(right, ListKind):
        if left.item is None or right.item is None:
            return True
        return _comparable(left.item, right.item)
    if isinstance(left, RecordKind) or isinstance(right, RecordKind):
        return False
    return left == right or (left in _NUMBERS and right in _NUMBERS)


def _level_hint(left: Kind, right: Kind) -> str:
    return "; a level is written without quotes: HIGH" if (left, right) in ((LEVEL, STRING), (STRING, LEVEL)) else ""
