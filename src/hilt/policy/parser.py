"""From text to tree.

Grammar, a subset of CEL's with its precedence (loosest first):

    or       = and ("||" and)*
    and      = relation ("&&" relation)*
    relation = unary (("==" | "!=" | "<" | "<=" | ">" | ">=" | "in") unary)?
    unary    = "!"* member | "-" number
    member   = primary ("." name | "." name "(" arguments ")" | "[" or "]")*
    primary  = literal | name | "has" "(" member ")" | "size" "(" or ")" | "(" or ")" | "[" (or ("," or)*)? "]"
"""

from __future__ import annotations

from collections.abc import Callable

from hilt.core.errors import PolicyInvalid
from hilt.policy.lexer import Token, tokens
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
    wrong,
)

MAX_DEPTH = 32
"""Parts inside each other, and brackets inside each other."""

RELATIONS = ("==", "!=", "<", "<=", ">", ">=", "in")
METHODS = ("startsWith", "endsWith", "contains", "matches")
MACROS = ("exists", "all", "filter")
# CEL keeps these for itself; a variable of such a name would work nowhere else.
RESERVED = frozenset(
    {"as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop"}
    | {"namespace", "null", "package", "return", "true", "var", "void", "while"}
)


def parse(expression: str) -> Node:
    """The tree of `expression`. Raises `PolicyInvalid` with the place and a caret."""
    parser = _Parser(expression)
    node = parser.disjunction()
    parser.expect_end()
    level, depth = [node], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise parser.wrong(level[0].at, f"more than {MAX_DEPTH} parts inside each other")
        level = [child for part in level for child in children(part)]
    return node


class _Parser:
    def __init__(self, expression: str) -> None:
        self.expression = expression
        self.tokens = tokens(expression)
        self.position = 0
        self.depth = 0

    @property
    def here(self) -> Token:
        return self.tokens[self.position]

    def wrong(self, at: int, message: str, length: int = 1) -> PolicyInvalid:
        return wrong(self.expression, at, message, length=length)

    def unexpected(self, needed: str) -> PolicyInvalid:
        token = self.here
        seen = "the expression ends" if token.kind == "end" else f"{token.text} stands"
        return self.wrong(token.at, f"{needed} is needed where {seen}", max(1, len(token.text)))

    def take(self, *operators: str) -> Token | None:
        """The next token if it is one of these operators, else None."""
        token = self.here
        if (token.kind == "op" or token.text == "in") and token.text in operators:
            self.position += 1
            return token
        return None

    def expect(self, operator: str) -> None:
        if not self.take(operator):
            raise self.unexpected(operator)

    def expect_end(self) -> None:
        if self.here.kind != "end":
            if self.here.text in RELATIONS:
                raise self.unexpected("&& or || (two things are compared at a time)")
            raise self.unexpected("an operator")

    def name(self, what: str) -> Token:
        token = self.here
        if token.kind != "name":
            raise self.unexpected(what)
        self.position += 1
        return token

    def nested(self, parse_part: Callable[[], Node], at: int) -> Node:
        """What `parse_part` reads, one bracket deeper."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.wrong(at, f"more than {MAX_DEPTH} brackets inside each other")
        node = parse_part()
        self.depth -= 1
        return node

    def disjunction(self) -> Node:
        return self.chain("||", self.conjunction, Or)

    def conjunction(self) -> Node:
        return self.chain("&&", self.relation, And)

    def chain(self, operator: str, part: Callable[[], Node], kind: type[Or | And]) -> Node:
        first, at = part(), self.here.at
        parts = [first]
        while self.take(operator):
            parts.append(part())
        return kind(at=at, parts=tuple(parts)) if len(parts) > 1 else first

    def relation(self) -> Node:
        left = self.unary()
        operator = self.take(*RELATIONS)
        return left if operator is None else Compare(at=operator.at, op=operator.text, left=left, right=self.unary())

    def unary(self) -> Node:
        if minus := self.take("-"):
            if self.here.kind not in ("int", "float"):
                raise self.unexpected("a number behind the minus sign")
            number = self.tokens[self.position].value
            self.position += 1
            return Literal(at=minus.at, value=-number if not isinstance(number, str) else number)
        if bang := self.take("!"):
            return Not(at=bang.at, part=self.nested(self.unary, bang.at))
        return self.member()

    def member(self) -> Node:
        node = self.primary()
        while True:
            if dot := self.take("."):
                name = self.name("a field or a method")
                node = self.call(node, name) if self.here.text == "(" else Field(at=dot.at + 1, of=node, name=name.text)
            elif bracket := self.take("["):
                node = Index(at=bracket.at, of=node, place=self.nested(self.disjunction, bracket.at))
                self.expect("]")
            else:
                return node

    def call(self, of: Node, name: Token) -> Node:
        self.expect("(")
        if name.text in METHODS:
            argument = self.nested(self.disjunction, name.at)
            node: Node = Method(at=name.at, of=of, name=name.text, argument=argument)
        elif name.text in MACROS:
            variable = self.name("the name of a variable")
            if variable.text in RESERVED:
                raise self.wrong(variable.at, f"{variable.text} is a word of the language", len(variable.text))
            self.expect(",")
            body = self.nested(self.disjunction, name.at)
            node = Macro(at=name.at, of=of, name=name.text, variable=variable.text, body=body)
        elif name.text == "size":
            node = Size(at=name.at, of=of)
        else:
            known = ", ".join((*METHODS, *MACROS))
            raise self.wrong(name.at, f"there is no method {name.text}; there are {known}", len(name.text))
        self.expect(")")
        return node

    def primary(self) -> Node:
        token = self.here
        if token.kind in ("int", "float", "string"):
            self.position += 1
            return Literal(at=token.at, value=token.value)
        if token.kind == "name":
            self.position += 1
            return self.word(token)
        if self.take("("):
            node = self.nested(self.disjunction, token.at)
            self.expect(")")
            return node
        if self.take("["):
            return self.list_literal(token)
        raise self.unexpected("a value")

    def word(self, token: Token) -> Node:
        if token.text in ("true", "false"):
            return Literal(at=token.at, value=token.text == "true")
        if self.here.text == "(" and token.text in ("has", "size"):
            self.expect("(")
            argument = self.nested(self.disjunction, token.at)
            self.expect(")")
            if token.text == "size":
                return Size(at=token.at, of=argument)
            return Has(at=token.at, field=argument)
        if self.here.text == "(":
            raise self.wrong(token.at, f"there is no function {token.text}; there are has and size", len(token.text))
        if token.text == "null":
            raise self.wrong(token.at, "there is no null: what is not known is unknown; ask with has(...)", 4)
        if token.text in RESERVED:
            raise self.wrong(token.at, f"{token.text} is a word of the language", len(token.text))
        return Name(at=token.at, id=token.text)

    def list_literal(self, bracket: Token) -> Node:
        items: list[Node] = []
        while not self.take("]"):
            if items:
                self.expect(",")
            items.append(self.nested(self.disjunction, bracket.at))
        return ListLiteral(at=bracket.at, items=tuple(items))
