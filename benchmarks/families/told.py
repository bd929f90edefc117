"""What hilt tells of two models: its own functions, one after the other, in this process."""

from __future__ import annotations

import time
from pathlib import Path
from typing import NamedTuple

from families.weights import sets
from hilt.core.lineage import Ablation, Kinship
from hilt.knowledge.lineage.closer import Closer, ModelSketch, model_sketch
from hilt.knowledge.lineage.fingerprint import model_print
from hilt.knowledge.lineage.prints import ModelPrint
from hilt.knowledge.lineage.relate import relate
from hilt.knowledge.lineage.safeguards import against, alone
from hilt.knowledge.lineage.slabs import slabs


class Seen(NamedTuple):
    """What is kept of a model. `seconds` of CPU for print, sketch and search without a base."""

    print: ModelPrint
    sketch: ModelSketch
    alone: Ablation
    seconds: tuple[float, float, float]


def seen(path: Path) -> Seen:
    """Of the largest set of weights at `path`. Raises `LookupError` where hilt takes no numbers from it."""
    with sets(path) as found:
        if not found:
            raise LookupError(f"no weights that hilt takes numbers from: {path}")
        tensors = max(found.values(), key=len)
        if not tensors:
            raise LookupError(f"no tensors in {path}")
        began = time.process_time()
        printed = model_print(tensors)
        took = [time.process_time() - began]
        sketched = model_sketch(tensors)
        took.append(time.process_time() - began - took[0])
        searched = alone(slabs(tensors))
        took.append(time.process_time() - began - sum(took))
    return Seen(printed, sketched, searched, (took[0], took[1], took[2]))


def related(a: Seen, b: Seen) -> Kinship:
    return relate(a.print, b.print, Closer(a=a.sketch, b=b.sketch))


def cut_out(a: Seen, b: Seen, kinship: Kinship) -> Ablation:
    """With A as the base."""
    names = {pair.a: pair.b for pair in kinship.pairs}
    return against(a.sketch, b.sketch, names or None, "base")
