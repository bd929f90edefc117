"""diff: how one model came from another, and what was changed beside the weights."""

from __future__ import annotations

from os import PathLike, fspath

from hilt.core.lineage import Diff
from hilt.core.progress import Progress
from hilt.gate.beside_weights import changes
from hilt.gate.closely import Seen, closely
from hilt.gate.matching import nearest
from hilt.gate.settings import Settings
from hilt.gate.weights import opened, unpacked_in_part


def diff(
    a: str | PathLike[str],
    b: str | PathLike[str],
    *,
    settings: Settings | None = None,
    rows_only: bool = False,
    progress: Progress | None = None,
) -> Diff:
    """How the weights at `b` came from those at `a`, and what differs beside them.

    Where both lie here, all numbers of related weights are read: it shows the rank of changes, and whether a direction was
    cut out. With `rows_only`, or where one lies elsewhere, a few rows of each tensor are.

    Raises what `check` raises, and `NothingToCheck` where one of them has no weights whose numbers hilt reads and they have
    no file in common.
    """
    settings = settings or Settings()
    with opened(fspath(a), settings, progress=progress) as one, opened(fspath(b), settings, progress=progress) as other:
        match = nearest(one, other)
        seen = Seen(match.kinship) if rows_only else closely(one, other, match)
        return Diff(
            a=fspath(a),
            b=fspath(b),
            kinship=seen.kinship,
            weights_a=match.a.paths,
            weights_b=match.b.paths,
            ablation=seen.ablation,
            alone_a=seen.alone_a,
            alone_b=seen.alone_b,
            changes=tuple(changes(one, other)),
            untold=(*filter(None, map(unpacked_in_part, (match.a, match.b))), *seen.untold),
        )
