"""What a YAML file holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A tag that asks a loader for more than plain values; `line` counts from 1."""

    name: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Yaml:
    """The documents of a file, and the tags that ask for more than plain values."""

    documents: tuple[Any, ...]
    tags: tuple[Tag, ...] = ()
