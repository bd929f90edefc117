"""Reads what a Caffe model (`.caffemodel`) says of its layers; never the numbers in its blobs.

Specification: src/caffe/proto/caffe.proto of Caffe 1.0, message NetParameter, in protobuf. Layers are LayerParameter
messages, V1LayerParameter before 2014, and V0LayerParameter before 2013.

What can bite: Caffe takes numbers from this file and builds the network from the text beside it, so layers that run
Python or reach for files are only mentioned. Fields of the model that Caffe does not have may hold anything.

What hilt cannot see: the parameters that other copies of Caffe add to layers, known and unknown ones alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.protobuf import BYTES, FIXED32, VARINT, Field, Known, Wire, inside, opening
from hilt.formats.reader import Head
from hilt.formats.stretches import Stretch

NET = {1: BYTES, 2: BYTES, 3: BYTES, 4: VARINT, 5: VARINT, 6: BYTES, 7: VARINT, 8: BYTES, 100: BYTES}
LAYER = {1: BYTES, 2: BYTES, 3: BYTES, 4: BYTES, 5: FIXED32, 6: BYTES, 7: BYTES, 8: BYTES, 9: BYTES, 10: VARINT}
OLD_LAYER = {1: BYTES, 2: BYTES, 3: BYTES, 4: BYTES, 5: VARINT, 6: BYTES, 7: FIXED32, 8: FIXED32}
OLD, NEW = 2, 100

_Parts = Mapping[int, tuple[str, Mapping[int, str]]]
_DATA = ("data_param", {1: "source", 3: "mean_file"})
_HDF5_DATA = ("hdf5_data_param", {1: "source"})
_HDF5_OUTPUT = ("hdf5_output_param", {1: "file_name"})
_IMAGES = ("image_data_param", {1: "source", 3: "mean_file", 12: "root_folder"})
_INFOGAIN = ("infogain_loss_param", {1: "source"})
_WINDOWS = ("window_data_param", {1: "source", 3: "mean_file", 13: "root_folder"})
_TRANSFORM = ("transform_param", {4: "mean_file"})
_PYTHON = ("python_param", {1: "module", 2: "layer"})
PARTS: Mapping[int, _Parts] = {
    NEW: {
        100: _TRANSFORM, 107: _DATA, 112: _HDF5_DATA, 113: _HDF5_OUTPUT, 115: _IMAGES, 116: _INFOGAIN, 129: _WINDOWS,
        130: _PYTHON,
    },
    OLD: {
        1: ("layer", {16: "source", 18: "mean_file"}), 11: _DATA, 13: _HDF5_DATA, 14: _HDF5_OUTPUT, 15: _IMAGES,
        16: _INFOGAIN, 20: _WINDOWS, 36: _TRANSFORM,
    },
}  # fmt: skip
"""The parts of a layer that name code or files, by the number of the layer's own field."""
SETTINGS = frozenset(
    (part, name) for parts in PARTS.values() for part, names in parts.values() for name in names.values()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Something that a layer, or a solver, says of code or files: `python_param`, `module`, and what stands there."""

    part: str
    name: str
    value: str
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer. Layers of V1 have a number for their type."""

    name: str
    type: str
    settings: tuple[Setting, ...]
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Caffe:
    """A model: its layers in order, and what a solver says. `parameters` counts the numbers in the blobs."""

    name: str
    layers: tuple[Layer, ...]
    solver: tuple[Setting, ...]
    parameters: int
    unowned: tuple[Stretch, ...]
    """Fields of the model that the specification does not have. Those of layers are the parameters of other Caffes."""


def probe(head: Head) -> bool:
    opened = opening(head, NET)
    if opened is None:
        return False
    wire, net = opened
    try:
        if NEW in net:
            layer = inside(wire, net[NEW], LAYER)
            return layer is not None and {1, 2} <= layer.keys() and wire.text(layer[2]).isidentifier()
        layer = inside(wire, net[OLD], OLD_LAYER) if OLD in net else None
        if layer is None or 1 not in layer:
            return layer is not None and {4, 5} <= layer.keys() and wire.text(layer[4]).isprintable()
        oldest = inside(wire, layer[1], {1: BYTES, 2: BYTES})
        return oldest is not None and {1, 2} <= oldest.keys() and wire.text(oldest[2]).isidentifier()
    except FormatError:
        return False


def read(source: ByteSource, limits: Limits) -> Caffe:
    """The model in `source`. Raises `FormatError` where the bytes are no protobuf of that shape."""
    wire, name, layers, parameters = Wire(source, limits), "", list[Layer](), 0
    fields = Known(wire, NET, repeated=(OLD, 3, 4, 8, NEW))
    for field in fields:
        if field.number == 1:
            name = wire.text(field)
        elif field.number in PARTS:
            layer, numbers = _layer(wire, field, limits)
            layers.append(layer)
            parameters += numbers
            if len(layers) > limits.graph_items:
                raise LimitExceeded("graph_items", len(layers), limits.graph_items, offset=field.start)
    if not layers:
        raise FormatError("the model holds no layer")
    return Caffe(name=name, layers=tuple(layers), solver=(), parameters=parameters, unowned=fields.unowned)


def _layer(wire: Wire, within: Field, limits: Limits) -> tuple[Layer, int]:
    """The layer, and how many numbers its blobs hold."""
    parts, new = PARTS[within.number], within.number == NEW
    name = kind = ""
    settings, numbers = list[Setting](), 0
    for field in wire.message(within=within):
        if field.key == (1 if new else 4, BYTES):
            name = wire.text(field)
        elif field.key == ((2, BYTES) if new else (5, VARINT)):
            kind = wire.text(field) if new else str(field.value)
        elif field.key == (7 if new else 6, BYTES):
            numbers += _numbers(wire, field)
        elif field.wire == BYTES and field.number in parts:
            part, names = parts[field.number]
            for inner in wire.message(within=field):
                if inner.wire == BYTES and inner.number in names:
                    settings.append(Setting(part=part, name=names[inner.number], value=wire.text(inner)))
                    if len(settings) > limits.graph_items:
                        raise LimitExceeded("graph_items", len(settings), limits.graph_items, offset=inner.start)
    return Layer(name=name, type=kind, settings=tuple(settings)), numbers


def _numbers(wire: Wire, blob: Field) -> int:
    """The numbers of a blob, 32 or 64 bits each; they are written packed."""
    widths = {5: 4, 8: 8}
    return sum(
        (field.end - field.start) // widths[field.number]
        for field in wire.message(within=blob, numbers=False)
        if field.wire == BYTES and field.number in widths
    )
