r"""Walks the leaves of an Equinox model: NumPy arrays one behind the other, perhaps after a line of JSON.

Source: Equinox 0.11, equinox/_serialisation.py (tree_serialise_leaves: each leaf by `numpy.save` into one file), and the
recipe of its documentation, which puts the hyperparameters as one line of JSON before the leaves. Leaves carry no names.

What can bite: an array of objects is a pickle, which runs as it is loaded; Equinox refuses it unless it is told
otherwise.

What hilt cannot see: the numbers; what a program makes of the hyperparameters.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hilt.core.byte_source import ByteSource, Window
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import json
from hilt.formats.reader import Head

if TYPE_CHECKING:
    from hilt.formats.npy import Npy
    from hilt.formats.pickle import PickleStream

MAGIC = b"\x93NUMPY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Equinox:
    """The hyperparameters, None where there is no such line, and the arrays in the order of the file."""

    hyperparameters: Any
    arrays: tuple[Npy, ...]

    @property
    def pickles(self) -> tuple[PickleStream, ...]:
        """Those behind arrays of objects, which Equinox refuses to load unless it is told otherwise."""
        return tuple(stream for array in self.arrays for stream in array.pickles)

    @property
    def parameters(self) -> int:
        return sum(array.parameters for array in self.arrays)


def probe(head: Head) -> bool:
    """One array alone is a NumPy file; a second one, or a line of JSON before the first, makes the difference."""
    if head.data.startswith(b"{"):
        return b"\n" + MAGIC in head.source.read(0, head.limits.npy_header_bytes)
    if not head.data.startswith(MAGIC):
        return False
    from hilt.formats import npy

    try:
        first = npy.header(head.source, head.limits)
    except FormatError:
        return False
    begin = head.source.size - first.unread
    return not first.objects and head.source.read(begin, len(MAGIC)) == MAGIC


def read(source: ByteSource, limits: Limits) -> Equinox:
    """The arrays of `source`, walked to its last byte."""
    from hilt.formats import npy, pickle  # not with the module, whose probe looks at every JSON file

    hyperparameters, begin = None, 0
    if source.read(0, 1) == b"{":
        line, found, _ = source.read(0, limits.npy_header_bytes).partition(b"\n")
        if not found:
            raise LimitExceeded("npy_header_bytes", len(line), limits.npy_header_bytes, offset=0)
        hyperparameters, begin = json.parse(line, limits).value, len(line) + 1
    arrays: list[Npy] = []
    while begin < source.size:
        if len(arrays) == limits.header_entries:
            raise LimitExceeded("header_entries", len(arrays) + 1, limits.header_entries, offset=begin)
        try:
            array = npy.header(Window(source, begin, source.size - begin), limits)
        except LimitExceeded:
            raise
        except FormatError as error:
            raise FormatError(f"array {len(arrays)}: {error.message}", offset=begin + (error.offset or 0)) from None
        if array.item_size is None and not array.objects:
            raise FormatError(f"array {len(arrays)}: elements of unknown size, {array.descr[:40]!r}", offset=begin)
        data_start = begin + array.data_start
        if array.objects:  # found again in the file itself, so that their places are those of the file
            pickles = pickle.find(source, data_start, source.size, limits, f"array {len(arrays)}")
            array = replace(array, pickles=pickles)
        arrays.append(replace(array, data_start=data_start))
        begin = source.size - array.unread
    return Equinox(hyperparameters=hyperparameters, arrays=tuple(arrays))
