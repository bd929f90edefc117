"""Walks an object that Lua's Torch 7 serialised in its binary way (`.t7`).

Source: torch7, File.lua (readObject, writeObject), Tensor.lua and generic/{Tensor,Storage}.c. Little-endian: a type, then by
type a number, a text, a truth value, a table of pairs, an object of a class (version, name, content) or a function. What was
read before is referred to by number. A function is byte code (`string.dump`) and the values it closes over: `torch.load`
hands the byte code to Lua, whose machine does not verify it. Numbers of storages are passed over unread.

What can bite: a function is byte code that `torch.load` hands to Lua, whose machine does not verify it: it runs when it
is called, and can break out of Lua. Classes are looked up among those of the program that loads it.

What hilt cannot see: what the byte code does; the numbers; files in Torch's way of writing text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.cursor import Cursor
from hilt.formats.reader import Head

_NIL, _NUMBER, _TEXT, _TABLE, _OBJECT, _TRUTH, _FUNCTION, _OLD_FUNCTION, _NEW_FUNCTION = range(9)
_START = re.compile(
    rb"\x04\0\0\0[\x01-\xff]...(?:\x03\0\0\0V \d|.\0\0\0(?:torch|nn|cudnn)\.)|\x03\0\0\0[\x01-\x04]\0\0\0.{4}[\x01\x02]\0\0\0",
    re.DOTALL,
)
_SIZES = {"Byte": 1, "Char": 1, "Short": 2, "Half": 2, "Int": 4, "Long": 8, "Float": 4, "Double": 8, "Cuda": 4}
_CLASS = re.compile(r"torch\.(?:Cuda)?(Byte|Char|Short|Half|Int|Long|Float|Double|Cuda)(Tensor|Storage)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Torch7:
    """The classes of its objects, where functions stand, and how many numbers its storages hold."""

    classes: tuple[str, ...]
    functions: tuple[int, ...]
    parameters: int


def probe(head: Head) -> bool:
    return _START.match(head.data) is not None


def read(source: ByteSource, limits: Limits) -> Torch7:
    """The object in `source`, walked to its last byte."""
    walk = _Walk(source, limits)
    walk.value()
    walk.cursor.end("the object")
    return Torch7(classes=tuple(sorted(walk.classes)), functions=tuple(walk.functions), parameters=walk.parameters)


class _Walk:
    def __init__(self, source: ByteSource, limits: Limits) -> None:
        self.cursor, self._limits, self._depth = Cursor(source), limits, 0
        self._seen: set[int] = set()
        self.classes: set[str] = set()
        self.functions: list[int] = []
        self.parameters = 0

    def value(self) -> None:
        self._depth += 1
        if self._depth > self._limits.tree_depth:
            raise LimitExceeded("tree_depth", self._depth, self._limits.tree_depth, offset=self.cursor.offset)
        kind = self.cursor.number("<i", "a value")
        if kind == _NUMBER:
            self.cursor.skip(8, "a number")
        elif kind == _TEXT:
            self.cursor.skip(self._length("a text"), "a text")
        elif kind == _TRUTH:
            self.cursor.skip(4, "a truth value")
        elif kind in (_TABLE, _OBJECT, _FUNCTION, _OLD_FUNCTION, _NEW_FUNCTION):
            self._shared(kind)
        elif kind != _NIL:
            raise FormatError(f"{kind} is no type", offset=self.cursor.offset - 4)
        self._depth -= 1

    def _shared(self, kind: int) -> None:
        if kind != _FUNCTION:
            number = self.cursor.number("<i", "a reference")
            if number in self._seen:
                return
            self._seen.add(number)
            if len(self._seen) > self._limits.header_entries:
                raise LimitExceeded("header_entries", len(self._seen), self._limits.header_entries)
        if kind == _OBJECT:
            self._object()
        elif kind == _TABLE:
            for _ in range(self._length("a table")):
                self.value()
                self.value()
        else:
            self.functions.append(self.cursor.offset)
            self.cursor.skip(self._length("a function"), "a function")
            self.value()

    def _object(self) -> None:
        name = self._text("a version")
        if re.fullmatch(r"V \d+", name):
            name = self._text("a class")
        self.classes.add(name)
        found = _CLASS.fullmatch(name)
        if found is None:
            self.value()
        elif found[2] == "Storage":
            count = self.cursor.number("<q", "a storage")
            self.cursor.skip(count * _SIZES[found[1]], "a storage")
            self.parameters += count
        else:
            rank = self.cursor.number("<i", "a tensor")
            if not 0 <= rank <= self._limits.graph_tensor_rank:
                raise LimitExceeded(
                    "graph_tensor_rank", rank, self._limits.graph_tensor_rank, offset=self.cursor.offset
                )
            self.cursor.skip(16 * rank + 8, "the shape of a tensor")
            self.value()

    def _length(self, what: str) -> int:
        length = self.cursor.number("<i", what)
        if not 0 <= length <= self.cursor.left:
            raise FormatError(f"a length of {length}, in {what}", offset=self.cursor.offset - 4)
        return length

    def _text(self, what: str) -> str:
        length = self._length(what)
        if length > 256:
            raise FormatError(f"a name of {length} bytes, in {what}", offset=self.cursor.offset)
        return self.cursor.take(length, what).decode("utf-8", "replace")
