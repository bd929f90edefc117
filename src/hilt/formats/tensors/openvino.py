"""Tensors of an OpenVINO model: the constants that lie in the `.bin` beside it, as the layers that take them mean them.

Whole numbers without a scale are left out. Models of IR 7 and older tell no shapes, and so no weights.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.tensor_source import TensorSource
from hilt.formats.openvino_layers import WHOLE, Constant, Use, uses
from hilt.formats.tensors import Given
from hilt.formats.tensors.layouts.affine import affine
from hilt.formats.tensors.layouts.dense import Dense
from hilt.formats.tensors.layouts.numbers import SIZES
from hilt.formats.tensors.layouts.turned import kernel
from hilt.formats.tensors.layouts.whole_bytes import SmallNumbers
from hilt.formats.tensors.orientation.recurrent import recurrent

_DTYPES = {"f32": "F32", "f16": "F16", "bf16": "BF16", "f64": "F64", "i8": "I8", "u8": "U8", "f8e4m3": "F8_E4M3",
           "f8e5m2": "F8_E5M2", "i4": "I4", "u4": "U4", "i2": "I2", "u2": "U2"}  # fmt: skip
_FLOATS = ("f32", "f16", "bf16", "f64", "f8e4m3", "f8e5m2", "nf4", "f4e2m1")
_GROUPED = ("GroupConvolution", "GroupConvolutionBackpropData")
_GATES = {"LSTM": (1, 0, 2, 3), "GRU": (1, 0, 2), "RNN": (0,)}
"""Where in OpenVINO's order each gate of PyTorch's lies: i, f, g, o of f, i, c, o; r, z, n of z, r, h."""
_BIASES = 2
"""The last weight of a recurrent layer: both biases of PyTorch in one."""


def weights(given: Given) -> Iterator[TensorSource | str]:
    """Without those that do not lie in the file beside it, or whose bytes or scales do not fit their shapes."""
    for use, found in _uses(given):
        yield from found or (use.constant.name,)


def _uses(given: Given) -> Iterator[tuple[Use, list[TensorSource]]]:
    path = given.path.removesuffix(".xml") + ".bin"
    beside = given.beside(path) if path in given.paths else None
    for use in uses(given.source, given.limits):
        constant = use.constant
        is_weight = constant.element_type in _FLOATS or (constant.element_type in WHOLE and use.scale is not None)
        if not is_weight or prod(constant.shape) <= 1:
            continue
        try:
            yield use, [] if beside is None else list(_meant(beside, use))
        except FormatError:  # scales that do not fit: the other tensors are there all the same
            yield use, []


def _meant(weights: ByteSource, use: Use) -> Iterator[TensorSource]:
    constant = use.constant
    shape = _merged(constant.shape, use)
    stored = _stored(weights, constant, shape)
    if stored is None:
        return
    turned = use.turned and len(shape) == 2
    whole = kernel(stored) if turned else stored
    if use.scale is not None:
        scale, zero = (_grid(weights, one, use, turned=turned) for one in (use.scale, use.zero))
        if scale is None or (zero is None and use.zero is not None):
            return
        whole = affine(whole, scale, zero, name=constant.name, dtype=_DTYPES[constant.element_type])
    kind = use.layer[:4].rstrip("CS")
    if kind in _GATES:
        yield from recurrent(whole, _GATES[kind], biases=use.taken_as == _BIASES)
    else:
        yield whole


def _merged(shape: tuple[int, ...], use: Use) -> tuple[int, ...]:
    """Groups and their outputs are one dimension in PyTorch; so are the groups of numbers of a row that share a scale.

    A bias, which is spread over the dimensions of what it is added to, has one dimension there.
    """
    if use.layer in _GROUPED and len(shape) > 2:
        return shape[0] * shape[1], *shape[2:]
    if use.scale is not None and len(shape) == 3:
        return shape[0], shape[1] * shape[2]
    return (prod(shape),) if not use.layer and use.scale is None and max(shape) == prod(shape) else shape


def _stored(weights: ByteSource, constant: Constant, shape: tuple[int, ...]) -> Dense | None:
    dtype, count, begin = _DTYPES.get(constant.element_type), prod(shape), constant.begin
    if dtype is None or min(shape) <= 0 or begin + constant.size > weights.size:
        return None
    if dtype in SIZES:
        fits = constant.size == count * SIZES[dtype]
        return Dense(name=constant.name, dtype=dtype, shape=shape, source=weights, begin=begin) if fits else None
    bits = int(dtype[1:])
    if constant.size != -(-count * bits // 8):
        return None
    numbers = SmallNumbers(weights, begin, count, bits=bits, signed=dtype[0] == "I")
    return Dense(name=constant.name, dtype="I8", shape=shape, source=numbers, begin=0)


def _grid(weights: ByteSource, constant: Constant | None, use: Use, *, turned: bool) -> TensorSource | None:
    """Scales or zero points, in as many dimensions as the weight that they belong to."""
    if constant is None:
        return None
    rank = len(use.constant.shape)
    shape = _merged((1,) * (rank - len(constant.shape)) + constant.shape, use)
    stored = _stored(weights, constant, shape)
    return kernel(stored) if turned and stored is not None else stored
