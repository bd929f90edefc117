"""Builds families of models out of real ones, and measures how often hilt names what was done.

    python benchmarks/lineage_families.py --models MODELS            # what fetch_corpus.py fetched
    python benchmarks/lineage_families.py --models MODELS --only ablated --bases smollm2
    python benchmarks/lineage_families.py --models MODELS --folder FAMILIES --keep

Every case is written as files, read by hilt, compared with its base, and deleted. Real fine-tunes of SmolLM2 are taken from
`--trained` where `families/finetune.py` has put them (ft-short, ft-long, ft-sibling, ft-lora).

*Named* means that the most telling true relation is the one hilt calls so, or one of those it adds; *all named*, every one.
"""

from __future__ import annotations

import sys

sys.path.append(sys.path.pop(0))  # this folder last: the standard library has an `inspect` as well

import argparse
import json
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from families.bases import BASES, cut, trained
from families.cases import CONTAINERS, Case, ablations, compositions, singles
from families.model import Model
from families.told import Seen, cut_out, related, seen

from hilt.core.lineage import Cut, Relation

TRAINED = ("ft-short", "ft-long", "ft-sibling", "ft-lora")
KINDS = ("singles", "ablations", "compositions")
SMALL = ("minilm", "smollm2", "mpnet")
"""Bases of compositions."""


def bases(models: Path, wanted: list[str], folder: Path | None) -> dict[str, Model]:
    found: dict[str, Model] = {}
    for name in wanted:
        try:
            found[name] = BASES[name](models)
        except (OSError, StopIteration) as error:
            print(f"without {name}: {error}", file=sys.stderr)
    if folder and "smollm2" in found:
        there = [folder / name for name in TRAINED if (folder / name).is_dir()]
        found |= trained(found["smollm2"], models, there)
    if "ft-sibling" in found:
        found["smollm2:ft-sibling"] = found["ft-sibling"]
    return found


def cases(models: Mapping[str, Model], wanted: list[str], kinds: list[str], deep: int) -> Iterator[Case]:
    usable = [name for name in wanted if name in models]
    for name in usable:
        if "singles" in kinds:
            yield from singles(name, models[name].shape.family)
        if "ablations" in kinds and name != "mpnet":
            yield from ablations(name)
    small = {name: models[name].shape.family for name in usable if name in SMALL}
    if small and "compositions" in kinds:
        yield from compositions(small, deep)


def missing(case: Case, models: Mapping[str, Model]) -> bool:
    """Is something not there that the case needs?"""
    real = {"really tuned, 12 steps": "ft-short", "really tuned, 60 steps": "ft-long", "really tuned, 20 steps": "ft-sibling",
            "really trained lora 16": "ft-lora"}  # fmt: skip
    return any(change.name in real and real[change.name] not in models for change in case.changes)


def measured(case: Case, base: Seen, folder: Path, models: Mapping[str, Model]) -> dict[str, object]:
    """One row: what is true, what was told, and what it took."""
    shutil.rmtree(folder, ignore_errors=True)
    case.write(folder, models)
    row: dict[str, object] = {
        "case": case.name,
        "base": case.base,
        "depth": depth(case),
        "container": case.container.name,
    }
    row["changes"] = [change.name for change in case.changes]
    truth = case.truth
    try:
        copy = seen(folder)
        kinship = related(base, copy)
    except LookupError as error:
        return row | {"named": False, "all": False, "told": str(error), "related": False, "true": ""}
    told = {kinship.relation, *kinship.also}
    row |= {
        "told": " + ".join(one.value for one in (kinship.relation, *kinship.also)), "sureness": kinship.sureness.value,
        "true": " & ".join("|".join(sorted(one.value for one in some)) if len(some) < 5 else "any" for some in truth.told),
        "named": bool(told & truth.told[0]), "all": all(told & some for some in truth.told), "related": kinship.related,
        "should": truth.related, "share": (round(kinship.share_a, 3), round(kinship.share_b, 3)),
        "distance": kinship.distance, "rank": kinship.rank, "seconds": copy.seconds, "untold": kinship.untold, "why": kinship.why,
    }  # fmt: skip
    ablation = cut_out(base, copy, kinship)
    row |= {
        "recipe": case.recipe.name if case.recipe else "", "against": ablation.cut.value, "hit": (ablation.hit, ablation.matrices),
        "strength": ablation.strength, "alone": copy.alone.cut.value, "gap": copy.alone.gap, "alone_hit": copy.alone.hit,
    }  # fmt: skip
    return row


def depth(case: Case) -> int:
    """How many things were done."""
    return len(case.changes) + (case.layout != "as it was") + (case.container.name != "safetensors")


def summary(rows: list[dict[str, object]]) -> None:
    groups: dict[str, list[dict[str, object]]] = defaultdict(list)
    for row in rows:
        if row.get("should") is None and row["true"]:
            groups["adversarial (undecidable)"].append(row)
        elif row.get("recipe"):
            groups["ablated"].append(row)
        else:
            groups[f"{row['depth']} deep"].append(row)
    print("\n| cases | count | related | named | all named |\n|---|--:|--:|--:|--:|")
    for name, some in sorted(groups.items()):
        counts = [sum(bool(row[key]) for row in some) for key in ("related", "named", "all")]
        print(f"| {name} | {len(some)} |", " | ".join(f"{count / len(some):.1%}" for count in counts), "|")
    print("\nMisses:")
    for row in rows:
        if not row["named"]:
            print(f"- {row['case']}: true {row['true']}; told {row['told']} {row.get('share', '')}")
    print(
        "\n| recipe | kept as | with the base | hit | strength | alone | gap | hit alone |\n|---|---|---|--:|--:|---|--:|--:|"
    )
    for row in rows:
        if row.get("recipe"):
            told = (
                row["base"],
                row["recipe"],
                row["container"],
                row["against"],
                row["hit"],
                row["strength"],
                row["alone"],
                row["gap"],
                row["alone_hit"],
            )
            print("|", " | ".join(f"{one:.3f}" if isinstance(one, float) else str(one) for one in told), "|")
    cut = (Cut.FOUND.value, Cut.SHARED_EDIT.value)
    alarms = [row for row in rows if not row.get("recipe") and (row.get("against") in cut or row.get("alone") in cut)]
    print(f"\nFalse alarms of removed directions: {len(alarms)} of {sum(not row.get('recipe') for row in rows)}")
    for row in alarms:
        print(f"- {row['case']}: with the base {row['against']} {row['hit']}, alone {row['alone']} {row['gap']}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--trained", type=Path)
    parser.add_argument("--folder", type=Path, help="where cases are written (a temporary one)")
    parser.add_argument("--bases", nargs="+", choices=list(BASES), default=list(BASES))
    parser.add_argument("--layers", type=int, help="bases are cut to their first layers, so that it takes less time")
    parser.add_argument("--words", type=int, default=8000, help="and to so many words, where --layers is given")
    parser.add_argument("--only", default="", help="cases whose names hold this")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--deep", type=int, default=200, help="compositions")
    parser.add_argument("--keep", action="store_true", help="do not measure, leave the files")
    parser.add_argument("--json", type=Path, help="all rows, one a line")
    options = parser.parse_args()
    models = bases(options.models, options.bases, options.trained)
    if options.layers:
        models = {
            name: cut(model, options.layers, options.words)._replace(name=model.name) for name, model in models.items()
        }
    rows: list[dict[str, object]] = []
    known: dict[str, Seen] = {}
    with tempfile.TemporaryDirectory(dir=options.folder) as scratch:
        for case in cases(models, options.bases, options.kinds, options.deep):
            if options.only not in case.name or missing(case, models):
                continue
            if options.keep:
                case.write((options.folder or Path(scratch)) / case.name.replace("/", "-"), models)
                continue
            if case.base not in known:
                Case(case.base, case.base, (), "as it was", CONTAINERS["safetensors"]).write(
                    Path(scratch, "base"), models
                )
                known[case.base] = seen(Path(scratch, "base"))
            began = time.process_time()
            rows.append(measured(case, known[case.base], Path(scratch, "case"), models))
            if options.json:
                with options.json.open("a") as file:
                    file.write(json.dumps(rows[-1], default=_word) + "\n")
            print(
                f"{len(rows):4} {time.process_time() - began:5.1f} s {'' if rows[-1]['named'] else 'MISSED '}{case.name}: {rows[-1]['told']}",
                flush=True,
            )
    summary(rows)


def _word(value: object) -> object:
    return value.value if isinstance(value, Relation) else str(value)


if __name__ == "__main__":
    main()
