"""Tensors of TorchScript: parameters by the attributes of their modules, constants by their place in the code."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from hilt.core.tensor_source import TensorSource
from hilt.formats.tensors import Given
from hilt.formats.tensors.torch_state import tensors_in
from hilt.formats.tensors.torch_zip import Records
from hilt.formats.torch_zip import inside
from hilt.formats.torchscript import TorchScript

_PICKLES = {"data.pkl": ("data/", ""), "constants.pkl": ("constants/", "CONSTANTS")}
"""Pickles with tensors: the folder of their storages, and what stands before the names, as in the code."""


def weights(given: Given) -> Iterator[TensorSource | str]:
    value: TorchScript = given.value
    records = Records(given.source, value.archive, given.limits)
    for stream in value.pickles:
        folder, name = _PICKLES.get(inside(stream.name), ("", ""))
        if folder:
            place = partial(records.place, folder)
            yield from tensors_in(stream, place, given, name=name, big_endian=records.big_endian)
