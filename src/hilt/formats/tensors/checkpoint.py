"""The weights of a checkpoint that PyTorch or MLX takes: its tensors, those put together that are parts of one.

The names of the tensors tell which belong to each other; what each of them holds is in `packings`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from math import prod
from typing import Any

from hilt.core.errors import FormatError
from hilt.core.tensor_source import TensorSource
from hilt.formats.json import Json
from hilt.formats.tensors import Given, packings
from hilt.formats.tensors.layouts.dense import Dense
from hilt.formats.tensors.layouts.numbers import SIZES
from hilt.formats.tensors.layouts.turned import kernel
from hilt.formats.tensors.orientation.conv1d import inputs_first
from hilt.formats.tensors.packings import Checkpoint, PutTogether

_FLOATS = frozenset(("F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2"))
_SMALL = frozenset(("I8", "F8_E4M3", "F8_E5M2"))
_HEADS = _SMALL | {"U8", "I32", "U32"}
"""The formats of tensors that hold codes."""
_PACKED = frozenset(("U8", "I16", "U16", "I32", "U32"))
_FEWEST = 1 << 16
"""So many integers may be weights in a packing that is not known here; fewer are a table of something."""
_MOST_EXPERTS, _MOST_OF_ALL = 1 << 10, 1 << 16
"""Matrices of one stack that are taken apart, and of all of a file."""
_OF_ACTIVATIONS = (".input_scale", ".output_scale", ".input_global_scale", ".input_zero_point", ".activation_scale")
_SETTINGS = {"quantize_config.json": (), "config.json": ("quantization_config", "quantization")}
"""Files beside a checkpoint, and the keys in them, that tell how it is quantised."""


def put_together(
    stored: Mapping[str, Dense], settings: Callable[[], Mapping[str, Any]]
) -> Iterator[TensorSource | str]:
    """The weights that these tensors are. Of weights in a packing that is not known the names.

    `settings` are asked for where a packing leaves something open.
    """
    found = _joined(stored, settings)
    used = {part for one in found.values() for each in one for part in each.parts}
    turned = inputs_first({name: one.shape for name, one in stored.items() if one.dtype in _FLOATS})
    for name, one in stored.items():
        if name in found:
            yield from (name if each.weight is None else each.weight for each in found[name])
        elif name not in used and not name.endswith(_OF_ACTIVATIONS):
            if one.dtype in _FLOATS or (one.dtype == "I8" and len(one.shape) > 1):
                yield kernel(one) if name in turned else one
            elif one.dtype in _PACKED and _may_be_weights(one.shape):
                yield name


def _may_be_weights(shape: tuple[int, ...]) -> bool:
    """Many numbers, and no mask, which stands for all of a batch."""
    return len(shape) > 1 and prod(shape) >= _FEWEST and shape[0] != 1


def _joined(stored: Mapping[str, Dense], settings: Callable[[], Mapping[str, Any]]) -> dict[str, list[PutTogether]]:
    """What was put together, by the name of the tensor that holds the codes."""
    checkpoint: Checkpoint | None = None
    found: dict[str, list[PutTogether]] = {}
    taken_apart = 0
    for name, one in stored.items():
        if one.dtype not in _HEADS or not prod(one.shape):
            continue
        checkpoint = checkpoint or Checkpoint(stored, settings())
        made = _matrix(one, checkpoint)
        if not made and taken_apart < _MOST_OF_ALL:
            made = _experts(one, checkpoint)
            taken_apart += len(made)
        if made:
            found[name] = made
    return found


def _matrix(one: Dense, checkpoint: Checkpoint) -> list[PutTogether]:
    made: PutTogether | None = None
    if one.name.endswith(".qweight"):
        made = packings.gptq_or_awq(one, checkpoint)
    elif one.name.endswith(".weight_packed"):
        made = packings.compressed(one, checkpoint)
    elif len(one.shape) == 2 and one.dtype in _SMALL:
        made = packings.scaled(one, checkpoint)
    elif len(one.shape) == 2 and one.dtype == "U8":
        made = packings.bitsandbytes(one, checkpoint) or packings.nvfp4(one, checkpoint)
    elif len(one.shape) == 2 and one.dtype == "U32" and one.name.endswith(".weight"):
        made = packings.mlx(one, checkpoint)
    return [made] if made else []


def _experts(one: Dense, checkpoint: Checkpoint) -> list[PutTogether]:
    """Matrices of experts that are stacked: each is put together on its own, with its part of the scales."""
    make: Callable[[Dense, Checkpoint], PutTogether | None]
    names: tuple[str, ...]
    if one.name.endswith("_blocks") and len(one.shape) == 4:
        names, make = (one.name.removesuffix("blocks") + "scales",), packings.mxfp4
    elif one.dtype == "U32" and len(one.shape) == 3 and one.name.endswith(".weight"):
        base = one.name.removesuffix("weight")
        names, make = (f"{base}scales", f"{base}biases"), packings.mlx
    elif one.dtype in _SMALL and len(one.shape) == 3:
        names, make = (f"{one.name}_scale_inv", f"{one.name}_scale"), packings.scaled
    else:
        return []
    besides = [checkpoint.stored[name] for name in names if name in checkpoint.stored]
    count = one.shape[0]
    if not besides or count > _MOST_EXPERTS or any(other.shape[:1] != (count,) for other in besides):
        return []
    found, place = [], one.name.removesuffix(".weight").rfind(".") + 1
    for number in range(count):
        alone = {each.name: each for each in (_expert(other, number, place) for other in besides)}
        made = make(_expert(one, number, place), Checkpoint(alone, checkpoint.settings))
        if made is None:
            return []
        found.append(PutTogether(made.weight, names))
    return found


def _expert(one: Dense, number: int, place: int) -> Dense:
    """One matrix of a stack, its number in front of the part of the name that says which matrix of an expert it is."""
    shape = one.shape[1:]
    begin = one.begin + number * prod(shape) * SIZES[one.dtype]
    return replace(one, name=f"{one.name[:place]}{number}.{one.name[place:]}", shape=shape, begin=begin)


def settings(given: Given) -> Mapping[str, Any]:
    """What the files beside the checkpoint say of its quantisation; nothing where there are none."""
    for name, keys in _SETTINGS.items():
        path = given.folder + name
        try:
            document = given.parsed(path) if path in given.paths else None
        except FormatError:
            continue
        value = document.value if isinstance(document, Json) else None
        for said in [value.get(key) for key in keys] if isinstance(value, dict) and keys else [value]:
            if isinstance(said, dict):
                return said
    return {}
