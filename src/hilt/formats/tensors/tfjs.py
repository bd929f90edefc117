"""Tensors of a TensorFlow.js model: the shards of weights that its JSON lists, one behind the other.

Source: TensorFlow.js 4, tfjs-core/src/io/types.ts and io_utils.ts (decodeWeights). Quantised weights are whole numbers
times a scale, and a smallest value more. Graph models say by their nodes which way round a kernel lies, others by names.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import prod
from posixpath import join, normpath
from typing import Any

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.tensor_source import TensorSource
from hilt.formats.json import Json
from hilt.formats.tensors import Given
from hilt.formats.tensors.layouts.dense import Dense
from hilt.formats.tensors.layouts.numbers import SIZES
from hilt.formats.tensors.layouts.scaled import Scaled
from hilt.formats.tensors.orientation.keras_names import is_of_optimiser, named
from hilt.formats.tensors.tensorflow_nodes import Node, used, uses

_DTYPES = {"float32": "F32", "float16": "F16", "uint8": "U8", "uint16": "U16", "int32": "I32", "bool": "BOOL"}
_MOST = 1e38
"""No scale of 32-bit floats is larger."""
_SIZES = {"complex64": 8} | {name: SIZES[dtype] for name, dtype in _DTYPES.items()}


def weights(given: Given) -> Iterator[TensorSource]:
    document: Json = given.value
    model = document.value
    groups = model.get("weightsManifest") if isinstance(model, dict) else model
    if not isinstance(groups, list):
        return
    nodes = _nodes(model) if isinstance(model, dict) else None
    taken = uses(nodes) if nodes else {}
    for group in groups:
        match group:
            case {"paths": [*paths], "weights": [*weights]} if all(isinstance(path, str) for path in paths):
                for stored in _group(given, paths, weights):
                    if not is_of_optimiser(stored.name):
                        yield used(stored, taken.get(stored.name)) if nodes else named(stored, stored.name)


def _nodes(model: dict[str, Any]) -> list[Node] | None:
    """The nodes of a graph model; None where it is one of layers."""
    match model.get("modelTopology"):
        case {"node": [*entries], **rest}:
            found = list(entries)
            match rest.get("library"):
                case {"function": [*functions]}:
                    for function in functions:
                        inner = function.get("nodeDef") if isinstance(function, dict) else None
                        found.extend(inner if isinstance(inner, list) else ())
            return [node for entry in found if (node := _node(entry)) is not None]
    return None


def _node(entry: Any) -> Node | None:
    match entry:
        case {"name": str(name), "op": str(operator), **rest}:
            inputs, attributes = rest.get("input"), rest.get("attr")
            texts = tuple(text for text in inputs if isinstance(text, str)) if isinstance(inputs, list) else ()
            known = attributes if isinstance(attributes, dict) else {}
            transposed = any(known.get(key) == {"b": True} for key in ("transpose_b", "transposeB", "adj_y"))
            return Node(name, operator, texts, transposed)
    return None


def _group(given: Given, paths: Sequence[str], weights: Sequence[Any]) -> Iterator[TensorSource]:
    source = _Joined([given.beside(_path(given, path)) for path in paths])
    position, texts = 0, 0
    for weight in weights:
        match weight:
            case {"name": str(name), "shape": [*shape], "dtype": str(dtype)} if _is_shape(shape, given):
                quantised = weight.get("quantization")
            case _:
                raise FormatError(f"an entry of the weights has no name, shape and dtype: {str(weight)[:120]}")
        if dtype == "string":
            texts += prod(shape)
            if texts > given.limits.graph_items:
                raise LimitExceeded("graph_items", texts, given.limits.graph_items)
            for _ in range(prod(shape)):
                position += 4 + int.from_bytes(source.read(position, 4), "little")
            continue
        packed = str(quantised.get("dtype")) if isinstance(quantised, dict) else dtype
        if packed not in _SIZES:
            raise FormatError(f"weight {name!r} is of type {packed!r}, whose size is not known")
        begin, position = position, position + prod(shape) * _SIZES[packed]
        if position > source.size:
            raise FormatError(f"weight {name!r} reaches past the {source.size} bytes of its shards", offset=begin)
        if dtype in ("float32", "float16") and shape and prod(shape):
            stored = Dense(name=name, dtype=_DTYPES[packed], shape=tuple(shape), source=source, begin=begin)
            yield _unpacked(stored, quantised) if isinstance(quantised, dict) else stored


def _unpacked(stored: Dense, quantised: dict[str, Any]) -> TensorSource:
    match quantised:
        case {"scale": int() | float() as scale, "min": int() | float() as least} if (
            max(abs(scale), abs(least)) < _MOST
        ):
            return Scaled(stored=stored, scale=float(scale), offset=float(least))
    return stored


def _is_shape(shape: Sequence[Any], given: Given) -> bool:
    return len(shape) <= given.limits.graph_tensor_rank and all(type(n) is int and n >= 0 for n in shape)


def _path(given: Given, name: str) -> str:
    path = normpath(join(given.folder, name.replace("\\", "/")))
    if path.startswith(("/", "..")):
        raise FormatError(f"weights lie in {name!r}, outside of the folder of the model")
    return path


@dataclass(frozen=True, slots=True)
class _Joined:
    """Shards as one source."""

    shards: Sequence[ByteSource]

    @property
    def size(self) -> int:
        return sum(shard.size for shard in self.shards)

    def read(self, offset: int, n: int) -> bytes:
        if offset < 0 or n <= 0:
            return b""
        begins = [0, *accumulate(shard.size for shard in self.shards)]
        parts: list[bytes] = []
        for index in range(bisect_right(begins, offset) - 1, len(self.shards)):
            part = self.shards[index].read(offset - begins[index], min(n, begins[index + 1] - offset))
            parts.append(part)
            offset, n = offset + len(part), n - len(part)
            if n <= 0 or offset != begins[index + 1]:
                break
        return parts[0] if len(parts) == 1 else b"".join(parts)
