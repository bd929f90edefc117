"""What stands beside the weights of a model, as lines that can be held against those of another model.

Configs and headers become one line for each number or word in them, `a.b[2]`; a vocabulary is told by its digest, because
nobody reads two of them; templates are kept whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from difflib import unified_diff
from typing import TYPE_CHECKING, Any, NamedTuple

from hilt.core.lineage import Change

if TYPE_CHECKING:
    from hilt.formats.gguf import Gguf

MOST, LENGTH, WHOLE = 2_000, 300, 1 << 16
"""Lines that are kept of one file, characters of a value, and of a template."""

FILES: Mapping[str, str] = {
    "config.json": "config",
    "model_index.json": "config",
    "params.json": "config",
    "generation_config.json": "generation",
    "adapter_config.json": "adapter",
    "preprocessor_config.json": "config",
    "processor_config.json": "config",
    "tokenizer_config.json": "tokenizer",
    "special_tokens_map.json": "tokenizer",
    "added_tokens.json": "tokenizer",
    "tokenizer.json": "tokenizer",
}
"""The files of JSON that are told, by their names, and what they tell of."""
_OF_WEIGHTS = ("_name_or_path", "transformers_version", "torch_dtype", "dtype")
"""Keys of a config that differ from one save to the next, or that the weights tell themselves."""


class Line(NamedTuple):
    """`what` is as in `Change`; `key` is inside the file `file`."""

    what: str
    file: str
    key: str
    text: str


def of_json(name: str, value: Any) -> Iterator[Line]:
    """What a file of this name and JSON value says."""
    what = FILES[name]
    if name == "tokenizer.json":
        yield from _of_tokenizer(name, value)
        return
    for _, (key, text) in zip(range(MOST), _flat(value, ""), strict=False):
        if key not in _OF_WEIGHTS and not key.startswith("chat_template"):
            yield Line(what, name, key, text[:LENGTH])


def of_templates(name: str, templates: Iterable[Any]) -> Iterator[Line]:
    for template in templates:
        yield Line("template", name, template.name, template.text[:WHOLE])


def of_gguf(value: Gguf) -> Iterator[Line]:
    """The scalars of the header; names of the file itself are no part of the model."""
    for _, entry in zip(range(MOST), value.key_values, strict=False):
        if entry.key.startswith("tokenizer.chat_template"):
            continue
        what = "tokenizer" if entry.key.startswith("tokenizer.") else "config"
        text = str(entry.value) if entry.value is not None else f"{entry.count} values"
        yield Line(what, "gguf", entry.key, text[:LENGTH])


def _of_tokenizer(name: str, value: Any) -> Iterator[Line]:
    if not isinstance(value, dict):
        return
    model = value.get("model")
    parts = dict(model) if isinstance(model, dict) else {}
    for key in ("vocab", "merges"):
        listed = parts.pop(key, None)
        if isinstance(listed, dict | list):
            yield Line("tokenizer", name, f"model.{key}", f"{len(listed)} entries, {_digest(listed)}")
    rest = {"model": parts, **{key: one for key, one in value.items() if key not in ("model", "added_tokens")}}
    for _, (key, text) in zip(range(MOST), _flat(rest, ""), strict=False):
        yield Line("tokenizer", name, key, text[:LENGTH])
    added = value.get("added_tokens")
    for _, one in zip(range(MOST), added if isinstance(added, list) else (), strict=False):
        if isinstance(one, dict):
            yield Line("tokenizer", name, f"added_tokens[{one.get('id')}]", str(one.get("content"))[:LENGTH])


def _digest(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _flat(value: Any, key: str) -> Iterator[tuple[str, str]]:
    """Every number and word with its key path. The reader of JSON bounds the depth."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(inner, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _flat(inner, f"{key}[{number}]")
    else:
        yield key, json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value


def changes(a: Iterable[Line], b: Iterable[Line]) -> Iterator[Change]:
    """What differs in files that both have; of templates the lines that went and came."""
    first, second = _by_file(a), _by_file(b)
    for file in sorted(first.keys() & second.keys()):
        for what, key in sorted(first[file].keys() | second[file].keys()):
            one, other = first[file].get((what, key), ""), second[file].get((what, key), "")
            if one != other:
                yield _template(key, one, other) if what == "template" else Change(what, f"{file}: {key}", one, other)


def _template(key: str, one: str, other: str) -> Change:
    lines = list(unified_diff(one.splitlines(), other.splitlines(), n=0, lineterm=""))[2:]
    gone = "\n".join(line[1:] for line in lines if line.startswith("-"))
    came = "\n".join(line[1:] for line in lines if line.startswith("+"))
    return Change("template", key, gone, came)


def _by_file(lines: Iterable[Line]) -> dict[str, dict[tuple[str, str], str]]:
    """Templates count as one file, wherever they stand: a GGUF holds the one that a config holds elsewhere."""
    found: dict[str, dict[tuple[str, str], str]] = {}
    for line in lines:
        file = "template" if line.what == "template" else line.file
        key = "chat template" if line.what == "template" else line.key
        found.setdefault(file, {}).setdefault((line.what, key), line.text)
    return found
