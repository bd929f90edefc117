"""The weights of a repository: how many numbers of which formats each set of files holds, shards counted together."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

SHARD = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<total>\d{5})(?P<suffix>\.\w+)")
"""How writers of safetensors and GGUF name the parts of one set of weights."""

SPELLED = {
    "FLOAT": "F32", "FLOAT16": "F16", "BFLOAT16": "BF16", "DOUBLE": "F64", "INT8": "I8", "INT16": "I16", "INT32": "I32",
    "INT64": "I64", "UINT8": "U8", "UINT16": "U16", "UINT32": "U32", "UINT64": "U64", "FLOAT32": "F32", "FLOAT64": "F64",
}  # fmt: skip
"""The names that ONNX and NumPy give to number formats, in capitals, as safetensors and GGUF spell them."""
_DTYPE, _DTYPES = re.compile(r"[A-Za-z0-9_ ]{1,24}"), 64
"""What a number format may be called, and how many are told: the name may be anything that a header says."""
_OPTIMISER = re.compile(r"/optimizer(_weights)?/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The numbers in one file."""

    parameters: int
    dtypes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightSet:
    """Files that make up one set of weights; `missing` are the numbers of shards that are not there."""

    name: str
    paths: tuple[str, ...]
    missing: tuple[int, ...] = ()


def weight_sets(formats: Mapping[str, str], *, kinds: Container[str] | None = None) -> list[WeightSet]:
    """The sets of weights among these paths and their formats, those of `kinds`: unless told, of a known count of numbers."""
    wanted = PARTS if kinds is None else kinds
    shards: dict[tuple[str, int, str], dict[int, str]] = defaultdict(dict)
    sets: list[WeightSet] = []
    for path, format_id in sorted(formats.items()):
        data = format_id == "hdf5" and kinds is None and not path.endswith(".weights.h5")
        if format_id not in wanted or data:
            continue
        if match := SHARD.fullmatch(path):
            shards[match["stem"], int(match["total"]), match["suffix"]][int(match["number"])] = path
        else:
            sets.append(WeightSet(name=path, paths=(path,)))
    for (stem, total, suffix), found in shards.items():
        missing = tuple(number for number in range(1, total + 1) if number not in found)
        sets.append(WeightSet(name=f"{stem}-*{suffix}", paths=tuple(found.values()), missing=missing))
    return sets


def _part(tensors: Iterable[Any]) -> Part:
    parameters, dtypes = 0, set[str]()
    for tensor in tensors:
        parameters += tensor.parameters
        if len(dtypes) < _DTYPES and _DTYPE.fullmatch(tensor.dtype):
            dtypes.add(SPELLED.get(tensor.dtype.upper(), tensor.dtype))
    return Part(parameters=parameters, dtypes=tuple(sorted(dtypes)))


def _of_model(datasets: Iterable[Any]) -> Part:
    """The datasets of the model itself: what an optimiser remembers is no parameter."""
    return _part(dataset for dataset in datasets if not _OPTIMISER.match(dataset.path))


PARTS: Mapping[str, Callable[[Any], Part]] = {
    "safetensors": lambda value: _part(value.tensors),
    "gguf": lambda value: _part(value.tensors),
    "ggml": lambda value: _part(value.tensors),
    "ctranslate2": lambda value: _part(value.tensors),
    "onnx": lambda value: _part(value.tensors),
    "keras-h5": lambda value: _of_model(value.datasets),
    "hdf5": lambda value: _of_model(value.datasets),
    "msgpack": lambda value: _part(array for array in value.arrays if not array.name.startswith("opt_state/")),
}
"""By the id of the format, what a file of it holds."""
