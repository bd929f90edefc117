"""The licences of the pack: what each grants, what it asks, and of whom. One is read when somebody asks for it.

The pack is written by hand, a file of `entries/` for each licence, and checked when `scripts/build_licence_index.py` makes
`entries.jsonl` of it: a line for each, with all that an entry leaves out. Nothing but that file is read here, since reading
YAML takes longer than all the rest.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from hilt.knowledge.licences import standard

PACK_VERSION = "2026.11.21"
"""Stands in reports; a change of an entry changes it, and its day is the day of the pack."""
PACK_DATE = PACK_VERSION.replace(".", "-")

_FILE = os.path.join(os.path.dirname(__file__), "entries.jsonl")  # noqa: PTH118, PTH120 (pathlib takes longer to import)


class Condition(NamedTuple):
    """What the grant depends on.

    `needs` is a condition on the profile in the language of policies, empty where no profile can decide it. `only_for`
    names the kind of models that it is asked of ("multimodal"); empty for all.
    """

    id: str
    says: str
    needs: str = ""
    only_for: str = ""


class Due(NamedTuple):
    """What the licence asks somebody to do; `when` is a condition on the profile, empty for always.

    `words` stand as they must be carried, displayed, or begin a name.
    """

    id: str
    who: str
    says: str
    when: str = ""
    words: str = ""


class Outputs(NamedTuple):
    """What the licence says of what comes out of a model; `rule` is a word of `standard.OUTPUT_RULES`."""

    rule: str
    says: str


class Licence(NamedTuple):
    """One entry; CONTRIBUTING.md tells what each key means, `standard` which words may stand there.

    `flows_down` names the conditions and duties that bind what is made from a work under it.
    """

    id: str
    name: str
    family: str
    hub: tuple[str, ...]
    aliases: tuple[str, ...]
    links: tuple[str, ...]
    spdx: str
    grants: tuple[str, ...]
    conditions: tuple[Condition, ...]
    duties: tuple[Due, ...]
    flows_down: tuple[str, ...]
    outputs: Outputs
    share_alike: str
    guardrail: str
    termination: str
    licensor_may_change: str
    open: str
    eu_art53_2: str
    mof: tuple[str, ...]
    read: str
    source: str
    as_of: str

    @property
    def how_read(self) -> str:
        """How this entry is known, in words."""
        return standard.READ[self.read]

    def plain(self) -> dict[str, Any]:
        """All of it as plain data, as its line holds it."""
        parts = {name: [one._asdict() for one in getattr(self, name)] for name in ("conditions", "duties")}
        return {**self._asdict(), **parts, "outputs": self.outputs._asdict()}


@cache
def ids() -> tuple[str, ...]:
    """The id of every licence of the pack, sorted."""
    return tuple(_lines())


@cache
def licence(licence_id: str) -> Licence:
    """The licence of this id. Raises `KeyError` where the pack has none."""
    row: dict[str, Any] = json.loads(_lines()[licence_id])
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    values["conditions"] = tuple(Condition(**one) for one in row["conditions"])
    values["duties"] = tuple(Due(**one) for one in row["duties"])
    values["outputs"] = Outputs(**row["outputs"])
    return Licence(**values)


@cache
def _lines() -> Mapping[str, str]:
    """The line of each licence, by the id with which it begins."""
    begin = len('{"id": "')
    with open(_FILE, encoding="utf-8") as file:  # noqa: PTH123 (pathlib takes longer to import)
        return {line[begin : line.index('"', begin)]: line for line in file}
