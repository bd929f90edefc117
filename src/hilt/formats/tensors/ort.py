"""Tensors of a model of ONNX Runtime's own format: those of the graphs that ONNX would have."""

from __future__ import annotations

from collections.abc import Iterator

from hilt.core.tensor_source import TensorSource
from hilt.formats.ort_graph import graphs
from hilt.formats.tensors import Given
from hilt.formats.tensors.onnx import of_graphs


def weights(given: Given) -> Iterator[TensorSource | str]:
    yield from of_graphs(graphs(given.source, given.limits), given)
