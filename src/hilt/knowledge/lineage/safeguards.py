"""Was a direction cut out of all that a transformer writes to its residual stream, as whoever removes refusals does?

"Abliteration" projects one direction out of the matrices that write to the residual stream: W becomes W - strength v v^T W.
The direction's meaning cannot be told from weights: erasing any other concept looks the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hilt.core.lineage import Ablation
from hilt.knowledge.lineage.closer import ModelSketch
from hilt.knowledge.lineage.slabs import Slab


def against(
    base: ModelSketch, suspect: ModelSketch, names: Mapping[str, str] | None = None, title: str = ""
) -> Ablation:
    """What was cut out of `suspect`, compared with its base, which `title` names.

    `names` pairs tensors (name in the base -> in the suspect). Without it they are paired by name, else by kind and layer.
    """
    raise NotImplementedError


def alone(slabs: Iterable[Slab]) -> Ablation:
    """What was cut out, as far as the weights alone tell, from the slabs of all matrices that write to the stream."""
    raise NotImplementedError
