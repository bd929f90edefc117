"""JSON that gives one key two values.

What: keys that stand more than once in one object; which value counts where.

Why: JSON does not say which value counts. Python's reader, which transformers and most loaders use, serde and Go take the last;
RapidJSON and simdjson, which servers in C++ use, find the first; some refuse the file. So a scanner, a person and a
loader can each see another model. No writer makes such a file; where the key names code, an architecture or a
template, somebody wants the difference.

What it cannot see: which of your programs reads the file, and how; keys that differ only in case, which Go takes for one.

Fix: remove the value that the original model does not have, or ask the publisher for a file that their tools wrote.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.formats.json import Json

TELLING = frozenset(
    "auto_map architectures chat_template model_type tokenizer_class _class_name custom_pipelines trust_remote_code weight_map"
    " _target_ quantization_config".split()
)
"""Keys that decide which code, which architecture, which template or which weights a loader takes."""
_SHOWN = 80


def repeated_keys(file: ReadFile[Json]) -> Iterator[Finding]:
    last = _last(file.value.value, {key for key, _ in file.value.hidden})
    told = set[str]()
    for key, first in file.value.hidden:
        if key not in told:
            told.add(key)
            severity = Severity.HIGH if key in TELLING else Severity.LOW
            said = f"{key[:_SHOWN]!r} stands twice in one object: the first value ({_text(first)}) counts to RapidJSON and simdjson"
            kept = f", the last ({_text(last[key])}) to Python, Rust and Go" if key in last else ""
            yield Finding(check=CHECK.id, severity=severity, where=Where(path=file.path), message=said + kept)


def _last(document: Any, keys: set[str]) -> dict[str, Any]:
    """What the document says under these keys where one value is kept; of several objects with a key the outermost."""
    found: dict[str, Any] = {}
    level = [document] if keys and isinstance(document, dict | list) else []
    while level:
        inner: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                for key in keys & value.keys():
                    found.setdefault(key, value[key])
            inner.extend(value.values() if isinstance(value, dict) else value)
        level = [value for value in inner if isinstance(value, dict | list)]
    return found


def _text(value: Any) -> str:
    """A value as JSON, written no further than a message has room for."""
    shown = ""
    for part in json.JSONEncoder().iterencode(value[:_SHOWN] if isinstance(value, str) else value):
        shown += part[: _SHOWN + 1]
        if len(shown) > _SHOWN:
            return f"{shown[:_SHOWN]}..."
    return shown


CHECK = listed("repeated-keys")
