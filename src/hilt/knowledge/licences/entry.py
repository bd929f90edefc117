"""An entry of the pack as it is written: a file of YAML in `entries/`, checked word by word.

Read by `scripts/build_licence_index.py` and by tests alone. An entry that is wrong is a bug: `EntryInvalid` names the file,
the key and what was seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from hilt.knowledge.licences import standard
from hilt.knowledge.licences.licence import Condition, Due, Licence, Outputs

FOLDER = Path(__file__).with_name("entries")
_LISTS = ("hub", "aliases", "links", "grants", "mof")
_TEXTS = (
    *("name", "family", "spdx", "share_alike", "guardrail", "termination", "licensor_may_change"),
    *("open", "eu_art53_2", "read", "source", "as_of"),
)
_NEEDED = ("name", "family", "grants", "open", "eu_art53_2", "read", "source", "as_of")
_KEYS = {*_LISTS, *_TEXTS, "conditions", "duties", "flows_down", "outputs"}


class EntryInvalid(ValueError):
    """An entry of the pack is wrong."""


def entries() -> Iterator[Licence]:
    """Every entry, by its id. Raises `EntryInvalid`."""
    for path in sorted(FOLDER.glob("*.yaml"), key=lambda path: path.stem):
        yield parse(path.stem, path.read_text(encoding="utf-8"))


def parse(licence_id: str, text: str) -> Licence:
    """The licence that the YAML `text` describes. Raises `EntryInvalid`."""
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
