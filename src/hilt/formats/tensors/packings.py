"""How programs that quantise models for PyTorch and MLX pack a weight into several tensors of a checkpoint.

Sources: AutoGPTQ and GPTQModel (qlinear), AutoAWQ (awq/utils/packing_utils.py), compressed-tensors (compressors),
TensorRT Model Optimizer (NVFP4), bitsandbytes (functional.py, QuantState), transformers (integrations/mxfp4.py,
finegrained_fp8.py), MLX (mlx.core.quantize).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from math import prod
from typing import Any, NamedTuple

import numpy as np

from hilt.core.tensor_source import TensorSource
from hilt.formats.tensors.layouts.dense import Dense
from hilt.formats.tensors.layouts.grouped import Grouped, block
from hilt.formats.tensors.layouts.rectangles import Codes, Nested, Plain, Rectangle, Sideways, Upright, grid

_FLOATS = frozenset(("F64", "F32", "F16", "BF16"))
_INTEGERS = frozenset(("I32", "U32"))
_FP4 = np.array([0, 0.5, 1, 1.5, 2, 3, 4, 6, 0, -0.5, -1, -1.5, -2, -3, -4, -6], np.float32)
"""The 4-bit floats of 2 bits of exponent and 1 of mantissa."""
_OF_AWQ = (0, 4, 1, 5, 2, 6, 3, 7)
"""Where AutoAWQ puts each of eight codes in a word."""
_HIGH_FIRST = (1, 0)
_LONGEST_STATE = 1 << 12
_MLX_GROUPS = (64, 32, 128)


class Checkpoint(NamedTuple):
    """The tensors of a checkpoint, and what its settings say of quantisation."""

    stored: Mapping[str, Dense]
    settings: Mapping[str, Any]

    def of(self, name: str, *dtypes: frozenset[str]) -> Dense | None:
        """The tensor of this name, if it is of one of these formats."""
        found = self.stored.get(name)
        return found if found is not None and any(found.dtype in some for some in dtypes) else None


class PutTogether(NamedTuple):
    """A weight, None where its parts do not fit each other, and the names of the tensors that belong to it."""

    weight: TensorSource | None
    parts: tuple[str, ...]


def gptq_or_awq(head: Dense, checkpoint: Checkpoint) -> PutTogether:
    """`qweight`, `scales`, `qzeros` and `g_idx`: the columns of the words are the outputs, or eight outputs each."""
    base = head.name.removesuffix("qweight")
    names = tuple(base + part for part in ("scales", "qzeros", "g_idx"))
    scales, zeros = checkpoint.of(names[0], _FLOATS), checkpoint.of(names[1], _INTEGERS)
    if head.dtype not in _INTEGERS or len(head.shape) != 2 or scales is None or len(scales.shape) != 2:
        return PutTogether(None, names)
    outputs = scales.shape[1]
    if zeros is not None and (len(zeros.shape) != 2 or zeros.shape[0] != scales.shape[0]):
        return PutTogether(None, names)
    if head.shape[1] * 8 == outputs and zeros is not None and zeros.shape[1] * 8 == outputs:
        codes: Rectangle = Codes(grid=grid(head), bits=4, order=_OF_AWQ)
        points: Rectangle = Codes(grid=grid(zeros), bits=4, order=_OF_AWQ)
        weight = _grouped(f"{base}weight", "AWQ4", Sideways(stored=codes), Sideways(stored=Plain(stored=scales)))
        return PutTogether(replace(weight, zeros=Sideways(stored=points)) if weight else None, names)
    said = checkpoint.settings.get("bits")
    bits = _whole(zeros.shape[1] * 32, outputs) if zeros is not None else said if type(said) is int else 0
    if head.shape[1] != outputs or bits not in (2, 3, 4, 8) or head.shape[0] % bits:
        return PutTogether(None, names)
    upright = Upright(grid=grid(head), bits=bits)
    weight = _grouped(f"{base}weight", f"GPTQ{bits}", upright, Sideways(stored=Plain(stored=scales)))
    if weight is not None and zeros is not None:
        # The first version of the format stores zero points less one.
        less = 0.0 if checkpoint.settings.get("checkpoint_format") == "gptq_v2" else 1.0
        points = Codes(grid=grid(zeros), bits=bits)
        weight = replace(weight, zeros=Sideways(stored=points), offset=less)
    elif weight is not None:
        weight = replace(weight, offset=float(1 << (bits - 1)))
    groups = checkpoint.of(names[2], _INTEGERS)
    if weight is not None and groups is not None and groups.shape == (weight.shape[1],):
        weight = replace(weight, groups=groups)
    return PutTogether(weight, names)


def compressed(head: Dense, checkpoint: Checkpoint) -> PutTogether:
    """`weight_packed` of compressed-tensors: integers above their least one in words, or 4-bit floats."""
    name = head.name.removesuffix("_packed")
    ends = ("_scale", "_zero_point", "_shape", "_g_idx", "_global_scale")
    names = tuple(name + end for end in ends)
    scales = checkpoint.stored.get(names[0])
    if scales is None or len(head.shape) != 2:
        return PutTogether(None, names)
    if head.dtype == "U8":
        return PutTogether(_fp4(name, head, scales, checkpoint.of(names[4], _FLOATS), divided=True), names)
    bits = _bits_of(head, checkpoint.of(names[2], frozenset(("I64", "I32"))))
    if head.dtype != "I32" or scales.dtype not in _FLOATS or bits is None:
        return PutTogether(None, names)
    half, points = float(1 << (bits - 1)), checkpoint.stored.get(names[1])
    weight = _grouped(name, f"INT{bits}", Codes(grid=grid(head), bits=bits), Plain(stored=scales))
    if weight is None or points is None:
        return PutTogether(replace(weight, offset=half) if weight else None, names)
    groups = checkpoint.of(names[3], _INTEGERS)
    if groups is not None and groups.shape == (weight.shape[1],):
        weight = replace(weight, groups=groups)
    if points.dtype == "I8" and points.shape == scales.shape:
        return PutTogether(replace(weight, zeros=Plain(stored=points), offset=half), names)
    if points.dtype == "I32" and len(points.shape) == 2 and points.shape[1:] == scales.shape[1:]:
        return PutTogether(replace(weight, zeros=Sideways(stored=Upright(grid=grid(points), bits=bits))), names)
    return PutTogether(None, names)


def scaled(head: Dense, checkpoint: Checkpoint) -> PutTogether | None:
    """Integers or floats of 8 bits with one scale, one for each row, or one for each block; None without scales."""
    base = head.name.removesuffix("weight")
    names = (f"{head.name}_scale_inv", f"{head.name}_scale", f"{base}SCB", f"{base}scale_weight", f"{base}scale")
    found = next((name for name in names if checkpoint.of(name, _FLOATS, frozenset(("F8_E8M0",)))), None)
    if found is None:
        return None
    points = checkpoint.of(f"{head.name}_zero_point", frozenset(("I8",)))
    used = (found, f"{head.name}_zero_point", f"{base}weight_format")
    weight = _grouped(head.name, head.dtype, Plain(stored=head), Plain(stored=checkpoint.stored[found]))
    if weight is not None and points is not None and points.shape == checkpoint.stored[found].shape:
        weight = replace(weight, zeros=Plain(stored=points))
    if weight is not None and found.endswith(".SCB"):
        weight = replace(weight, constant=1 / 127)
    return PutTogether(weight, used)


def nvfp4(head: Dense, checkpoint: Checkpoint) -> PutTogether | None:
    """4-bit floats with 8-bit scales for every 16, and one scale for all; None without them."""
    names = (f"{head.name}_scale", f"{head.name}_scale_2")
    scales, factor = checkpoint.of(names[0], frozenset(("F8_E4M3",))), checkpoint.of(names[1], _FLOATS)
    if scales is None or factor is None:
        return None
    return PutTogether(_fp4(head.name, head, scales, factor, divided=False), names)


def mxfp4(head: Dense, checkpoint: Checkpoint) -> PutTogether:
    """`_blocks` and `_scales`: 4-bit floats with a power of two for every 32; the blocks are a dimension of their own."""
    name = head.name.removesuffix("_blocks")
    scales = checkpoint.of(f"{name}_scales", frozenset(("U8", "F8_E8M0")))
    if scales is None or head.dtype != "U8" or len(head.shape) != 3 or head.shape[:2] != scales.shape:
        return PutTogether(None, (f"{name}_scales",))
    flat = replace(head, shape=(head.shape[0], prod(head.shape[1:])))
    return PutTogether(_fp4(name, flat, scales, None, divided=False), (f"{name}_scales",))


def bitsandbytes(head: Dense, checkpoint: Checkpoint) -> PutTogether | None:
    """4-bit codes, the upper half of a byte first, in one column; a small JSON document tells the shape. None without it."""
    states = [
        name
        for kind in ("nf4", "fp4")
        if (name := f"{head.name}.quant_state.bitsandbytes__{kind}") in checkpoint.stored
    ]
    if not states:
        return None
    ends = ("absmax", "quant_map", "nested_absmax", "nested_quant_map")
    names = (states[0], *(f"{head.name}.{end}" for end in ends))
    scales, values, nested, nested_values = (checkpoint.stored.get(name) for name in names[1:])
    state = _state(checkpoint.stored[states[0]])
    match state:
        case {"shape": [int(rows), int(width)], "blocksize": int(run)} if min(rows, width, run) > 0:
            groups = width // run
        case _:
            return PutTogether(None, names)
    if scales is None or values is None or width % run or width % 2 or rows * width != 2 * prod(head.shape):
        return PutTogether(None, names)
    if values.shape != (16,) or prod(scales.shape) != rows * groups:
        return PutTogether(None, names)
    column = replace(scales, shape=(rows * groups, 1))
    table: Rectangle = Plain(stored=replace(scales, shape=(rows, groups)))
    if nested is not None and nested_values is not None:
        match state:
            case {"nested_blocksize": int(every), "nested_offset": float(offset)} if every > 0:
                fits = nested.shape == (-(-rows * groups // every),) and nested_values.shape == (256,)
            case _:
                return PutTogether(None, names)
        if not fits or scales.dtype != "U8":
            return PutTogether(None, names)
        table = Nested(
            codes=Plain(stored=column),
            shape=(rows, groups),
            values=nested_values,
            scales=nested,
            run=every,
            offset=offset,
        )
    codes = Codes(grid=grid(replace(head, shape=(rows, width // 2))), bits=4, order=_HIGH_FIRST, values=values)
    return PutTogether(_grouped(head.name, states[0][-3:].upper(), codes, table), names)


def mlx(head: Dense, checkpoint: Checkpoint) -> PutTogether | None:
    """Codes in words along the inputs, with a scale and a bias for every group; None without them."""
    base = head.name.removesuffix("weight")
    names = (f"{base}scales", f"{base}biases")
    scales, biases = (checkpoint.of(name, _FLOATS) for name in names)
    if scales is None or biases is None:
        return None
    if len(head.shape) != 2 or len(scales.shape) != 2 or scales.shape != biases.shape or min(scales.shape) < 1:
        return PutTogether(None, names)
    every = _whole(head.shape[1] * 32, scales.shape[1])
    said = checkpoint.settings.get(base.removesuffix("."), checkpoint.settings)
    group = said.get("group_size") if isinstance(said, Mapping) else None
    for size in (group, *_MLX_GROUPS):
        bits = _whole(every, size) if type(size) is int and size > 0 else 0
        if bits in (2, 3, 4, 5, 6, 8):
            weight = _grouped(head.name, f"MLX{bits}", Codes(grid=grid(head), bits=bits), Plain(stored=scales))
            return PutTogether(replace(weight, added=Plain(stored=biases)) if weight else None, names)
    return PutTogether(None, names)


def _grouped(name: str, dtype: str, codes: Rectangle, scales: Rectangle) -> Grouped | None:
    """None where the scales do not divide the codes into blocks."""
    blocks = block(codes.shape, scales.shape)
    return None if blocks is None else Grouped(name=name, dtype=dtype, codes=codes, block=blocks, scales=scales)


def _fp4(name: str, head: Dense, scales: Dense, factor: Dense | None, *, divided: bool) -> Grouped | None:
    if len(head.shape) != 2 or head.dtype != "U8" or len(scales.shape) != 2:
        return None
    if scales.dtype == "U8":
        scales = replace(scales, dtype="F8_E8M0")
    codes = Codes(grid=grid(head), bits=4, values=_FP4)
    weight = _grouped(name, "NVFP4" if factor else "MXFP4", codes, Plain(stored=scales))
    if weight is None or factor is None:
        return weight
    return replace(weight, factor=factor, divided=divided) if prod(factor.shape) == 1 else None


def _bits_of(head: Dense, shape: Dense | None) -> int | None:
    """How many bits the codes in words have, from the shape that the file states."""
    if shape is None or shape.shape != (2,):
        return None
    rows, width = shape.rows(0, 2)[:, 0].tolist()
    for bits in (4, 8):
        if rows == head.shape[0] and width * bits == head.shape[1] * 32:
            return bits
    return None


def _state(stored: Dense) -> dict[str, Any]:
    if stored.dtype != "U8" or prod(stored.shape) > _LONGEST_STATE:
        return {}
    try:
        state = json.loads(stored.source.read(stored.begin, prod(stored.shape)))
    except (ValueError, RecursionError):
        return {}
    return state if isinstance(state, dict) else {}


def _whole(total: int, part: int) -> int:
    """How often `part` is contained in `total`; 0 where it is not a whole number of times."""
    return total // part if part > 0 and total % part == 0 else 0
