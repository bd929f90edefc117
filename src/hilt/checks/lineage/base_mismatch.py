"""A card that names one base, and weights that come from another.

What: a model that the subject's files name as what it is made from, that your index holds, and whose weights this subject's
weights have nothing in common with; told with the model that they do descend from, where the index holds it.

Why: who believes the card holds the wrong licence against his use, and misses every advisory against the true base.

What it cannot see: a base that your index does not hold in the revision that was used; distillation, which leaves no trace
in weights; a residual stream that was permuted or rotated hides kinship unless the embeddings show it.

Fix: ask the publisher. Until then take the model for what its weights say.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.checks.lineage.facts import CONTRADICTED
from hilt.checks.lineage.gathering import kin, nearest
from hilt.checks.lineage.wording import how
from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding, Severity, Where
from hilt.core.lineage import Relation, Sureness
from hilt.knowledge.lineage.relatives import plain

_STRANGERS = frozenset({Relation.UNRELATED, Relation.SAME_ARCHITECTURE})


def base_mismatch(repository: Repository) -> Iterator[Fact | Finding]:
    found = kin(repository)
    wrong = [
        one
        for one in found.declared
        if one.kinship.relation in _STRANGERS and one.kinship.sureness is not Sureness.WEAK
    ]
    names = tuple(plain(one.name) for one in wrong)
    yield Fact(key=CONTRADICTED.key, value=names, known=Known.VERIFIED, source=found.searched or "the weights")
    instead = next((f"; they are {how(one)}" for one in nearest(repository)), "")
    for one in wrong:
        yield Finding(
            check=CHECK.id,
            severity=Severity.MEDIUM,
            where=Where(path=one.weights),
            message=f"the files say it is made from {one.name}, and the weights have nothing in common with that "
            f"({one.kinship.relation.value}){instead}",
            whole=True,
        )


CHECK = listed("base-mismatch")
