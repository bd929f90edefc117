"""A policy: what stands in its file, checked to the last key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from hilt.core.errors import PolicyInvalid
from hilt.core.fact import FactSchema
from hilt.core.roles import SHAPE
from hilt.core.verdict import Outcome
from hilt.policy import strict_yaml
from hilt.policy.checker import check, loosening
from hilt.policy.kinds import ENV, RecordKind, evidence_kind
from hilt.policy.parser import parse
from hilt.policy.reading import Reading, join
from hilt.policy.strict_yaml import Table, Text, Tree
from hilt.policy.syntax import Node, text_of, wrong

MAX_RULES = 500
MAX_APPROVALS = 9

_POLICY_KEYS = ("policy", "version", "applies_to", "unknown", "unsafe_unknown", "by", "approvals", "override", "rules")
_RULE_KEYS = ("require", "when", "else", "say", "fix", "maps_to", "unknown", "unsafe_unknown", "by", "approvals", "ask")
_POLICY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,99}")
_RULE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


class Deciders(NamedTuple):
    """Who decides: so many different people, each with one of the roles `by`; nobody where there is none."""

    by: tuple[str, ...] = ()
    approvals: int = 1

    def canonical(self) -> dict[str, Any]:
        return {"by": sorted(self.by), "approvals": self.approvals} if self.by else {}


class Rule(NamedTuple):
    """One rule: where `when` holds, `require` must; where it does not, `otherwise` follows.

    `otherwise` maps stages to outcomes; the key "" is for every stage. `unknown` is the outcome where it cannot be told.
    `deciders` are asked `ask` where the outcome is review. `line` is where it begins in its file.
    """

    name: str
    require: Node
    otherwise: Mapping[str, Outcome]
    unknown: Outcome
    when: Node | None = None
    say: str = ""
    fix: str = ""
    maps_to: tuple[str, ...] = ()
    deciders: Deciders = Deciders()
    ask: str = ""
    line: int = 0


class Policy(NamedTuple):
    """A layer of rules. `applies_to` maps fields of `env` to the values for which it holds; empty: always.

    `override` may make an exception where one of its rules blocks.
    """

    name: str
    version: str
    rules: tuple[Rule, ...]
    applies_to: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    file: str = ""
    override: Deciders = Deciders()

    def canonical(self) -> dict[str, Any]:
        """Everything that bears on a verdict, as plain values: the same for two files that mean the same."""
        override = self.override.canonical()
        return {
            "policy": self.name,
            "version": self.version,
            "applies_to": {name: sorted(values) for name, values in self.applies_to.items()},
            **({"override": override} if override else {}),
            "rules": {
                rule.name: {
                    "require": text_of(rule.require),
                    "when": text_of(rule.when) if rule.when else "",
                    "else": {stage: outcome.word for stage, outcome in rule.otherwise.items()},
                    "unknown": rule.unknown.word,
                    "say": rule.say,
                    "fix": rule.fix,
                    "maps_to": sorted(rule.maps_to),
                    **rule.deciders.canonical(),
                    **({"ask": rule.ask} if rule.ask else {}),
                }
                for rule in self.rules
            },
        }


def read_policy(data: bytes, schema: FactSchema, *, file: str = "") -> Policy:
    """The policy in `data`. Raises `PolicyInvalid` with the key path."""
    reader = _Reader(file, evidence_kind(schema))
    root = reader.table(strict_yaml.load(data, file=file), "", _POLICY_KEYS)
    unknown = reader.unknown(root, "", Outcome.REVIEW)
    deciders = reader.deciders(root, "", Deciders())
    rules = reader.needed(root, "", "rules")
    if not isinstance(rules, Table) or not rules.entries:
        raise reader.wrong("a policy has at least one rule", "rules", rules)
    if len(rules.entries) > MAX_RULES:
        raise reader.wrong(f"{len(rules.entries)} rules; a policy has at most {MAX_RULES}", "rules", rules)
    return Policy(
        name=reader.word(reader.needed(root, "", "policy"), "policy", _POLICY_NAME),
        version=reader.text(reader.needed(root, "", "version"), "version"),
        applies_to=reader.applies_to(root.entries.get("applies_to")),
        rules=tuple(reader.rule(name, tree, unknown, deciders) for name, tree in rules.entries.items()),
        file=file,
        override=reader.override(root),
    )


class _Reader(Reading):
    def __init__(self, file: str, evidence: RecordKind) -> None:
        super().__init__(file)
        self.evidence = evidence

    def unknown(self, table: Table, where: str, default: Outcome) -> Outcome:
        """What follows where evidence is missing: review or block, and admit only under the name that warns."""
        strict, unsafe = table.entries.get("unknown"), table.entries.get("unsafe_unknown")
        if strict is not None and unsafe is not None:
            raise self.wrong("unknown and unsafe_unknown say the same thing; keep one", join(where, "unknown"), strict)
        if unsafe is not None:
            where = join(where, "unsafe_unknown")
            if self.outcome(unsafe, where) is not Outcome.ADMIT:
                raise self.wrong("only admit is unsafe; write unknown: review or unknown: block", where, unsafe)
            return Outcome.ADMIT
        if strict is None:
            return default
        outcome = self.outcome(strict, join(where, "unknown"))
        if outcome is Outcome.ADMIT:
            message = "what nobody knows would pass; if that is meant, write unsafe_unknown: admit"
            raise self.wrong(message, join(where, "unknown"), strict)
        return outcome

    def applies_to(self, tree: Tree | None) -> dict[str, tuple[str, ...]]:
        if tree is None:
            return {}
        table = self.table(tree, "applies_to", tuple(ENV.fields))
        if not table.entries:
            raise self.wrong("say to what it applies, or leave the key out", "applies_to", tree)
        return {name: self.texts(values, f"applies_to.{name}") for name, values in table.entries.items()}

    def deciders(self, table: Table, where: str, default: Deciders) -> Deciders:
        by, approvals = table.entries.get("by"), table.entries.get("approvals")
        return Deciders(
            default.by if by is None else self.roles(by, join(where, "by")),
            default.approvals if approvals is None else self.approvals(approvals, join(where, "approvals")),
        )

    def override(self, root: Table) -> Deciders:
        if "override" not in root.entries:
            return Deciders()
        table = self.table(root.entries["override"], "override", ("by", "approvals"))
        self.needed(table, "override", "by")
        return self.deciders(table, "override", Deciders())

    def roles(self, tree: Tree, where: str) -> tuple[str, ...]:
        roles = self.texts(tree, where)
        for role in roles:
            if not SHAPE.fullmatch(role):
                raise self.wrong(f"{role!r} is no role: up to 40 small letters, digits and -", where, tree)
        return tuple(dict.fromkeys(roles))

    def approvals(self, tree: Tree, where: str) -> int:
        text = self.text(tree, where)
        if text not in {str(number) for number in range(1, MAX_APPROVALS + 1)}:
            raise self.wrong(f"{text!r} is no number of people from 1 to {MAX_APPROVALS}", where, tree)
        return int(text)

    def rule(self, name: str, tree: Tree, unknown: Outcome, deciders: Deciders) -> Rule:
        where = f"rules.{name}"
        self.word(Text(name, tree.line), where, _RULE_NAME)
        table = self.table(tree, where, _RULE_KEYS)
        entries = table.entries
        unknown = self.unknown(table, where, unknown)
        unsafe = unknown is Outcome.ADMIT
        condition = entries.get("when")
        return Rule(
            name=name,
            require=self.expression(self.needed(table, where, "require"), f"{where}.require", unsafe, wanted=True),
            when=None if condition is None else self.expression(condition, f"{where}.when", unsafe, wanted=False),
            otherwise=self.otherwise(self.needed(table, where, "else"), f"{where}.else"),
            unknown=unknown,
            say=self.optional(table, where, "say"),
            fix=self.optional(table, where, "fix"),
            maps_to=self.texts(entries["maps_to"], f"{where}.maps_to") if "maps_to" in entries else (),
            deciders=self.deciders(table, where, deciders),
            ask=self.optional(table, where, "ask"),
            line=tree.line,
        )

    def otherwise(self, tree: Tree, where: str) -> dict[str, Outcome]:
        if not isinstance(tree, Table):
            return {"": self.outcome(tree, where)}
        if not tree.entries:
            raise self.wrong("name a stage and its outcome", where, tree)
        return {stage: self.outcome(value, join(where, stage)) for stage, value in tree.entries.items()}

    def expression(self, tree: Tree, where: str, unsafe: bool, *, wanted: bool) -> Node:
        text = self.text(tree, where)
        try:
            node = parse(text)
            check(text, node, self.evidence)
            loose = None if unsafe else next(loosening(node, positive=wanted), None)
            if loose is not None:
                message = "missing evidence would make this rule pass; if that is meant, add unsafe_unknown: admit"
                raise wrong(text, loose.at, message, length=len(text_of(loose)))
        except PolicyInvalid as error:
            raise self.wrong(error.message, where, tree) from None
        return node
