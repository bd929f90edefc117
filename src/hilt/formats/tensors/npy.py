"""The numbers of a NumPy file: one array, or those in the pickle of an array of objects."""

from __future__ import annotations

from collections.abc import Iterator

from hilt.core.byte_source import ByteSource
from hilt.core.limits import Limits
from hilt.core.tensor_source import TensorSource
from hilt.formats.npy import Npy
from hilt.formats.tensors import Given
from hilt.formats.tensors.numpy_arrays import dense, is_weight, number_format
from hilt.formats.tensors.pickle import in_pickles


def weights(given: Given) -> Iterator[TensorSource]:
    name = given.path.rpartition("/")[2].removesuffix(".npy")
    yield from of_array("" if given.value.objects else name, given.value, given.source, given.limits)


def of_array(name: str, array: Npy, source: ByteSource, limits: Limits) -> Iterator[TensorSource]:
    """The tensor of one array, or those that its objects hold."""
    if array.objects:
        yield from in_pickles((stream for stream in array.pickles if not stream.following), limits, name)
    elif is_weight(number_format(array.descr), array.shape):
        yield dense(name, array.descr, array.shape, array.fortran_order, source, array.data_start)
