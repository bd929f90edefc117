"""Arrays of NumPy: of its own files, and as pickles and joblib keep them.

Source: NumPy, numpy/_core/src/multiarray/methods.c (`array_reduce`, `array_setstate`), numpy/_core/numeric.py
(`_frombuffer`); joblib, numpy_pickle.py. Arrays of whole numbers are left out unless they are matrices of single bytes:
they count or point.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import NamedTuple

from hilt.core.byte_source import ByteSource, MemorySource
from hilt.core.errors import FormatError
from hilt.core.tensor_source import TensorSource
from hilt.formats.pickle_machine import Global, Made, Value
from hilt.formats.pickle_opcodes import Opcode
from hilt.formats.pickle_walk import Span
from hilt.formats.tensors.layouts.numbers import SIZES
from hilt.formats.tensors.layouts.strided import in_c_order, laid_out
from hilt.formats.tensors.pickled_text import Escaped, Latin1

_DTYPES = {"f2": "F16", "f4": "F32", "f8": "F64", "i1": "I8", "u1": "U8", "V2": "BF16"}
"""NumPy knows no bfloat16: JAX's comes out as two bytes of anything."""
_MODULES = frozenset(("numpy.core.multiarray", "numpy._core.multiarray", "numpy.core.numeric", "numpy._core.numeric"))
_MOST_DIMENSIONS = 64
_LINE = bytes([Opcode.UNICODE])
"""Stands before a text that ends with its line."""


@dataclass(frozen=True, slots=True)
class Array:
    """An array as a pickle describes it; `bytes` is what makes its numbers, or where they stand."""

    descr: str
    shape: tuple[int, ...]
    fortran_order: bool
    bytes: Value


class Raw(NamedTuple):
    """Raw bytes between two opcodes, up to `end`."""

    end: int


def stored(name: str, one: Array, source: ByteSource) -> Iterator[TensorSource]:
    """The array that `one` describes, if it may be weights. Raises `FormatError` where its bytes are not as many as it says."""
    dtype = number_format(one.descr)
    if is_weight(dtype, one.shape):
        bytes_, begin = _bytes(name, source, one.bytes, prod(one.shape) * SIZES[dtype])
        yield dense(name, one.descr, one.shape, one.fortran_order, bytes_, begin)


def dense(
    name: str,
    descr: str,
    shape: tuple[int, ...],
    fortran_order: bool,
    source: ByteSource,
    begin: int,
) -> TensorSource:
    """The array whose numbers lie in `source` from `begin` on."""
    strides = tuple(reversed(in_c_order(shape[::-1]))) if fortran_order else in_c_order(shape)
    return laid_out(name, number_format(descr), shape, strides, source, begin, big_endian=descr.startswith(">"))


def number_format(descr: str) -> str:
    """The format of a dtype as NumPy writes it; empty where it is none of weights."""
    return _DTYPES.get(descr.lstrip("<>|="), "")


def is_weight(dtype: str, shape: tuple[int, ...]) -> bool:
    """May these be weights? Whole numbers are, where they are small and more than a list of them."""
    return dtype != "" and 0 not in shape and (dtype not in ("I8", "U8") or len(shape) > 1)


def array(value: Value) -> Array | None:
    """The array of numbers that this call makes, if it makes one."""
    match value:
        case Array():
            return value
        case Made(Global(module, "_reconstruct"), _, tuple((*_, shape, dtype, order, data))) if module in _MODULES:
            return described(shape, dtype, order is True or order == 1, data)
        case Made(Global(module, "_frombuffer"), (data, dtype, shape, order)) if module in _MODULES:
            return described(shape, dtype, order == "F", data)
    return None


def described(shape: Value, dtype: Value, fortran_order: bool, data: Value) -> Array | None:
    match dtype:
        case Made(Global("numpy", "dtype"), (str(name), *_), state):
            order = state[1] if isinstance(state, tuple) and len(state) > 1 and isinstance(state[1], str) else ""
        case _:
            return None
    usable = (
        isinstance(shape, tuple) and len(shape) <= _MOST_DIMENSIONS and all(type(n) is int and n >= 0 for n in shape)
    )
    if not usable or name.lstrip("<>|=")[:1] == "O":
        return None
    return Array(order + name.lstrip("<>|="), shape, fortran_order, data)


def _bytes(name: str, source: ByteSource, data: Value, size: int) -> tuple[ByteSource, int]:
    """Where the `size` bytes of an array stand: a source, and the place in it."""
    match data:
        case Raw(end):
            return source, end - size
        case Made(Global("_codecs", "encode"), (Span(begin, length), *_)) if source.read(begin - 1, 1) == _LINE:
            return Escaped(source, begin, begin + length, size, quoted=False), 0
        case Made(Global("_codecs", "encode"), (Span(begin, length), *_)) if size <= length <= 2 * size:
            return Latin1(source, begin, begin + length, size), 0
        case Made(Global("_codecs", "encode"), (str(text), *_)) if len(text) == size:
            return MemorySource(text.encode("latin-1", "replace")), 0
        case Span(begin, length) if length == size:
            return source, begin
        case Span(begin, length) if size < length <= 4 * size + 2:
            return Escaped(source, begin, begin + length, size, quoted=True), 0
        case bytes() if len(data) == size:
            return MemorySource(data), 0
        case str() if len(data) == size:
            return MemorySource(data.encode("latin-1", "replace")), 0
    raise FormatError(f"array {name!r} has not the {size} bytes of its shape and dtype")
