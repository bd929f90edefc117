"""The rules of law that hilt holds a model against: a dated pack, `rules.yaml`, one entry each.

A rule is decided by two conditions in the language of policies, over the facts of a report and the organisation's
profile: it holds where `yes` is true, it does not where `no` is true, and otherwise it cannot be told. A rule whose
conditions are both `false` is a question that only people can answer; it is listed so that nobody takes hilt's silence
for an answer. A rule that `needs` others holds only where they hold too, and one with `unless` only where those do not:
the answer of each is one part of an "and" of three values.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

READ: Mapping[str, str] = MappingProxyType(
    {
        "T": "text read",
        "S": "secondary sources",
        "K": "NOT READ: general knowledge",
    }
)
"""How a rule is known."""

WHOSE = ("publisher", "you")


class Rule(NamedTuple):
    """One rule. `needs` and `unless` are ids of rules before it in the pack.

    `since` is the day from which it applies, `until` the last one, None where there is no end. `says` is what follows where it holds, and `whose` whose duty that is. `source` is what was read, `read` a key of
    `READ`, `as_of` the day on which it was last read.
    """

    id: str
    title: str
    law: str
    article: str
    since: date
    until: date | None
    yes: str
    no: str
    whose: str
    says: str
    source: str
    read: str
    as_of: date
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()

    def in_force(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, in the order of the pack."""
    import pkgutil

    import yaml

    data = pkgutil.get_data("hilt.knowledge.regulation", "rules.yaml")
    # Every value as the text that stands there: `no` is no truth value, and a day is read below.
    document = yaml.load(data or b"", Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # noqa: S506
    made: dict[str, Rule] = {}
    for entry in document["rules"]:
        rule = _rule({"as_of": document["as_of"], **entry})
        if rule.id in made or not made.keys() >= {*rule.needs, *rule.unless}:
            raise ValueError(f"rules.yaml: {rule.id} is there twice, or rests on a rule that does not come before it")
        made[rule.id] = rule
    return tuple(made.values())


def _rule(entry: Mapping[str, Any]) -> Rule:
    fields = dict(entry)
    until = fields.pop("until", None)
    return Rule(
        since=date.fromisoformat(fields.pop("from")),
        until=date.fromisoformat(until) if until else None,
        as_of=date.fromisoformat(fields.pop("as_of")),
        needs=tuple(fields.pop("needs", ())),
        unless=tuple(fields.pop("unless", ())),
        **fields,
    )
