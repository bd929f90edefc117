"""Tensors of a Keras 3 model: those of the HDF5 file with the weights that lies in the zip."""

from __future__ import annotations

from collections.abc import Iterator

from hilt.core.byte_source import ByteSource, MemorySource, Window
from hilt.core.errors import LimitExceeded
from hilt.core.tensor_source import TensorSource
from hilt.formats import hdf5
from hilt.formats.archive import Member
from hilt.formats.keras import Keras, open_member
from hilt.formats.tensors import Given
from hilt.formats.tensors import hdf5 as of_hdf5

_WEIGHTS = "model.weights.h5"


def weights(given: Given) -> Iterator[TensorSource | str]:
    for inner in _files(given):
        yield from of_hdf5.weights(inner)


def _files(given: Given) -> Iterator[Given]:
    """The file with the weights; none where the model keeps them in another way."""
    value: Keras = given.value
    member = next((member for member in reversed(value.members) if member.path == _WEIGHTS), None)
    if member is not None:
        source = _opened(given, member)
        yield given._replace(source=source, value=hdf5.read(source, given.limits))


def _opened(given: Given, member: Member) -> ByteSource:
    """HDF5 is read here and there, which a compressed stream allows only where it is held whole."""
    source = open_member(given.source, member, given.limits)
    if isinstance(source, Window):
        return source
    if source.size > given.limits.tensor_held_bytes:
        raise LimitExceeded("tensor_held_bytes", source.size, given.limits.tensor_held_bytes, offset=member.offset)
    return MemorySource(source.read(0, source.size))
