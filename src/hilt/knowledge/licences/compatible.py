"""Which licences that ask for the same licence can be met by another one, and which can stand side by side."""

from __future__ import annotations

from collections.abc import Collection

from hilt.knowledge.licences.licence import Licence

_INTO = {
    "agpl-3.0-or-later": ("agpl-3.0",),
    "agpl-3.0": ("agpl-3.0-or-later",),
    "cc-by-sa-2.0": ("cc-by-sa-2.5", "cc-by-sa-3.0"),
    "cc-by-sa-2.5": ("cc-by-sa-3.0",),
    "cc-by-sa-3.0": ("cc-by-sa-4.0",),
    "cc-by-sa-4.0": ("gpl-3.0", "gpl-3.0-or-later"),
    "cc-by-nc-sa-2.0": ("cc-by-nc-sa-3.0",),
    "cc-by-nc-sa-3.0": ("cc-by-nc-sa-4.0",),
    "eupl-1.1": ("eupl-1.2", "gpl-2.0", "osl-3.0", "epl-1.0", "cecill-2.1"),
    "eupl-1.2": ("gpl-2.0", "gpl-3.0", "agpl-3.0", "osl-3.0", "epl-1.0", "cecill-2.1", "mpl-2.0", "lgpl-2.1", "lgpl-3.0"),
    "cecill-2.1": ("gpl-2.0", "gpl-3.0", "agpl-3.0", "eupl-1.2"),
    "gfdl-1.3": ("gfdl-1.3-or-later",),
    "gfdl-1.3-or-later": ("gfdl-1.3",),
    "gpl-2.0": ("gpl-2.0-or-later",),
    "gpl-2.0-or-later": ("gpl-2.0", "gpl-3.0", "gpl-3.0-or-later"),
    "gpl-3.0": ("gpl-3.0-or-later", "agpl-3.0", "agpl-3.0-or-later"),
    "gpl-3.0-or-later": ("gpl-3.0", "agpl-3.0", "agpl-3.0-or-later"),
    "lgpl-2.1": ("lgpl-2.1-or-later", "gpl-2.0", "gpl-2.0-or-later"),
    "lgpl-2.1-or-later": ("lgpl-2.1", "lgpl-3.0", "lgpl-3.0-or-later", "gpl-2.0", "gpl-2.0-or-later"),
    "lgpl-3.0": ("lgpl-3.0-or-later", "gpl-3.0", "gpl-3.0-or-later"),
    "lgpl-3.0-or-later": ("lgpl-3.0", "gpl-3.0", "gpl-3.0-or-later"),
    "mpl-2.0": ("gpl-2.0", "gpl-3.0", "lgpl-2.1", "lgpl-3.0", "agpl-3.0"),
    "epl-2.0": ("gpl-2.0-or-later",),
}  # fmt: skip
"""What is under the first may be passed on, combined with other work, under these too: their own words, or Creative Commons'.

One way only. Of "gpl-2.0" and its "or later" the names of the pack are equal here: a card seldom says which it means.
"""

_PER_FILE = ("lgpl", "mpl", "epl", "ms-pl", "lppl", "ofl", "odbl", "apple-ascl")
"""Families that ask the same licence for their own files or data alone, and let other works stand beside them."""
RESTRICTS = frozenset({"commercial", "research"})


def meets(asked: str, offered: Collection[str]) -> bool:
    """Whether what is under `asked`, and must stay so, may be offered under one of these."""
    reached, waiting = {asked}, [asked]
    while waiting:
        for further in _INTO.get(waiting.pop(), ()):
            if further not in reached:
                reached.add(further)
                waiting.append(further)
    return not reached.isdisjoint(offered)


def clash(one: Licence, other: Licence) -> bool:
    """What is made from works under both cannot be passed on: one asks that it stay under itself alone, the other forbids it."""
    if one.id == other.id or meets(one.id, (other.id,)) or meets(other.id, (one.id,)):
        return False
    return _shuts_out(one, other) or _shuts_out(other, one)


def _shuts_out(one: Licence, other: Licence) -> bool:
    """`one` lets nothing be added to its terms, and `other` brings terms that `one` lacks, or lets nothing be added either."""
    if not one.share_alike or one.id.startswith(_PER_FILE):
        return False
    strict = bool(other.share_alike) and not other.id.startswith(_PER_FILE)
    return strict or bool(lacking(other, [one]))


def lacking(parent: Licence, offered: Collection[Licence]) -> tuple[str, ...]:
    """The conditions that go along with a work under `parent` and that none of `offered` has; of a kind, one is enough."""
    there = {condition.id for one in offered for condition in one.conditions}
    there |= {due.id for one in offered for due in one.duties if due.id == "use-policy"}
    if there & RESTRICTS:
        there |= RESTRICTS
    asked = (condition.id for condition in parent.conditions if condition.id in parent.flows_down)
    return tuple(dict.fromkeys(one for one in asked if one not in there))
