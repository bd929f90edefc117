"""The weights of a subject, as the gate asks for them: the reading process has the numbers, and answers with sketches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from hilt.checks.workers import Worker
from hilt.core.report import Gap
from hilt.formats.tensors import TENSORS
from hilt.formats.tensors.descriptions import description
from hilt.knowledge.weight_sets import WeightSet, weight_sets

SETS = 64
"""Sets of weights of one subject that are looked at, the largest first."""


_SETTINGS = ("config.json", "index.json", "map.json", "vocab.json", "tokens.json", "modules.json", "package.json")
"""How files of JSON end that are no manifest of weights (TensorFlow.js)."""


class Told(NamedTuple):
    """What the reading process answered, None where it could not: then `why` says what kept it."""

    value: dict[str, Any] | None
    why: str = ""


class Weights:
    """`formats` are those of the files that were read, `sizes` their bytes. `remote` says that they lie elsewhere."""

    def __init__(self, worker: Worker, formats: Mapping[str, str], sizes: Mapping[str, int], *, remote: bool) -> None:
        self._worker, self.formats, self._sizes, self.remote = worker, formats, sizes, remote

    def size(self, one: WeightSet) -> int:
        """The bytes of its files."""
        return sum(self._sizes.get(path.split("!/")[0], 0) for path in one.paths)

    def sets(self) -> list[WeightSet]:
        """The sets of weights, the largest first; those inside a file whose own format has tensors are that file's."""
        outer = {path: kind for path, kind in self.formats.items() if not _inside_weights(path, self.formats)}
        outer = {path: kind for path, kind in outer.items() if kind != "json" or not path.endswith(_SETTINGS)}
        for path in [path for path, kind in outer.items() if kind not in TENSORS]:
            # Raw numbers: the file that describes them is one of the subject, or lies beside a file that was named alone.
            if (described := description(path, self._sizes)) is not None and described not in outer:
                outer[path] = next(iter(TENSORS))
        return sorted(weight_sets(outer, kinds=TENSORS), key=lambda one: (-self.size(one), one.name))

    def ask(self, what: str, paths: Sequence[str], *, seed: int = 0) -> Told:
        """What the answer of this name (`checks/lineage/answers.py`) tells of these files together.

        `seed` is that of the random numbers, where it takes some.
        """
        examined = self._worker.ask({"do": "weights", "check": what, "paths": list(paths), "seed": seed})
        gap: Gap | None = next(iter(examined.gaps), None)
        return Told(examined.told, gap.why if gap is not None else "")


def _inside_weights(path: str, formats: Mapping[str, str]) -> bool:
    """Is this a member of a file whose own format has tensors? A plain zip may be anything."""
    parts = path.split("!/")
    outer = (formats.get("!/".join(parts[:depth])) for depth in range(1, len(parts)))
    return any(kind in TENSORS and kind != "zip" for kind in outer)
