"""What the files of a subject say of its licence and of the licences inside it, gathered once for all checks of rights."""

from __future__ import annotations

from functools import lru_cache

from hilt.checks.check import Repository
from hilt.checks.rights.facts import LICENCE_CLAIMED
from hilt.knowledge.licences.gathered import Gathered
from hilt.knowledge.licences.places import PROJECT_FILES, README, names_licence
from hilt.knowledge.licences.reuse import id_of
from hilt.knowledge.licences.works import Work


@lru_cache(maxsize=1)
def gathered(repository: Repository) -> Gathered:
    """What the files of this subject say; read once."""
    stated = any(fact.key == LICENCE_CLAIMED.key for fact in repository.facts)
    if not stated and not any(_speaks(path, format_id) for path, format_id in repository.formats.items()):
        return Gathered(works=(Work(),), texts=(), said={})
    from hilt.checks.rights.claim_sources import Sources

    return Sources(repository).gathered()


def _speaks(path: str, format_id: str) -> bool:
    """A file of this name and format may say something of a licence."""
    name = path.rpartition("/")[2]
    known = format_id in ("model-card", "package-metadata", "licence") or names_licence(path) or bool(id_of(path))
    stating = name == "DESCRIPTION" or name.lower() in PROJECT_FILES or README.fullmatch(name) is not None
    return known or (format_id == "text" and stating)
