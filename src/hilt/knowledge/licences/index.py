"""What the licences of the pack are called, and which texts of licences are known, told without reading an entry.

`scripts/build_licence_index.py` writes `index.json`:

    licences   by id: name, hub, aliases, links, spdx of each entry, and `texts`, how many of its texts are known
    ids        the entries by their own ids, those of the Hub and those of SPDX, in small letters
    names      the entries by the words of everything that they are called, as `names.key` makes them
    standard   by id: name and spdx of licences that have no entry in the pack, but are known by name and text
    texts      the known texts, in the order of `grams.bin`: [id, what it is the text of, SHA-256 of its words]
    sources    where the texts came from
    told_by    SHA-256 of the code of `words.py` by which the words of the texts were told
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from typing import Any, NamedTuple

_FILE = os.path.join(os.path.dirname(__file__), "index.json")  # noqa: PTH118, PTH120 (pathlib takes longer to import)


class Known(NamedTuple):
    """A licence that is known by name: `entry` says that the pack holds what it asks, `texts` how many texts are known."""

    id: str
    name: str
    spdx: str = ""
    hub: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    entry: bool = True
    texts: int = 0


class Text(NamedTuple):
    """A known text: `of` says whether it is the text of a "licence", of a "policy" of use that goes with a licence, or the
    short "notice" that stands for a licence in a file."""

    id: str
    of: str
    digest: str


class Index:
    """The index, read once."""

    def __init__(self, tree: Mapping[str, Any]) -> None:
        self._tree = tree

    @cached_property
    def licences(self) -> Mapping[str, Known]:
        """Every licence that is known by name, by its id."""
        return {key: _known(key, row, entry=entry) for entry, part in _PARTS for key, row in self._tree[part].items()}

    def licence(self, licence_id: str) -> Known | None:
        """What is known of one licence, without a look at the others; None where it is not known by name."""
        for entry, part in _PARTS:
            if (row := self._tree[part].get(licence_id)) is not None:
                return _known(licence_id, row, entry=entry)
        return None

    @cached_property
    def ids(self) -> Mapping[str, str]:
        """The licences of the pack by every id that they have somewhere."""
        return dict(self._tree["ids"])

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The licences of the pack by the words of their names; what is the name of two is the name of none."""
        return dict(self._tree["names"])

    @cached_property
    def texts(self) -> Sequence[Text]:
        """Every known text, by its number in `grams.bin`."""
        return [Text(*row) for row in self._tree["texts"]]

    @cached_property
    def digests(self) -> Mapping[str, int]:
        """The number of each known text by the SHA-256 of its words."""
        return {digest: number for number, (_, _, digest) in enumerate(self._tree["texts"])}


_PARTS = ((True, "licences"), (False, "standard"))


def _known(licence_id: str, row: Mapping[str, Any], *, entry: bool) -> Known:
    lists = {name: tuple(row.get(name, ())) for name in ("hub", "aliases", "links")}
    spdx, texts = row.get("spdx", ""), row.get("texts", 0)
    return Known(id=licence_id, name=row["name"], spdx=spdx, entry=entry, texts=texts, **lists)


@cache
def index() -> Index:
    """The index that comes with hilt."""
    with open(_FILE, encoding="utf-8") as file:  # noqa: PTH123 (pathlib takes longer to import)
        return Index(json.load(file))
