"""The numbers of NumPy's archives: each member is an array. Of compressed ones, the member read last is kept open."""

from __future__ import annotations

from collections.abc import Iterator

from hilt.core.tensor_source import TensorSource
from hilt.formats.npz import Npz
from hilt.formats.tensors import Given
from hilt.formats.tensors.npy import of_array
from hilt.formats.tensors.orientation.biases import oriented
from hilt.formats.tensors.zip_members import Members


def weights(given: Given) -> Iterator[TensorSource]:
    yield from oriented(_arrays(given))


def _arrays(given: Given) -> Iterator[TensorSource]:
    value: Npz = given.value
    members = Members(given.source, given.limits)
    for member in value.archive.members:
        array = value.arrays.get(member.path)
        if array is not None:
            yield from of_array(member.path.removesuffix(".npy"), array, members.source(member), given.limits)
