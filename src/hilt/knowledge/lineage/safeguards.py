"""Was a direction cut out of all that a transformer writes to its residual stream, as whoever removes refusals does?

"Abliteration" projects one direction out of the matrices that write to the residual stream: W becomes W - strength v v^T W.
The direction's meaning cannot be told from weights: erasing any other concept looks the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import NamedTuple

from hilt.core.lineage import Ablation, Cut
from hilt.knowledge.lineage.calibration import table
from hilt.knowledge.lineage.closer import ModelSketch, TensorSketch
from hilt.knowledge.lineage.dead_direction import Gaps, gaps
from hilt.knowledge.lineage.shared_direction import Change, Shared, change, shared_direction
from hilt.knowledge.lineage.slabs import NARROWEST, WIDEST, Stack
from hilt.knowledge.lineage.writers import Writer

_FEWEST = 4
"""Fewer matrices than these have nothing in common that would tell anything."""
_BELOW = (
    "a direction of which less than about a fifth was taken out (in four bits less than a third, or half where it differs from "
    "layer to layer), one taken out of fewer than three matrices, experts beyond the first four of a layer, and anything where "
    "the residual stream was permuted or rotated as a whole"
)
_ROTATED = (
    "all dimensions of the residual stream are written alike, as where it was rotated; the direction that a LayerNorm takes away "
    "would then look missing as well"
)
_ORDER = (Cut.FOUND, Cut.UNKNOWN, Cut.NOT_FOUND)
_FACTOR = 1e6
"""A matrix that grew or shrank by so much is another one."""
_TOLD = 8
"""Lines on other stacks of layers."""


class _Pair(NamedTuple):
    writer: Writer
    change: Change


def against(
    base: ModelSketch, suspect: ModelSketch, names: Mapping[str, str] | None = None, title: str = ""
) -> Ablation:
    """What was cut out of `suspect`, compared with its base, which `title` names.

    `names` pairs tensors (name in the base -> in the suspect). Without it they are paired by name, else by kind and layer.
    """
    if base.seed != suspect.seed:
        return _unknown("the sketches of both models were taken with other random numbers", title)
    paired = _paired(base, suspect, names or {})
    if len(paired) < _FEWEST:
        seen = f"{len(paired)} matrices that write to a residual stream were found in both models"
        return _unknown(f"{seen}; {_FEWEST} are the least that tell anything", title)
    pairs = [pair for pair in paired if pair.change.comparable]
    if len(pairs) < max(_FEWEST, len(paired) // 2):
        return _unknown(
            f"{len(paired) - len(pairs)} of {len(paired)} matrices that write to the residual stream have changed so much that "
            "they are no longer those of the base, or stand in another basis",
            title,
        )
    widths = Counter(len(pair.change.before) for pair in pairs)
    pairs = [pair for pair in pairs if len(pair.change.before) == widths.most_common(1)[0][0]]
    left = len(paired) - len(pairs) + base.left_out + suspect.left_out
    return _told(pairs, shared_direction([pair.change for pair in pairs]), title, left)


def alone(stacks: Iterable[Stack]) -> Ablation:
    """What was cut out, as far as the weights alone tell: the stacks of layers of a model, from `slabs.slabs`.

    Raises as their tensors do.
    """
    found, why = [], []
    largest_unseen = False
    for number, stack in enumerate(stacks):
        if (reason := _unsearchable(stack)) or (seen := gaps(stack)) is None:
            why.append(f"{stack.name}: {reason or 'its matrices hold numbers that are none, or zeros alone'}")
            largest_unseen |= number == 0
        else:
            found.append(_dead(stack, seen))
    if not found:
        nothing = "no tensor is known by its name to write to a residual stream of layers"
        return Ablation(cut=Cut.UNKNOWN, why=tuple(why[:_TOLD]) or (nothing,))
    worst = min(found, key=lambda one: (_ORDER.index(one.cut), one.gap))
    if largest_unseen and worst.cut is Cut.NOT_FOUND:
        worst = worst._replace(cut=Cut.UNKNOWN)
    others = [line for one in found for line in one.why if line not in worst.why]
    return worst._replace(why=(*worst.why, *others[:_TOLD], *why[:_TOLD]))


def _unsearchable(stack: Stack) -> str:
    """Why no dead direction can be looked for in a stack; empty where it can."""
    if len(stack.layers) < _FEWEST:
        return f"it has {len(stack.layers)} layers with matrices that are known by name; {_FEWEST} are the least that tell anything"
    if not NARROWEST <= stack.width <= WIDEST:
        return f"its residual stream is {stack.width} wide; from {NARROWEST} to {WIDEST} can be searched"
    if not stack.searchable:
        return f"its matrices have too few columns for a residual stream of {stack.width}"
    return ""


def _dead(stack: Stack, seen: Gaps) -> Ablation:
    limits = table("safeguards")["alone"]
    full, part, single = (limits["rotated"] if seen.rotated else limits[key] for key in ("full", "part", "matrix"))
    low = tuple(sorted({layer for layer, value in seen.one_by_one if value < single}))
    smallest = seen.smallest
    first, last = smallest.layers
    kinds = "both kinds of matrix" if smallest.kind == "both" else f"its matrices of kind {smallest.kind}"
    figures = [
        f"{stack.name}: the gap of all layers is {seen.full:.3g}; below {full:g} a direction is missing",
        f"the smallest gap is {smallest.value:.3g}, in layers {first} to {last}, {kinds}; below {part:g} one is missing",
        f"{len(low)} of {len(seen.one_by_one)} matrices searched for themselves have one below {single:g}",
    ]
    if seen.rotated:
        figures.append(_ROTATED)
    together = seen.full < full or smallest.value < part
    cut = Cut.FOUND if together or len(low) >= limits["matrices"] else Cut.NOT_FOUND
    if cut is Cut.NOT_FOUND and stack.experts:
        cut = Cut.UNKNOWN
        figures.append(
            "it is a mixture of experts, of which the first four of a layer were looked at; none was ever measured"
        )
    layers = tuple(layer for layer in stack.layers if first <= layer <= last) if together else low
    return Ablation(
        cut=cut,
        matrices=seen.matrices,
        hit=0 if cut is not Cut.FOUND else seen.matched if together else len(low),
        layers=layers if cut is Cut.FOUND else (),
        gap=round(min([smallest.value, *(value for _, value in seen.one_by_one)]), 4),
        why=tuple(figures),
        below=_below(stack, seen),
    )


def _below(stack: Stack, seen: Gaps) -> str:
    """What would not have been seen without the base."""
    single = (
        "less than all of it, where it differs from layer to layer"
        if seen.one_by_one
        else "one that differs from layer to layer"
    )
    return (
        "a direction of which less than about half was taken out (four fifths, where it was taken out of some layers only); one "
        f"taken out of fewer than {stack.fewest} neighbouring layers; {single}; one whose place was filled with other numbers"
    )


def _told(pairs: Sequence[_Pair], shared: Shared, title: str, left: int) -> Ablation:
    limits = table("safeguards")["against"]
    hits = shared.hits
    layers = tuple(sorted({pairs[hit.matrix].writer.layer for hit in hits if pairs[hit.matrix].writer.layer >= 0}))
    taken = f"out of {len(hits)} of {len(pairs)} matrices a direction was taken"
    figures = [
        f"{taken} (cosine above {limits['align']:g}, strength above {limits['strength']:g}; largest cosine {shared.align:.2f})",
        f"{shared.share:.0%} of all changes lie in one direction",
    ]
    together = sum(hit.together for hit in hits)
    cut = Cut.NOT_FOUND
    if together >= limits["hits"] or len(hits) >= limits["own_hits"]:
        cut = Cut.FOUND
        figures.append(f"in {together} of them it is one that all matrices share")
    elif shared.share > limits["share"] and shared.changed >= limits["hits"]:
        cut = Cut.SHARED_EDIT
        figures.append(f"in {shared.changed} matrices most of the change lies in that direction, and is no projection")
    below = _BELOW + (f"; {left} tensors that were not compared" if left else "")
    return Ablation(
        cut=cut,
        base=title,
        matrices=len(pairs),
        hit=shared.changed if cut is Cut.SHARED_EDIT else len(hits),
        layers=layers,
        strength=round(median(hit.strength for hit in hits), 3) if cut is Cut.FOUND else None,
        why=tuple(figures),
        below=below,
    )


def _unknown(why: str, title: str = "") -> Ablation:
    return Ablation(cut=Cut.UNKNOWN, base=title, why=(why,))


def _paired(base: ModelSketch, suspect: ModelSketch, names: Mapping[str, str]) -> list[_Pair]:
    """Every matrix of the base that writes to the stream, with that of the suspect."""
    by_name, by_place = _writers(suspect), _by_place(suspect)
    places = _by_place(base)
    found = []
    for name, one in _writers(base).items():
        role = one.writer
        other = by_name.get(names.get(name, name))
        if other is None and role is not None and name not in names and places.get(_place(role)) is one:
            other = by_place.get(_place(role))
        if other is None or other.shape != one.shape or one.odd or other.odd or len(one.writes) != len(other.writes):
            continue
        role = role or other.writer
        if role is None or (role.kind == "embedding" and not (one.writer and other.writer)):
            continue
        if not 1 / _FACTOR < (factor := other.scale / one.scale) < _FACTOR:
            continue
        changed = change(one.writes, other.writes * factor)
        if changed is not None:
            found.append(_Pair(role, changed))
    return found


def _writers(model: ModelSketch) -> dict[str, TensorSketch]:
    return {name: one for name, one in model.tensors.items() if one.written is not None}


def _place(role: Writer) -> tuple[int, str, int]:
    return role.layer, role.kind, role.expert


def _by_place(model: ModelSketch) -> dict[tuple[int, str, int], TensorSketch | None]:
    """None where two matrices stand at one place, as those of an encoder and of a decoder do."""
    found: dict[tuple[int, str, int], TensorSketch | None] = {}
    for one in _writers(model).values():
        if (role := one.writer) is not None:
            place = _place(role)
            found[place] = None if place in found else one
    return found
