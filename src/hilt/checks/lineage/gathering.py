"""What was found out about the weights, told once for the checks of this family, and what the subject's files name."""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks.check import Repository
from hilt.checks.rights.lineage import names
from hilt.core.lineage import Kin, Relative
from hilt.knowledge.lineage import relatives


def kin(repository: Repository) -> Kin:
    """What the gate found; nothing where it did not look."""
    return repository.context.kin or Kin()


def nearest(repository: Repository) -> Iterator[Relative]:
    """What each set of weights came from."""
    return relatives.nearest(kin(repository))


def is_named(repository: Repository, one: Relative) -> bool:
    """Do the subject's files name this relative, or what that one is itself made from? Then they hide nothing."""
    return relatives.is_named(one, names(repository))
