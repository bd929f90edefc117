"""What was found out about the weights, told once for the checks of this family, and what the subject's files name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from hilt.checks.check import Repository
from hilt.checks.rights.facts import BASES
from hilt.core.lineage import Kin, Relation, Relative, Sureness
from hilt.knowledge.licences.model_names import name_of, own_name, same

COPIES = frozenset({Relation.IDENTICAL, Relation.CONVERTED, Relation.QUANTISED})
"""The relations in which nobody trained anything: it is the same model."""


def kin(repository: Repository) -> Kin:
    """What the gate found; nothing where it did not look."""
    return repository.context.kin or Kin()


@lru_cache(maxsize=1)
def named(repository: Repository) -> tuple[str, ...]:
    """What the subject's files name as what it is made from, and the subject's own name."""
    fact = repository.merged(BASES)
    said = fact.value if isinstance(fact.value, tuple) else ()
    own = own_name(repository.subject.reference)
    return (*(one.partition(" ")[2] for one in said), *([own] if own else []))


def plain(name: str) -> str:
    """A model's name as cards spell it."""
    return name_of(name) or name


def is_named(repository: Repository, one: Relative) -> bool:
    """Do the subject's files name this relative, or what that one is itself made from? Then they hide nothing."""
    return any(same(plain(name), plain(said)) for name in (one.name, *one.bases) for said in named(repository))


def nearest(repository: Repository) -> Iterator[Relative]:
    """What each set of weights came from, for sure enough to be told: the nearest relative that did not come from it."""
    told = set[str]()
    for one in kin(repository).relatives:
        if one.weights not in told and descends(one):
            told.add(one.weights)
            yield one


def descends(one: Relative) -> bool:
    """Did the subject come from this relative, for sure enough to be told?"""
    kinship = one.kinship
    return kinship.related and kinship.sureness is not Sureness.WEAK and not kinship.backwards
