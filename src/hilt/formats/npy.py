r"""Reads the header of a NumPy array file; the pickle behind it, where the array holds objects.

Specification: NumPy, numpy/lib/format.py, versions 1.0 to 3.0: `\x93NUMPY`, two bytes of version, the header's length
(2 bytes, 4 since version 2), a Python literal {"descr", "fortran_order", "shape"}, then the elements or one pickle.

What can bite: an array of objects is a pickle, which runs as it is loaded: with `allow_pickle=True`, and before NumPy
1.16.3 without being told (CVE-2019-6446). Arrays of numbers hold nothing but numbers.

What hilt cannot see: the numbers, and what callables do that hilt does not know.
"""

from __future__ import annotations

import ast
import re
import struct
from dataclasses import dataclass, replace
from math import prod
from typing import Any

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import pickle
from hilt.formats.pickle import PickleStream

MAGIC = b"\x93NUMPY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Npy:
    """A header. `descr` is the dtype as it is written there; `objects` says that the elements are pickled.

    `item_size` is None for a dtype whose size cannot be told. `unread` are the bytes behind the last element.
    """

    version: tuple[int, int]
    descr: str
    shape: tuple[int, ...]
    fortran_order: bool
    objects: bool
    item_size: int | None
    data_start: int
    unread: int
    pickles: tuple[PickleStream, ...]

    @property
    def parameters(self) -> int:
        return prod(self.shape)


def read(source: ByteSource, limits: Limits) -> Npy:
    """The array in `source`, and the pickles behind its elements, which no reader looks at."""
    array = header(source, limits)
    start = pickle.Search(source, source.size).after(source.size - array.unread) if array.unread else None
    if start is None:
        return array
    behind = pickle.find(source, start, source.size, limits, "pickle behind the array")
    return replace(array, pickles=tuple(replace(stream, following=True) for stream in behind))


def header(source: ByteSource, limits: Limits) -> Npy:
    """The header of `source`. Raises `FormatError` where it is none, or the file is shorter than its array."""
    start = source.read(0, 12)
    if len(start) < 12 or not start.startswith(MAGIC):
        raise FormatError("the file does not begin as a NumPy array does", offset=0)
    version = (start[6], start[7])
    if version not in ((1, 0), (2, 0), (3, 0)):
        raise FormatError(f"version {version[0]}.{version[1]} of the format is not known", offset=6)
    first, layout = (10, "<H") if version == (1, 0) else (12, "<I")
    (length,) = struct.unpack_from(layout, start, 8)
    if length > limits.npy_header_bytes:
        raise LimitExceeded("npy_header_bytes", length, limits.npy_header_bytes, offset=8)
    text = source.read(first, length)
    if len(text) != length:
        raise FormatError(f"the file ends after {source.size} bytes, inside its header", offset=first)
    descr, fortran_order, shape = _fields(text.decode("utf-8" if version == (3, 0) else "latin-1", "replace"))
    item_size, objects = _dtype(descr)
    data_start = first + length
    left = source.size - data_start
    pickles: tuple[PickleStream, ...] = ()
    if objects:
        pickles, left = pickle.find(source, data_start, source.size, limits, "object array"), 0
    elif item_size is not None:
        left -= item_size * prod(shape)
        if left < 0:
            raise FormatError(f"the array's elements reach {-left} bytes past the end of the file", offset=data_start)
    return Npy(
        version=version, descr=str(descr), shape=shape, fortran_order=fortran_order, objects=objects,
        item_size=item_size, data_start=data_start, unread=left, pickles=pickles,
    )  # fmt: skip


def _fields(text: str) -> tuple[Any, bool, tuple[int, ...]]:
    try:
        # Python 2 wrote 3L for long integers.
        header = _literal(ast.parse(re.sub(r"\b(\d+)L\b", r"\1", text.strip()), mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise FormatError(f"the header is no Python literal: {error}", offset=10) from None
    match header:
        case {"descr": descr, "fortran_order": bool(order), "shape": tuple(shape)} if all(
            type(n) is int and n >= 0 for n in shape
        ):
            return descr, order, shape
    raise FormatError(f"the header has no usable descr, fortran_order and shape: {text[:120]!r}", offset=10)


def _literal(node: ast.expr) -> Any:
    """The value of dictionaries, lists, tuples and constants; nothing else stands in a header."""
    match node:
        case ast.Constant(str() | int() | None as value):
            return value
        case ast.Tuple(items):
            return tuple(_literal(item) for item in items)
        case ast.List(items):
            return [_literal(item) for item in items]
        case ast.Dict(keys, values):
            return {str(_literal(key)): _literal(value) for key, value in zip(keys, values, strict=True) if key}
        case _:
            raise ValueError(f"a {type(node).__name__} stands in it")


_KIND = re.compile(r"[<>|=]?(?P<kind>[a-zA-Z?])(?P<digits>[0-9]{0,9})(\[\w+\])?")


def _dtype(descr: Any) -> tuple[int | None, bool]:
    """Bytes per element and whether it holds Python objects; no size where `descr` is not understood."""
    match descr:
        case str():
            found = _KIND.fullmatch(descr)
            if found is None:  # "object" and "f4,O" mean objects as well, and no writer writes them
                return None, True
            size = int(found["digits"] or "0") * (4 if found["kind"] == "U" else 1)
            return (size if found["digits"] else None), found["kind"] == "O"
        case tuple((inner, tuple(shape))):
            size_or_none, objects = _dtype(inner)
            known = size_or_none is not None and all(type(n) is int for n in shape)
            return (size_or_none * prod(shape) if known and size_or_none is not None else None), objects
        case list():
            fields = [_dtype((field[1], field[2]) if len(field) > 2 else field[1]) for field in descr if len(field) > 1]
            sizes = [size for size, _ in fields if size is not None]
            return sum(sizes) if len(sizes) == len(descr) else None, any(objects for _, objects in fields)
        case _:
            return None, True
