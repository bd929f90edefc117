"""Files that no reader can know by their bytes, and that another file of the repository describes to the last byte.

Raw weights have no header. They are known all the same where a graph or an index beside them says which bytes hold which
tensor: every byte must be claimed, but for padding of zeros.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from hilt.core.byte_source import ByteSource, MemorySource
from hilt.core.errors import FormatError, SourceError
from hilt.core.limits import KIB, Limits
from hilt.knowledge.siblings import Files, beside, leads_away, size_of
from hilt.knowledge.split_files import whole
from hilt.knowledge.zarr_arrays import METADATA, chunks

if TYPE_CHECKING:
    from hilt.formats.json import Json
    from hilt.formats.mnn import Mnn
    from hilt.formats.ncnn import Ncnn
    from hilt.formats.onnx import Onnx
    from hilt.formats.openvino_ir import OpenvinoIr
    from hilt.formats.tensorflow_variables import TensorflowVariables

Range = tuple[int, int]
Claims = Iterator[tuple[str, Range]]
"""Paths, and bytes [begin, end) of them that a tensor takes."""

PADDING = 64 * KIB
"""The largest alignment that writers use."""
_EXPORTED_TYPES = {1: (1, 2, 12, *range(29, 34)), 2: (3, 6, 13, 28), 4: (4, 7, 9, 34), 8: (5, 8, 10, 35), 16: (11,)}
EXPORTED_BYTES = {number: size for size, numbers in _EXPORTED_TYPES.items() for number in numbers}
"""Of the numbers for types in torch/_export/serde/schema.py (ScalarType)."""
_BITS = re.compile(r"(?:int|float)(\d{1,2})(?!\d)")
TFJS_BYTES = {"float32": 4, "int32": 4, "bool": 1, "complex64": 8, "float16": 2, "uint8": 1, "uint16": 2}


def companions(files: Files) -> dict[str, str]:
    """The files that others describe, each with the reason in words."""
    claims: dict[str, tuple[list[Range], str]] = {}
    for path, format_id in sorted(files.formats.items()):
        describe = KINDS.get(format_id)
        if describe is None or (format_id == "json" and not _may_describe(files, path)):
            continue
        try:
            described = list(describe(files, path, files.read(path).value))
        except (FormatError, SourceError):
            continue
        for target, claimed in described:
            claims.setdefault(target, ([], f"raw weights that {path} describes"))[0].append(claimed)
    filled = {target: reason for target, (ranges, reason) in claims.items() if _are_filled(files, target, ranges)}
    return filled | _parts(files)


def _parts(files: Files) -> dict[str, str]:
    """The parts of files that were cut, where the first stands for a whole that was read."""
    sizes = {entry.path: entry.size for entry in files.subject.entries if entry.path in files.formats}
    found: dict[str, str] = {}
    for first, parts in whole(sizes).items():
        try:
            if files.read(first).value is not None:
                found |= dict.fromkeys(parts[1:], f"part of the file that begins in {first}")
        except (FormatError, SourceError):
            continue
    return found


def _onnx(_files: Files, path: str, model: Onnx) -> Claims:
    for tensor in model.tensors:
        location, place = tensor.external.get("location", ""), tensor.external_range
        if location and not leads_away(location) and place and place[1] - place[0] == tensor.declared_bytes:
            yield beside(path, location), place


def _openvino(_files: Files, path: str, model: OpenvinoIr) -> Claims:
    for offset, size in model.constants:
        yield path.removesuffix(".xml") + ".bin", (offset, offset + size)


def _mnn(_files: Files, path: str, model: Mnn) -> Claims:
    for name, begin, end in model.external:
        if not leads_away(name):
            yield beside(path, name) if name else f"{path}.weight", (begin, end)


def _ncnn(files: Files, path: str, model: Ncnn) -> Claims:
    from hilt.formats.ncnn_layers import weights_of

    target = path.removesuffix(".bin").removesuffix(".param") + ".bin"
    if target in files.formats and not model.of_pnnx:
        for stored in weights_of(model.layers, files.read(target).source):
            yield target, (stored.begin, stored.end)


def _tensorflow(_files: Files, path: str, index: TensorflowVariables) -> Claims:
    for variable in index.variables:
        shard = f".data-{variable.shard:05d}-of-{index.shards:05d}"
        yield path.removesuffix(".index") + shard, (variable.begin, variable.end)


def _json(files: Files, path: str, document: Json) -> Claims:
    if path.endswith(METADATA):
        return chunks(files, path, document.value)
    if path.endswith(SHARDED):
        return _shards(path, document.value)
    return (_exported if path.endswith(EXPORTED) else _tfjs)(files, path, document)


def _shards(path: str, index: Any) -> Claims:
    """The shards of MLC's and TVM's weights, and the bytes of each that a tensor takes."""
    for shard in index.get("records", ()) if isinstance(index, dict) else ():
        match shard:
            case {"dataPath": str(name), "format": "raw-shard", "records": [*tensors]} if not leads_away(name):
                for tensor in tensors:
                    match tensor:
                        case {"byteOffset": int(begin), "nbytes": int(size)} if begin >= 0 and size == _stored(tensor):
                            yield beside(path, name), (begin, begin + size)


def _stored(tensor: dict[str, Any]) -> int | None:
    """The bytes that a tensor of such a shape takes."""
    bits = _BITS.search(str(tensor.get("dtype")))
    shape = tensor.get("shape")
    if bits is None or not isinstance(shape, list) or not all(type(n) is int and n >= 0 for n in shape):
        return None
    return prod(shape) * int(bits[1]) // (16 if tensor.get("format") == "f32-to-bf16" else 8)


def _exported(files: Files, path: str, document: Json) -> Claims:
    """The weights and constants that torch.export writes: a file for each storage, which tensors are views of."""
    tensors = document.value.get("config") if isinstance(document.value, dict) else None
    for tensor in tensors.values() if isinstance(tensors, dict) else ():
        match tensor:
            case {
                "path_name": str(name),
                "use_pickle": False,
                "tensor_meta": {"dtype": int(dtype), "sizes": [*sizes], "strides": [*strides], "storage_offset": first},
            } if dtype in EXPORTED_BYTES and not leads_away(name):
                offset, shape, steps = _integers([first]), _integers(sizes), _integers(strides)
                if offset and len(sizes) <= files.limits.graph_tensor_rank and _is_dense(shape, steps):
                    begin, size = offset[0], EXPORTED_BYTES[dtype]
                    yield beside(path, name), (begin * size, (begin + prod(shape)) * size)


def _integers(values: Sequence[Any]) -> list[int]:
    """The numbers that torch.export wraps; sizes that are symbols have none."""
    numbers = [value.get("as_int") for value in values if isinstance(value, dict)]
    return [number for number in numbers if type(number) is int and number >= 0]


def _is_dense(shape: Sequence[int], strides: Sequence[int]) -> bool:
    """Does a view of a storage, transposed or not, leave no element out?"""
    expected = 1
    for step, size in sorted(zip(strides, shape, strict=False)):
        if size != 1 and step != expected:
            return False
        expected *= size
    return len(shape) == len(strides)


def _tfjs(files: Files, path: str, document: Json) -> Claims:
    """The shards of a TensorFlow.js model, named in its description or, in older ones, in a manifest of their own."""
    groups = document.value.get("weightsManifest") if isinstance(document.value, dict) else document.value
    for group in groups if isinstance(groups, list) else ():
        match group:
            case {"paths": [*names], "weights": [*entries]} if all(type(name) is str for name in names):
                weights = [weight for entry in entries if (weight := _weight(entry, files.limits))]
                if len(weights) == len(entries):
                    yield from _group(files, path, names, weights)


def _weight(entry: Any, limits: Limits) -> tuple[str, Sequence[int]] | None:
    """The stored type and the shape of one entry of a manifest; None where it has none."""
    match entry:
        case {"shape": [*shape], "dtype": str(dtype)} if len(shape) <= limits.graph_tensor_rank and all(
            type(n) is int and n >= 0 for n in shape
        ):
            quantised = entry.get("quantization")
            return str(quantised.get("dtype", dtype)) if isinstance(quantised, dict) else dtype, shape
    return None


def _group(files: Files, path: str, names: Sequence[str], weights: Sequence[tuple[str, Sequence[int]]]) -> Claims:
    """The files of a group, where its tensors, one behind the other, fill them."""
    targets = [beside(path, name) for name in names if not leads_away(name)]
    sizes = [size_of(files, target) or 0 for target in targets]
    # Texts carry their lengths in the data, which is followed where it is one file.
    texts = files.read(targets[0]).source if len(targets) == 1 and sizes[0] else MemorySource(b"")
    position, left = 0, files.limits.graph_items
    for dtype, shape in weights:
        if len(shape) > files.limits.graph_tensor_rank:
            return
        count = prod(shape)
        if dtype == "string" and count <= left:
            left -= count + 1
            for _ in range(count):
                position += 4 + int.from_bytes(texts.read(position, 4), "little")
        elif dtype in TFJS_BYTES:
            position += count * TFJS_BYTES[dtype]
        else:
            return
    if position == sum(sizes):
        yield from ((target, (0, size)) for target, size in zip(targets, sizes, strict=True))


SHARDED = ("ndarray-cache.json", "tensor-cache.json", "ndarray-cache-b16.json")
EXPORTED = ("_weights_config.json", "_constants_config.json")


def _may_describe(files: Files, path: str) -> bool:
    """Does the JSON file bear a usual name, or stand beside a file of its own name that ends in .bin?"""
    name = path.rpartition("/")[2]
    usual = name in ("model.json", *METADATA) or "weights_manifest" in name or name.endswith(EXPORTED + SHARDED)
    return usual or path.removesuffix(".json") + ".bin" in files.formats


KINDS: Mapping[str, Callable[[Files, str, Any], Claims]] = {
    "onnx": _onnx,
    "openvino-ir": _openvino,
    "ncnn": _ncnn,
    "mnn": _mnn,
    "tensorflow-variables": _tensorflow,
    "json": _json,
}
"""What describes other files: the id of its format, and how its claims are found."""


def _are_filled(files: Files, path: str, ranges: Iterable[Range]) -> bool:
    """Do the ranges claim every byte of the file but for padding?"""
    if path not in files.formats:
        return False
    try:
        source = files.read(path).source
        position = 0
        for begin, end in sorted({*ranges, (source.size, source.size)}):
            if end > source.size or (begin > position and not _is_padding(source, position, begin)):
                return False
            position = max(position, end)
    except (FormatError, SourceError):
        return False
    return True


def _is_padding(source: ByteSource, begin: int, end: int) -> bool:
    return end - begin < PADDING and not any(source.read(begin, end - begin))
