"""What rules of law say of a report and an organisation, three-valued. Pure; the rules are given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from hilt.core.rights import FOR_PEOPLE, Answer
from hilt.policy import explain
from hilt.policy.evaluate import Scope, decide, every
from hilt.policy.parser import parse
from hilt.policy.syntax import Node, Or

if TYPE_CHECKING:
    from hilt.knowledge.regulation.rules import Rule

_WORDS = MappingProxyType({True: "yes", False: "no", None: "nobody can tell"})
_parsed = lru_cache(maxsize=256)(parse)


class _Said(NamedTuple):
    """Does a rule hold, its days left aside, and why."""

    holds: bool | None
    why: str


def answers(rules: Iterable[Rule], scope: Scope, today: date) -> tuple[Answer, ...]:
    """What each rule says on the day `today` (UTC) of the evidence in `scope`.

    A rule comes after those that it rests on.
    """
    said: dict[str, _Said] = {}
    given = []
    for rule in rules:
        said[rule.id] = _decided(rule, scope, said)
        given.append(_answer(rule, said[rule.id], today))
    return tuple(given)


def _answer(rule: Rule, said: _Said, today: date) -> Answer:
    holds, why = said
    if today < rule.since:
        holds, why = False, f"in force from {rule.since} on; then: {_WORDS[said.holds]}" + (f" ({why})" if why else "")
    elif rule.until is not None and today > rule.until:
        holds, why = False, f"in force until {rule.until}"
    return Answer(
        id=rule.id,
        title=rule.title,
        law=rule.law,
        article=rule.article,
        holds=holds,
        says=rule.says,
        whose=rule.whose,
        why=why,
        read=rule.as_of.isoformat(),
    )


def _decided(rule: Rule, scope: Scope, said: Mapping[str, _Said]) -> _Said:
    """What the rule says by itself, and by those that it needs or that keep it from holding."""
    parts = [_alone(rule, scope)]
    for name in (*rule.needs, *rule.unless):
        other = said[name].holds
        holds = None if other is None else other is (name in rule.needs)
        parts.append(_Said(holds, f"{name}: {_WORDS[other]}"))
    value = every(part.holds for part in parts)
    return _Said(value, "; ".join(part.why for part in parts if part.holds is value and part.why))


def _alone(rule: Rule, scope: Scope) -> _Said:
    yes, no = _parsed(rule.yes), _parsed(rule.no)
    if decide(yes, scope) is True:
        return _Said(True, "; ".join(explain.seen(yes, scope)))
    if decide(no, scope) is True:
        return _Said(False, "; ".join(explain.seen(_cause(no, scope), scope)))
    if rule.yes == "false":
        return _Said(None, FOR_PEOPLE)
    missing = [line for line in explain.reasons(yes, scope) if line.endswith(" is unknown")]
    return _Said(None, "; ".join(missing or explain.seen(yes, scope)))


def _cause(node: Node, scope: Scope) -> Node:
    """The first part of an or that is true by itself."""
    true = [part for part in node.parts if decide(part, scope)] if isinstance(node, Or) else []
    return _cause(true[0], scope) if true else node
