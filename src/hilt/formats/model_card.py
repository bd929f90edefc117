"""Reads a model card: Markdown that begins with YAML front matter.

Specification: Hugging Face Hub, "Model Cards": a block of YAML between two lines of `---` at the start of the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats.reader import Head
from hilt.formats.text import encoding_of, whole

BEGINS = re.compile(rb"(\xef\xbb\xbf)?\s*---[ \t]*\r?\n")
FRONT_MATTER = re.compile(r"\s*---[ \t]*\r?\n(.*?)^---[ \t]*\r?$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """The front matter as an object, and the text behind it."""

    metadata: dict[str, Any]
    body: str


def probe(head: Head) -> bool:
    named = head.name.lower().endswith((".md", ".markdown"))
    return named and BEGINS.match(head.data) is not None and encoding_of(head.data) is not None


def read(source: ByteSource, limits: Limits) -> ModelCard:
    """The card in `source`. Raises `FormatError` where its front matter is no YAML object."""
    text = whole(source, limits)
    found = FRONT_MATTER.match(text)
    if found is None:
        return ModelCard(metadata={}, body=text)
    from hilt.formats.yaml_values import parse

    documents = parse(found[1], limits).documents
    metadata = documents[0] if documents else {}
    if metadata is None:
        metadata = {}
    if not isinstance(metadata, dict):
        raise FormatError(f"the front matter is a {type(metadata).__name__}, not an object", offset=0)
    return ModelCard(metadata={str(key): value for key, value in metadata.items()}, body=text[found.end() :])
