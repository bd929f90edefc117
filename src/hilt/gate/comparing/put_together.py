"""Relatives in an index that a model was put together from, where no single one of them explains it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hilt.core.errors import FormatError
from hilt.core.lineage import Relative
from hilt.knowledge.lineage.relatives import COPIES, descends

if TYPE_CHECKING:
    from hilt.knowledge.lineage.fingerprint import ModelPrint
    from hilt.knowledge.lineage.index.index import Found, Index

PARENTS = 4
"""Models that are tried together, the nearest ones."""


def relatives(index: Index, model: ModelPrint, near: Sequence[Found]) -> list[Relative]:
    """The relatives that were found; the kinship of the first tells the shares of all where several went into the model."""
    told = [each.relative for each in near]
    if any(one.kinship.relation in COPIES and descends(one) for one in told):
        return told
    parents = {each.relative.name: each.number for each in near if descends(each.relative)}
    if len(parents) < 2:
        return told
    from hilt.knowledge.lineage.merge import merged

    try:
        found = merged(model, {name: index.print(number) for name, number in list(parents.items())[:PARENTS]})
    except FormatError:  # the fingerprint of one of them is of another version
        return told
    if found is None:
        return told
    first = next(one for one in told if one.name == next(iter(parents)))
    shares = found._replace(share_a=first.kinship.share_a, share_b=first.kinship.share_b, pairs=first.kinship.pairs)
    return [first._replace(kinship=shares), *(one for one in told if one is not first)]
