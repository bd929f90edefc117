"""Tensors of a model of ONNX Runtime's own format: those of the graphs that ONNX would have."""

from __future__ import annotations

from collections.abc import Iterator

from hilt.core.tensor_source import TensorSource
from hilt.formats.ort_graph import graphs
from hilt.formats.tensors import Given
from hilt.formats.tensors.onnx import of_graphs, untold_of_graphs


def tensors(given: Given) -> Iterator[TensorSource]:
    yield from of_graphs(graphs(given.source, given.limits), given)


def untold(given: Given) -> Iterator[str]:
    yield from untold_of_graphs(graphs(given.source, given.limits), given)
