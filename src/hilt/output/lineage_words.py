"""How kinship and cuts are told, on a terminal and on a page."""

from __future__ import annotations

from collections.abc import Iterator

from hilt.core.lineage import KIN, Ablation, Cut, Diff, Group, Kinship
from hilt.output.entry import Tone

CUTS = {
    Cut.FOUND: "a direction was cut out",
    Cut.SHARED_EDIT: "all changes lie in one direction, and are no projection",
    Cut.NOT_FOUND: "no direction was cut out, as far as this can tell",
    Cut.UNKNOWN: "cannot tell whether a direction was cut out",
}
MOST = 8
"""Layers that are told in words."""


def relations(kinship: Kinship) -> str:
    return " + ".join(one.value for one in (kinship.relation, *kinship.also))


def headline(told: Diff) -> str:
    cut_out = told.ablation is not None and told.ablation.cut is Cut.FOUND
    return relations(told.kinship) + (f" + {CUTS[Cut.FOUND]}" if cut_out else "")


def tone(told: Diff) -> Tone:
    """How it is coloured: kin speaks for a derivative, unless something was cut out of it."""
    if told.ablation is not None and told.ablation.cut is Cut.FOUND:
        return Tone.BAD
    return Tone.GOOD if told.kinship.relation in KIN else Tone.OPEN


def figures(kinship: Kinship) -> Iterator[tuple[str, str]]:
    """A label, and what it is."""
    yield (
        "parameters",
        f"{_share(kinship.share_a)} of the base found in the derivative, {_share(kinship.share_b)} of that in the base",
    )
    if kinship.backwards:
        yield "direction", "by these weights it was the base that came from the derivative"
    if kinship.distance is not None:
        yield "moved", f"{percent(kinship.distance)} of the norm of all weights"
    if kinship.rank is not None:
        yield "rank", f"no change of a rank above {kinship.rank}"


def _share(share: float) -> str:
    """A share that is not all of it is never told as all of it."""
    return "100%" if share >= 1 else f"{min(share, 0.999):.1%}"


def percent(change: float) -> str:
    """Changes are estimated from sketches: two figures are all that can be told of them."""
    return f"{100 * change:.2g}%" if change < 1 else f"{100 * change:.0f}%"


def most_changed(groups: tuple[Group, ...]) -> Iterator[str]:
    changed = sorted((one for one in groups if one.change), key=lambda one: -(one.change or 0))
    for one in changed[:MOST]:
        where = f"layer {one.layer}" if one.layer >= 0 else "outside of layers"
        yield f"{percent(one.change or 0)} {where}, {one.kind}"


def cut(one: Ablation) -> str:
    """What was seen, in one line."""
    if one.cut is not Cut.FOUND:
        return CUTS[one.cut]
    strength = f", strength {one.strength:.2f}" if one.strength is not None else ""
    return f"{CUTS[one.cut]} of {one.hit} of {one.matrices} matrices{strength}"


def cuts(told: Diff) -> Iterator[tuple[str, Ablation]]:
    """Who was looked at, and what was seen."""
    for label, one in (
        ("with the base", told.ablation),
        ("base alone", told.alone_a),
        ("derivative alone", told.alone_b),
    ):
        if one is not None:
            yield label, one
