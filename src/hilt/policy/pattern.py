"""Regular expressions for `matches`, in time linear in the text whatever the pattern.

The subset of RE2's syntax (the one CEL names) that decides yes or no: characters, `.`, classes such as `[a-z_]` and
`[^/]`, `\\d \\w \\s` and their opposites (ASCII), `^`, `$`, groups, `|`, and `* + ? {m} {m,} {m,n}`. Back-references and
looking around do not exist, so no text can make a match slow: a pattern becomes a program of a few kinds of steps, and
all its threads advance together (Thompson's construction, as Russ Cox tells it in "Regular Expression Matching: the
Virtual Machine Approach").
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

MAX_STEPS = 2000
MAX_REPEAT = 100
MAX_GROUPS = 20

_CLASSES = {
    "d": (("0", "9"),),
    "w": (("0", "9"), ("A", "Z"), ("_", "_"), ("a", "z")),
    "s": (("\t", "\n"), ("\f", "\r"), (" ", " ")),
}
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v"}


class _Chars(NamedTuple):
    """Eats one character that lies in one of `ranges`, or in none of them where `negated`."""

    ranges: tuple[tuple[str, str], ...]
    negated: bool = False

    def takes(self, character: str) -> bool:
        return any(first <= character <= last for first, last in self.ranges) != self.negated


class _Jump(NamedTuple):
    """Goes on at each of these distances from here."""

    to: tuple[int, ...]


class _Anchor(NamedTuple):
    """Goes on only at the start (`^`) or at the end (`$`) of the text."""

    end: bool


_Step = _Chars | _Jump | _Anchor


class PatternError(ValueError):
    """The pattern is outside the subset; `at` is the place."""

    def __init__(self, message: str, at: int) -> None:
        self.at = at
        super().__init__(message)


class Pattern(NamedTuple):
    """A pattern ready to be looked for anywhere in a text."""

    steps: tuple[_Step, ...]

    def found_in(self, text: str) -> bool:
        threads: set[int] = set()
        for position in range(len(text) + 1):
            reached = self._closure({*threads, 0}, start=position == 0, end=position == len(text))
            if len(self.steps) in reached:
                return True
            if position < len(text):
                threads = {at + 1 for at in reached if self._eats(at, text[position])}
        return False

    def _eats(self, at: int, character: str) -> bool:
        step = self.steps[at]
        return isinstance(step, _Chars) and step.takes(character)

    def _closure(self, threads: Iterable[int], *, start: bool, end: bool) -> set[int]:
        """All steps that are reached from `threads` without eating a character."""
        reached: set[int] = set()
        waiting = list(threads)
        while waiting:
            at = waiting.pop()
            if at in reached:
                continue
            reached.add(at)
            step = self.steps[at] if at < len(self.steps) else None
            if isinstance(step, _Jump):
                waiting.extend(at + distance for distance in step.to)
            elif isinstance(step, _Anchor) and (end if step.end else start):
                waiting.append(at + 1)
        return reached


@lru_cache(maxsize=256)
def compiled(pattern: str) -> Pattern:
    """`pattern` as a program. Raises `PatternError`."""
    reader = _Reader(pattern)
    steps = reader.alternatives()
    if reader.at < len(pattern):
        raise PatternError("this ) closes nothing", reader.at)
    return Pattern(tuple(steps))


class _Reader:
    def __init__(self, pattern: str) -> None:
        self.pattern, self.at, self.groups = pattern, 0, 0

    @property
    def here(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def take(self, text: str) -> bool:
        if not self.pattern.startswith(text, self.at):
            return False
        self.at += len(text)
        return True

    def alternatives(self) -> list[_Step]:
        steps = self.sequence()
        while self.take("|"):
            other = self.sequence()
            steps = [_Jump((1, len(steps) + 2)), *steps, _Jump((len(other) + 1,)), *other]
        return steps

    def sequence(self) -> list[_Step]:
        steps: list[_Step] = []
        while self.here not in ("", "|", ")"):
            steps += self.repeated()
            if len(steps) > MAX_STEPS:
                raise PatternError(f"the pattern needs more than {MAX_STEPS} steps", self.at)
        return steps

    def repeated(self) -> list[_Step]:
        start = self.at
        steps = self.atom()
        least, most = self.repeat()
        if self.here in ("*", "+", "{") and (least, most) != (1, 1):
            raise PatternError("a repetition of a repetition; put the first into a group", self.at)
        if (len(steps) + 2) * max(least, most or 1) > MAX_STEPS:
            raise PatternError(f"the pattern needs more than {MAX_STEPS} steps", start)
        if most is None:
            return [*steps * least, _Jump((1, len(steps) + 2)), *steps, _Jump((-len(steps) - 1,))]
        optional: list[_Step] = []
        for _ in range(most - least):  # x{0,2} is (x(x)?)?
            optional = [_Jump((1, len(steps) + len(optional) + 1)), *steps, *optional]
        return steps * least + optional

    def repeat(self) -> tuple[int, int | None]:
        """How often: at least, and at most (None: without end)."""
        bounds: tuple[int, int | None] = (1, 1)
        if self.take("*"):
            bounds = (0, None)
        elif self.take("+"):
            bounds = (1, None)
        elif self.take("?"):
            bounds = (0, 1)
        elif self.here == "{":
            bounds = self.counted()
        if bounds != (1, 1):
            self.take("?")  # lazy or greedy, the answer is the same
        return bounds

    def counted(self) -> tuple[int, int | None]:
        start = self.at
        end = self.pattern.find("}", start)
        low, comma, high = self.pattern[start + 1 : max(end, start + 1)].partition(",")
        if end < 0 or not _digits(low) or not (high == "" or _digits(high)):
            raise PatternError(r"{ begins no count such as {2,5}; the character itself is \{", start)
        least = int(low)
        most = least if not comma else int(high) if high else None
        if least > MAX_REPEAT or (most or 0) > MAX_REPEAT or (most is not None and most < least):
            raise PatternError(f"counts go from small to large and up to {MAX_REPEAT}", start)
        self.at = end + 1
        return least, most

    def atom(self) -> list[_Step]:
        start = self.at
        if self.take("("):
            return self.group(start)
        if self.take("["):
            return [self.character_class(start)]
        if self.take("\\"):
            return [self.escape(start)]
        if self.take("^"):
            return [_Anchor(end=False)]
        if self.take("$"):
            return [_Anchor(end=True)]
        if self.take("."):
            return [_Chars((("\n", "\n"),), negated=True)]
        if self.here in ("*", "+", "?", "{"):
            raise PatternError(f"nothing stands before this {self.here}", start)
        self.at += 1
        return [_one(self.pattern[start])]

    def group(self, start: int) -> list[_Step]:
        if self.here == "?" and not self.take("?:"):
            raise PatternError("(? is not supported: no flags, no names, no looking around", start)
        self.groups += 1
        if self.groups > MAX_GROUPS:
            raise PatternError(f"more than {MAX_GROUPS} groups inside each other", start)
        steps = self.alternatives()
        self.groups -= 1
        if not self.take(")"):
            raise PatternError("this ( is not closed", start)
        return steps

    def escape(self, start: int) -> _Chars:
        character = self.here
        self.at += 1
        if character and character in "dwsDWS":
            return _Chars(_CLASSES[character.lower()], negated=character.isupper())
        if character == "" or (character.isalnum() and character not in _CONTROLS):
            raise PatternError(f"\\{character} is not supported", start)
        return _one(_CONTROLS.get(character, character))

    def character_class(self, start: int) -> _Chars:
        negated = self.take("^")
        ranges: list[tuple[str, str]] = []
        while not self.take("]") or not ranges:
            if self.here == "" or (not ranges and self.pattern[self.at - 1] == "]"):
                raise PatternError("this [ is empty or not closed", start)
            ranges += self.class_item()
        return _Chars(tuple(ranges), negated)

    def class_item(self) -> tuple[tuple[str, str], ...]:
        """One character, one range or one of `\\d \\w \\s` inside a class."""
        start = self.at
        first = self.class_character()
        if self.here != "-" or self.pattern[self.at + 1 : self.at + 2] in ("]", ""):
            return first.ranges
        self.at += 1
        last = self.class_character()
        (low, _), (_, high) = first.ranges[0], last.ranges[0]
        if first != _one(low) or last != _one(high) or high < low:
            raise PatternError("a range goes from one character to a later one", start)
        return ((low, high),)

    def class_character(self) -> _Chars:
        start = self.at
        if self.take("["):
            raise PatternError(r"inside a class write \[", start)
        if not self.take("\\"):
            self.at += 1
            return _one(self.pattern[start])
        chars = self.escape(start)
        if chars.negated:
            raise PatternError("an opposite such as \\D is not supported inside a class", start)
        return chars


def _one(character: str) -> _Chars:
    return _Chars(((character, character),))


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4
