"""What follows from relatives that were found: which of them a subject came from, and whether its files name them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from hilt.core.lineage import Kin, Relation, Relative, Sureness
from hilt.knowledge.licences.model_names import name_of, same

COPIES = frozenset({Relation.IDENTICAL, Relation.CONVERTED, Relation.QUANTISED})
"""The relations in which nobody trained anything: it is the same model."""


def nearest(kin: Kin) -> Iterator[Relative]:
    """What each set of weights came from, for sure enough to be told: the nearest relative that did not come from it."""
    told = set[str]()
    for one in kin.relatives:
        if one.weights not in told and descends(one):
            told.add(one.weights)
            yield one


def descends(one: Relative) -> bool:
    """Did the subject come from this relative, for sure enough to be told?"""
    kinship = one.kinship
    return kinship.related and kinship.sureness is not Sureness.WEAK and not kinship.backwards


def plain(name: str) -> str:
    """A model's name as cards spell it."""
    return name_of(name) or name


def is_named(one: Relative, names: Collection[str]) -> bool:
    """Is this relative among the names, or what it is itself made from? Then who names those hides nothing.

    Where several models went into the subject, all of them must be.
    """
    if one.kinship.shares:
        return all(any(same(plain(its), plain(name)) for name in names) for its in origins(one))
    return any(same(plain(its), plain(name)) for its in (one.name, *one.bases) for name in names)


def origins(one: Relative) -> tuple[str, ...]:
    """The models that went into the subject by way of this relative."""
    return tuple(share.name for share in one.kinship.shares) or (one.name,)
