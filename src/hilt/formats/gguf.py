"""Reads the header of a GGUF file.

Specification: ggml, docs/gguf.md, versions 2 and 3, in either byte order; limits and tables as in ggml/src/gguf.cpp. Magic,
version, number of tensors, number of key-values; the key-values; one info per tensor (name, dimensions, type, offset); then,
from the next multiple of `general.alignment`, the tensors. Arrays are walked and not held, the vocabulary among them, but
for short ones of numbers.

What can bite: the chat template, which programs render, some of them without a sandbox (CVE-2024-34359), and which can
put words into prompts. Tensors and sizes that lie have broken into the C and C++ programs that read them.

What hilt cannot see: the numbers and what was trained into them; whether the words of the vocabulary stand at their
right places.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from math import prod

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.jinja import Template

BLOCKS = {
    0: ("F32", 1, 4), 1: ("F16", 1, 2), 2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20), 6: ("Q5_0", 32, 22), 7: ("Q5_1", 32, 24),
    8: ("Q8_0", 32, 34), 9: ("Q8_1", 32, 36), 10: ("Q2_K", 256, 84), 11: ("Q3_K", 256, 110), 12: ("Q4_K", 256, 144),
    13: ("Q5_K", 256, 176), 14: ("Q6_K", 256, 210), 15: ("Q8_K", 256, 292), 16: ("IQ2_XXS", 256, 66), 17: ("IQ2_XS", 256, 74),
    18: ("IQ3_XXS", 256, 98), 19: ("IQ1_S", 256, 50), 20: ("IQ4_NL", 32, 18), 21: ("IQ3_S", 256, 110), 22: ("IQ2_S", 256, 82),
    23: ("IQ4_XS", 256, 136), 24: ("I8", 1, 1), 25: ("I16", 1, 2), 26: ("I32", 1, 4), 27: ("I64", 1, 8), 28: ("F64", 1, 8),
    29: ("IQ1_M", 256, 56), 30: ("BF16", 1, 2), 31: ("Q4_0_4_4", 32, 18), 32: ("Q4_0_4_8", 32, 18), 33: ("Q4_0_8_8", 32, 18),
    34: ("TQ1_0", 256, 54), 35: ("TQ2_0", 256, 66), 36: ("IQ4_NL_4_4", 32, 18), 37: ("IQ4_NL_4_8", 32, 18),
    38: ("IQ4_NL_8_8", 32, 18), 39: ("MXFP4", 32, 17), 40: ("NVFP4", 64, 36), 41: ("Q1_0", 128, 18), 42: ("Q2_0", 64, 18),
}  # fmt: skip
"""ggml_type -> its name, the numbers in one block, the bytes of one block; those that were removed again included."""

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_UINT32, _STRING, _ARRAY = 4, 8, 9
_TEMPLATE = "tokenizer.chat_template"
_ALIGNMENT = "general.alignment"
_DIMENSIONS = 4
"""GGML_MAX_DIMS."""
_WINDOW = 1 << 18
_NAME = 1 << 16
"""Bytes of a key or a tensor's name; the format's own maximum for keys."""
_HELD = 1 << 16
"""Strings longer than this are not held, unless they are templates; nor are those past `text_bytes` in all."""
_NUMBERS, _ALL_NUMBERS = 1 << 10, 1 << 16
"""Arrays of more numbers are not held, nor are those past so many in all; llama.cpp takes 512 layers."""

Scalar = bool | int | float | str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyValue:
    """One entry of the metadata; `value` is None for arrays and for long strings.

    `count` is the number of elements of an array, the bytes of a string, 1 otherwise. `numbers` are those of a short array.
    """

    key: str
    value: Scalar | None
    count: int
    offset: int
    numbers: tuple[bool | int | float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """One tensor info; `shape` as ggml orders it, the fastest dimension first, `begin` in bytes from the file's start."""

    name: str
    type: int
    shape: tuple[int, ...]
    begin: int

    @property
    def dtype(self) -> str:
        return BLOCKS[self.type][0] if self.type in BLOCKS else f"ggml_type {self.type}"

    @property
    def parameters(self) -> int:
        return prod(self.shape)

    @property
    def whole_blocks(self) -> bool:
        """Is a row a whole number of blocks, as ggml demands? True for types without a known block."""
        return self.type not in BLOCKS or not self.shape or self.shape[0] % BLOCKS[self.type][1] == 0

    @property
    def declared_bytes(self) -> int | None:
        """The bytes that type and shape ask for; None for a type that ggml does not know."""
        if self.type not in BLOCKS:
            return None
        _, numbers, size = BLOCKS[self.type]
        row = self.shape[0] if self.shape else 1
        return -(-row // numbers) * size * prod(self.shape[1:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Gguf:
    """A header: key-values and tensors in the order of the file, repeated ones included."""

    version: int
    big_endian: bool
    key_values: tuple[KeyValue, ...]
    tensors: tuple[Tensor, ...]
    templates: tuple[Template, ...]
    alignment: int
    header_end: int
    data_start: int
    size: int

    def value(self, key: str) -> Scalar | None:
        """The value of the first entry of this key, as ggml looks it up; None where it is missing or not held."""
        return next((entry.value for entry in self.key_values if entry.key == key), None)

    def numbers(self, key: str) -> tuple[bool | int | float, ...]:
        """The numbers of the first entry of this key; none where it is missing, or no short array of numbers."""
        return next((entry.numbers for entry in self.key_values if entry.key == key), ())


def read(source: ByteSource, limits: Limits) -> Gguf:
    """The header of `source`. Raises `FormatError` where it is none or the file ends inside it."""
    raw = source.read(4, 4)
    if source.read(0, 4) != b"GGUF" or len(raw) != 4:
        raise FormatError(f"the file begins with {source.read(0, 8)!r}, not with GGUF and a version", offset=0)
    (little,), (big,) = struct.unpack("<I", raw), struct.unpack(">I", raw)
    version = min(little, big)
    if version not in (2, 3):
        raise FormatError(f"GGUF version {version} is not one that hilt reads (2 and 3)", offset=4)
    walk = _Walk(source, limits, big_endian=big < little)
    tensor_count = walk.count("tensors", at_least=24)
    key_count = walk.count("key-values", at_least=13)
    templates: list[Template] = []
    key_values = tuple(_key_value(walk, limits, templates) for _ in range(key_count))
    infos = [_tensor(walk) for _ in range(tensor_count)]
    alignment = _alignment(key_values)
    start = -(-walk.position // alignment) * alignment
    return Gguf(
        version=version,
        big_endian=big < little,
        key_values=key_values,
        tensors=tuple(
            Tensor(name=name, type=kind, shape=shape, begin=start + offset) for name, kind, shape, offset in infos
        ),
        templates=tuple(templates),
        alignment=alignment,
        header_end=walk.position,
        data_start=start,
        size=source.size,
    )


def _key_value(walk: _Walk, limits: Limits, templates: list[Template]) -> KeyValue:
    offset = walk.position
    key = walk.text("key", _NAME)
    kind = walk.number("I")
    if kind in _SCALARS:
        return KeyValue(key=key, value=walk.scalar(_SCALARS[kind]), count=1, offset=offset)
    if kind == _ARRAY:
        numbers = walk.short_array()
        count = walk.skip_array(limits.json_depth)
        return KeyValue(key=key, value=None, count=count, offset=offset, numbers=numbers)
    if kind != _STRING:
        raise FormatError(f"key {key!r} has the unknown value type {kind}", offset=offset)
    length = walk.peek_length(f"value of {key!r}")
    if key == _TEMPLATE or key.startswith(f"{_TEMPLATE}."):
        held = sum(len(template.text) for template in templates)
        if held + length > limits.text_bytes:
            raise LimitExceeded("text_bytes", held + length, limits.text_bytes, offset=offset)
        templates.append(Template(name=key, text=walk.text(f"value of {key!r}", limits.text_bytes)))
        return KeyValue(key=key, value=templates[-1].text, count=length, offset=offset)
    if length > _HELD or walk.held + length > limits.text_bytes:
        walk.skip(8 + length)
        return KeyValue(key=key, value=None, count=length, offset=offset)
    walk.held += length
    return KeyValue(key=key, value=walk.text(f"value of {key!r}", _HELD), count=length, offset=offset)


def _tensor(walk: _Walk) -> tuple[str, int, tuple[int, ...], int]:
    offset = walk.position
    name = walk.text("tensor name", _NAME)
    dimensions = walk.number("I")
    if dimensions > _DIMENSIONS:
        raise FormatError(f"tensor {name!r} has {dimensions} dimensions, ggml allows {_DIMENSIONS}", offset=offset)
    shape = tuple(walk.number("Q") for _ in range(dimensions))
    return name, walk.number("I"), shape, walk.number("Q")


def _alignment(key_values: tuple[KeyValue, ...]) -> int:
    entry = next((entry for entry in key_values if entry.key == _ALIGNMENT), None)
    if entry is None:
        return 32
    value = entry.value
    if type(value) is not int or value < 1 or value & (value - 1):
        raise FormatError(f"general.alignment is {value!r}, not a power of two", offset=entry.offset)
    return value


class _Walk:
    """Goes through the header once, forwards; nothing is allocated for a count that the bytes left cannot hold."""

    def __init__(self, source: ByteSource, limits: Limits, *, big_endian: bool) -> None:
        self._source, self._limits = source, limits
        self._order = ">" if big_endian else "<"
        self._window, self._start = b"", 0
        self.position = 8
        self.held = 0
        """Bytes of strings that are held, templates not counted."""
        self._arrays = self._numbers = 0

    def count(self, what: str, *, at_least: int) -> int:
        """A number of things that take `at_least` so many bytes each."""
        offset, count = self.position, self.number("Q")
        left = self._source.size - self.position
        if count * at_least > left:
            raise FormatError(f"{count} {what} cannot fit into the {left} bytes left", offset=offset)
        if count > self._limits.header_entries:
            raise LimitExceeded("header_entries", count, self._limits.header_entries, offset=offset)
        return count

    def scalar(self, code: str) -> bool | int | float:
        form = struct.Struct(self._order + code)
        value: bool | int | float = form.unpack(self._take(form.size))[0]
        return value

    def number(self, code: str) -> int:
        return int(self.scalar(code))

    def text(self, what: str, longest: int) -> str:
        offset, length = self.position, self.peek_length(what)
        if length > longest:
            raise FormatError(f"a {what} of {length} bytes, at most {longest} are allowed", offset=offset)
        self.skip(8)
        return self._take(length).decode("utf-8", "backslashreplace")

    def peek_length(self, what: str) -> int:
        """The length of the string that begins here; the position stays."""
        offset, length = self.position, self.number("Q")
        left = self._source.size - self.position
        self.position = offset
        if length > left:
            raise FormatError(f"a {what} of {length} bytes, but only {left} are left", offset=offset)
        return length

    def skip(self, n: int) -> None:
        self.position += n
        if self.position > self._source.size:
            raise FormatError(
                f"the file ends after {self._source.size} bytes, inside its header", offset=self.position - n
            )
        if self.position > self._limits.gguf_header_bytes:
            raise LimitExceeded(
                "gguf_header_bytes", self.position, self._limits.gguf_header_bytes, offset=self.position
            )

    def short_array(self) -> tuple[bool | int | float, ...]:
        """The numbers of the array that begins here, if it is a short one of numbers; the position stays."""
        begin, kind, count = self.position, self.number("I"), self.number("Q")
        numbers: tuple[bool | int | float, ...] = ()
        if kind in _SCALARS and count <= min(_NUMBERS, _ALL_NUMBERS - self._numbers):
            self._numbers += count
            form = struct.Struct(f"{self._order}{count}{_SCALARS[kind]}")
            numbers = form.unpack(self._take(form.size))
        self.position = begin
        return numbers

    def skip_array(self, depth: int) -> int:
        """Goes past an array; returns the number of its elements."""
        offset, kind, count = self.position, self.number("I"), self.number("Q")
        self._arrays += 1
        if self._arrays > self._limits.header_entries:
            raise LimitExceeded("header_entries", self._arrays, self._limits.header_entries, offset=offset)
        at_least = struct.calcsize(_SCALARS[kind]) if kind in _SCALARS else {_STRING: 8, _ARRAY: 12}.get(kind, 0)
        if not at_least:
            raise FormatError(f"an array of the unknown value type {kind}", offset=offset)
        left = self._source.size - self.position
        if count * at_least > left:
            raise FormatError(f"an array of {count} elements cannot fit into the {left} bytes left", offset=offset)
        if kind in _SCALARS:
            self.skip(count * at_least)
        elif kind == _STRING:
            self._skip_strings(count)
        elif depth <= 1:
            raise LimitExceeded("json_depth", "an array deeper in arrays", self._limits.json_depth, offset=offset)
        else:
            for _ in range(count):
                self.skip_array(depth - 1)
        return count

    def _skip_strings(self, count: int) -> None:
        unpack = struct.Struct(self._order + "Q").unpack_from
        while count:
            self._fill(8)
            window, at = self._window, self.position - self._start
            last = len(window) - 8
            while count and at <= last:
                at += 8 + unpack(window, at)[0]
                count -= 1
            self.skip(self._start + at - self.position)

    def _take(self, n: int) -> bytes:
        self._fill(n)
        at = self.position - self._start
        self.skip(n)
        return self._window[at : at + n]

    def _fill(self, n: int) -> None:
        """Sees to it that `n` bytes from the position on are in the window."""
        if self._start <= self.position and self.position + n <= self._start + len(self._window):
            return
        self._start = self.position
        self._window = self._source.read(self.position, max(n, _WINDOW))
        if len(self._window) < n:
            raise FormatError(f"the file ends after {self._source.size} bytes, inside its header", offset=self.position)
