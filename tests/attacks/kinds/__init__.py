"""Every kind of attack that is no pickle, as one list: what it does, how it is built, who must find it and in which words.

To add one: a line in the list of the family it belongs to (or a new module beside them, with a tuple of `Kind`s and a
dictionary `HONEST`, named in the two lists below); `other_formats` takes those of formats that have few. Where no honest repository is like it yet, add one to `HONEST`.
tests/attacks/test_kinds.py checks each, and benchmarks/recall.py gives them to other scanners. Nothing of it is loaded.
"""

from __future__ import annotations

from collections.abc import Callable

from attacks.kinds import archive_files, graph_models, keras_models, other_formats, repositories, weights
from attacks.kinds.kind import Content, Files, Kind, Link, Pipe, written

__all__ = ["HONEST", "KINDS", "Content", "Files", "Kind", "Link", "Pipe", "written"]

KINDS: tuple[Kind, ...] = (
    *weights.SAFETENSORS,
    *weights.GGUF,
    *weights.HDF5,
    *keras_models.KERAS,
    *graph_models.ONNX,
    *graph_models.TENSORFLOW,
    *graph_models.OTHERS,
    *archive_files.ESCAPES,
    *archive_files.TWO_READINGS,
    *archive_files.POLYGLOTS,
    *repositories.TEMPLATES,
    *repositories.CODE,
    *repositories.SURROUNDINGS,
    *other_formats.KINDS,
)

HONEST: dict[str, Callable[[], Files]] = {
    **weights.HONEST,
    **keras_models.HONEST,
    **graph_models.HONEST,
    **archive_files.HONEST,
    **repositories.HONEST,
    **other_formats.HONEST,
}
"""Honest repositories, by name: of the same formats, with ordinary content."""
