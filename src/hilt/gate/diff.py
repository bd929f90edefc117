"""diff: how one model came from another, and what was changed beside the weights."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike, fspath

from hilt.core.lineage import Diff, Kinship
from hilt.core.progress import Progress
from hilt.gate.comparing.beside_weights import changes
from hilt.gate.comparing.closely import Seen, closely
from hilt.gate.comparing.matching import Match, nearest, not_told, with_prints
from hilt.gate.comparing.weights import opened, unpacked_in_part
from hilt.gate.settings import Settings


def diff(
    a: str | PathLike[str],
    b: str | PathLike[str],
    *,
    also: Sequence[str | PathLike[str]] = (),
    settings: Settings | None = None,
    rows_only: bool = False,
    progress: Progress | None = None,
) -> Diff:
    """How the weights at `b` came from those at `a`, and what differs beside them.

    `also` are other models that may have gone into `b`: if they did, the kinship tells the share of each.

    Where both lie here, all numbers of related weights are read: it shows the rank of changes, and whether a direction was
    cut out. With `rows_only`, or where one lies elsewhere, a few rows of each tensor are.

    Raises what `check` raises, and `NothingToCheck` where one of them has no weights whose numbers hilt reads and they have
    no file in common.
    """
    settings = settings or Settings()
    with opened(fspath(a), settings, progress=progress) as one, opened(fspath(b), settings, progress=progress) as other:
        match = nearest(one, other)
        seen = Seen(match.kinship) if rows_only else closely(one, other, match)
        together = _together(fspath(a), match, [fspath(each) for each in also], settings) if also else None
        return Diff(
            a=fspath(a),
            b=fspath(b),
            kinship=together or seen.kinship,
            weights_a=match.a.paths,
            weights_b=match.b.paths,
            ablation=seen.ablation,
            alone_a=seen.alone_a,
            alone_b=seen.alone_b,
            changes=tuple(changes(one, other)),
            untold=(
                *filter(None, (*map(unpacked_in_part, (match.a, match.b)), *map(not_told, (one, other)))),
                *seen.untold,
            ),
        )


def _together(a: str, match: Match, also: Sequence[str], settings: Settings) -> Kinship | None:
    """How the derivative was put together from the base and others; None where the base alone explains it as well."""
    from hilt.knowledge.lineage.merge import merged
    from hilt.knowledge.lineage.relate import relate

    if match.a.print is None or match.b.print is None:
        return None
    child, parents = match.b.print, {a: match.a.print}
    for reference in also:
        with opened(reference, settings, hashed=False) as other:
            prints = [found for _, found in with_prints(other)]
        parents[reference] = max(prints, key=lambda found: relate(found, child).share_b)
    found = merged(child, parents)
    if found is None:
        return None
    return found._replace(share_a=match.kinship.share_a, share_b=match.kinship.share_b, pairs=match.kinship.pairs)
