"""Tensors of a TensorFlow checkpoint, as a SavedModel has one: the index says where in its data files they lie.

Specification: tensor_bundle.proto and trackable_object_graph.proto of TensorFlow 2.20. Newer checkpoints call variables
by their place among the objects; the names that layers gave them stand in a tensor of text of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from hilt.core.byte_source import ByteSource, MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.tensor_source import TensorSource
from hilt.formats.protobuf import BYTES, Wire
from hilt.formats.tensorflow_variables import TensorflowVariables, Variable
from hilt.formats.tensors import Given
from hilt.formats.tensors.layouts.dense import Dense
from hilt.formats.tensors.layouts.numbers import SIZES
from hilt.formats.tensors.orientation.keras_names import is_of_optimiser, named
from hilt.formats.tensors.tensorflow_nodes import FLOATS

_OBJECTS = "_CHECKPOINTABLE_OBJECT_GRAPH"
_ENDING = "/.ATTRIBUTES/VARIABLE_VALUE"


def weights(given: Given) -> Iterator[TensorSource]:
    value: TensorflowVariables = given.value
    shards: dict[int, ByteSource] = {}

    def shard(variable: Variable) -> ByteSource:
        if variable.shard not in shards:
            path = f"{given.path.removesuffix('.index')}.data-{variable.shard:05d}-of-{value.shards:05d}"
            shards[variable.shard] = given.beside(path)
        return shards[variable.shard]

    names: dict[str, str] = {}
    for variable in value.variables:
        if variable.name == _OBJECTS:
            names = _names(given, shard(variable), variable)
    for variable in sorted(value.variables, key=lambda variable: (variable.shard, variable.begin)):
        full, dtype = names.get(variable.name, variable.name), FLOATS.get(variable.dtype)
        if dtype is None or not 0 < len(variable.shape) <= given.limits.graph_tensor_rank:
            continue
        if is_of_optimiser(variable.name) or is_of_optimiser(full):
            continue
        needed = prod(variable.shape) * SIZES[dtype]
        if needed <= 0 or needed != variable.end - variable.begin or min(variable.shape) < 0:
            continue
        source, name = shard(variable), variable.name.removesuffix(_ENDING)
        if variable.end > source.size:
            raise FormatError(f"variable {name!r} reaches past the end of its data file", offset=source.size)
        stored = Dense(name=name, dtype=dtype, shape=variable.shape, source=source, begin=variable.begin)
        yield named(stored, full.removesuffix(_ENDING))


def _names(given: Given, source: ByteSource, variable: Variable) -> dict[str, str]:
    """By the key in the checkpoint, the name that a variable had when it was made."""
    length = variable.end - variable.begin
    if length > given.limits.graph_text_bytes:
        raise LimitExceeded("graph_text_bytes", length, given.limits.graph_text_bytes, offset=variable.begin)
    text = source.read(variable.begin, length)
    head = next((at + 5 for at, byte in enumerate(text[:10]) if byte < 0x80), length)  # its length, a checksum
    wire = Wire(MemorySource(text[head:]), given.limits)
    names: dict[str, str] = {}
    for node in wire.message():
        for part in wire.message(within=node) if node.key == (1, BYTES) else ():
            if part.key == (2, BYTES):
                texts = {field.number: field for field in wire.message(within=part) if field.wire == BYTES}
                if 2 in texts and 3 in texts and texts[2].end > texts[2].start:
                    names[wire.text(texts[3])] = wire.text(texts[2])
    return names
