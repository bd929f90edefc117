"""What the files of a subject say of its licence and of the licences inside it, gathered once for all checks of rights."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from hilt.checks.check import Repository
from hilt.checks.rights.facts import LICENCE_CLAIMED
from hilt.knowledge.licences.places import README, FileKind, names_licence
from hilt.knowledge.licences.works import Work

if TYPE_CHECKING:
    from hilt.knowledge.licences.clauses import Clause
    from hilt.knowledge.licences.identify import Identified


class LicenceText(NamedTuple):
    """A file that holds the text of a licence, or of a notice. `home` is that of `Places`; `seen` what detectors saw in it."""

    path: str
    home: str | None
    kind: FileKind
    identified: Identified | None = None
    seen: tuple[Clause, ...] = ()
    copyrights: tuple[str, ...] = ()
    template: bool = False
    text: str = ""


class Gathered(NamedTuple):
    """The subject first, then its folders with a licence of their own; and every file of words about rights.

    `said` are the beginnings of cards, READMEs and notices of the subject, by path. `unread` are files that were too many.
    """

    works: tuple[Work, ...]
    texts: tuple[LicenceText, ...]
    said: Mapping[str, str]
    unread: tuple[str, ...] = ()

    @property
    def subject(self) -> Work:
        return self.works[0]


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
    known = format_id in ("model-card", "package-metadata", "licence") or names_licence(path)
    return known or (format_id == "text" and (name == "DESCRIPTION" or README.fullmatch(name) is not None))
