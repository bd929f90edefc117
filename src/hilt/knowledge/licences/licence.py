"""One licence of the pack: a file of `entries/`, read when somebody asks for it.

The pack is part of hilt, so an entry that is wrong is a bug: `EntryInvalid` names the file, the key and what was seen.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from hilt.knowledge.licences import standard

PACK_VERSION = "2026.11.21"
"""Stands in reports; a change of an entry changes it, and its day is the day of the pack."""
PACK_DATE = PACK_VERSION.replace(".", "-")

_FOLDER = os.path.join(os.path.dirname(__file__), "entries")  # noqa: PTH118, PTH120 (pathlib takes longer to import)
_LISTS = ("hub", "aliases", "links", "grants", "mof")
_TEXTS = (
    *("name", "family", "spdx", "share_alike", "guardrail", "termination", "licensor_may_change"),
    *("open", "eu_art53_2", "read", "source", "as_of"),
)
_NEEDED = ("name", "family", "grants", "open", "eu_art53_2", "read", "source", "as_of")
_KEYS = {*_LISTS, *_TEXTS, "conditions", "duties", "flows_down", "outputs"}


class EntryInvalid(ValueError):
    """An entry of the pack is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What the grant depends on.

    `needs` is a condition on the profile in the language of policies, empty where no profile can decide it. `only_for`
    names the kind of models that it is asked of ("multimodal"); empty for all.
    """

    id: str
    says: str
    needs: str = ""
    only_for: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What the licence asks somebody to do; `when` is a condition on the profile, empty for always.

    `words` stand as they must be carried, displayed, or begin a name.
    """

    id: str
    who: str
    says: str
    when: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """What the licence says of what comes out of a model; `rule` is a word of `standard.OUTPUT_RULES`."""

    rule: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
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
    def commercial(self) -> bool:
        """Commercial use is granted, if perhaps on conditions."""
        return "sell" in self.grants

    @property
    def how_read(self) -> str:
        """How this entry is known, in words."""
        return standard.READ[self.read]


@cache
def ids() -> tuple[str, ...]:
    """The id of every licence of the pack, sorted."""
    return tuple(sorted(name.removesuffix(".yaml") for name in os.listdir(_FOLDER) if name.endswith(".yaml")))  # noqa: PTH208


@cache
def licence(licence_id: str) -> Licence:
    """The licence of this id. Raises `KeyError` where the pack has none."""
    if licence_id not in ids():
        raise KeyError(licence_id)
    with open(os.path.join(_FOLDER, f"{licence_id}.yaml"), encoding="utf-8") as file:  # noqa: PTH118, PTH123
        return parse(licence_id, file.read())


def parse(licence_id: str, text: str) -> Licence:
    """The licence that the YAML `text` describes. Raises `EntryInvalid`."""
    import yaml  # takes longer to import than all the rest

    # Of a basic loader every value is the text that stands there: `no` is no, and a day is no date.
    try:
        tree = yaml.load(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # noqa: S506 (makes texts alone)
    except yaml.YAMLError as error:
        raise EntryInvalid(f"{licence_id}: not YAML: {error}") from None
    return _Entry(licence_id, tree).licence()


class _Entry:
    """A tree of YAML on its way to a licence."""

    def __init__(self, licence_id: str, tree: Any) -> None:
        self.id = licence_id
        self.tree = self.table("the entry", tree, _KEYS)
        if missing := [key for key in _NEEDED if key not in self.tree]:
            raise self.wrong(missing[0], "this key is missing")

    def wrong(self, where: str, message: str) -> EntryInvalid:
        return EntryInvalid(f"{self.id}: {where}: {message}")

    def licence(self) -> Licence:
        texts = {key: self.text(key, self.tree.get(key, "")) for key in _TEXTS}
        lists = {key: self.texts(key, self.tree.get(key, [])) for key in _LISTS}
        self.one_of("family", texts["family"], standard.FAMILIES)
        self.one_of("open", texts["open"], standard.OPEN)
        self.one_of("eu_art53_2", texts["eu_art53_2"], standard.EXEMPTION)
        self.one_of("read", texts["read"], standard.READ)
        for key, known in (("grants", standard.GRANTS), ("mof", standard.CONTENT)):
            for word in lists[key]:
                self.one_of(key, word, known)
        conditions = self.conditions()
        duties = self.duties()
        values: dict[str, Any] = {**texts, **lists, "conditions": conditions, "duties": duties}
        told = [condition.id for condition in conditions] + [due.id for due in duties]
        return Licence(id=self.id, flows_down=self.flows_down(told), outputs=self.outputs(), **values)

    def conditions(self) -> tuple[Condition, ...]:
        made = []
        for where, item in self.items("conditions"):
            values = self.shared(where, item, standard.CONDITIONS, {"id", "needs", "says", "only_for"})
            self.one_of(f"{where}.only_for", values.get("only_for", ""), standard.ONLY_FOR)
            made.append(Condition(**values))
        return tuple(made)

    def duties(self) -> tuple[Due, ...]:
        known = {"id", "who", "when", "says", "words"}
        made = [Due(**self.shared(where, item, standard.DUTIES, known)) for where, item in self.items("duties")]
        for due in made:
            if due.id in ("notice", "display", "name-prefix") and not due.words:
                raise self.wrong(f"duties.{due.id}", "the words are missing")
        return tuple(made)

    def shared(
        self, where: str, item: Any, defaults: Mapping[str, Mapping[str, str]], known: set[str]
    ) -> dict[str, str]:
        """The values of one condition or duty: its own, and for what it leaves out the shared ones."""
        own = {"id": item} if isinstance(item, str) else self.table(where, item, known)
        values = {key: self.text(f"{where}.{key}", value) for key, value in own.items()}
        self.one_of(f"{where}.id", values.get("id", ""), defaults)
        values = {**defaults[values["id"]], **values}
        if missing := [key for key in ("says", *({"who"} & known)) if not values.get(key)]:
            raise self.wrong(f"{where}.{missing[0]}", "this key is missing")
        return values

    def outputs(self) -> Outputs:
        values = self.table("outputs", self.tree.get("outputs", {}), {"rule", "says"})
        rule = self.text("outputs.rule", values.get("rule", "silent"))
        self.one_of("outputs.rule", rule, standard.OUTPUT_RULES)
        return Outputs(rule=rule, says=self.text("outputs.says", values.get("says", standard.OUTPUT_RULES[rule])))

    def flows_down(self, known: Sequence[str]) -> tuple[str, ...]:
        value = self.tree.get("flows_down", [])
        if value == "all":
            return tuple(dict.fromkeys(known))
        for word in self.texts("flows_down", value):
            self.one_of("flows_down", word, known)
        return tuple(value)

    def items(self, key: str) -> list[tuple[str, Any]]:
        value = self.tree.get(key, [])
        if not isinstance(value, list):
            raise self.wrong(key, "a list is needed here")
        return [(f"{key}[{index}]", item) for index, item in enumerate(value)]

    def table(self, where: str, value: Any, known: set[str]) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.wrong(where, f"keys are needed here: {', '.join(sorted(known))}")
        for key in value:
            self.one_of(where, key, known)
        return value

    def text(self, where: str, value: Any) -> str:
        if not isinstance(value, str):
            raise self.wrong(where, "a text is needed here")
        return value

    def texts(self, where: str, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise self.wrong(where, "a list is needed here")
        return tuple(self.text(where, item) for item in value)

    def one_of(self, where: str, word: str, known: Mapping[str, object] | Sequence[str] | set[str]) -> None:
        if word not in known:
            raise self.wrong(where, f"{word!r} is none of {', '.join(map(repr, sorted(known)))}")
