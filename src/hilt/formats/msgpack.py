"""Walks a MessagePack value: models of spaCy and Flax, the checkpoints of Orbax, and arrays as msgpack-numpy writes them.

Specification: MessagePack, spec.md (2017). Arrays stand in it in two ways: Flax, flax/serialization.py, as an extension of
type 1 (3 for a single number) that holds (shape, dtype, bytes); msgpack-numpy and srsly, as a map with the keys `nd`,
`type`, `shape` and `data`. msgpack-numpy pickles arrays of objects and marks them with the `kind` `O`. Numbers of arrays are passed
over unread. Byte strings that are files themselves (Thinc keeps what PyTorch saved in one) are members, as in an archive.

What can bite: arrays of objects, which msgpack-numpy unpickles as it reads; byte strings that are files themselves, such as what
PyTorch saved inside a model of Thinc; extensions of types that only a program of its own knows; keys that stand twice.

What hilt cannot see: what a program does with an extension of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from hilt.core.byte_source import ByteSource, Window
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.archive import UNNAMED, Archive, Member, remembered
from hilt.formats.msgpack_walk import Extension, Place, Walk
from hilt.formats.reader import HEAD, Head, recognise

if TYPE_CHECKING:
    from hilt.formats.pickle import PickleStream

_NAMES = (".msgpack", ".mpk", ".msgpk")
_SPACY = ("key2row", "lookups.bin", "moves", "patterns")
"""Files of spaCy in which there may be no names: numbers by numbers, or nothing."""
_TRIAL = 200
"""Values that are looked at to tell MessagePack from other bytes."""
_FIRST = frozenset(bytes([code]) for code in (*range(0x80, 0xA0), *range(0xDC, 0xE0)))
_UNUSUAL = re.compile(r"[^\w.+-]|\.\.+")
_ITEM_SIZES = {"bool": 1, "int4": 1, "uint4": 1, "complex64": 8, "complex128": 16}
_DIGITS = re.compile(r"(?:bfloat|float|int|uint)(8|16|32|64)(?:_e\dm\d\w{0,5})?")
_NUMPY = re.compile(r"[<>|=]?([fiubcSUV])([0-9]{1,9})")
_KINDS = {"f": "float", "i": "int", "u": "uint", "c": "complex"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Array:
    """Numbers: `begin` is in bytes from the start of the file, `size` how many bytes there are."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    begin: int
    size: int

    @property
    def parameters(self) -> int:
        return prod(self.shape)

    @property
    def declared_bytes(self) -> int | None:
        """The bytes that dtype and shape ask for; None for a dtype of unknown size."""
        digits, numpy = _DIGITS.fullmatch(self.dtype), _NUMPY.fullmatch(self.dtype)
        item = _ITEM_SIZES.get(self.dtype)
        if digits is not None:
            item = int(digits[1]) // 8
        elif numpy is not None:
            item = int(numpy[2]) * (4 if numpy[1] == "U" else 1)
        return None if item is None else item * prod(self.shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class Msgpack(Archive):
    """A value: the keys of the outermost map, its arrays, and what only a decoder of one's own understands.

    `texts` are the strings right in the outermost map: key -> (begin, size). `object_arrays` are those that
    msgpack-numpy unpickles, `pickles` what stands in them.
    """

    keys: tuple[str, ...]
    arrays: tuple[Array, ...]
    object_arrays: tuple[Place, ...]
    extensions: tuple[Extension, ...]
    texts: dict[str, tuple[int, int]]
    pickles: tuple[PickleStream, ...]
    values: int


def probe(head: Head) -> bool:
    """Nearly every byte begins some value: a map or a list with names in it, to the end of what is looked at, is none by
    accident."""
    named = head.name.lower().endswith(_NAMES) or head.name in _SPACY
    if head.data in (b"\x80", b"\x90"):  # an empty map or list
        return named
    if head.data[:1] not in _FIRST:
        return False
    walk = Walk(head.source, head.limits)
    try:
        walk.run(_TRIAL)
    except FormatError:
        return False
    return not walk.found.odd_names and (named or walk.found.names > 0)


@remembered
def read(source: ByteSource, limits: Limits) -> Msgpack:
    """The value in `source`, walked to its last byte."""
    walk = Walk(source, limits)
    walk.run()
    found = walk.found
    return Msgpack(
        members=tuple(_members(source, found.strings, limits)),
        oddities=tuple(found.repeated),
        keys=tuple(found.keys),
        arrays=tuple(Array(**array._asdict() | {"dtype": _dtype(array.dtype)}) for array in found.arrays),
        object_arrays=tuple(found.objects),
        extensions=tuple(found.extensions),
        texts={key: (span.begin, span.size) for key, span in found.texts.items()},
        pickles=tuple(_pickles(source, found.objects, limits)),
        values=walk.values,
    )


def _members(source: ByteSource, strings: list[Place], limits: Limits) -> Iterator[Member]:
    """The byte strings that begin as files of some format do; text is none, for it does nothing where it stands."""
    from hilt.formats import READERS  # which lists this reader too

    readers = tuple(reader for reader in READERS if not reader.weak)
    listed = 0
    for name, begin, size in strings:
        bytes_ = Window(source, begin, size)
        head = Head(name="", data=bytes_.read(0, HEAD), source=bytes_, limits=limits)
        if recognise(readers, head) is not None:
            listed += 1
            if listed > limits.archive_members:
                raise LimitExceeded("archive_members", listed, limits.archive_members, offset=begin)
            yield Member(path=_UNUSUAL.sub("_", name) or UNNAMED, size=size, stored=size, offset=begin, begin=begin)


def _pickles(source: ByteSource, objects: list[Place], limits: Limits) -> Iterator[PickleStream]:
    from hilt.formats import pickle

    for name, begin, size in objects:
        with suppress(FormatError):  # nothing that unpickles; that it says it does is told all the same
            yield from pickle.find(source, begin, begin + size, limits, f"object array {name}")


def _dtype(name: str) -> str:
    """A dtype as Flax spells it: `<f4` is `float32`."""
    found = _NUMPY.fullmatch(name)
    return f"{_KINDS[found[1]]}{8 * int(found[2])}" if found and found[1] in _KINDS else name


def open_member(source: ByteSource, member: Member, limits: Limits) -> ByteSource:
    """The bytes of one member."""
    del limits
    return Window(source, member.begin, member.size)
