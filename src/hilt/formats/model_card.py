"""Reads a model card: Markdown that begins with YAML front matter.

Specification: Hugging Face Hub, "Model Cards": a block of YAML between two lines of `---` at the start of the file.

What can bite: no loader runs it, but people do: commands and code in it are copied into a shell. Its front matter is
YAML and says what the model claims to be.

What hilt cannot see: instructions in pictures and behind links, and in other languages than shell and Python; whether
claims are true.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.core.patterns import lazy_pattern
from hilt.formats.reader import Head
from hilt.formats.text import encoding_of, whole

BEGINS = re.compile(rb"(\xef\xbb\xbf)?\s*---[ \t]*\r?\n")
FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})([^`\r]*)\r?$")
KEY = lazy_pattern(r"^([\"']?)([A-Za-z_][\w-]{0,60})\1[ \t]*:(?=[ \t\r]|$)", re.MULTILINE)
FRONT_MATTER = re.compile(r"\s*---[ \t]*\r?\n(.*?)^---[ \t]*\r?$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """The front matter as an object, and the text behind it."""

    metadata: dict[str, Any]
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeBlock:
    """A fenced block: the language it is said to be in, the number of the line that opens it, and what stands inside."""

    language: str
    line: int
    text: str


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

    keys = [key for _, key in KEY.findall(found[1])]
    if len(keys) > len(set(keys)):  # the Hub refuses it, and of two readers each takes another one
        twice = next(key for key in keys if keys.count(key) > 1)
        raise FormatError(f"the key {twice!r} stands in the front matter more than once", offset=0)
    documents = parse(found[1], limits).documents
    metadata = documents[0] if documents else {}
    if metadata is None:
        metadata = {}
    if not isinstance(metadata, dict):
        raise FormatError(f"the front matter is a {type(metadata).__name__}, not an object", offset=0)
    return ModelCard(metadata={str(key): value for key, value in metadata.items()}, body=text[found.end() :])


def code_blocks(text: str) -> Iterator[CodeBlock]:
    """The fenced blocks of a Markdown text (CommonMark, 4.5). One that is not closed reaches to the end."""
    fence, language, opened = "", "", 0
    held: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        found = FENCE.match(line)
        if not fence and found:
            fence, language, opened, held = found[1], found[2].strip().lower(), number, []
        elif fence and found and found[1].startswith(fence) and not found[2].strip():
            yield CodeBlock(language=language, line=opened, text="\n".join(held))
            fence = ""
        else:
            held.append(line)
    if fence:
        yield CodeBlock(language=language, line=opened, text="\n".join(held))
