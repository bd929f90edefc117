"""How much of two models was found in each other, and whether that makes them kin.

Tensors that are alike in many models prove nothing: those made by a formula are not counted at all, duplicates once, and
embeddings taken over alone are no kinship of the models.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median
from typing import NamedTuple

from hilt.knowledge.lineage.block import VOCABULARY
from hilt.knowledge.lineage.calibration import table
from hilt.knowledge.lineage.kinds import NO_LAYER
from hilt.knowledge.lineage.match import Match, Matches
from hilt.knowledge.lineage.prints import ModelPrint, TensorPrint

_TABLES = ("embedding", "position", "type")
_STEEP = 8
"""A vocabulary without a telling name has so many times more rows than columns."""
_NO_CORE = 0.02
"""A model of which all but this part is embeddings is one of embeddings: those are then its core."""
_ALONE = 0.5
"""What two models must have in common, of their parameters, where fewer tensors agree than count as proof."""
_STRONG = 400
"""And the independent numbers that agree, each by the square of its cosine; a digest counts as all its numbers."""


class Evidence(NamedTuple):
    """`share_a` and `share_b` are of all parameters that could be found again, `core_a` and `core_b` of those outside of
    embeddings. `tensors` were found, duplicates once. `similarity` is the median of theirs."""

    share_a: float
    share_b: float
    core_a: float
    core_b: float
    tensors: int
    similarity: float
    strength: float
    few: bool
    """One model has fewer tensors that tell than count as proof."""
    linear: bool
    """All that was found are vectors, and not all of them the same."""

    @property
    def kin(self) -> bool:
        figures = table("relate")
        strong = self.strength >= _STRONG and (self.few or min(self.core_a, self.core_b) >= _ALONE)
        if strong and max(self.core_a, self.core_b) >= _ALONE and (self.few or self.tensors > 1):
            return True
        return not self.few and self._found(figures["tensors"], figures["parameters"])

    @property
    def certain(self) -> bool:
        figures = table("relate")
        return self._found(figures["certain_tensors"], figures["certain_parameters"])

    def _found(self, tensors: int, parameters: float) -> bool:
        return self.tensors >= tensors and max(self.core_a, self.core_b) >= parameters


def evidence(found: Matches, a: ModelPrint, b: ModelPrint) -> Evidence:
    """What the matches amount to."""
    share_a, core_a, few_a = _shares(a, {match.a for match in found.of_a})
    share_b, core_b, few_b = _shares(b, {match.b for match in found.of_b})
    counted = _distinct(found.of_b, a)
    return Evidence(
        share_a=share_a,
        share_b=share_b,
        core_a=core_a,
        core_b=core_b,
        tensors=len(counted),
        similarity=median([match.similarity for match in counted]) if counted else 0.0,
        strength=sum(_strength(match, a.tensors[match.a]) for match in counted),
        few=few_a or few_b,
        linear=all(_is_vector(a.tensors[match.a]) for match in counted)
        and not all(_same(a.tensors[match.a], b.tensors[match.b]) for match in counted),
    )


def is_table(tensor: TensorPrint) -> bool:
    """A table with a row for each token or position, rather than a part of a layer."""
    layer, kind = tensor.place
    if kind.removesuffix(".bias") in _TABLES:
        return True
    if layer != NO_LAYER or len(tensor.shape) != 2:
        return False
    return tensor.shape[0] >= max(VOCABULARY, _STEEP * tensor.shape[1])


def core(model: ModelPrint) -> Sequence[TensorPrint]:
    """The tensors that could be found again, without embeddings where there is anything else."""
    telling = [tensor for tensor in model.tensors if tensor.tells]
    inner = [tensor for tensor in telling if not is_table(tensor)]
    return inner if _parameters(inner) > _NO_CORE * _parameters(telling) else telling


def _shares(model: ModelPrint, found: set[int]) -> tuple[float, float, bool]:
    """The found part of all and of the core, and whether too few tensors tell anything."""
    kept = [tensor for place, tensor in enumerate(model.tensors) if place in found]
    telling = [tensor for tensor in model.tensors if tensor.tells]
    inner = core(model)
    held = {id(tensor) for tensor in inner}
    return (
        _parameters(kept) / max(1, _parameters(telling)),
        _parameters(tensor for tensor in kept if id(tensor) in held) / max(1, _parameters(inner)),
        len({tensor.digests or tensor.name for tensor in inner}) < table("relate")["tensors"],
    )


def _distinct(found: Iterable[Match], a: ModelPrint) -> list[Match]:
    """Copies of one tensor count once."""
    kept = {a.tensors[match.a].digests or match.a: match for match in found}
    return list(kept.values())


def _strength(match: Match, a: TensorPrint) -> float:
    if match.sketches is None:
        return float(a.parameters)
    return match.similarity**2 * min(sketch.spread for sketch in match.sketches)


def _is_vector(tensor: TensorPrint) -> bool:
    return tensor.parameters == max(tensor.shape, default=1)


def _same(a: TensorPrint, b: TensorPrint) -> bool:
    return bool(a.digests) and a.digests == b.digests


def _parameters(tensors: Iterable[TensorPrint]) -> int:
    return sum(tensor.parameters for tensor in tensors)
