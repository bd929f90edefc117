"""How a relative is told in a finding."""

from __future__ import annotations

from hilt.core.lineage import Relation, Relative

_WORDS = {
    Relation.IDENTICAL: "the same weights as {name}",
    Relation.CONVERTED: "the weights of {name}, converted",
    Relation.QUANTISED: "the weights of {name}, quantised",
    Relation.FINE_TUNED: "fine-tuned from {name} or from what that was made from",
    Relation.ADAPTER_MERGED: "{name} with an adapter merged into it",
    Relation.MERGED: "merged from {name} and others",
    Relation.PRUNED: "{name}, pruned",
    Relation.EXTENDED: "{name} with further words in its vocabulary",
    Relation.STITCHED: "stitched from layers of {name}",
}


def how(one: Relative) -> str:
    """How the weights came from `one`, with the figures, as the first part of a sentence."""
    kinship = one.kinship
    if kinship.shares:
        shares = ", ".join(f"{share.name} ({share.weight:.2f})" for share in kinship.shares)
        return f"{kinship.relation.value}: {shares} ({kinship.sureness.value})"
    words = _WORDS.get(kinship.relation, "weights with {name}").format(name=one.name)
    also = "".join(f", {relation.value}" for relation in kinship.also)
    moved = f", {kinship.distance:.2%} away" if kinship.distance else ""
    return f"{words}{also} ({kinship.sureness.value}; {kinship.share_b:.0%} of the parameters{moved})"
