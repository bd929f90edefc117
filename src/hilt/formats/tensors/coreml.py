"""Tensors of a Core ML model: those in the layers of neural networks, and those that a program has in files beside it."""

from __future__ import annotations

from collections.abc import Iterator

from hilt.core.errors import LimitExceeded
from hilt.core.tensor_source import TensorSource
from hilt.formats.coreml import TYPES
from hilt.formats.protobuf import BYTES, Field, Wire
from hilt.formats.tensors import Given
from hilt.formats.tensors.coreml_network import network
from hilt.formats.tensors.coreml_program import program

_PIPELINES, _PIPELINE, _NETWORKS, _PROGRAM = (200, 201), 202, (303, 403, 500), 502


def weights(given: Given) -> Iterator[TensorSource | str]:
    for name, tensor in _model(given, Wire(given.source, given.limits), None, 0):
        yield name if tensor is None else tensor


def _model(given: Given, wire: Wire, within: Field | None, depth: int) -> Iterator[tuple[str, TensorSource | None]]:
    if depth >= given.limits.graph_depth:
        raise LimitExceeded("graph_depth", depth + 1, given.limits.graph_depth, offset=within.start if within else 0)
    for field in wire.message(within=within):
        if field.wire != BYTES or field.number not in TYPES:
            continue
        if field.number in _PIPELINES:
            for pipeline in (part for part in wire.message(within=field) if part.key == (1, BYTES)):
                yield from _pipeline(given, wire, pipeline, depth)
        elif field.number == _PIPELINE:
            yield from _pipeline(given, wire, field, depth)
        elif field.number in _NETWORKS:
            yield from ((tensor.name, tensor) for tensor in network(given, wire, field))
        elif field.number == _PROGRAM:
            yield from program(given, wire, field)


def _pipeline(given: Given, wire: Wire, within: Field, depth: int) -> Iterator[tuple[str, TensorSource | None]]:
    for model in (part for part in wire.message(within=within) if part.key == (1, BYTES)):
        yield from _model(given, wire, model, depth + 1)
