"""A Kitfile whose parts lie outside of its folder.

What: the paths of a Kitfile (KitOps), and of the configuration that a ModelKit keeps of it: of the model and its parts, of
code, datasets, documents and prompts.

Why: `kit unpack` writes each part to the path that the Kitfile names, and `kit pack` reads it from there. A path that leads
out of the folder overwrites, or publishes, files that are none of the model's.

What it cannot see: whether the version of `kit` that you use refuses such paths.

Fix: do not unpack it; ask the publisher how this came about.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where
from hilt.knowledge.siblings import leads_away

if TYPE_CHECKING:
    from hilt.formats.json import Json
    from hilt.formats.yaml_documents import Yaml

_PARTS = ("model", "code", "datasets", "docs", "prompts")


def kitfile_paths(file: ReadFile[Json | Yaml]) -> Iterator[Finding]:
    documents = [file.value.value] if file.format == "json" else file.value.documents  # type: ignore[union-attr]
    for document in documents:
        if not isinstance(document, dict) or "manifestVersion" not in document:
            continue
        for part, path in _paths(document):
            if away := leads_away(path):
                message = f"the path of {part} is {path[:200]!r}, which {away}"
                yield Finding(check=CHECK.id, severity=Severity.HIGH, where=Where(path=file.path), message=message)


def _paths(document: dict[Any, Any]) -> Iterator[tuple[str, str]]:
    for part in _PARTS:
        value = document.get(part)
        pending = value if isinstance(value, list) else [value]
        for one in pending:
            if isinstance(one, dict):
                if isinstance(path := one.get("path"), str) and "://" not in path:  # a model may be another ModelKit
                    yield part, path
                inner = one.get("parts")
                found = inner if isinstance(inner, list) else []
                yield from (
                    (f"a part of {part}", p["path"])
                    for p in found
                    if isinstance(p, dict) and isinstance(p.get("path"), str)
                )


CHECK = listed("kitfile-paths")
