"""Tensors as PyTorch pickles them: calls that rebuild each from a storage, with an offset, a shape and strides.

Source: PyTorch, torch/_utils.py (`_rebuild_tensor` and its kin), torch/_tensor.py (`__reduce_ex__`). The pickle is not
loaded; the calls are read from the symbolic machine. A view that repeats numbers (`expand`) is left out: what it repeats
is no weight. So are integers of 16 bits and more, and truth values: they count or point.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from heapq import merge
from math import prod
from typing import NamedTuple

from hilt.core.byte_source import ByteSource, MemorySource, Window
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.core.tensor_source import TensorSource
from hilt.formats import torch_legacy
from hilt.formats.pickle import PickleStream
from hilt.formats.pickle_machine import Global, Made, Opaque, Value
from hilt.formats.pickle_walk import Span
from hilt.formats.tensors import Given, checkpoint
from hilt.formats.tensors.layouts.affine import affine, channels
from hilt.formats.tensors.layouts.dense import Dense
from hilt.formats.tensors.layouts.numbers import SIZES
from hilt.formats.tensors.layouts.strided import laid_out
from hilt.formats.tensors.pickled import Objects, find, root
from hilt.formats.torch_storage import Storage, storage

KINDS = {
    "DoubleStorage": "F64", "FloatStorage": "F32", "HalfStorage": "F16", "BFloat16Storage": "BF16", "CharStorage": "I8",
    "ByteStorage": "U8", "QInt8Storage": "I8", "QUInt8Storage": "U8", "QInt32Storage": "I32", "IntStorage": "I32",
    "LongStorage": "I64", "ShortStorage": "I16",
}  # fmt: skip
_DTYPES = {
    "float64": "F64", "double": "F64", "float32": "F32", "float": "F32", "float16": "F16", "half": "F16",
    "bfloat16": "BF16", "int8": "I8", "uint8": "U8", "uint16": "U16", "uint32": "U32", "float8_e4m3fn": "F8_E4M3", "float8_e5m2": "F8_E5M2",
}  # fmt: skip
_WEIGHTS = frozenset(("F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2"))
_SMALL = frozenset(("I8", "U8"))
"""Integers of which a matrix may be weights."""
_MOST_DIMENSIONS = 64
_UTILS = "torch._utils"


class Place(NamedTuple):
    """Where the bytes of a storage lie: `size` bytes from `begin` on."""

    source: ByteSource
    begin: int
    size: int


class Stored(NamedTuple):
    """A storage, or the part of it that is meant, in its elements. It may bring the place of its bytes along."""

    storage: Storage
    begin: int
    size: int
    place: Place | None = None


class Scale(NamedTuple):
    """What an integer of a quantised tensor stands for: (integer - zero) * scale, with one of each along `axis` where there are several."""

    scales: Value
    zeros: Value
    axis: int


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A tensor as a pickle describes it: offset and strides count elements of the storage."""

    stored: Stored
    dtype: str | None
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    scale: Scale | None = field(default=None)


class State(Objects):
    """Runs a pickle of PyTorch; its persistent ids are storages."""

    def persistent(self, identity: Value, position: int) -> Value:
        named = storage(identity)
        if named is None:
            return Opaque("a persistent object")
        match identity[5:]:
            case ((_, int(begin), int(size)),) if begin >= 0 and 0 <= size <= named.size - begin:
                return Stored(named, begin, size)
            case ((_, *_),):
                raise FormatError(f"a view reaches outside of storage {named.key!r}", offset=position)
        return Stored(named, 0, named.size)


def view(value: Value) -> View | None:
    """The tensor that this call rebuilds, if it is one of those that do."""
    match value:
        case View():
            return value
        case Made(Global(module, name), tuple(arguments)):
            return _view(module, name, arguments)
    return None


def _view(module: str, name: str, arguments: tuple[Value, ...]) -> View | None:
    match (module, name), arguments:
        case (("torch._utils", "_rebuild_tensor" | "_rebuild_tensor_v2"), (Stored() as of, offset, shape, strides, *_)):
            return checked(of, KINDS.get(of.storage.kind), offset, shape, strides)
        case (
            ("torch._utils", "_rebuild_tensor_v3"),
            (Stored() as of, offset, shape, strides, _, _, Global("torch", dtype), *_),
        ):
            return checked(of, _DTYPES.get(dtype), offset, shape, strides)
        case (("torch._utils", "_rebuild_qtensor"), (Stored() as of, offset, shape, strides, parameters, *_)):
            return checked(of, KINDS.get(of.storage.kind), offset, shape, strides, _scale(parameters))
        case (("torch._tensor", "_rebuild_from_type_v2"), (Global(inner, function), _, tuple(given), *_)):
            return _view(inner, function, given) if inner == _UTILS else None
        case (("torch._tensor", "_rebuild_from_type"), (Global(inner, function), _, tuple(given), *_)):
            return _view(inner, function, given) if inner == _UTILS else None
    return None


def checked(
    of: Stored, dtype: str | None, offset: Value, shape: Value, strides: Value, scale: Scale | None = None
) -> View:
    match shape:
        case Made(Global("torch", "Size"), (tuple(sizes),)):
            shape = sizes
    plain = isinstance(shape, tuple) and isinstance(strides, tuple) and len(shape) == len(strides) <= _MOST_DIMENSIONS
    if not plain or not all(type(n) is int and n >= 0 for n in (offset, *shape, *strides)):
        raise FormatError(f"a tensor of storage {of.storage.key!r} has no usable offset, shape and strides")
    return View(stored=of, dtype=dtype, offset=offset, shape=shape, strides=strides, scale=scale)


def _scale(parameters: Value) -> Scale | None:
    match parameters:
        case (_, (float() | int()) as scale, int(zero)):
            return Scale(float(scale), zero, 0)
        case (_, scales, zeros, int(axis)):
            return Scale(view(scales), view(zeros), axis)
    return None


def tensors_in(
    stream: PickleStream,
    place: Callable[[Storage], Place],
    given: Given,
    *,
    name: str = "",
    big_endian: bool = False,
    machine: Objects | None = None,
) -> Iterator[TensorSource | str]:
    """The weights in one pickle, and the names of those that are packed in a way not known; `place` says where the bytes
    of a storage lie.

    Raises `FormatError` where a tensor reaches outside of its storage, and where the pickle breaks.
    """
    plain: dict[str, Dense] = {}
    others: list[TensorSource] = []
    places: dict[str, int] = {}
    for path, one in find(root(stream, machine or State(given.limits)), view, given.limits, name):
        for found in tensor(path, one, place, big_endian=big_endian):
            places[path] = len(places)
            if isinstance(found, Dense):
                plain[path] = found
            elif is_weight(one):
                others.append(found)
    put_together = checkpoint.put_together(plain, lambda: checkpoint.settings(given))
    yield from merge(put_together, others, key=lambda one: places.get(one if isinstance(one, str) else one.name, 0))


def loaded(source: ByteSource, data: Value, limits: Limits) -> Stored | None:
    """The storage in the bytes that a pickle hands to PyTorch: a file of its own, as before PyTorch 1.6."""
    match data:
        case Span(begin, size):
            source = Window(source, begin, size)
        case bytes():
            source = MemorySource(data)
        case _:
            return None
    value = torch_legacy.read(source, limits)
    if len(value.storages) != 1 or len(value.places) != 1:
        raise FormatError("the bytes of a storage hold none")
    (one,), ((begin, end),) = value.storages, value.places.values()
    return Stored(one, 0, one.size, Place(source, begin, end - begin))


def is_weight(one: View) -> bool:
    """May these numbers be weights?"""
    return one.scale is not None or one.dtype in _WEIGHTS or (one.dtype in _SMALL and len(one.shape) > 1)


def tensor(name: str, one: View, place: Callable[[Storage], Place], *, big_endian: bool) -> Iterator[TensorSource]:
    """The tensor that `one` describes, unless it is empty or repeats numbers."""
    if one.dtype is None or 0 in one.shape:
        return
    where, size = one.stored.place or place(one.stored.storage), SIZES[one.dtype]
    last = one.offset + sum((n - 1) * step for n, step in zip(one.shape, one.strides, strict=True))
    elements = one.stored.size * max(one.stored.storage.item_size, 1) // size
    if last >= elements or (one.stored.begin + last + 1) * size > where.size:
        said = f"tensor {name!r} reaches to element {last} of storage {one.stored.storage.key!r}"
        raise FormatError(f"{said}, which holds {min(elements, where.size // size)}")
    if prod(one.shape) > one.stored.size:
        return
    begin = where.begin + (one.stored.begin + one.offset) * size
    plain = laid_out(name, one.dtype, one.shape, one.strides, where.source, begin, big_endian=big_endian)
    yield plain if one.scale is None else _scaled(plain, one.scale, place, big_endian=big_endian)


def _scaled(plain: TensorSource, scale: Scale, place: Callable[[Storage], Place], *, big_endian: bool) -> TensorSource:
    """`plain`, which holds whole numbers, as what they stand for."""
    rank, along = len(plain.shape), plain.shape[scale.axis] if 0 <= scale.axis < len(plain.shape) else 0
    grids: list[TensorSource] = []
    for given in (scale.scales, scale.zeros):
        if isinstance(given, View) and given.shape == (along,):
            found = tensor(plain.name, given, place, big_endian=big_endian)
            grids.extend(channels(one.rows(0, along)[:, 0], rank, scale.axis) for one in found)
        elif isinstance(given, int | float):
            grids.append(channels((given,), rank, 0))
    if len(grids) != 2:
        raise FormatError(f"tensor {plain.name!r} is quantised by scales that do not fit it")
    return affine(plain, *grids, name=plain.name, dtype=plain.dtype)
