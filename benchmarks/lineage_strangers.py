"""How often hilt calls strangers relatives: every model and part of a model against all others that it has nothing to do with.

    python benchmarks/lineage_strangers.py --models MODELS              # what fetch_corpus.py fetched
    python benchmarks/lineage_strangers.py --models MODELS --cache PRINTS --json PAIRS

Strangers are all sets of weights of the real models, each layer of the language models (as it is and in four bits), and models
of the same architectures that were never trained or whose numbers were put in another order. What comes from one origin
(`families/strangers.py` has the list) is not counted. Fingerprints are taken once and compared in memory.
"""

from __future__ import annotations

import sys

sys.path.append(sys.path.pop(0))  # this folder last: the standard library has an `inspect` as well

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
from families import strangers
from families.bases import BASES, cut
from families.similar import highest, stacks
from families.strangers import Stranger, are_strangers

from hilt.core.lineage import Relation
from hilt.knowledge.lineage.print_bytes import decode, encode
from hilt.knowledge.lineage.relate import relate

LAYERS, WORDS = 2, 2000
"""Size of the models of chance."""
MOST_NAMED = 20
ALARMING = 0.4
"""Similarity that a sketch of 256 must have to count as the same tensor; a few tensors of strangers may."""


def everybody(models: Path, chance: int) -> Iterator[Stranger]:
    yield from strangers.of_folder(models)
    for name, make in BASES.items():
        try:
            model = make(models)
        except (OSError, StopIteration) as error:
            print(f"without {name}: {error}", file=sys.stderr)
            continue
        yield from strangers.layers(model)
        yield from strangers.of_chance(cut(model, LAYERS, WORDS), chance)


def kept(found: Iterator[Stranger], cache: Path | None) -> list[Stranger]:
    """Taken from the cache where it is there."""
    if cache is None:
        return list(found)
    index = cache / "index.json"
    if not index.exists():
        cache.mkdir(parents=True, exist_ok=True)
        listed = []
        for number, one in enumerate(found):
            (cache / f"{number}.print").write_bytes(encode(one.print))
            listed.append((one.name, one.origin))
        index.write_text(json.dumps(listed))
    rows = json.loads(index.read_text())
    return [
        Stranger(name, tuple(origin), decode((cache / f"{number}.print").read_bytes()))
        for number, (name, origin) in enumerate(rows)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--cache", type=Path, help="folder for fingerprints, to compare again without reading again")
    parser.add_argument("--chance", type=int, default=50, help="models of chance for each architecture")
    parser.add_argument("--json", type=Path, help="every pair that was called kin, one a line")
    options = parser.parse_args()
    began = time.process_time()
    all_ = kept(everybody(options.models, options.chance), options.cache)
    print(
        f"{len(all_)} models and parts, {sum(len(one.print.tensors) for one in all_):,} tensors; {time.process_time() - began:.0f} s"
    )
    made = [stacks(one.print) for one in all_]
    told: Counter[Relation] = Counter()
    alarms: list[dict[str, object]] = []
    tops: dict[str, list[float]] = defaultdict(list)
    alike: list[tuple[float, str, str, str]] = []
    compared = 0
    for one, two in combinations(range(len(all_)), 2):
        a, b = all_[one], all_[two]
        if not are_strangers(a, b):
            continue
        kinship = relate(a.print, b.print, None)
        told[kinship.relation] += 1
        for how, value, count in highest(made[one], made[two], least_spread=192):
            tops[how].append(value)
            if value > ALARMING:
                alike.append((value, how, a.name, b.name))
            compared += count
        if kinship.related:
            alarms.append({"a": a.name, "b": b.name, "told": kinship.relation.value, "sureness": kinship.sureness.value,
                           "share": (kinship.share_a, kinship.share_b), "why": kinship.why})  # fmt: skip
    report(told, tops, alarms, compared)
    for value, how, one_name, other_name in sorted(alike, reverse=True)[:MOST_NAMED]:
        print(f"- {value:.3f} {how}: {one_name} ~ {other_name}")
    print(
        f"{len(alike)} pairs have a tensor that is alike by more than {ALARMING}; {time.process_time() - began:.0f} s of CPU"
    )
    if options.json:
        options.json.write_text("".join(json.dumps(alarm) + "\n" for alarm in alarms))


def report(
    told: Counter[Relation], tops: dict[str, list[float]], alarms: list[dict[str, object]], compared: int
) -> None:
    total = sum(told.values())
    print(f"\n{total:,} pairs of strangers, {compared:,} pairs of their sketches; called kin: {len(alarms)}")
    for relation, count in told.most_common():
        print(f"- {relation.value}: {count:,}")
    print(
        "\n| sketches of 192 and more independent numbers | pairs of models | median of the highest | 99.9 % | highest |\n|---|--:|--:|--:|--:|"
    )
    for how, values in tops.items():
        some = np.array(values)
        print(f"| {how} | {len(some):,} | {np.median(some):.3f} | {np.quantile(some, 0.999):.3f} | {some.max():.3f} |")
    for alarm in alarms[:100]:
        print(f"- KIN? {alarm['a']} ~ {alarm['b']}: {alarm['told']}, {alarm['sureness']}, {alarm['share']}")


if __name__ == "__main__":
    main()
