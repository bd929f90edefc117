"""Which keys of a config name a callable that a program calls, and which values it evaluates.

Sources: Hydra, NeMo, Lightning, MONAI (`_target_`); jsonargparse (`class_path`); latent diffusion (`target` beside `params`);
pyannote (`name` beside `params`); PEFT, `auto.py` (`parent_library` and `base_model_class`); MLflow (`loader_module`);
diffusers, `model_index.json` (a component as ["module", "Class"]); MONAI, "MONAI Bundle Configuration" (`$` and a Python
expression, with `@` before the name of another value); HyperPyYAML (the tags `!new:`, `!name:`, `!apply:`, `!module:`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hilt.core.finding import Severity

KEYS = ("_target_", "class_path", "loader_module")
BESIDE_PARAMS = ("target", "name")
TAG = re.compile(r"!(new|name|apply|applyref|module):(.+)", re.DOTALL)
OWN = frozenset({"speechbrain", "torch", "torchaudio", "numpy", "transformers", "sentencepiece"})
"""Packages whose objects the configs of SpeechBrain are made of."""
_DEEP = 20
_REFERENCE = re.compile(r"@[\w:#]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A key, the dotted name that it holds, and what stands beside it."""

    key: str
    name: str
    beside: dict[Any, Any]


def road(name: str) -> str:
    """Which known road a dotted name leads along; where its module ends is not written in it."""
    from hilt.knowledge.callables.dangerous import road as known

    parts = name.strip().split(".")[:_DEEP]
    ways = (known(".".join(parts[:at]), ".".join(parts[at:])) for at in range(1, len(parts)))
    return next((way for way in ways if way), "")


def targets(document: Any, *, components: bool) -> Iterator[Target]:
    """Every callable that the document names; with `components` it is the index of a diffusion pipeline."""
    for table in tables(document):
        keys = KEYS + BESIDE_PARAMS if "params" in table else KEYS
        for key in keys:
            if isinstance(name := table.get(key), str):
                yield Target(key=key, name=name, beside={other: table[other] for other in table if other != key})
        match table:
            case {"parent_library": str(module), "base_model_class": str(name)}:
                yield Target(key="auto_mapping", name=f"{module}.{name}", beside={})
        for key, value in table.items() if components else ():
            match value:
                case [str(module), str(name)]:
                    yield Target(key=str(key), name=f"{module}.{name}", beside={})


def evaluated(document: Any) -> Iterator[tuple[str, str]]:
    """The expressions of a document that do harm, as text and what it does. The imports of one hold for all."""
    from hilt.knowledge.python_code import uses

    texts = [text for text in _texts(document) if text.startswith("$")]
    trees = [(text, tree) for text in texts if (tree := _parsed(text[1:])) is not None]
    imports = [node for _, tree in trees for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    for text, tree in trees:
        rest = [node for node in tree.body if node not in imports]
        for use in uses(ast.Module(body=[*imports, *rest], type_ignores=[])) if rest else ():
            if use.severity >= Severity.HIGH:
                yield text, f"{use.kind.value}: {use.name}"


def tables(document: Any) -> Iterator[dict[Any, Any]]:
    """Every table of the document. YAML may hold one at several places: it is looked at once."""
    return (value for value in _collections(document) if isinstance(value, dict))


def _texts(document: Any) -> Iterator[str]:
    for value in _collections(document):
        for inner in value.values() if isinstance(value, dict) else value:
            if isinstance(inner, str):
                yield inner


def _collections(document: Any) -> Iterator[Any]:
    pending, seen = [document], set[int]()
    while pending:
        value = pending.pop()
        if isinstance(value, dict | list | tuple) and id(value) not in seen:
            seen.add(id(value))
            yield value
            pending.extend(value.values() if isinstance(value, dict) else value)


def _parsed(expression: str) -> ast.Module | None:
    try:
        return ast.parse(_REFERENCE.sub("_", expression).strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError, SystemError):
        return None
