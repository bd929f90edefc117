"""Tensors of a Core ML program: constants in it and in files beside it, plain, quantised and in palettes.

Specification: MIL.proto and StorageFormat.hpp of coremltools 8; the operations `const` and `constexpr_*` of "MIL ops".
Kernels and the weights of `linear` have their outputs first, as in PyTorch; the right side of `matmul` is (in, out). The
gates of an LSTM are those of input, forgetting, output and cell.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import prod
from posixpath import join, normpath
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.tensor_source import TensorSource
from hilt.formats.protobuf import BYTES, VARINT, Field, Wire
from hilt.formats.tensors import Given
from hilt.formats.tensors.layouts.affine import affine, channels
from hilt.formats.tensors.layouts.dense import Dense, Held
from hilt.formats.tensors.layouts.numbers import SIZES
from hilt.formats.tensors.layouts.palette import Palette
from hilt.formats.tensors.layouts.turned import kernel
from hilt.formats.tensors.orientation.recurrent import recurrent

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FLOATS = {10: "F16", 11: "F32", 12: "F64", 13: "BF16"}
_WHOLE = {21: "I8", 31: "U8", 22: "I16", 32: "U16", 23: "I32", 33: "U32"}
_BITS = {25: ("I4", 4), 35: ("U4", 4), 36: ("U2", 2), 37: ("U1", 1), 38: ("U6", 6), 39: ("U3", 3)}
_LSTM_WEIGHTS, _LSTM_GATES = ("weight_", "bias"), (0, 1, 3, 2)
"""Where the input, the forget, the cell and the output gate lie."""
_SENTINEL = 0xDEADBEEF
_FLOAT_FIELDS = {(1, 11), (6, 12)}
_WHOLE_FIELDS, _BYTES_FIELD = (2, 3, 5), 7


class _Value(NamedTuple):
    """A constant: what its numbers are, where they begin, and in which file (None: in the program itself)."""

    kind: int
    shape: tuple[int, ...]
    source: ByteSource | None
    begin: int
    size: int
    whole: int = 0
    """The number of a constant that is one whole number or a truth value."""


@dataclass(slots=True)
class _Operation:
    type: str = ""
    output: str = ""
    names: dict[str, str] = field(default_factory=dict)
    """What its operands are called, by parameter."""
    values: dict[str, Field] = field(default_factory=dict)
    """Values that stand in the operation itself, by parameter."""


def program(given: Given, wire: Wire, within: Field) -> Iterator[tuple[str, TensorSource | None]]:
    """The tensors of the program in `within`, by name; None for one that is packed in a way unknown here."""
    for function in _entries(wire, within, 2):
        for block in _entries(wire, function, 3):
            yield from _Function(given, wire).tensors(block)


def _entries(wire: Wire, within: Field, number: int) -> Iterator[Field]:
    """The values of a map from names to messages."""
    for entry in _parts(wire, within, number):
        yield from _parts(wire, entry, 2)


def _parts(wire: Wire, within: Field, number: int) -> Iterator[Field]:
    return (part for part in wire.message(within=within) if part.key == (number, BYTES))


class _Function:
    def __init__(self, given: Given, wire: Wire) -> None:
        self._given, self._wire = given, wire
        self._files: dict[str, ByteSource] = {}
        self._operations: list[_Operation] = []
        self._constants: dict[str, Field] = {}

    def tensors(self, block: Field) -> Iterator[tuple[str, TensorSource | None]]:
        self._read(block, 0)
        self._constants = {each.output: each.values["val"] for each in self._operations if "val" in each.values}
        turned, used_up, gates = set[str](), set[str](), set[str]()
        for each in self._operations:
            if each.type == "lstm":
                gates.update(name for key, name in each.names.items() if key.startswith(_LSTM_WEIGHTS))
            if each.type == "matmul" and not self._is_true(each, "transpose_y"):
                turned.add(each.names.get("y", ""))
            if each.type.startswith("constexpr_"):
                used_up.update(each.names.values())
        for each in self._operations:
            stored = None if each.output in used_up else self._stored(each)
            if stored is not None and stored.shape and 0 not in stored.shape:
                yield from (
                    (each.output, one) for one in _in_order(stored, each.output in turned, each.output in gates)
                )
            elif stored is None and each.type.startswith("constexpr_") and each.output not in used_up:
                yield each.output, None

    def _read(self, block: Field, depth: int) -> None:
        """Keeps the operations with weights, and those that say which way round they take them."""
        if depth >= self._given.limits.graph_depth:
            raise LimitExceeded("graph_depth", depth + 1, self._given.limits.graph_depth, offset=block.start)
        for part in _parts(self._wire, block, 3):
            operation = _Operation()
            for found in self._wire.message(within=part):
                if found.key == (1, BYTES):
                    operation.type = self._wire.text(found)
                elif found.key == (2, BYTES):
                    self._input(operation, found)
                elif found.key == (3, BYTES) and not operation.output:
                    operation.output = next((self._wire.text(name) for name in _parts(self._wire, found, 1)), "")
                elif found.key == (4, BYTES):
                    self._read(found, depth + 1)
                elif found.key == (5, BYTES):
                    for key, value in self._pairs(found):
                        operation.values[key] = value
            if operation.type in ("const", "matmul", "lstm") or operation.type.startswith("constexpr_"):
                self._operations.append(operation)
                allowed = self._given.limits.graph_items
                if len(self._operations) > allowed:
                    raise LimitExceeded("graph_items", len(self._operations), allowed, offset=part.start)

    def _pairs(self, entry: Field) -> Iterator[tuple[str, Field]]:
        parts = {part.number: part for part in self._wire.message(within=entry) if part.wire == BYTES}
        if 1 in parts and 2 in parts:
            yield self._wire.text(parts[1]), parts[2]

    def _input(self, operation: _Operation, entry: Field) -> None:
        for key, argument in self._pairs(entry):
            for binding in _parts(self._wire, argument, 1):
                for part in self._wire.message(within=binding):
                    if part.key == (1, BYTES):
                        operation.names.setdefault(key, self._wire.text(part))
                    elif part.key == (2, BYTES):
                        operation.values.setdefault(key, part)

    def _is_true(self, operation: _Operation, parameter: str) -> bool:
        value = self._value(operation, parameter)
        return value is not None and value.whole != 0

    def _value(self, operation: _Operation, parameter: str) -> _Value | None:
        found = operation.values.get(parameter) or self._constants.get(operation.names.get(parameter, ""))
        return None if found is None else self._constant(found)

    def _constant(self, value: Field) -> _Value | None:
        """Where the numbers of a value lie; None where they are texts, lists or of a type that is not known."""
        parts = {part.number: part for part in self._wire.message(within=value) if part.wire == BYTES}
        for kind in _parts(self._wire, parts[2], 1) if 2 in parts else ():
            dtype, shape = self._type(kind)
            if 5 in parts:
                return self._in_file(parts[5], dtype, shape)
            for immediate in _parts(self._wire, parts[3], 1) if 3 in parts else ():
                return self._immediate(immediate, dtype, shape)
        return None

    def _type(self, within: Field) -> tuple[int, tuple[int, ...]]:
        dtype, shape = 0, list[int]()
        for part in self._wire.message(within=within):
            if part.key == (1, VARINT):
                dtype = part.value
            elif part.key == (3, BYTES):
                sizes = [
                    size.value
                    for constant in _parts(self._wire, part, 1)
                    for size in self._wire.message(within=constant)
                    if size.key == (1, VARINT)
                ]
                shape.append(sizes[0] if sizes else 0)
        if len(shape) > self._given.limits.graph_tensor_rank:
            allowed = self._given.limits.graph_tensor_rank
            raise LimitExceeded("graph_tensor_rank", len(shape), allowed, offset=within.start)
        return dtype, tuple(shape)

    def _immediate(self, tensor: Field, dtype: int, shape: tuple[int, ...]) -> _Value | None:
        for row in self._wire.message(within=tensor):
            for values in self._wire.message(within=row, numbers=True) if row.wire == BYTES else ():
                if row.number in _WHOLE_FIELDS:
                    return _Value(dtype, shape, None, 0, 0, whole=next(iter(self._wire.varints(values)), 0))
                plain = (row.number, dtype) in _FLOAT_FIELDS or row.number == _BYTES_FIELD
                if values.key == (1, BYTES) and plain:
                    return _Value(dtype, shape, self._given.source, values.start, values.end - values.start)
        return None

    def _in_file(self, blob: Field, dtype: int, shape: tuple[int, ...]) -> _Value:
        name, offset = "", 0
        for part in self._wire.message(within=blob):
            if part.key == (1, BYTES):
                name = self._wire.text(part)
            elif part.key == (2, VARINT):
                offset = part.value
        source = self._file(name)
        header = source.read(offset, 24)
        if len(header) < 24:
            raise FormatError(f"there is no header of a blob at byte {offset} of {name!r}", offset=blob.start)
        sentinel, _, size, begin = struct.unpack("<IIQQ", header)
        if sentinel != _SENTINEL or begin + size > source.size:
            raise FormatError(f"there is no blob at byte {offset} of {name!r}", offset=blob.start)
        return _Value(dtype, shape, source, begin, size)

    def _file(self, name: str) -> ByteSource:
        if name not in self._files:
            path = normpath(join(self._given.folder, name.removeprefix("@model_path/").replace("\\", "/")))
            if path.startswith(("/", "..")):
                raise FormatError(f"weights lie in {name!r}, outside of the folder of the model")
            self._files[name] = self._given.beside(path)
        return self._files[name]

    def _stored(self, operation: _Operation) -> TensorSource | None:
        name = operation.output
        match operation.type:
            case "const":
                value = self._value(operation, "val")
                return _plain(name, value) if value is not None and value.kind in _FLOATS else None
            case "constexpr_cast":
                value = self._value(operation, "source_val")
                return None if value is None else _plain(name, value)
            case "constexpr_affine_dequantize":
                return self._scaled(operation, "quantized_data", "zero_point")
            case "constexpr_lut_to_dense":
                return self._palette(operation)
            case "constexpr_blockwise_shift_scale":
                return self._scaled(operation, "data", "offset")
        return None

    def _numbers(self, operation: _Operation, parameter: str) -> NDArray[np.float32] | None:
        """All numbers of a small constant, in its shape."""
        value = self._value(operation, parameter)
        stored = None if value is None else _plain(operation.output, value)
        if stored is None:
            return None
        held = prod(stored.shape) * 4
        if held > self._given.limits.tensor_held_bytes:
            raise LimitExceeded("tensor_held_bytes", held, self._given.limits.tensor_held_bytes)
        return stored.rows(0, stored.shape[0] if stored.shape else 1).reshape(stored.shape)

    def _scaled(self, operation: _Operation, data: str, zero: str) -> TensorSource | None:
        """Whole numbers less a zero point, times a scale: one for all, one for each index of an axis or each block."""
        value, scales = self._value(operation, data), self._numbers(operation, "scale")
        stored = None if value is None else _plain(operation.output, value)
        if stored is None or scales is None or not stored.shape:
            return None
        axis, zeros = self._value(operation, "axis"), self._numbers(operation, zero)
        rank = len(stored.shape)
        scale = self._spread(scales, rank, axis)
        shift = None if zeros is None else self._spread(zeros, rank, axis)
        if scale is None or (zeros is not None and shift is None):
            return None
        try:
            return affine(stored, scale, shift, name=stored.name, dtype=stored.dtype)
        except FormatError:
            return None

    def _spread(self, numbers: NDArray[np.float32], rank: int, axis: _Value | None) -> Held | None:
        """Scales or zero points with as many dimensions as what they belong to."""
        if numbers.ndim == rank and axis is None:
            return Held(name="", dtype="F32", values=numbers)
        place = 0 if axis is None else axis.whole
        return channels(numbers, rank, place) if numbers.ndim <= 1 and place < rank else None

    def _palette(self, operation: _Operation) -> TensorSource | None:
        """Indexes of a few bits into a table, or into one for each group of rows."""
        indexes, table = self._value(operation, "indices"), self._numbers(operation, "lut")
        if indexes is None or indexes.source is None or table is None or not table.size:
            return None
        shape, entries = indexes.shape, table.size
        if "shape" in operation.values or "shape" in operation.names:  # before iOS 18 the indexes are a row of bytes
            shape = self._shape_operand(operation)
        elif table.ndim > 2 and table.shape[-1] == 1 and prod(table.shape[1:-2]) == 1:
            entries = table.shape[-2]
        bits = entries.bit_length() - 1
        if not 1 <= bits <= 8 or 1 << bits != entries or not shape or not prod(shape):
            return None
        tables = table.reshape(-1, entries)
        if shape[0] % len(tables):
            return None
        packed = Palette(
            name=operation.output, dtype=f"P{bits}", shape=shape, source=indexes.source, begin=indexes.begin,
            bits=bits, tables=tables,
        )  # fmt: skip
        return packed if packed.bytes <= indexes.size else None

    def _shape_operand(self, operation: _Operation) -> tuple[int, ...]:
        numbers = self._numbers(operation, "shape")
        return () if numbers is None else tuple(int(number) for number in numbers.ravel() if 0 <= number < 1 << 31)


def _in_order(stored: TensorSource, turned: bool, gates: bool) -> Iterator[TensorSource]:
    if gates:
        yield from recurrent(stored, _LSTM_GATES, biases=len(stored.shape) == 1)
    else:
        yield kernel(stored) if turned and len(stored.shape) == 2 else stored


def _plain(name: str, value: _Value) -> Dense | Palette | None:
    """The numbers of a constant as they are stored; None where their bytes are not what their type and shape ask for."""
    dtype = _FLOATS.get(value.kind) or _WHOLE.get(value.kind)
    if value.source is None or (dtype is None and value.kind not in _BITS):
        return None
    if dtype is not None:
        if prod(value.shape) * SIZES[dtype] != value.size:
            return None
        return Dense(name=name, dtype=dtype, shape=value.shape, source=value.source, begin=value.begin)
    dtype, bits = _BITS[value.kind]
    codes = np.arange(1 << bits)
    table = (codes - (codes >> (bits - 1) << bits) if dtype.startswith("I") else codes).astype(np.float32)
    packed = Palette(
        name=name, dtype=dtype, shape=value.shape, source=value.source, begin=value.begin, bits=bits,
        tables=table.reshape(1, -1),
    )  # fmt: skip
    return packed if value.shape and packed.bytes <= value.size else None
