"""Which matrices of GPT-2 and its kin are stored (in, out), by their names and the lengths of their biases.

Source: transformers, src/transformers/pytorch_utils.py (Conv1D). StarCoder, GPT-Neo and CLIP call linear layers by the
same names, so the names alone do not tell.
"""

from __future__ import annotations

from collections.abc import Mapping

_LAYERS = frozenset(("c_attn", "q_attn", "c_fc", "c_proj"))
_SIBLINGS = ("attn.c_attn", "mlp.c_fc", "mlp.c_proj")


def inputs_first(shapes: Mapping[str, tuple[int, ...]]) -> frozenset[str]:
    """The names of these tensors whose first dimension is that of the inputs."""
    return frozenset(name for name, shape in shapes.items() if len(shape) == 2 and _is_turned(name, shapes))


def _is_turned(name: str, shapes: Mapping[str, tuple[int, ...]]) -> bool:
    *before, layer, kind = name.rsplit(".", 3) if name.count(".") > 1 else ["", "", ""]
    if layer not in _LAYERS or kind != "weight":
        return False
    # A square matrix tells nothing: another one of the same block does.
    block = f"{before[0]}." if len(before) > 1 else ""
    names = (name, *(f"{block}{sibling}.weight" for sibling in _SIBLINGS))
    return next((told for each in names if (told := _told(each, shapes)) is not None), False)


def _told(name: str, shapes: Mapping[str, tuple[int, ...]]) -> bool | None:
    shape, bias = shapes.get(name, ()), shapes.get(name.removesuffix("weight") + "bias", ())
    if len(shape) != 2 or shape[0] == shape[1] or len(bias) != 1:
        return None
    return bias[0] == shape[1]
