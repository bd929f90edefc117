"""What a model is made from and with, in a CycloneDX document: base models, datasets, packages. None of them was looked into."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote as percent

from hilt.output.bom import Field
from hilt.output.bom_properties import property_of
from hilt.output.quote import quote

_WORKS = 200
"""Works of one kind that are told."""
_AT_HUB = re.compile(r"(?P<namespace>[\w.-]{1,96})/(?P<name>[\w.-]{1,96})", re.ASCII)
_PLATFORMS = frozenset({"python", "node", "npm"})
_PACKAGE = re.compile(r"@?[A-Za-z0-9][\w./-]*")


def ancestors(ref: str, field: Field) -> Iterator[dict[str, Any]]:
    """`finetune acme/base` as a component that says how it is an ancestor."""
    for number, told in enumerate(field.texts[:_WORKS], start=1):
        relation, _, name = told.partition(" ")
        yield {
            **_work("machine-learning-model", f"{ref}-base-{number}", name or told, hub=True),
            "properties": [property_of("relation", relation if name else "unknown"), *_known(field)],
        }


def datasets(ref: str, field: Field) -> Iterator[dict[str, Any]]:
    for number, name in enumerate(field.texts[:_WORKS], start=1):
        work = _work("data", f"{ref}-data-{number}", name)
        yield {**work, "data": [{"type": "dataset", "name": quote(name)}], "properties": list(_known(field))}


def software(ref: str, field: Field) -> Iterator[dict[str, Any]]:
    """Packages that it is said to need, each once; the requirements as they are spelled stand in properties."""
    asked: dict[str, list[str]] = {}
    for told in field.texts[:_WORKS]:
        found = _PACKAGE.match(told)
        asked.setdefault(found[0] if found else told, []).append(told)
    for number, (name, spelled) in enumerate(asked.items(), start=1):
        work = _work("platform" if name in _PLATFORMS else "library", f"{ref}-software-{number}", name)
        yield {**work, "properties": [*(property_of("requirement", told) for told in spelled), *_known(field)]}


def _work(kind: str, ref: str, name: str, *, hub: bool = False) -> dict[str, Any]:
    """With `hub`, a name as `org/name` is that of a model on the hub."""
    found = _AT_HUB.fullmatch(name) if hub else None
    purl = f"pkg:huggingface/{percent(found['namespace'], safe='')}/{percent(found['name'], safe='')}" if found else ""
    return {
        "type": kind,
        "bom-ref": ref,
        "name": quote(name) or "unknown",
        "isExternal": True,
        **({"purl": purl} if purl else {}),
    }


def _known(field: Field) -> Iterator[dict[str, str]]:
    yield property_of("known:name", field.known.word)
    yield property_of("known:hashes", "unknown")
    if field.source:
        yield property_of("source:name", field.source)
