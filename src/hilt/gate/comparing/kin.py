"""Holds the weights of a subject against the organisation's index of known models, before its checks run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hilt.checks.weights import Weights
from hilt.core.errors import FormatError
from hilt.core.lineage import Ablation, Kin, Relative
from hilt.gate.comparing.answered import alone, bases, sketch
from hilt.gate.comparing.put_together import relatives
from hilt.gate.comparing.weights import Printed, printed, unpacked_in_part
from hilt.gate.settings import Settings

if TYPE_CHECKING:
    from hilt.knowledge.lineage.fingerprint import ModelPrint
    from hilt.knowledge.lineage.index.index import Found, Index

SETS, RELATIVES, NAMED = 64, 5, 8
"""Sets of weights that are searched for, relatives of each that are told, and models that the files name that are held
against the weights."""


def comparing(settings: Settings) -> Callable[[Weights], Kin]:
    """What holds the weights of a subject against the index that the settings name.

    Raises `UsageError` and `IndexInvalid` where there is none that could be read.
    """
    from hilt.knowledge.lineage.index.index import Index

    path = Path(settings.kin_index)
    with Index(path, settings.limits):
        pass  # who names a wrong file is told before anything is read

    def compared(weights: Weights) -> Kin:
        with Index(path, settings.limits) as index:
            return _kin(weights, index)

    return compared


def _kin(weights: Weights, index: Index) -> Kin:
    sets = printed(weights, SETS)
    found = _Found(index)
    if (several := len(weights.sets())) > SETS:
        found.untold.append(
            f"{several - SETS} of {several} sets of weights, the smallest, were not held against the index"
        )
    for one in sets:
        if unread := unpacked_in_part(one):
            found.untold.append(unread)
        if one.print is None:
            found.untold.append(f"{one.name} was not held against the index: {one.why}")
        else:
            found.hold(weights, one, one.print)
    return Kin(
        searched=str(index.path),
        models=index.models,
        relatives=tuple(found.relatives),
        declared=tuple(found.declared),
        ablations=tuple(found.ablations),
        sets=tuple(one.paths[0] for one in sets),
        untold=tuple(found.untold),
    )


class _Found:
    """What was found so far of one subject."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self.relatives: list[Relative] = []
        self.declared: list[Relative] = []
        self.ablations: list[Ablation] = []
        self.untold: list[str] = []

    def hold(self, weights: Weights, one: Printed, model: ModelPrint) -> None:
        """Holds one set of weights against the index."""
        try:
            near = self._index.search(model, RELATIVES)
        except FormatError:
            return  # too small, or of one number only: nothing that could be kin to anything
        first = one.paths[0]
        self.relatives += [each._replace(weights=first) for each in relatives(self._index, model, near)]
        for name in bases(weights, one.paths, NAMED):
            self.declared += [each.relative._replace(weights=first) for each in self._index.named(name, model)]
        if not weights.remote:
            self._look_for_cuts(weights, one, near)

    def _look_for_cuts(self, weights: Weights, one: Printed, near: Sequence[Found]) -> None:
        """With the sketches of the nearest relative that has some; from the weights alone in any case."""
        try:
            self.ablations.append(alone(weights, one.paths)._replace(weights=one.paths[0]))
        except FormatError as error:
            self.untold.append(f"{one.name} was not searched for a removed direction: {error}")
        kin = [each for each in near if each.relative.kinship.related]
        base = next((each for each in kin if self._index.writers(each.number)), None)
        if base is None:
            return
        from hilt.knowledge.lineage.closer_bytes import decode
        from hilt.knowledge.lineage.safeguards import against

        try:
            kept = decode(self._index.writers(base.number))
            asked = sketch(weights, one.paths, kept.seed)
        except FormatError as error:
            self.untold.append(f"{one.name} was not compared with {base.relative.name} number by number: {error}")
            return
        names = {pair.a: pair.b for pair in base.relative.kinship.pairs}
        seen = against(kept, asked, names, title=base.relative.name)
        self.ablations.append(seen._replace(weights=one.paths[0]))
