"""What the files of a subject say of its licence and of the licences inside it: its works, and every text about rights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from hilt.knowledge.licences.places import FileKind
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
