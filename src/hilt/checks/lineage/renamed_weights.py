"""The weights of a known model under another name.

What: weights that are those of a model of your index, number by number, converted or quantised, in a subject that has
another name at its hub, and whose files name neither that model nor what it is made from. Where the subject's own name cannot
be told, as for a folder on a disk, it is told as worth knowing.

Why: a new name sheds an old one: its licence, its advisories, what was measured of it. Whoever evaluated the one has
evaluated the other, and whoever was refused the one is about to get it after all.

What it cannot see: models that your index does not hold. A rightful mirror looks the same.

Fix: treat it as the model that it is. Ask the publisher why it bears another name.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.checks.lineage.gathering import is_named, nearest
from hilt.checks.lineage.wording import how
from hilt.core.finding import Finding, Severity, Where
from hilt.core.lineage import Relative
from hilt.knowledge.licences.model_names import own_name
from hilt.knowledge.lineage.relatives import COPIES


def renamed_weights(repository: Repository) -> Iterator[Finding]:
    own = own_name(repository.subject.reference)
    under = f", under the name {own}" if own else ""
    copies = [one for one in nearest(repository) if one.kinship.relation in COPIES and not _itself(repository, one)]
    for name in dict.fromkeys(one.name for one in copies):
        first, *others = (one for one in copies if one.name == name)
        more = f" (and {len(others)} more sets of weights)" if others else ""
        yield Finding(
            check=CHECK.id,
            severity=Severity.MEDIUM if own else Severity.LOW,
            where=Where(path=first.weights),
            message=f"{how(first)}{more}{under}; no file names it",
            whole=True,
        )


def _itself(repository: Repository, one: Relative) -> bool:
    """Is it that model, as far as its name or all of its bytes tell?"""
    subject = repository.subject
    same = bool(one.digest) and one.digest == subject.digest
    return same or one.name == subject.reference or is_named(repository, one)


CHECK = listed("renamed-weights")
