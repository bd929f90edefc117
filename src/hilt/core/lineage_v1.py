"""Kinship as JSON: version 1, for the processes that read, for `hilt diff --json` and for whoever keeps it.

    {"relation": "quantised", "sureness": "certain", "share_a": 1.0, "share_b": 1.0, "also": [...], "distance": 0.07,
     "shares": [{"name", "weight"}], "pairs": [{"a", "b", "similarity", "parameters", "how", "change", "rank"}],
     "groups": [{"layer", "kind", "change", "similarity"}], "why": [...], "untold": [...]}

What is empty or not known is left out.
"""

from __future__ import annotations

import math
from typing import Any

from hilt.core.errors import ReportInvalid
from hilt.core.lineage import (
    Ablation,
    Change,
    Cut,
    Diff,
    Group,
    Kin,
    Kinship,
    Pair,
    Relation,
    Relative,
    Share,
    Sureness,
)
from hilt.core.parts_v1 import kept
from hilt.core.wire import Object, decode_item, decode_text, decode_value, encode_text, encode_value

_LAYERS, _LINES, _LENGTH = 100_000, 200, 4_000
"""Layers and lines of one search for a removed direction, and characters of a line."""


def encode_diff(diff: Diff) -> dict[str, Any]:
    return {
        "version": 1,
        "a": encode_text(diff.a),
        "b": encode_text(diff.b),
        "weights_a": _texts(diff.weights_a),
        "weights_b": _texts(diff.weights_b),
        "kinship": encode_kinship(diff.kinship),
        **kept(
            ablation=encode_ablation(diff.ablation) if diff.ablation is not None else None,
            alone_a=encode_ablation(diff.alone_a) if diff.alone_a is not None else None,
            alone_b=encode_ablation(diff.alone_b) if diff.alone_b is not None else None,
        ),
        "changes": [_encode_change(one) for one in diff.changes],
        "untold": _texts(diff.untold),
    }


def encode_kin(kin: Kin) -> dict[str, Any]:
    """Without tensors and layers: what checks state of it."""
    return kept(
        searched=encode_text(kin.searched) or None,
        models=kin.models or None,
        relatives=[_encode_relative(one) for one in kin.relatives] or None,
        declared=[_encode_relative(one) for one in kin.declared] or None,
        ablations=[encode_ablation(one) for one in kin.ablations] or None,
        sets=_texts(kin.sets) or None,
        untold=_texts(kin.untold) or None,
    )


def decode_kin(told: dict[str, Any]) -> Kin:
    return Kin(
        searched=decode_text(told.get("searched", "")),
        models=told.get("models", 0),
        relatives=tuple(_decode_relative(one) for one in told.get("relatives", ())),
        declared=tuple(_decode_relative(one) for one in told.get("declared", ())),
        ablations=tuple(decode_ablation(one) for one in told.get("ablations", ())),
        sets=_lines(told, "sets"),
        untold=_lines(told, "untold"),
    )


def encode_kinship(kinship: Kinship, *, closely: bool = True) -> dict[str, Any]:
    """`closely` with the tensors and layers that it rests on."""
    return kept(
        relation=kinship.relation.value,
        sureness=kinship.sureness.value,
        share_a=encode_value(kinship.share_a),
        share_b=encode_value(kinship.share_b),
        also=[one.value for one in kinship.also] or None,
        distance=encode_value(kinship.distance),
        rank=kinship.rank,
        backwards=kinship.backwards or None,
        shares=[{"name": encode_text(one.name), "weight": encode_value(one.weight)} for one in kinship.shares] or None,
        pairs=[_encode_pair(one) for one in kinship.pairs] if closely else None,
        groups=[_encode_group(one) for one in kinship.groups] if closely else None,
        why=_texts(kinship.why) or None,
        untold=_texts(kinship.untold) or None,
    )


def _decode_kinship(told: dict[str, Any]) -> Kinship:
    return Kinship(
        relation=Relation(told["relation"]),
        sureness=Sureness(told["sureness"]),
        share_a=told["share_a"],
        share_b=told["share_b"],
        also=tuple(Relation(one) for one in told.get("also", ())),
        distance=told.get("distance"),
        rank=told.get("rank"),
        backwards=told.get("backwards", False),
        shares=tuple(Share(decode_text(one["name"]), one["weight"]) for one in told.get("shares", ())),
        why=_lines(told, "why"),
        untold=_lines(told, "untold"),
    )


def encode_ablation(ablation: Ablation) -> dict[str, Any]:
    return kept(
        cut=ablation.cut.value,
        base=encode_text(ablation.base) or None,
        matrices=ablation.matrices,
        hit=ablation.hit,
        layers=list(ablation.layers) or None,
        strength=encode_value(ablation.strength),
        gap=encode_value(ablation.gap),
        why=_texts(ablation.why) or None,
        below=encode_text(ablation.below) or None,
        weights=encode_text(ablation.weights) or None,
    )


def decode_ablation(told: Any, where: str = "ablation") -> Ablation:
    """Raises `ReportInvalid`: it may come from a process that is in the hands of what it reads."""
    it = Object(told, where)
    ablation = Ablation(
        cut=it.word("cut", {cut.value: cut for cut in Cut}),
        base=it.text("base", ""),
        matrices=it.count("matrices"),
        hit=it.count("hit"),
        layers=it.each("layers", _decode_layer)[:_LAYERS] if it.has("layers") else (),
        strength=_decode_number(it, "strength"),
        gap=_decode_number(it, "gap"),
        why=it.each("why", _decode_line)[:_LINES] if it.has("why") else (),
        below=it.text("below", "")[:_LENGTH],
        weights=it.text("weights", ""),
    )
    it.done()
    return ablation


def _decode_layer(told: Any, where: str) -> int:
    if type(told) is not int or abs(told) > _LAYERS:
        raise ReportInvalid("the number of a layer is needed here", where=where)
    return told


def _decode_line(told: Any, where: str) -> str:
    return decode_item(told, where)[:_LENGTH]


def _decode_number(it: Object, key: str) -> float | None:
    if not it.has(key):
        return None
    value = decode_value(it.take(key), it.at(key))
    if type(value) not in (int, float) or not abs(value) < math.inf:  # type: ignore[arg-type]
        raise ReportInvalid("a number is needed here", where=it.at(key))
    return float(value)  # type: ignore[arg-type]


def _encode_relative(one: Relative) -> dict[str, Any]:
    return kept(
        name=encode_text(one.name),
        kinship=encode_kinship(one.kinship, closely=False),
        weights=encode_text(one.weights) or None,
        bases=_texts(one.bases) or None,
        digest=encode_text(one.digest) or None,
        revision=encode_text(one.revision) or None,
        licences=_texts(one.licences) or None,
        newer=encode_text(one.newer) or None,
        stale=encode_text(one.stale) or None,
    )


def _decode_relative(told: dict[str, Any]) -> Relative:
    return Relative(
        name=decode_text(told["name"]),
        kinship=_decode_kinship(told["kinship"]),
        weights=decode_text(told.get("weights", "")),
        bases=_lines(told, "bases"),
        digest=decode_text(told.get("digest", "")),
        revision=decode_text(told.get("revision", "")),
        licences=_lines(told, "licences"),
        newer=decode_text(told.get("newer", "")),
        stale=decode_text(told.get("stale", "")),
    )


def _encode_pair(one: Pair) -> dict[str, Any]:
    return kept(
        a=encode_text(one.a),
        b=encode_text(one.b),
        similarity=encode_value(one.similarity),
        parameters=encode_value(one.parameters),
        how=one.how,
        change=encode_value(one.change),
        rank=one.rank,
    )


def _encode_group(one: Group) -> dict[str, Any]:
    return kept(
        layer=one.layer,
        kind=encode_text(one.kind),
        change=encode_value(one.change),
        similarity=encode_value(one.similarity),
    )


def _encode_change(one: Change) -> dict[str, Any]:
    return {key: encode_text(text) for key, text in one._asdict().items()}


def _texts(texts: tuple[str, ...]) -> list[str]:
    return [encode_text(one) for one in texts]


def _lines(told: dict[str, Any], key: str) -> tuple[str, ...]:
    return tuple(decode_text(one) for one in told.get(key, ()))
