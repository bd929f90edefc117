"""Pairs of real models of which somebody wrote down whether one's weights come from the other's.

The quick test takes pairs of everyday models where they are fetched already. `make crater` tells all of them through the verb;
those of larger models where these are there, or where HILT_CRATER_FULL asks for them.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

import hilt
from crater.corpus import CACHE, fetched, models
from workplace import SHARED

FULL = bool(os.environ.get("HILT_CRATER_FULL"))
MEANT_OTHERWISE = {
    # The list says that they share the STFT alone. All seven learned matrices have a cosine of 0.90 to 0.996 with those at
    # the same place: another checkpoint of the same training.
    ("silero-vad-6.2/silero_vad.jit", "silero-vad-6.2/silero_vad_16k.safetensors"): True,
}
"""Pairs of which the weights tell something else than the list, and what."""


class Pair(NamedTuple):
    """Paths below the folder of models, and whether they are kin."""

    a: str
    b: str
    kin: bool

    @property
    def everyday(self) -> bool:
        return {path.split("/")[0] for path in (self.a, self.b)} <= set(models())


def pairs() -> list[Pair]:
    """None where there is no list."""
    try:
        text = (SHARED / "corpus" / "pairs.tsv").read_text(encoding="utf-8")
    except OSError:
        return []
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [
        Pair(row["a"], row["b"], MEANT_OTHERWISE.get((row["a"], row["b"]), row["same_weights_lineage"] == "yes"))
        for row in rows
    ]


def name(pair: Pair) -> str:
    return f"{pair.a} ~ {pair.b}"


def quick() -> list[Pair]:
    """Not those that take seconds."""
    return [pair for pair in pairs() if pair.everyday and not pair.a.startswith("all-minilm")]


@pytest.mark.parametrize("pair", quick() or [None], ids=lambda pair: name(pair) if pair else "no pair")
def test_everyday_kin_are_found_and_strangers_are_refused(pair: Pair | None) -> None:
    folder = Path(os.environ.get("HILT_CRATER_CACHE", CACHE))
    if pair is None or not all((folder / path).exists() for path in (pair.a, pair.b)):
        pytest.skip("REAL MODELS ARE MISSING, so no pair was compared: `make crater` fetches them")
    assert hilt.diff(folder / pair.a, folder / pair.b).kinship.related is pair.kin


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("pair", pairs() or [None], ids=lambda pair: name(pair) if pair else "no pair")
def test_every_pair_of_the_list_is_told_as_it_is(pair: Pair | None) -> None:
    core = fetched()
    assert pair is not None, "there is a list of models, and none of pairs"
    larger = core.with_name(f"{core.name}-full")
    if not pair.everyday and FULL:
        larger = fetched("full")
    files = [next((root / path for root in (core, larger) if (root / path).exists()), None) for path in pair[:2]]
    if None in files:
        pytest.skip("LARGER MODELS ARE MISSING, so this pair was not compared: HILT_CRATER_FULL=1 fetches them")
    command = [str(Path(sys.executable).with_name("hilt")), "diff", "--json", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    kinship = json.loads(done.stdout)["kinship"]
    assert (kinship["relation"] not in STRANGERS) is pair.kin, kinship["why"]


STRANGERS = ("unrelated", "same architecture, trained from scratch", "cannot tell")
