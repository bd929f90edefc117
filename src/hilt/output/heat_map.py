"""What changed in which layer, as a picture: a row for each kind of tensor, a column for each layer, darker for more."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hilt.core.lineage import Group
from hilt.output import svg
from hilt.output.lineage_words import percent
from hilt.output.markup import Html
from hilt.output.quote import quote

STEPS = (0.0, 1e-4, 1e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0)
"""Where a darker colour begins: the norm of the change over the norm of what was there."""
_ROW, _LEFT, _TOP = 18, 0.16, 22
_KINDS, _LAYERS = 40, 512
"""Rows and columns that are drawn; the table tells all."""


def heat_map(groups: Sequence[Group], name: str) -> Html | None:
    """The changes of all layers. None where there are no layers."""
    layers = sorted({one.layer for one in groups if one.layer >= 0})[:_LAYERS]
    inside = [one for one in groups if one.layer in set(layers)]
    kinds = list(dict.fromkeys(one.kind for one in inside))[:_KINDS]
    if not layers or not kinds:
        return None
    width = (1 - _LEFT) / len(layers)
    drawn = [svg.text(0, _TOP + row * _ROW + 13, quote(kind, 24)) for row, kind in enumerate(kinds)]
    places = {layer: column for column, layer in enumerate(layers)}
    rows = {kind: row for row, kind in enumerate(kinds)}
    for one in inside:
        if one.kind in rows:
            left = _LEFT + places[one.layer] * width
            drawn.append(svg.rect(left, _TOP + rows[one.kind] * _ROW, width * 0.94, _ROW - 2, heat_class(one)))
    told = layers[:: max(1, math.ceil(len(layers) / 12))]
    drawn += [svg.text(_LEFT + places[layer] * width, 13, str(layer)) for layer in told]
    about = f"{len(kinds)} kinds of tensors in {len(layers)} layers; the table below has every figure."
    return svg.picture(name, "How far each layer moved", about, _TOP + len(kinds) * _ROW + 4, *drawn)


def heat_class(one: Group) -> str:
    """The colour of a change: `heat-0` for none at all to `heat-7`; `heat-gone` where nothing of it is left."""
    if one.change is None or not math.isfinite(one.change):
        return "heat-gone" if one.similarity is None else "heat-unknown"
    return f"heat-{max(number for number, begins in enumerate(STEPS) if one.change >= begins)}"


def legend() -> list[tuple[str, str]]:
    """Each colour, and what it says."""
    words = [("heat-0", "none")]
    words += [(f"heat-{number}", f"from {percent(begins)}") for number, begins in enumerate(STEPS) if number]
    return [*words, ("heat-unknown", "not measured"), ("heat-gone", "nothing like it in the derivative")]
