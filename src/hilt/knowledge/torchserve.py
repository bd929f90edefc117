"""What the manifest of a TorchServe archive makes the server run and install.

Sources: torch-model-archiver, model_archiver/manifest_components/ (`MAR-INF/MANIFEST.json`) and the workflow archiver
(`WAR-INF/MANIFEST.json`); TorchServe, ts/model_loader.py (imports `handler` as it loads the model), ModelManager.java
(`requirementsFile`) and, for runtime LSP, the handlers in C++.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hilt.knowledge.remote_code import CodeReference
from hilt.knowledge.siblings import beside, leads_away

PLACES = ("MAR-INF/MANIFEST.json", "WAR-INF/MANIFEST.json")
OWN_HANDLERS = frozenset("base_handler image_classifier image_segmenter object_detector text_classifier".split())
"""Handlers that TorchServe brings itself."""


def is_manifest(path: str) -> bool:
    return f"/{path}".endswith(tuple(f"/{place}" for place in PLACES))


def described(document: Any) -> dict[str, Any]:
    """The part of a manifest that speaks of files."""
    found = document.get("model", document.get("workflow")) if isinstance(document, dict) else None
    return found if isinstance(found, dict) else {}


def served(config: str, document: Any) -> Iterator[CodeReference]:
    """The code that the server imports when it loads the model."""
    if not is_manifest(config):
        return
    native = str(document.get("runtime", "")).upper() == "LSP" if isinstance(document, dict) else False
    model = described(document)
    for key in ("handler", "modelFile"):
        text = model.get(key)
        if not isinstance(text, str) or not text or (name := text.partition(":")[0]) in OWN_HANDLERS:
            continue
        if key == "handler" and native:
            name = f"{name}.so"
        elif not name.endswith(".py"):
            name = f"{name}.py"
        away = leads_away(name)
        path = name if away else beside(config, f"../{name}")
        when = "runs when TorchServe loads the model"
        yield CodeReference(config=config, key=key, text=text, path=path, away=away, when=when)
