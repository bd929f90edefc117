"""Walks serialised data of R: `.rds`, `.RData` and `.rda`, once unpacked.

Source: R 4, src/main/serialize.c (R_Unserialize, ReadItem, ReadBC) and saveload.c; "R Internals", section 1.8. `RDX2`, `RDX3`
and their like stand before a workspace: a list of variables. Then the format (X, B or A), versions and one value. A value
is flags and, by its type, further values; values seen before are referred to by number. Vectors of numbers are passed
over unread.

What can bite: a promise runs as soon as its value is looked at (CVE-2024-27322, R before 4.4); a workspace writes over
the variables of the session, functions that R calls by itself among them; functions of a model run when it is used.

What hilt cannot see: names that functions compute; byte code that differs from the source beside it; what functions of
packages do; the numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.cursor import Cursor
from hilt.formats.r_stream import Ascii, Binary, Stream
from hilt.formats.reader import Head

_MAGIC = re.compile(rb"(?:RD([XAB])([23])\n)?([XAB])\n")
_VERSIONS = {
    "X": re.compile(rb"\0\0\0[\x02\x03]\0[\x01-\x09]..\0[\x01-\x09]..", re.DOTALL),
    "B": re.compile(rb"[\x02\x03]\0\0\0..[\x01-\x09]\0..[\x01-\x09]\0", re.DOTALL),
    "A": re.compile(rb"[23]\n\d{5,7}\n\d{5,7}\n"),
}

SYMBOL, PAIRS, CLOSURE, ENVIRONMENT, PROMISE, CALL, SPECIAL, BUILTIN, CHARACTERS = 1, 2, 3, 4, 5, 6, 7, 8, 9
DOTS, STRINGS, LIST, EXPRESSION, BYTECODE, POINTER, WEAK, RAW, S4 = 17, 16, 19, 20, 21, 22, 23, 24, 25
_CONSTANTS = (254, 253, 252, 251, 250, 242, 241)
"""NULL, the global environment, no value, no argument, and the environments of base R and of nothing."""
UNBOUND = 252
_REFERENCE, _NAMESPACE, _PACKAGE, _PERSISTENT, _ALTREP = 255, 249, 248, 247, 238
_CODE_REFERENCE, _CODE_DEFINITION, _CALL_WITH, _PAIRS_WITH = 243, 244, 240, 239
_SIZES = {10: 4, 13: 4, 14: 8, 15: 16, RAW: 1}
"""Bytes of one number in the vectors of numbers."""
_ACTIVE = 1 << 15
"""The mark of a binding whose value a function computes."""

VARIABLE, ELEMENT, FRAME, TABLE = "variable", "element", "frame", "table"
"""Where a value stands: it is a variable or the value as a whole, part of another, or a variable in an environment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """An expression that is evaluated when its value is first looked at; `calls` is what it calls outermost."""

    where: str
    calls: str
    offset: int


class Call(NamedTuple):
    """The name of a function, a name or a text that it is given (of a call, what that calls), as which argument (its name,
    or its number among those without), and where they occur so first.
    """

    name: str
    argument: str
    place: str
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RData:
    """What a file holds besides data.

    `variables` are the names of a workspace, each with whether it is a function. `promises` are those that wait
    elsewhere than among the arguments of a function. `calls` are what functions code in the file calls.
    """

    workspace: bool
    variables: tuple[tuple[str, bool], ...]
    promises: tuple[Promise, ...]
    functions: int
    active_bindings: int
    calls: tuple[Call, ...]
    namespaces: tuple[str, ...]
    persistent: bool


@dataclass(slots=True)
class _Value:
    """What is remembered of one value: its type, and its text where it is a name, a text or a call."""

    type: int
    text: str = ""


def probe(head: Head) -> bool:
    found = _MAGIC.match(head.data)
    if found is None or (found[1] is not None and found[1] != found[3]):
        return False
    return _VERSIONS[found[3].decode("ascii")].match(head.data, found.end()) is not None


def read(source: ByteSource, limits: Limits) -> RData:
    """The data in `source`, walked to its last byte."""
    cursor = Cursor(source)
    found = _MAGIC.match(cursor.peek(16))
    if found is None:
        raise FormatError("the file does not begin as R writes", offset=0)
    cursor.skip(found.end(), "the magic")
    stream: Stream = (
        Ascii(cursor, limits) if found[3] == b"A" else Binary(cursor, ">" if found[3] == b"X" else "<", limits)
    )
    walk = _Walk(stream, limits)
    version, *_ = (stream.integer("the version") for _ in range(3))
    if version not in (2, 3):
        raise FormatError(f"version {version} of the format is not known", offset=cursor.offset)
    if version == 3:
        stream.text(walk.length("the encoding"), "the encoding")
    workspace = found[1] is not None
    walk.value(FRAME if workspace else VARIABLE, top=workspace)
    if isinstance(stream, Ascii) and cursor.left == 1:
        cursor.skip(1, "the last line end")
    cursor.end("the value")
    return RData(
        workspace=workspace, variables=tuple(walk.variables), promises=tuple(walk.promises), functions=walk.functions,
        active_bindings=walk.active, calls=tuple(Call(*call, at) for call, at in walk.calls.items()),
        namespaces=tuple(sorted(walk.namespaces)), persistent=walk.persistent,
    )  # fmt: skip


class _Walk:
    def __init__(self, stream: Stream, limits: Limits) -> None:
        self._stream, self._limits, self._depth = stream, limits, 0
        self._seen: list[_Value] = []
        self.variables: list[tuple[str, bool]] = []
        self.promises: list[Promise] = []
        self.calls: dict[tuple[str, str, str], int] = {}
        self.namespaces: set[str] = set()
        self.functions = self.active = 0
        self.persistent = False

    def value(self, where: str, *, top: bool = False) -> _Value:
        """One value and all that is in it."""
        self._depth += 1
        if self._depth > self._limits.tree_depth:
            raise LimitExceeded("tree_depth", self._depth, self._limits.tree_depth, offset=self._at)
        flags = self._stream.integer("a value")
        kind = flags & 0xFF
        if kind in (PAIRS, CLOSURE, PROMISE, CALL, DOTS):
            found = self._cells(flags, where, top=top)
        elif kind in _CONSTANTS:
            found = _Value(kind)
        else:
            found = self._plain(kind, flags, where)
        self._depth -= 1
        return found

    @property
    def _at(self) -> int:
        return self._stream.cursor.offset

    def _cells(self, flags: int, where: str, *, top: bool) -> _Value:
        """Cells in a row: a list, a call, or the one cell of a function or a promise."""
        first, behind = flags & 0xFF, _Value(254)
        cells, parts = _Value(first), list[tuple[str, str]]()
        while True:
            kind, begin = flags & 0xFF, self._at
            if flags & 0x200:
                self.value(ELEMENT)
            tag = self.value(ELEMENT) if flags & 0x400 else _Value(254)
            inside = VARIABLE if top else FRAME if where == FRAME or kind == DOTS else ELEMENT
            if kind in (PROMISE, CLOSURE):
                inside = ELEMENT
            self.active += bool(flags >> 12 & _ACTIVE) and kind == PAIRS
            held = self.value(inside if kind in (PAIRS, DOTS) else ELEMENT)
            if top:
                self._keep(tag.text, held.type == CLOSURE)
            if first == CALL:
                parts.append((tag.text, held.text))
            flags = self._stream.integer("the next cell")
            if kind in (PROMISE, CLOSURE) or flags & 0xFF not in (PAIRS, CALL, DOTS):
                behind = self._rest(flags)
                break
        if first == CALL:
            cells.text = self._call(parts, begin)
        elif first == CLOSURE:
            self.functions += 1
        elif first == PROMISE and held.type == UNBOUND and where != FRAME:
            calls = behind.text if behind.type == CALL else ""
            self.promises.append(Promise(where=where, calls=calls, offset=begin))
            self._bounded(len(self.promises))
        return cells

    def _rest(self, flags: int) -> _Value:
        """A value whose flags were read already."""
        kind = flags & 0xFF
        if kind in _CONSTANTS:
            return _Value(kind)
        if kind in (PAIRS, CLOSURE, PROMISE, CALL, DOTS):
            self._depth += 1
            self._bound_depth()
            found = self._cells(flags, ELEMENT, top=False)
            self._depth -= 1
            return found
        return self._plain(kind, flags, ELEMENT)

    def _bound_depth(self) -> None:
        if self._depth > self._limits.tree_depth:
            raise LimitExceeded("tree_depth", self._depth, self._limits.tree_depth, offset=self._at)

    def _keep(self, name: str, is_function: bool) -> None:
        self.variables.append((name, is_function))
        self._bounded(len(self.variables))

    def _bounded(self, count: int) -> None:
        if count > self._limits.header_entries:
            raise LimitExceeded("header_entries", count, self._limits.header_entries, offset=self._at)

    def _call(self, parts: Sequence[tuple[str, str]], at: int) -> str:
        """Notes what is called with which names and texts, and gives its name; `pkg::name` stands for the function."""
        name = parts[0][1] if parts else ""
        if name in ("::", ":::"):
            return "::".join(text for _, text in parts[1:])
        unnamed = 0
        for tag, argument in parts[1:] or [("", "")]:
            unnamed += not tag
            if name:
                self.calls.setdefault((name, argument, tag or str(unnamed)), at)
        self._bounded(len(self.calls))
        return name

    def length(self, what: str) -> int:
        count = self._stream.integer(what)
        if count == -1:
            high, low = self._stream.integer(what), self._stream.integer(what)
            count = (high << 32) + (low & 0xFFFFFFFF)
        if count < 0:
            raise FormatError(f"a length of {count}, in {what}", offset=self._at)
        return count

    def _plain(self, kind: int, flags: int, where: str) -> _Value:
        """A value that is neither a constant nor made of cells."""
        if kind == _REFERENCE:
            number = flags >> 8 or self._stream.integer("a reference")
            if not 1 <= number <= len(self._seen):
                raise FormatError(f"reference {number} of {len(self._seen)}", offset=self._at)
            return self._seen[number - 1]
        if kind in (SYMBOL, _NAMESPACE, _PACKAGE, _PERSISTENT, ENVIRONMENT, POINTER, WEAK):
            return self._shared(kind, flags)
        if kind == _ALTREP:
            for _ in range(3):  # its class, its state, its attributes
                self.value(ELEMENT)
            return _Value(_ALTREP)
        found = _Value(kind)
        if kind == CHARACTERS:
            found.text = self._characters()
        elif kind in (SPECIAL, BUILTIN):
            found.text = self._characters()
            return found
        elif kind in _SIZES:
            self._stream.numbers(self.length("a vector"), _SIZES[kind], "a vector")
        elif kind in (STRINGS, LIST, EXPRESSION):
            for place in range(self.length("a vector")):
                item = self.value(FRAME if where == TABLE else ELEMENT)
                found.text = item.text if kind == STRINGS and place == 0 else found.text
        elif kind == BYTECODE:
            self._stream.integer("the number of shared calls")
            self._bytecode()
        elif kind != S4:
            raise FormatError(f"{kind} is no type of R", offset=self._at)
        if flags & 0x200:
            self.value(ELEMENT)
        return found

    def _shared(self, kind: int, flags: int) -> _Value:
        """A value that others may refer to."""
        found = _Value(kind)
        late = kind in (SYMBOL, _NAMESPACE, _PACKAGE, _PERSISTENT)  # counted behind what they are named by
        if not late:
            self._seen.append(found)
        if kind == SYMBOL:
            found.text = self.value(ELEMENT).text
        elif kind == ENVIRONMENT:
            self._stream.integer("a lock")
            for part in (ELEMENT, FRAME, TABLE, ELEMENT):  # around it, its variables, those by hash, its attributes
                self.value(part)
        elif kind in (_NAMESPACE, _PACKAGE, _PERSISTENT):
            self._stream.integer("a zero")
            names = [self.value(ELEMENT).text for _ in range(self.length("names"))]
            self.persistent |= kind == _PERSISTENT
            if kind != _PERSISTENT and names and len(self.namespaces) < self._limits.findings_per_check:
                self.namespaces.add(names[0])
        else:
            for _ in range(2 if kind == POINTER else 0):
                self.value(ELEMENT)
            if flags & 0x200:
                self.value(ELEMENT)
        if late:
            self._seen.append(found)
        self._bounded(len(self._seen) // 4)
        return found

    def _characters(self) -> str:
        length = self._stream.integer("a text")
        if length == -1:
            return ""
        if length < -1:
            raise FormatError(f"a length of {length}, in a text", offset=self._at)
        return self._stream.text(length, "a text").decode("utf-8", "replace")

    def _bytecode(self) -> None:
        """Code of the byte code machine, and the values that it uses; the first is the source."""
        self._depth += 1
        self._bound_depth()
        self.value(ELEMENT)
        for _ in range(self.length("the constants")):
            kind = self._stream.integer("a constant")
            if kind == BYTECODE:
                self._bytecode()
            elif kind in (CALL, PAIRS, _CODE_REFERENCE, _CODE_DEFINITION, _CALL_WITH, _PAIRS_WITH):
                self._shared_call(kind)
            else:
                self.value(ELEMENT)
        self._depth -= 1

    def _shared_call(self, kind: int) -> _Value:
        """A call or a list among the constants of byte code, where parts that occur twice are written once."""
        self._depth += 1
        self._bound_depth()
        parts = list[tuple[str, str]]()
        begin = self._at
        while True:
            if kind == _CODE_REFERENCE:
                self._stream.integer("a reference")
                break
            if kind == _CODE_DEFINITION:
                self._stream.integer("a number")
                kind = self._stream.integer("a type")
            if kind not in (CALL, PAIRS, _CALL_WITH, _PAIRS_WITH):
                self.value(ELEMENT)
                break
            if kind in (_CALL_WITH, _PAIRS_WITH):
                self.value(ELEMENT)
            tag = self.value(ELEMENT)
            inner = self._stream.integer("a part")
            nested = inner in (CALL, PAIRS, _CODE_REFERENCE, _CODE_DEFINITION, _CALL_WITH, _PAIRS_WITH)
            held = self._shared_call(inner) if nested else self.value(ELEMENT)
            parts.append((tag.text, held.text))
            kind = self._stream.integer("the rest")
        self._depth -= 1
        return _Value(CALL, self._call(parts, begin))
