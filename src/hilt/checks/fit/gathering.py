"""The model in a repository, as far as its memory asks for it: told once for the checks of this family."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from hilt.checks.card.gathering import config
from hilt.checks.check import Repository

if TYPE_CHECKING:
    from hilt.knowledge.fit.model import Model


@lru_cache(maxsize=1)
def gathered(repository: Repository) -> Model | None:
    """None where there are no weights."""
    from hilt.knowledge.fit.model import model
    from hilt.knowledge.fit.variants import sets

    told = config(repository)
    return model(list(sets(repository, closely=told is not None)), told, list(repository.formats))
