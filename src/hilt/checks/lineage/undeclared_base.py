"""Weights of a model that nothing in the subject names.

What: weights that were fine-tuned, merged, pruned or stitched from a model of your index, where no card, config or header
names that model, nor what it is made from in its turn.

Why: the licence of the base holds whatever the label says, an advisory against the base is one against this model, and what
the base was trained on is in it. Who leaves the base out takes all that from you.

What it cannot see: bases that your index does not hold; a model that learned from another one's outputs; weights whose
residual stream was permuted or rotated, unless their embeddings give them away. Weights alone seldom tell which of two
relatives came first.

Fix: ask the publisher what the model is made from, and hold the licence of the relative against your use. Where you know it
to be the other way round, put the base into the index too.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository, Seen
from hilt.checks.lineage.facts import BASES, SEARCHED, UNDECLARED
from hilt.checks.lineage.gathering import is_named, kin, nearest
from hilt.checks.lineage.wording import how
from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding, Severity, Where
from hilt.core.lineage import Kin
from hilt.core.report import Gap, State
from hilt.knowledge.lineage.relatives import COPIES, origins, plain


def undeclared_base(repository: Repository) -> Iterator[Seen]:
    found = kin(repository)
    for why in found.untold:
        yield Gap(what=CHECK.id, path="", state=State.SKIPPED, why=why)
    yield from _facts(repository, found)
    for one in nearest(repository):
        elsewhere = one.kinship.relation in COPIES or one.kinship.shares  # told by renamed-weights, mixed-origins
        if not elsewhere and not is_named(repository, one):
            yield Finding(
                check=CHECK.id,
                severity=Severity.MEDIUM,
                where=Where(path=one.weights),
                message=f"{how(one)}, and no file says so",
                whole=True,
            )


def _facts(repository: Repository, found: Kin) -> Iterator[Fact]:
    each = list(nearest(repository))
    bases = tuple(f"{one.kinship.relation.value} {plain(name)}" for one in each for name in origins(one))
    hidden = tuple(plain(name) for one in each if not is_named(repository, one) for name in origins(one))
    for spec, value in ((SEARCHED, found.models), (BASES, bases), (UNDECLARED, hidden)):
        yield Fact(key=spec.key, value=value, known=Known.VERIFIED, source=found.searched or "the weights")


CHECK = listed("undeclared-base")
