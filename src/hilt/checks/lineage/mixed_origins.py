"""Weights that come from several models.

What: weights that were merged from, or stitched out of, several models of your index that the subject's files do not all
name; and a subject whose sets of weights, which should be one model in several formats, descend from different models.

Why: every part brings its licence and its faults. And where the file that you evaluated is not the model that your engine
loads, the evaluation is of something else.

What it cannot see: models that your index does not hold. A repository that means to hold several models looks the same: that
is told as worth knowing.

Fix: ask the publisher for all parts, and hold the licences of each. Check the very file that you load.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.checks.lineage.gathering import is_named, nearest
from hilt.checks.lineage.wording import how
from hilt.core.finding import Finding, Severity, Where
from hilt.knowledge.lineage.relatives import plain


def mixed_origins(repository: Repository) -> Iterator[Finding]:
    each = list(nearest(repository))
    for one in each:
        if one.kinship.shares and not is_named(repository, one):
            yield Finding(
                check=CHECK.id, severity=Severity.MEDIUM, where=Where(path=one.weights), message=how(one), whole=True
            )
    names = {plain(one.name): one.weights for one in each}
    if len(names) > 1:
        told = "; ".join(f"{path} from {name}" for name, path in names.items())
        yield Finding(check=CHECK.id, severity=Severity.LOW, message=f"several origins: {told}", whole=True)


CHECK = listed("mixed-origins")
