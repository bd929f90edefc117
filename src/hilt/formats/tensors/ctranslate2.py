"""Tensors of a CTranslate2 model: plain numbers, or integers with a scale that they were multiplied by.

Source: CTranslate2 4, python/ctranslate2/specs/model_spec.py (`_quantize`) and attention_spec.py. The projections of
attention are fused into one; they are given one by one, as the models have them that were converted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import prod

from hilt.core.tensor_source import TensorSource
from hilt.formats.ctranslate2 import Ctranslate2, Variable
from hilt.formats.tensors import Given
from hilt.formats.tensors.layouts.dense import Dense
from hilt.formats.tensors.layouts.grouped import Grouped, block
from hilt.formats.tensors.layouts.numbers import SIZES
from hilt.formats.tensors.layouts.rectangles import Plain, Reciprocal

_DTYPES = {
    "FLOAT32": "F32", "FLOAT16": "F16", "BFLOAT16": "BF16", "INT8": "I8", "INT16": "I16", "INT32": "I32",
}  # fmt: skip
_QUANTISED, _INTEGERS = frozenset(("I8", "I16")), frozenset(("I8", "I16", "I32"))
_ATTENTION = ("self_attention", "attention")
_SCALE = "_scale"


def weights(given: Given) -> Iterator[TensorSource | str]:
    value: Ctranslate2 = given.value
    stored = _stored(given)
    yield from (variable.name for variable in value.tensors if variable.parameters and variable.name not in stored)
    for name, one in stored.items():
        weight = stored.get(f"{name.removesuffix('bias')}weight", one) if name.endswith("/bias") else one
        if one.dtype not in _INTEGERS:
            if not (name.endswith(_SCALE) and name.removesuffix(_SCALE) in stored):
                yield from _parts(one, weight)
        elif (scale := _scale(one, stored)) is not None:
            yield from (_scaled(*pair) for pair in zip(_parts(one, one), _parts(scale, one), strict=True))
        elif len(one.shape) > 1:
            yield name


def _stored(given: Given) -> Mapping[str, Dense]:
    """What is as long as its shape asks for. Of two variables of one name the first counts, as for the loader."""
    value: Ctranslate2 = given.value
    found: dict[str, Dense] = {}
    for one in value.tensors:
        if one.parameters and one.name not in found and _is_whole(one):
            dtype = _DTYPES[one.dtype]
            found[one.name] = Dense(name=one.name, dtype=dtype, shape=one.shape, source=given.source, begin=one.begin)
    return found


def _is_whole(one: Variable) -> bool:
    return one.declared_bytes == one.end - one.begin


def _scale(one: Dense, stored: Mapping[str, Dense]) -> Dense | None:
    """One for all, or one for each row."""
    scale = stored.get(f"{one.name}{_SCALE}")
    if scale is None or not one.shape or one.dtype not in _QUANTISED or scale.dtype != "F32":
        return None
    return scale if scale.shape in {(), (1,), one.shape[:1]} else None


def _scaled(one: Dense, scale: Dense) -> TensorSource:
    codes, scales = Plain(stored=one), Reciprocal(stored=Plain(stored=scale))
    blocks = block(codes.shape, scales.shape) or codes.shape
    return Grouped(name=one.name, dtype=one.dtype, codes=codes, block=blocks, scales=scales, form=one.shape)


def _parts(one: Dense, weight: Dense) -> Iterator[Dense]:
    """The projections that `weight`, one of attention, is made of; of its scale and its bias the parts that are theirs."""
    *before, attention, layer, kind = ["", "", "", *one.name.split("/")]
    rows = weight.shape[0] if len(weight.shape) == 2 else 0
    if attention not in _ATTENTION or not rows or (one is not weight and one.shape[:1] != (rows,)):
        # One scale is that of all projections.
        yield from (one for _ in _parts(weight, weight)) if kind.endswith(_SCALE) and one is not weight else (one,)
        return
    each, begin = prod(one.shape[1:]) * SIZES[one.dtype], one.begin
    for part, size in _sizes(layer, rows, weight.shape[1]).items():
        name = "/".join([*before[3:], attention, part, kind])
        yield replace(one, name=name, shape=(size, *one.shape[1:]), begin=begin)
        begin += size * each


def _sizes(layer: str, rows: int, width: int) -> dict[str, int]:
    """How many rows each projection has in a matrix of so many rows and inputs; queries are as wide as the inputs."""
    if layer == "linear_0" and rows > width and (rows - width) % 2 == 0:
        half = (rows - width) // 2
        return {"query": width, "key": half, "value": half}
    if layer == "linear_1" and rows > width and rows % 2 == 0:
        return {"key": rows // 2, "value": rows // 2}
    return {layer: rows}
