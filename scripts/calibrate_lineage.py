"""Measures again what the thresholds in knowledge/lineage/calibration.toml rest on, with whatever models are at hand.

    python scripts/calibrate_lineage.py MODELS...             # folders with a folder for each model; prints a table
    python scripts/calibrate_lineage.py MODELS... --write     # and keeps it in calibration.toml, below [measured]

Thresholds are decided by people: this tells on which side of them strangers, relatives, unmodified and cut models came to
lie, how many of them there were, and when. It ends with 1 where one lies on the wrong side. Models of one folder are taken for
relatives of each other, those of different folders for strangers, but for the families in benchmarks/families/strangers.py.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))

import argparse
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import combinations
from typing import NamedTuple

import numpy as np
from families.ablation import Recipe, without
from families.blocks import encoded
from families.model import Array, rounded
from families.similar import stacks
from families.strangers import Stranger, are_strangers, of_folder
from families.weights import sets

from hilt.core.errors import FormatError, SourceError
from hilt.core.lineage import Cut
from hilt.core.tensor_source import TensorSource
from hilt.formats.tensors.layouts.dense import Held
from hilt.knowledge.lineage.bits import floating
from hilt.knowledge.lineage.calibration import table
from hilt.knowledge.lineage.change import difference
from hilt.knowledge.lineage.closer import model_sketch
from hilt.knowledge.lineage.fingerprint import tensor_print
from hilt.knowledge.lineage.matrix import matrix_shape
from hilt.knowledge.lineage.prints import How
from hilt.knowledge.lineage.safeguards import against, alone
from hilt.knowledge.lineage.slabs import slabs
from hilt.knowledge.lineage.writers import writer

ROOT = Path(__file__).parents[1]
FILE = ROOT / "src" / "hilt" / "knowledge" / "lineage" / "calibration.toml"
MARK = "# Measured by scripts/calibrate_lineage.py; what stands below is written anew each time.\n"
KINDS = {"Q8_0": 8, "Q6_K": 6, "Q5_K": 5, "Q4_K": 4, "Q4_0": 4, "Q4_1": 4, "Q2_K": 2}
BLOCK, MATRICES = 64, 12
"""Rows of a matrix that are quantised, and matrices of each model."""
LEAST = 12
"""Matrices that write to a residual stream, for a model to be searched for removed directions."""
SMALLEST = 1e-6
"""Matrices whose numbers are all smaller say nothing of formats whose scales have 16 bits."""
STRENGTHS = (0.3, 0.5, 0.7, 1.0)


class Figure(NamedTuple):
    """A threshold, and what was measured on either side of it: all of `below` must be less, all of `above` more."""

    name: str
    threshold: float
    below: float | None
    above: float | None
    of: str

    @property
    def holds(self) -> bool:
        return (self.below is None or self.below < self.threshold) and (
            self.above is None or self.above >= self.threshold
        )


def strangers(roots: Sequence[Path]) -> Iterator[Figure]:
    """How alike tensors of different origin are."""
    found = [one for root in roots for one in of_folder(root)]
    made = [stacks(one.print) for one in found]
    highest = {How.WHOLE: 0.0, How.GRAM: 0.0}
    pairs = compared = 0
    for one, two in combinations(range(len(found)), 2):
        if not are_strangers(found[one], found[two]):
            continue
        pairs += 1
        for how, known in highest.items():
            if how in made[one] and how in made[two]:
                a, b = made[one][how], made[two][how]
                cosines = a.numbers @ b.numbers.T
                if how is How.WHOLE:  # as many spreads of chance as `sigmas` counts
                    cosines = cosines * np.sqrt(np.minimum(256, np.minimum.outer(a.spreads, b.spreads)))
                compared += cosines.size
                highest[how] = max(known, float(cosines.max()))
    of = f"{len(found)} sets of weights, {pairs} pairs, {compared} comparisons"
    yield Figure("relate.sigmas", table("relate")["sigmas"], highest[How.WHOLE], relatives(found), of)
    yield Figure("relate.gram", table("relate")["gram"], highest[How.GRAM], None, of)


def relatives(found: Sequence[Stranger]) -> float | None:
    """The lowest that any tensor of 256 independent numbers comes to after 30 % noise, in `sigmas`."""
    chance = np.random.default_rng(3)
    lowest = None
    for one in found:
        for stack in [made for how, made in stacks(one.print).items() if how is How.WHOLE]:
            wide = stack.numbers[stack.spreads >= 256]
            if len(wide):
                noisy = wide + chance.standard_normal(wide.shape, dtype=np.float32) * np.float32(0.3 / 16)
                cosines = np.sum(wide * noisy, axis=1) / np.linalg.norm(noisy, axis=1) * 16
                lowest = min(lowest or 99.0, float(cosines.min()))
    return lowest


def matrices(path: Path) -> list[Array]:
    """The first rows of some matrices of a model that was never quantised."""
    with sets(path) as found:
        fitting = [
            tensor for tensors in found.values() for tensor in tensors
            if len(tensor.shape) == 2 and min(tensor.shape) >= BLOCK and tensor.shape[0] < 8192 and floating(tensor.dtype)
        ][:MATRICES]  # fmt: skip
        kept = []
        for tensor in fitting:
            made = tensor_print(tensor)
            block = tensor.rows(0, BLOCK)[:, : tensor.shape[1] // 32 * 32]
            if made is not None and not made.grid and made.zeros < 0.01 and np.abs(block).max() > SMALLEST:
                kept.append(block)
        return kept


def quantising(models: Sequence[Path]) -> Iterator[Figure]:
    """What formats change, by the bits of a number."""
    changes: dict[int, list[float]] = defaultdict(list)
    rounding: list[float] = []
    count = 0
    for path in models:
        some = _readable(matrices, path) or []
        count += bool(some)
        for array in some:
            for kind, bits in KINDS.items():
                changes[bits].append(_changed(array, _unpacked(array, kind)))
            changes[8].append(_changed(array, _int8(array)))
            rounding.append(_changed(array, rounded(array, "BF16")))
    of = f"{count} models, {len(rounding)} matrices; 95 % of them"
    for bits, values in sorted(changes.items()):
        yield Figure(f"relate.quantised.{bits}", table("relate")["quantised"][str(bits)], usually(values), None, of)
    yield Figure("relate.bfloat16", table("relate")["bfloat16"], usually(rounding), None, of)


def usually(values: Sequence[float]) -> float | None:
    """What 95 % of them are below: where rows have large means, rounding changes what is left without these by more."""
    return float(np.quantile(values, 0.95)) if values else None


def _changed(before: Array, after: Array) -> float:
    a, b = (tensor_print(Held(name="x", dtype="F32", values=array)) for array in (before, after))
    if a is None or b is None or not a.sketches or not b.sketches:
        return 0.0
    return difference(a.sketches[0], b.sketches[0])


def _unpacked(array: Array, kind: str) -> Array:
    import gguf

    data, used = encoded(array, kind)
    return gguf.dequantize(data, gguf.GGMLQuantizationType[used])


def _int8(array: Array) -> Array:
    step = np.abs(array).max(axis=1, keepdims=True) / 127
    return np.rint(array / np.where(step > 0, step, 1)) * step


def directions(models: Sequence[Path]) -> Iterator[Figure]:
    """Removed directions with the base and without it, and what is told of models that nobody cut.

    With the base: the smallest share of matrices that were hit. Without: the share of models that were found, and the gaps.
    """
    hits: dict[float, list[float]] = defaultdict(list)
    found: dict[float, list[bool]] = defaultdict(list)
    gaps: dict[float, list[float]] = defaultdict(list)
    names: list[str] = []
    known: set[bytes] = set()
    for path in models:
        before = _readable(_writers, path) or {}
        first = next(iter(before.values())).tobytes() if len(before) >= LEAST else b""
        if not first or first in known:
            continue
        known.add(first)
        names.append(path.name)
        chance = np.random.default_rng(5)
        base = model_sketch(_held(before))
        direction = chance.standard_normal(len(next(iter(before.values()))))
        direction = (direction / np.linalg.norm(direction)).astype(np.float32)
        for strength in (0.0, *STRENGTHS):
            after = {key: without(array, direction, Recipe("", strength)) for key, array in before.items()}
            told = alone(slabs(_held(after)))
            found[strength].append(told.cut is Cut.FOUND)
            gaps[strength].append(1.0 if told.gap is None else told.gap)
            noisy = {
                key: array * (1 + 0.1 * chance.standard_normal(array.shape, dtype=np.float32))
                for key, array in after.items()
            }
            hits[strength].append(_hit(base, noisy))
    of = f"{len(names)} language models: {', '.join(names)}"
    for strength in STRENGTHS if names else ():
        yield Figure(
            f"with the base, strength {strength:g}: matrices hit", 0.5, max(hits[0.0]), min(hits[strength]), of
        )
    for strength in (0.7, 1.0) if names else ():
        gap = (
            f"gaps {min(gaps[0.0]):.3g} and more where nothing was cut, {max(gaps[strength]):.3g} and less where it was"
        )
        of_both = f"{gap}; {of}"
        yield Figure(
            f"without, strength {strength:g}: models found",
            0.5,
            float(np.mean(found[0.0])),
            float(np.mean(found[strength])),
            of_both,
        )


def _writers(path: Path) -> dict[str, Array]:
    """The matrices of layers that write to the residual stream, all of one width, whole."""
    with sets(path) as found:
        tensors = [tensor for some in found.values() for tensor in some if _in_layers(tensor)]
        widths = [matrix_shape(tensor.shape)[0] for tensor in tensors]
        usual = max(set(widths), key=widths.count, default=0)
        return {
            tensor.name: tensor.rows(0, tensor.shape[0]) for tensor in tensors if matrix_shape(tensor.shape)[0] == usual
        }


def _in_layers(tensor: TensorSource) -> bool:
    role = writer(tensor.name)
    return role is not None and role.layer >= 0 and len(tensor.shape) == 2


def _held(arrays: dict[str, Array]) -> list[TensorSource]:
    return [Held(name=name, dtype="F32", values=array) for name, array in arrays.items()]


def _hit(base: object, arrays: dict[str, Array]) -> float:
    told = against(base, model_sketch(_held(arrays)))  # type: ignore[arg-type]
    return told.hit / max(1, told.matrices) if told.cut is Cut.FOUND else 0.0


def _readable(read: object, path: Path) -> object:
    try:
        return read(path)  # type: ignore[operator]
    except (FormatError, SourceError) as error:
        print(f"without {path}: {error}", file=sys.stderr)
        return None


def kept(figures: Sequence[Figure]) -> str:
    """As TOML."""
    lines = [MARK, "[measured]", f'on = "{datetime.now(tz=UTC):%Y-%m-%d}"']
    for figure in figures:
        sides = [
            f"{side} = {value:.4g}"
            for side, value in (("below", figure.below), ("above", figure.above))
            if value is not None
        ]
        lines.append(f'"{figure.name}" = {{ {", ".join([*sides, f"""of = "{figure.of}" """.strip()])} }}')
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", type=Path)
    parser.add_argument("--write", action="store_true", help="keep what was measured in calibration.toml")
    options = parser.parse_args()
    folders = [one for root in options.models for one in sorted(root.iterdir()) if one.is_dir()]
    figures = [*strangers(options.models), *quantising(folders), *directions(folders)]
    print("| threshold | is | must be below | must be above | | measured on |\n|---|--:|--:|--:|---|---|")
    for figure in figures:
        sides = ["" if value is None else f"{value:.4g}" for value in (figure.below, figure.above)]
        print(
            f"| {figure.name} | {figure.threshold:g} | {sides[0]} | {sides[1]} | {'holds' if figure.holds else 'DOES NOT HOLD'} | {figure.of} |"
        )
    if options.write:
        text = FILE.read_text(encoding="utf-8").split(MARK)[0].rstrip("\n") + "\n\n" + kept(figures)
        tomllib.loads(text)
        FILE.write_text(text, encoding="utf-8")
    sys.exit(not all(figure.holds for figure in figures))


if __name__ == "__main__":
    main()
