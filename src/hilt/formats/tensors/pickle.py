"""The arrays of NumPy in a pickle or a file of joblib, wherever they stand in its objects."""

from __future__ import annotations

from collections.abc import Iterator

from hilt.core.tensor_source import TensorSource
from hilt.formats.tensors import Given
from hilt.formats.tensors.numpy_arrays import arrays_in_all
from hilt.formats.tensors.partners import oriented


def tensors(given: Given) -> Iterator[TensorSource]:
    yield from oriented(arrays_in_all(given.value.pickles, given.limits))
