"""All evidence of a repository for the components of the framework."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hilt.core.errors import FormatError, SourceError
from hilt.core.patterns import lazy_pattern
from hilt.knowledge.openness.components import COMPONENTS
from hilt.knowledge.openness.configs import of_config, of_gguf
from hilt.knowledge.openness.evidence import Evidence
from hilt.knowledge.openness.files import PICKLED, Files, of_files, weights

if TYPE_CHECKING:
    from hilt.knowledge.openness.mof_yaml import Release

Shipped = tuple[str, "Release"]
"""The publisher's own file of the framework: its path, and what it says."""

MODEL_CARD = lazy_pattern(r"readme|model[-_ ]?card")
DATA_CARD = lazy_pattern(r"data[-_ ]?(card|sheet)|dataset[-_ ]?card")
"""Beginnings of the names of cards, in small letters."""

_CONFIG = lazy_pattern(r"(^|/)((adapter_)?config|model_index|model|meta)\.json$|-symbol\.json$")
_CARDS = ("model-card", "text")
_DATA_FOLDER = lazy_pattern(r"(^|/)(data|datasets?)/readme[^/]*$")


def gather(files: Files, release: Shipped | None) -> Iterator[Evidence]:
    """What is there, what is only named, and what the publisher's own file of the framework says."""
    yield from of_files(files)
    paths = weights(files)
    folders = {"", *(path.rpartition("/")[0] for path in paths[:1])}
    for path, format_id in sorted(files.formats.items(), key=lambda item: (item[0].count("/"), item[0])):
        if "!/" in path:
            continue  # what lies in an archive is a file of its own, not a part of the release
        try:
            yield from _of_file(files, path, format_id, folders, paths[:1])
        except (FormatError, SourceError):
            continue  # it is in the coverage as a file that could not be read
    if release is not None:
        yield from _claimed(*release)


def _of_file(files: Files, path: str, format_id: str, folders: set[str], weights_here: list[str]) -> Iterator[Evidence]:
    folder, _, name = path.rpartition("/")
    if format_id in _CARDS and _is_card(folder, name, folders):
        from hilt.knowledge.openness.card import of_card

        card: Any = files.value(path) if format_id == "model-card" else None
        metadata, body = (card.metadata, card.body) if card is not None else ({}, files.text(path))
        of_data = DATA_CARD.match(name.lower()) is not None
        yield from of_card(path, metadata, body, of_data=of_data, has_weights=bool(weights_here))
    elif format_id in _CARDS and _DATA_FOLDER.search(path.lower()):
        yield Evidence("data_card", path, "a card beside the data")
    elif format_id == "json" and (_CONFIG.search(path) or f"{path.removesuffix('.json')}.bin" in files.formats):
        yield from of_config(path, files.value(path).value)
    elif format_id == "gguf" and path in weights_here:
        yield from of_gguf(path, files.value(path).value("general.architecture"))
    elif format_id == "python":
        yield from _of_code(path, files.value(path).tree)
    elif format_id == "json" and name.endswith(".ipynb"):
        tree = _of_notebook(files.value(path).value)
        if tree is not None:
            yield from _of_code(path, tree)


def _of_code(path: str, tree: ast.Module) -> Iterator[Evidence]:
    from hilt.knowledge.openness.code import of_script

    yield from of_script(path, tree)


def _is_card(folder: str, name: str, folders: set[str]) -> bool:
    if name.lower().endswith((".json", ".yaml", ".yml", ".py", ".sh", ".csv")):
        return False
    return DATA_CARD.match(name.lower()) is not None or (
        folder in folders and MODEL_CARD.match(name.lower()) is not None
    )


def _of_notebook(value: Any) -> ast.Module | None:
    """The code of all cells that Python would take."""
    from hilt.knowledge.notebooks import code_cells

    body: list[ast.stmt] = []
    for tree in code_cells(value) if isinstance(value, dict) else ():
        body += tree.body
    return ast.Module(body=body, type_ignores=[]) if body else None


def shipped(files: Files) -> str | None:
    """The path of the framework's own file that the publisher ships at the top, right or wrong."""
    from hilt.knowledge.openness import mof_yaml

    for path, format_id in sorted(files.formats.items()):
        if format_id != "yaml" or "/" in path:
            continue
        try:
            documents = files.value(path).documents
        except (FormatError, SourceError):
            if _names_framework(files, path):
                return path
            continue
        if documents and mof_yaml.is_release(documents[0]):
            return path
    return None


def _names_framework(files: Files, path: str) -> bool:
    """Of a file that says nothing that could be understood: whether it is meant to be such a file."""
    from hilt.knowledge.openness import mof_yaml

    try:
        return mof_yaml.FRAMEWORK in files.text(path)
    except (FormatError, SourceError):
        return False


def code_at(files: Files) -> str:
    """Where a card or the metadata of a package at the top says that code is kept."""
    for path, format_id in sorted(files.formats.items()):
        name = path.rpartition("/")[2]
        told = (
            format_id == "package-metadata"
            or (format_id in _CARDS and MODEL_CARD.match(name.lower()))
            or name.endswith("package.json")
        )
        if told and path.count("/") < 2 and "!/" not in path:
            from hilt.knowledge.openness.code_hosts import code_link

            try:
                link = code_link(files.text(path))
            except (FormatError, SourceError):
                continue
            if link:
                return link
    return ""


def _claimed(path: str, release: Release) -> Iterator[Evidence]:
    for component, licences in release.held().items():
        part = next(part for part in release.parts if part.component == component)
        how = f"lists it{f' at {part.path[:120]}' if part.path else ''}"
        yield Evidence(component, path, how, licences=licences, claimed=True)


def cannot_be_told(files: Files) -> frozenset[str]:
    """Components of which nobody can say that they are not there, because of files that say too little."""
    formats = set(files.formats.values())
    every = frozenset(one.id for one in COMPONENTS)
    if not formats.isdisjoint(("unread", "lfs-pointer")):
        return every
    untold = set[str]()
    if "unknown" in formats:
        untold |= {one.id for one in COMPONENTS if one.content == "data"}
    if not formats.isdisjoint(PICKLED):
        untold.add("architecture")
    return frozenset(untold)
