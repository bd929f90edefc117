"""The walk through a MessagePack value, one part after the other, that `msgpack` reads with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from hilt.core.byte_source import ByteSource, Window
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.archive import Oddity
from hilt.formats.cursor import Cursor

_AHEAD = 1 << 13
_CONSTANTS = {0xC0: None, 0xC2: False, 0xC3: True}
_NUMBERS = {
    0xCA: ">f", 0xCB: ">d", 0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q", 0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q",
}  # fmt: skip
_LENGTHS = {
    0xC4: ("bin", ">B"), 0xC5: ("bin", ">H"), 0xC6: ("bin", ">I"), 0xC7: ("ext", ">B"), 0xC8: ("ext", ">H"),
    0xC9: ("ext", ">I"), 0xD9: ("str", ">B"), 0xDA: ("str", ">H"), 0xDB: ("str", ">I"), 0xDC: ("list", ">H"),
    0xDD: ("list", ">I"), 0xDE: ("map", ">H"), 0xDF: ("map", ">I"),
}  # fmt: skip
_SHORT = {0xD4: ("ext", 1), 0xD5: ("ext", 2), 0xD6: ("ext", 4), 0xD7: ("ext", 8), 0xD8: ("ext", 16)} | {
    code: ("map" if code < 0x90 else "list" if code < 0xA0 else "str", code & (31 if code >= 0xA0 else 15))
    for code in range(0x80, 0xC0)
}

_NDARRAY, _COMPLEX, _SCALAR, _TIMESTAMP = 1, 2, 3, -1
"""Types of extensions: three of Flax, and the one of the specification itself."""
_KEPT_TEXT, _KEPT_ITEMS = 256, 64
"""Bytes of a key and items of a list that are kept; longer ones are passed over."""
_FILE = 16
"""Bytes of the smallest byte string that may be a file of its own."""


class Span(NamedTuple):
    """A string or a byte string that was passed over."""

    begin: int
    size: int


class Place(NamedTuple):
    """Bytes of the file, and the way to them through the maps and lists around."""

    name: str
    begin: int
    size: int


class Extension(NamedTuple):
    """A value of a type that only a program of its own knows."""

    name: str
    type: int
    begin: int
    size: int


class Numbers(NamedTuple):
    """An array and what is said of it."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    begin: int
    size: int


@dataclass(slots=True)
class Found:
    """What a walk came by. `objects` are pickled arrays, `strings` byte strings that may be files."""

    keys: list[str] = field(default_factory=list)
    texts: dict[str, Span] = field(default_factory=dict)
    arrays: list[Numbers] = field(default_factory=list)
    objects: list[Place] = field(default_factory=list)
    strings: list[Place] = field(default_factory=list)
    extensions: list[Extension] = field(default_factory=list)
    repeated: list[Oddity] = field(default_factory=list)
    names: int = 0
    """Keys that are text."""
    odd_names: int = 0
    """Keys that say they are text, and are not."""


@dataclass(slots=True)
class _Open:
    """A map or a list that is not at its end; a map takes keys and values in turn."""

    is_map: bool
    left: int
    key: Any = None
    has_key: bool = False
    seen: set[Any] = field(default_factory=set)
    fields: dict[Any, Any] = field(default_factory=dict)
    """What stands under the keys of an array; of a list its first items, by their place."""


class Walk:
    """Reads every value of `source` in order and notes what stands out in `found`."""

    def __init__(self, source: ByteSource, limits: Limits) -> None:
        self.found, self.values = Found(), 0
        self._source, self._limits = source, limits
        self._cursor = Cursor(source, ahead=_AHEAD)
        self._open: list[_Open] = []

    def run(self, most: int | None = None) -> None:
        """Walks one value, which must end where the source does; no more than `most` of what is in it."""
        cursor = self._cursor
        while most is None or self.values < most:
            begin = cursor.offset
            self.values += 1
            if self.values > self._limits.msgpack_values:
                raise LimitExceeded("msgpack_values", self.values, self._limits.msgpack_values, offset=begin)
            kind, value = step(cursor)
            if kind in ("map", "list"):
                self._opens(kind, value, begin)
            elif kind:
                self._given(self._bytes(kind, value), begin)
            else:
                self._given(value, begin)
            while self._open and not self._open[-1].left:
                self._closes(self._open.pop(), begin)
            if not self._open:
                cursor.end("the value")
                return

    def _opens(self, kind: str, size: int, begin: int) -> None:
        size *= 2 if kind == "map" else 1
        if size > self._cursor.left:
            raise FormatError(f"a {kind} of {size} keys and values, with {self._cursor.left} bytes left", offset=begin)
        if self._open and self._open[-1].is_map and not self._open[-1].has_key:
            raise FormatError(f"a {kind} as the key of a map", offset=begin)
        if len(self._open) >= self._limits.json_depth:
            raise LimitExceeded("json_depth", len(self._open) + 1, self._limits.json_depth, offset=begin)
        self._open.append(_Open(kind == "map", size))

    def _closes(self, closed: _Open, begin: int) -> None:
        """Hands a whole map or list to what it stands in."""
        fields = closed.fields
        if not closed.is_map:
            self._given(tuple(fields.values()), begin)
            return
        data = fields.get("data")
        if fields.get("nd") is not None and isinstance(data, Span):
            if fields.get("kind") == "O":
                self._add(self.found.objects, Place(self._name(), *data))
            else:
                shape = fields.get("shape", ())
                dtype = fields.get("type")
                self._array(dtype if isinstance(dtype, str) else "structured", shape, data)
        self._given(None, begin)

    def _given(self, value: Any, begin: int) -> None:
        """A value is whole: it is a key, or stands under one, or is an item of a list."""
        if not self._open:
            return
        inside = self._open[-1]
        inside.left -= 1
        if not inside.is_map:
            if len(inside.fields) < _KEPT_ITEMS:
                inside.fields[len(inside.fields)] = value
        elif inside.has_key:
            inside.has_key = False
            if inside.key in _OF_AN_ARRAY:
                inside.fields[inside.key] = value
            if len(self._open) == 1 and isinstance(value, Span):
                self.found.texts[str(inside.key)] = value
        else:
            if value in inside.seen:
                said = f"the key {str(value)[:80]!r} stands twice in one map, at {self._name() or 'the top'}"
                self._add(self.found.repeated, Oddity(id="repeated-key", message=said, offset=begin))
            inside.seen.add(value)
            inside.key, inside.has_key = value, True
            if len(self._open) == 1:
                self._add(self.found.keys, str(value))

    def _bytes(self, kind: str, size: int) -> Any:
        """A string, a byte string or an extension; text that is kept is handed back, else where it stands."""
        if kind == "ext":
            return self._extension(size)
        cursor = self._cursor
        inside = self._open[-1] if self._open else None
        in_map = inside is not None and inside.is_map
        is_key = in_map and inside is not None and not inside.has_key
        key = inside.key if inside is not None and inside.has_key else None
        if size <= _KEPT_TEXT and (is_key or key in ("type", "kind")):
            data = cursor.take(size, "a key")
            text = data.decode("utf-8", "replace")
            if is_key and kind == "str":
                self.found.names += text.isprintable()
                self.found.odd_names += text.encode() != data
            return text
        span = Span(cursor.offset, size)
        if kind == "bin" and size >= _FILE and not (key == "data" and inside is not None and "nd" in inside.fields):
            self._add(self.found.strings, Place(self._name(), *span))
        cursor.skip(size, "a string")
        return span

    def _extension(self, size: int) -> None:
        code = self._cursor.number("b", "the type of an extension")
        begin = self._cursor.offset
        self._cursor.skip(size, "an extension")
        known = (code == _TIMESTAMP and size in (4, 8, 12)) or (code == _COMPLEX and 2 < size <= 32)
        if code in (_NDARRAY, _SCALAR):
            try:
                dtype, shape, data = flax_array(Cursor(Window(self._source, begin, size), ahead=_KEPT_TEXT))
                self._array(dtype, shape, Span(begin + data.begin, data.size))
                known = True
            except FormatError:
                known = False
        if not known:
            self._add(self.found.extensions, Extension(self._name(), code, begin, size))

    def _array(self, dtype: str, shape: Any, data: Span) -> None:
        sizes = tuple(n for n in shape if type(n) is int and n >= 0) if isinstance(shape, tuple) else ()
        self._add(self.found.arrays, Numbers(self._name(), dtype, sizes, *data))

    def _add(self, where: list[Any], what: Any) -> None:
        if len(where) >= self._limits.header_entries:
            raise LimitExceeded(
                "header_entries", len(where) + 1, self._limits.header_entries, offset=self._cursor.offset
            )
        where.append(what)

    def _name(self) -> str:
        """The way to the value that is read: keys of maps, places in lists."""
        parts = (
            str(one.key) if one.is_map else str(len(one.fields)) for one in self._open if one.has_key or not one.is_map
        )
        return "/".join(part[:_KEPT_TEXT] for part in parts)


_OF_AN_ARRAY = frozenset(("nd", "type", "kind", "shape", "data"))


def step(cursor: Cursor) -> tuple[str, Any]:
    """The next value of no length, or the kind and the length of what follows."""
    code = cursor.take(1, "a value")[0]
    if code < 0x80 or code >= 0xE0:
        return "", code if code < 0x80 else code - 256
    if code in _SHORT:
        return _SHORT[code]
    if code in _LENGTHS:
        kind, layout = _LENGTHS[code]
        return kind, cursor.number(layout, "a length")
    if code in _NUMBERS:
        return "", cursor.number(_NUMBERS[code], "a number")
    if code in _CONSTANTS:
        return "", _CONSTANTS[code]
    raise FormatError(f"the byte 0x{code:02x} begins no value", offset=cursor.offset - 1)


def flax_array(cursor: Cursor) -> tuple[str, tuple[int, ...], Span]:
    """The (shape, dtype, bytes) that Flax packs an array into."""
    shape: list[int] = []
    kind, count = step(cursor)
    if (kind, count) != ("list", 3):
        raise FormatError("an array of Flax is a list of three", offset=0)
    kind, rank = step(cursor)
    for _ in range(rank if kind == "list" and rank <= _KEPT_ITEMS else 0):
        inner, n = step(cursor)
        if inner or type(n) is not int or n < 0:
            raise FormatError("the shape of an array holds something else than numbers", offset=cursor.offset)
        shape.append(n)
    kind, length = step(cursor)
    if kind != "str" or length > _KEPT_TEXT:
        raise FormatError("the dtype of an array is no short string", offset=cursor.offset)
    dtype = cursor.take(length, "a dtype").decode("utf-8", "replace")
    kind, size = step(cursor)
    if kind != "bin" or size != cursor.left:
        raise FormatError("the numbers of an array do not fill it", offset=cursor.offset)
    return dtype, tuple(shape), Span(cursor.offset, size)
