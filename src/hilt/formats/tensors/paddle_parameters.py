"""Tensors of PaddlePaddle parameters; their names and what multiplies by them stand in the program beside them.

Without a program of the older form (`.pdmodel`) they have no names, and all are as they are stored. Left out are whole
numbers.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.core.errors import FormatError
from hilt.core.tensor_source import TensorSource
from hilt.formats.paddle_parameters import PaddleParameters
from hilt.formats.paddle_weights import Parameter, parameters
from hilt.formats.tensors import Given
from hilt.formats.tensors.layouts.dense import Dense
from hilt.formats.tensors.layouts.turned import kernel

_DTYPES = {
    "FP16": "F16", "FP32": "F32", "FP64": "F64", "BF16": "BF16", "FP8_E4M3FN": "F8_E4M3", "FP8_E5M2": "F8_E5M2",
}  # fmt: skip
_QUANTISED = ("INT8", "UINT8")


def weights(given: Given) -> Iterator[TensorSource | str]:
    """Without those of 8 bits, whose scales operators of the program know."""
    value: PaddleParameters = given.value
    named = _named(given, len(value.tensors))
    for place, tensor in enumerate(value.tensors):
        parameter = named[place] if named else Parameter(name=f"tensor {place}", turned=False)
        if tensor.parameters > 1 and tensor.dtype in _DTYPES:
            name, dtype = parameter.name, _DTYPES[tensor.dtype]
            stored = Dense(name=name, dtype=dtype, shape=tensor.shape, source=given.source, begin=tensor.begin)
            yield kernel(stored) if parameter.turned and len(tensor.shape) == 2 else stored
        elif tensor.parameters > 1 and tensor.dtype in _QUANTISED and len(tensor.shape) > 1:
            yield parameter.name


def _named(given: Given, count: int) -> list[Parameter]:
    """The parameters that the program beside it has; none where that is another program's file."""
    path = given.path.removesuffix(".pdiparams") + ".pdmodel"
    if path not in given.paths:
        return []
    try:
        found = parameters(given.beside(path), given.limits)
    except FormatError:
        return []
    return found if len(found) == count else []
