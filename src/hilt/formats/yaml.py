"""Reads YAML: configs, and the front matter of model cards.

Specification: YAML 1.1, as PyYAML reads it. Only plain values are built; tags that ask for anything else are listed and
their node is taken as plain. PyYAML itself is asked in `yaml_values`, for it takes long to import.

What can bite: tags make some loaders build any object and call any function (`!!python/object/apply`); HyperPyYAML and
Hydra import and call what values name; Kitfiles name paths to write.

What hilt cannot see: which loader will read it; values that a program looks up as names by rules of its own.
"""

from __future__ import annotations

from hilt.core.byte_source import ByteSource
from hilt.core.limits import Limits
from hilt.formats.reader import Head
from hilt.formats.text import encoding_of, whole
from hilt.formats.yaml_documents import Yaml


def probe(head: Head) -> bool:
    named = head.name.lower().endswith((".yaml", ".yml")) or head.name in ("MLmodel", "Kitfile")
    return (named or head.data.startswith(b"%YAML ")) and encoding_of(head.data) is not None


def read(source: ByteSource, limits: Limits) -> Yaml:
    """The documents in `source`. Raises `FormatError` where it is not YAML, `LimitExceeded` where it is too large."""
    from hilt.formats.yaml_values import parse

    return parse(whole(source, limits), limits)
