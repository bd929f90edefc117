"""The card and the configs of the model as a whole, those that lie nearest to the root: once for all checks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from hilt.checks.check import Repository
from hilt.core.errors import FormatError, SourceError
from hilt.core.patterns import lazy_pattern

if TYPE_CHECKING:
    from hilt.formats.json import Json
    from hilt.formats.model_card import ModelCard

_CARD = lazy_pattern(r"(readme|model[-_ ]?card)(\.(md|markdown|txt|rst))?", re.IGNORECASE)

_OF_DATA = frozenset({"task_categories", "size_categories", "dataset_info", "annotations_creators"})


class Card(NamedTuple):
    """What a card says: its front matter, its text, and the number of the line on which the text begins."""

    path: str
    metadata: Mapping[str, Any]
    body: str
    line: int

    @property
    def of_data(self) -> bool:
        """Its front matter has what the hub asks of datasets alone."""
        return not self.metadata.keys().isdisjoint(_OF_DATA)

    @property
    def bases(self) -> tuple[str, ...]:
        """The models that it says it is made from."""
        said = self.metadata.get("base_model")
        return tuple(one for one in (said if isinstance(said, list) else [said]) if isinstance(one, str) and one)


@lru_cache(maxsize=1)
def card(repository: Repository) -> Card | None:
    """The card that lies nearest to the root; None where there is none that can be read as text."""
    for path in _nearest(path for path in repository.formats if _CARD.fullmatch(path.rsplit("/", 1)[-1])):
        found = _read_card(repository, path)
        if found is not None:
            return found
    return None


@lru_cache(maxsize=4)
def config(repository: Repository, name: str = "config.json") -> tuple[str, Mapping[str, Any]] | None:
    """The object in the JSON file of this name that lies nearest to the root, and its path; None where there is none."""
    for path in _nearest(path for path, kind in repository.formats.items() if kind == "json" and _named(path, name)):
        try:
            value = cast("Json", repository.read(path).value).value
        except (FormatError, SourceError):
            continue  # that it could not be read is in the coverage
        if isinstance(value, dict):
            return path, value
    return None


def _nearest(paths: Iterable[str]) -> list[str]:
    """The paths, those with the fewest folders first; what lies inside archives comes last."""
    return sorted(paths, key=lambda path: (path.count("!/"), path.count("/"), not path.lower().endswith(".md"), path))


def _named(path: str, name: str) -> bool:
    return path.rsplit("/", 1)[-1] == name


def _read_card(repository: Repository, path: str) -> Card | None:
    from hilt.formats.text import whole

    metadata: Mapping[str, Any] = {}
    try:
        text = whole(repository.open(path), repository.limits)
        body = text
        if repository.formats[path] == "model-card":
            read = cast("ModelCard", repository.read(path).value)
            metadata, body = read.metadata, read.body
    except (FormatError, SourceError):
        try:
            text = body = whole(repository.open(path), repository.limits)
        except (FormatError, SourceError):
            return None
    return Card(path=path, metadata=metadata, body=body, line=1 + text[: len(text) - len(body)].count("\n"))
