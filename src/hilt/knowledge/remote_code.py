"""Which configs name code to be imported, and which file of the repository that is.

Sources: transformers, `dynamic_module_utils.py` (`auto_map`, `custom_pipelines`: "module.Class", "owner/repo--module.Class");
sentence-transformers, `modules.json` (`type`); diffusers, `model_index.json` (a component as ["module", "Class"]).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hilt.knowledge.siblings import beside, leads_away

if TYPE_CHECKING:
    from hilt.formats.json import Json

OWN_LIBRARIES = ("sentence_transformers.", "diffusers", "transformers", "onnxruntime")


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeReference:
    """What a config says: `key` names `text`, which is `module` of this repository, or of `elsewhere`.

    `path` is where the module must lie; `away` says why it lies outside the folder of the config.
    """

    config: str
    key: str
    text: str
    path: str
    elsewhere: str = ""
    away: str = ""


def references(config: str, document: Json, files: frozenset[str]) -> tuple[CodeReference, ...]:
    """Every piece of code that a JSON file names, those behind keys that occur twice included."""
    name = config.rpartition("/")[2]
    named = list(_auto_maps([document.value, *({key: value} for key, value in document.hidden)]))
    if name == "modules.json":
        named += list(_sentence_transformers(document.value))
    found = {_reference(config, key, text) for key, text in named}
    if name == "model_index.json":
        components = {_reference(config, key, text) for key, text in _diffusers(document.value)}
        found |= {reference for reference in components if reference.path in files}
    return tuple(sorted(found, key=lambda reference: (reference.path, reference.key)))


def _reference(config: str, key: str, text: str) -> CodeReference:
    elsewhere, _, inside = text.rpartition("--")
    module = inside.rpartition(".")[0] or inside
    location = f"{module.replace('.', '/')}.py" if "/" not in module and "\\" not in module else f"{module}.py"
    away = leads_away(location)
    path = location if away else beside(config, location)
    return CodeReference(config=config, key=key, text=text, path=path, elsewhere=elsewhere, away=away)


def _auto_maps(values: list[Any]) -> Iterator[tuple[str, str]]:
    pending = list(values)
    while pending:
        match pending.pop():
            case dict() as table:
                for key, value in table.items():
                    if key == "auto_map":
                        yield from _texts(key, value)
                    elif key == "custom_pipelines":
                        yield from ((key, text) for place, text in _texts(key, value) if place.endswith("impl"))
                pending.extend(value for value in table.values() if isinstance(value, dict | list))
            case list() as values:
                pending.extend(value for value in values if isinstance(value, dict | list))


def _texts(key: str, value: Any) -> Iterator[tuple[str, str]]:
    """(key path, string) of every string below `value`; its depth is bounded by the reader."""
    match value:
        case str():
            yield key, value
        case dict():
            for name, inner in value.items():
                yield from _texts(f"{key}.{name}", inner)
        case list():
            for inner in value:
                yield from _texts(key, inner)


def _sentence_transformers(value: Any) -> Iterator[tuple[str, str]]:
    for module in value if isinstance(value, list) else ():
        match module:
            case {"type": str(text)} if not text.startswith(OWN_LIBRARIES):
                yield "type", text


def _diffusers(value: Any) -> Iterator[tuple[str, str]]:
    for key, component in value.items() if isinstance(value, dict) else ():
        match component:
            case [str(module), str(name)] if not module.startswith(OWN_LIBRARIES):
                yield key, f"{module}.{name}"
                yield key, f"{key}/{module}.{name}"


def imported(path: str, tree: ast.Module) -> Iterator[str]:
    """The paths at which the module's relative imports must lie; a loader fetches and runs those too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            up = "../" * (node.level - 1)
            for module in [node.module] if node.module else [alias.name for alias in node.names]:
                location = f"{up}{module.replace('.', '/')}.py"
                if not leads_away(location):
                    yield beside(path, location)
