"""The sets of weights of a repository that can be loaded, one beside the other: quantisations, formats, precisions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from hilt.core.errors import FormatError, SourceError
from hilt.core.patterns import lazy_pattern
from hilt.knowledge.fit.shape import MOST, Variant
from hilt.knowledge.fit.tensors import Stored, by_format, packed, read_for_each, stored
from hilt.knowledge.siblings import Files
from hilt.knowledge.weight_sets import SPELLED, WeightSet, weight_sets

MOST_VARIANTS = 200
LISTED = {
    "safetensors": ("tensors", False),
    "gguf": ("tensors", True),
    "ggml": ("tensors", True),
    "ctranslate2": ("tensors", False),
    "onnx": ("tensors", False),
    "msgpack": ("arrays", False),
}
"""Formats whose readers list tensors with their bytes: under which name, and whether the fastest dimension stands first."""
_SLOW = frozenset({"onnx", "msgpack"})
"""Formats that are read from end to end to list their tensors, which is done where a config tells what they are for."""
WHOLE = frozenset(
    """
    torch-zip torchscript torch-legacy torch-tar keras keras-h5 hdf5 ort tflite executorch tensorflow-graph coreml
    coreml-weights mnn caffe paddle-parameters tensorrt equinox mxnet-parameters torch7 fasttext word2vec dlib llamafile
    """.split()
)
"""Formats of which the bytes of the file are told: nearly all are weights."""
_BESIDE = lazy_pattern(
    r"(?:.*/)?(?:optimizer|scheduler|training_args|rng_state|scaler|trainer_state|random_states)[^/]*|.*(?:^|/)(?:checkpoint-\d+|global_step\d+)/.*",
    re.IGNORECASE,
)
"""States of a training, by their names: no engine loads them."""


class Set(NamedTuple):
    """One set of weights that can be loaded; `tensors` is empty where its reader lists none."""

    name: str
    format: str
    paths: tuple[str, ...]
    bytes: int
    tensors: tuple[Stored, ...]
    header: Any = None
    """What the reader returned of the first file."""


def sets(files: Files, *, closely: bool) -> Iterator[Set]:
    """The sets of weights that can be loaded, those left out of which a file is missing or cannot be read.

    Unless they are looked at `closely`, of formats that are slow to read the bytes of the files are told.
    """
    kinds = {
        path: kind
        for path, kind in files.formats.items()
        if (kind in LISTED or kind in WHOLE) and not _BESIDE.fullmatch(path)
    }
    sizes = {entry.path: entry.size for entry in files.subject.files}
    for held in weight_sets(kinds, kinds=LISTED.keys() | WHOLE)[:MOST_VARIANTS]:
        kind = kinds[held.paths[0]]
        if held.missing or any("!/" in path or kinds[path] != kind for path in held.paths):
            continue
        try:
            look = kind in LISTED and (closely or kind not in _SLOW)
            found = _listed(files, held, kind) if look else _whole(held, kind, sizes)
        except (FormatError, SourceError):
            continue  # that it could not be read is in the coverage
        if 0 < found.bytes <= MOST:
            yield found


def _listed(files: Files, held: WeightSet, kind: str) -> Set:
    name, reversed_shape = LISTED[kind]
    values = [files.read(path).value for path in held.paths]
    listed = (one for value in values for one in stored(getattr(value, name), reversed_shape=reversed_shape))
    tensors = tuple(one._replace(dtype=SPELLED.get(one.dtype.upper(), one.dtype)) for one in listed)
    return Set(held.name, kind, held.paths, sum(one.bytes for one in tensors), tensors, values[0])


def _whole(held: WeightSet, kind: str, sizes: Mapping[str, int]) -> Set:
    """By the bytes of its files, and of those that hold the large tensors of an ONNX file."""
    paths = [path + ending for path in held.paths for ending in ("", "_data", ".data")]
    return Set(held.name, kind, held.paths, sum(sizes.get(path, 0) for path in paths), ())


def variant(one: Set, experts: tuple[int, int] | None, *, writes: bool) -> Variant:
    """How a set is told; `experts` are how many of a mixture are chosen, and of how many. `writes`: token by token."""
    parameters = 0 if packed(one.tensors) else sum(tensor.parameters for tensor in one.tensors)
    return Variant(
        name=one.name,
        format=one.format,
        bytes=one.bytes,
        parameters=parameters if parameters <= MOST else 0,
        read=read_for_each(one.tensors, experts) if writes else 0,
        dtypes=by_format(one.tensors),
    )
