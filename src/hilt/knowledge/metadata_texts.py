"""The texts by which files of weights describe themselves, whatever their format."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

DESCRIBED = ("safetensors", "gguf", "onnx")
"""Formats with a table of names and texts in front of the weights."""


def metadata_texts(format_id: str, value: Any) -> Iterator[tuple[str, str]]:
    """The (name, text) pairs of a file of one of these formats; chat templates have checks of their own."""
    if format_id == "gguf":
        templates = {template.name for template in value.templates}
        for entry in value.key_values:
            if isinstance(entry.value, str) and entry.key not in templates:
                yield entry.key, entry.value
    else:
        yield from value.metadata.items()
