"""Parses the regular expressions of tokenizers to a small tree, without running them.

Specification: Oniguruma, doc/RE (Ruby's syntax, which Hugging Face tokenizers use), and what fancy-regex (tiktoken) has
of it. Sets of characters are told apart by a sample of Unicode: enough to say whether two of them overlap.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import NoReturn

SAMPLE = frozenset(map(chr, range(9, 127))) | frozenset(
    "\0\x7f\x85\xa0\u3000\u2028éÉßñµªʰǅ²½Ⅷ٣५àжЖЯΩωאשกไகிเ한ㄱあアー中龥々́ाः⃝、。،…“”«»—_¿¡€£+±°©™😀→∑\u200d\u200b\ufeff\ue000"
)
"""Characters of every general category that patterns ask for."""
UNBOUNDED = 10
"""A count from which on a repetition grows as if it had no bound."""
MOST = 5_000
"""Characters of a pattern that is looked into."""
_DEEPEST = 60
_SHORT = {
    "d": lambda c: c.isdecimal(),
    "s": lambda c: c.isspace() or c in "\x85\u2028",
    "w": lambda c: c.isalnum() or unicodedata.category(c) in ("Mn", "Mc", "Me", "Pc", "Nl"),
    "h": lambda c: c in "0123456789abcdefABCDEF",
}
_POSIX = {
    "alpha": "L",
    "digit": "Nd",
    "space": "s",
    "upper": "Lu",
    "lower": "Ll",
    "punct": "P",
    "alnum": "w",
    "word": "w",
}
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v", "a": "\a", "e": "\x1b", "0": "\0"}
_ASSERTING = frozenset("bBAzZGKyY")


class NotUnderstood(Exception):
    """A pattern that is none, or that says something this parser does not know."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One character out of the sample."""

    of: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sequence:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """`most` is None without a bound. What is `kept` is never given back, so it cannot explode."""

    part: Node
    least: int
    most: int | None
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """Something that must, or must not, stand here and is not consumed; None for `^`, `\\b` and the like."""

    part: Node | None = field(default=None)


Node = Chars | Sequence | Choice | Repeat | Look


def parse(pattern: str) -> Node:
    """The tree of a pattern. Raises `NotUnderstood`."""
    if len(pattern) > MOST:
        raise NotUnderstood(f"a pattern of {len(pattern)} characters")
    parser = _Parser(pattern)
    tree = parser.choice(0)
    if parser.at < len(pattern):
        parser.fail("a bracket that closes nothing")
    return tree


class _Parser:
    def __init__(self, text: str) -> None:
        self.text, self.at, self.fold = text, 0, False
        self.sample = SAMPLE | {character for character in text if character.isprintable()}

    def fail(self, what: str) -> NoReturn:
        raise NotUnderstood(f"{what} (at {self.at})")

    def eat(self, token: str) -> bool:
        if self.text.startswith(token, self.at):
            self.at += len(token)
            return True
        return False

    def found(self, pattern: str) -> re.Match[str] | None:
        found = re.compile(pattern).match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def choice(self, depth: int) -> Node:
        if depth > _DEEPEST:
            self.fail("too deep")
        fold, parts = self.fold, [self.sequence(depth)]
        while self.eat("|"):
            parts.append(self.sequence(depth))
        self.fold = fold
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def sequence(self, depth: int) -> Node:
        parts: list[Node] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            parts.append(self.quantified(self.atom(depth)))
        return Sequence(tuple(parts))

    def quantified(self, part: Node) -> Node:
        before = self.at
        while found := self.found(r"([*+?])([+?]?)|\{(\d*)(,?)(\d*)\}(\??)"):
            if self.at - before > _DEEPEST:
                self.fail("too many counts in a row")
            sign, mode, least, comma, most, _ = found.groups()
            if sign:
                bounds = {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
                part = Repeat(part, *bounds, kept=mode == "+")
            elif not least and not most:  # Oniguruma takes such braces as they are
                part = Sequence((part, *(Chars(frozenset({character})) for character in found[0])))
            else:
                low = int(least or 0) if len(least) < 6 else UNBOUNDED
                high = low if not comma else int(most) if most and len(most) < 6 else None
                part = Repeat(part, low, high)
        return part

    def atom(self, depth: int) -> Node:
        character = self.text[self.at]
        if character == "(":
            return self.group(depth)
        if character == "[":
            return Chars(self.folded(self.char_class(depth)))
        self.at += 1
        if character == "\\":
            return self.escape()
        if character == ".":
            return Chars(self.sample - {"\n"})
        if character in "^$":
            return Look()
        return Chars(self.folded(frozenset({character})))

    def group(self, depth: int) -> Node:
        self.at += 1
        kept = look = False
        if self.eat("?#"):
            self.found(r"[^)]*")
        elif self.found(r"\?(<?[=!])"):
            look = True
        elif self.eat("?>"):
            kept = True
        elif self.found(r"\?(?:P?<\w+>|'\w+'|:)"):
            pass
        elif found := self.found(r"\?([a-z]*)(-[a-z]*)?([:)])"):
            before, self.fold = self.fold, (self.fold or "i" in found[1]) and "i" not in (found[2] or "")
            if found[3] == ")":  # holds to the end of the group around
                return Sequence(())
            return self.closed(before, depth)
        elif self.text.startswith("?", self.at):
            self.fail("a group of an unknown kind")
        inner = self.closed(self.fold, depth)
        return Look(inner) if look else Repeat(inner, 1, 1, kept=True) if kept else inner

    def closed(self, before: bool, depth: int) -> Node:
        inner = self.choice(depth + 1)
        if not self.eat(")"):
            self.fail("a group without an end")
        self.fold = before
        return inner

    def folded(self, characters: frozenset[str]) -> frozenset[str]:
        if not self.fold:
            return characters
        return characters | {other for one in characters for other in (one.lower(), one.upper()) if len(other) == 1}

    def escape(self) -> Node:
        """What follows a backslash, outside a class."""
        character = self.text[self.at : self.at + 1]
        if not character:
            self.fail("a backslash at the end")
        if character in _ASSERTING:
            self.at += 1
            return Look()
        if character in "RX":
            self.at += 1
            return Chars(frozenset("\n\r\x85\u2028") if character == "R" else self.sample)
        if self.found(r"[1-9]\d*|[kg]<[^>]*>"):
            return Repeat(Chars(self.sample), 0, None)  # what a group held, or holds again
        return Chars(self.folded(self.escaped()))

    def escaped(self) -> frozenset[str]:
        """The characters of an escape, inside a class or outside."""
        if found := self.found(r"([pP])\{(\^?)([^}]*)\}|([pP])([A-Z])"):
            inverted = ((found[1] or found[4]) == "P") != bool(found[2])
            return self.inverted(self.property(found[3] or found[5]), inverted=inverted)
        if found := self.found(r"[dDsSwWhH]"):
            shape = _SHORT[found[0].lower()]
            return self.inverted(frozenset(filter(shape, self.sample)), inverted=found[0].isupper())
        if found := self.found(
            r"x\{([0-9a-fA-F]{1,6})\}|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}"
        ):
            number = int(next(group for group in found.groups() if group), 16)
            return frozenset({chr(number) if number < 0x110000 else "\0"})
        character = self.text[self.at : self.at + 1]
        if not character:
            self.fail("a backslash at the end")
        self.at += 1
        return frozenset({_CONTROLS.get(character, character)})

    def inverted(self, characters: frozenset[str], *, inverted: bool) -> frozenset[str]:
        return self.sample - characters if inverted else characters

    def property(self, name: str) -> frozenset[str]:
        """By its general category, or by the script as the names of characters begin with it."""
        name = name.strip().removeprefix("Script=").removeprefix("sc=")
        if (known := _POSIX.get(name.lower())) is not None:
            if known in _SHORT:
                return frozenset(filter(_SHORT[known], self.sample))
            name = known
        if len(name) <= 2:
            return frozenset(one for one in self.sample if unicodedata.category(one).startswith(name))
        script = {"HAN": "CJK", "COMMON": ""}.get(name.upper(), name.upper().partition("_")[0])
        return frozenset(one for one in self.sample if unicodedata.name(one, "").startswith(script))

    def char_class(self, depth: int) -> frozenset[str]:
        if depth > _DEEPEST:
            self.fail("too deep")
        self.at += 1
        inverted, first = self.eat("^"), True
        met: frozenset[str] | None = None
        one: frozenset[str] = frozenset()
        while first or not self.text.startswith("]", self.at):
            if self.at >= len(self.text):
                self.fail("a class without an end")
            if self.eat("&&"):
                met, one = one if met is None else met & one, frozenset()
            else:
                one |= self.member(depth)
            first = False
        self.at += 1
        return self.inverted(one if met is None else met & one, inverted=inverted)

    def member(self, depth: int) -> frozenset[str]:
        if found := self.found(r"\[:(\^?)(\w+):\]"):
            return self.inverted(self.property(found[2]), inverted=bool(found[1]))
        if self.text.startswith("[", self.at):
            return self.char_class(depth + 1)
        begin = self.one()
        if len(begin) != 1 or not self.found(r"-(?!\])"):
            return begin
        if self.text.startswith("[", self.at):
            return begin | {"-"}
        end = self.one()
        if len(end) != 1:
            return begin | end | {"-"}
        low, high = *begin, *end
        return frozenset(one for one in self.sample if low <= one <= high) | begin | end

    def one(self) -> frozenset[str]:
        character = self.text[self.at : self.at + 1]
        if not character:
            self.fail("a class without an end")
        self.at += 1
        return self.escaped() if character == "\\" else frozenset({character})
