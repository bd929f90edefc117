"""The leaves of an Equinox model, which keeps its layers as PyTorch does; their places in the file stand for names."""

from __future__ import annotations

from collections.abc import Iterator

from hilt.core.tensor_source import TensorSource
from hilt.formats.equinox import Equinox
from hilt.formats.tensors import Given
from hilt.formats.tensors.npy import of_array


def weights(given: Given) -> Iterator[TensorSource]:
    value: Equinox = given.value
    for place, array in enumerate(value.arrays):
        yield from of_array(str(place), array, given.source, given.limits)
