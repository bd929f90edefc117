"""Reads a JSON document: configs, indexes, metadata.

Specification: RFC 8259, and what Python's own writer adds to it: NaN, Infinity and -Infinity. Of keys that occur twice
in one object the last one counts, as in most readers; the values before it are kept aside, because some readers take
the first.

What can bite: configs name code to import and call (`auto_map`, `_target_`), files to open, templates to render and
packages to install; manifests, graphs and notebooks are JSON as well. What happens is up to the loader that reads the
keys.

What hilt cannot see: keys that no check knows; names that a loader puts together; which loader will read it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.jinja import Template
from hilt.formats.reader import HEAD, Head

BEGINS = re.compile(r'\s*(\{\s*["}]|\[\s*([\[{"\]]|-?\d[\d.eE+-]*\s*[,\]]|(true|false|null|NaN)\s*[,\]]))')


@dataclass(frozen=True, slots=True, kw_only=True)
class Json:
    """A document: its value, the (key, value) pairs that a later pair of the same key hides, and its chat templates."""

    value: Any
    hidden: tuple[tuple[str, Any], ...] = ()
    non_finite: bool = False
    templates: tuple[Template, ...] = ()


def probe(head: Head) -> bool:
    if head.name.lower().endswith((".jsonl", ".ndjson")):
        return False
    text = head.data.decode(json.detect_encoding(head.data), "ignore").removeprefix("\ufeff")
    named = head.name.lower().endswith(".json")
    if named and head.data and not head.data.strip().removeprefix(b"{").removeprefix(b"["):
        return True  # blanks as far as one can see may well have a document behind them
    if not BEGINS.match(text):
        return False
    if named:
        return not _is_lines(text)
    try:
        _, end = json.JSONDecoder().raw_decode(text.lstrip())
    except (ValueError, RecursionError):
        return head.source.size > HEAD
    return not text.lstrip()[end:].strip()


def _is_lines(text: str) -> bool:
    """A value on each of the first two lines: data sets are often written so under a name that ends in .json."""
    first, _, rest = text.strip().partition("\n")
    try:
        return all(isinstance(json.loads(line), dict | list) for line in (first, rest.lstrip().partition("\n")[0]))
    except (ValueError, RecursionError):
        return False


def read(source: ByteSource, limits: Limits) -> Json:
    """The document in `source`. Raises `FormatError` where it is none, `LimitExceeded` where it is too large or deep."""
    if source.size > limits.json_bytes:
        raise LimitExceeded("json_bytes", source.size, limits.json_bytes)
    return parse(source.read(0, source.size), limits)


def parse(data: bytes, limits: Limits) -> Json:
    """The document in `data`, which is small enough."""
    hidden: list[tuple[str, Any]] = []
    templates: list[Template] = []
    constants: list[str] = []

    def keep(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        table = dict(pairs)
        if len(table) != len(pairs):
            hidden.extend((key, value) for key, value in pairs if table[key] is not value)
        for key, value in pairs:
            if "chat_template" in key:
                templates.extend(_templates(key, value))
        return table

    def constant(name: str) -> float:
        constants.append(name)
        return float(name)

    try:
        text = data.decode(json.detect_encoding(data)).removeprefix("\ufeff")
        value = json.loads(text, object_pairs_hook=keep, parse_constant=constant)
    except RecursionError:
        raise LimitExceeded("json_depth", "nesting that the parser gives up on", limits.json_depth) from None
    except (ValueError, MemoryError) as error:
        raise FormatError(f"not JSON: {error}") from None
    _bound_depth([value, *(value for _, value in hidden)], limits.json_depth)
    return Json(value=value, hidden=tuple(hidden), non_finite=bool(constants), templates=tuple(templates))


def _bound_depth(level: list[Any], allowed: int) -> None:
    """Whoever walks the document may rely on it; the parser's own bound is ten times as deep."""
    level = [value for value in level if isinstance(value, dict | list)]
    depth = 0
    while level:
        depth += 1
        if depth > allowed:
            raise LimitExceeded("json_depth", depth, allowed)
        children = (value.values() if isinstance(value, dict) else value for value in level)
        level = [child for inside in children for child in inside if isinstance(child, dict | list)]


def _templates(key: str, value: Any) -> list[Template]:
    """Hugging Face writes one template as a string, several as a list of {"name", "template"} or as an object."""
    match value:
        case str():
            return [Template(name=key, text=value)]
        case list():
            named = [entry for entry in value if isinstance(entry, dict) and isinstance(entry.get("template"), str)]
            return [Template(name=f"{key}[{entry.get('name', '?')}]", text=entry["template"]) for entry in named]
        case dict():
            return [Template(name=f"{key}[{name}]", text=text) for name, text in value.items() if isinstance(text, str)]
    return []
