"""A policy and its rules told to a person: what `hilt policy show` and `hilt explain RULE` print."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from functools import lru_cache

from hilt.core.fact import FactSchema
from hilt.core.roles import deciders
from hilt.core.verdict import Outcome
from hilt.policy.document import Policy, Rule
from hilt.policy.kinds import all_fields, evidence_kind
from hilt.policy.syntax import paths, text_of

WIDTH = 100


def describe(policy: Policy, schema: FactSchema) -> str:
    """The whole policy."""
    scope = "".join(f", for {name} {' or '.join(values)}" for name, values in policy.applies_to.items())
    exceptions = f"; exceptions by {deciders(*policy.override)}" if policy.override.by else ""
    head = f"{policy.name}, version {policy.version}{scope}{exceptions}"
    return "\n\n".join([head, *(describe_rule(rule, schema) for rule in policy.rules)])


def describe_rule(rule: Rule, schema: FactSchema) -> str:
    """One rule: what it needs, what follows where it does not get it, and which fields it reads."""
    return "\n".join([rule.name, *(line for title, text in rows(rule, schema) for line in _row(title, text))])


def rows(rule: Rule, schema: FactSchema) -> Iterator[tuple[str, str]]:
    """What one rule says, each with its title."""
    if rule.when is not None:
        yield "when", text_of(rule.when)
    yield "needs", text_of(rule.require)
    yield "else", outcomes(rule.otherwise)
    unsafe = " (unsafe: what nobody knows passes)" if rule.unknown is Outcome.ADMIT else ""
    yield "unknown", f"{rule.unknown.word}{unsafe}"
    yield from ((title, text) for title, text in (("says", rule.say), ("fix", rule.fix)) if text)
    if rule.deciders.by:
        yield "decided", f"by {deciders(*rule.deciders)}"
    if rule.ask:
        yield "asks", rule.ask
    if rule.maps_to:
        yield "maps to", ", ".join(rule.maps_to)
    about = _about(schema)
    read = [*paths(rule.require), *(paths(rule.when) if rule.when is not None else ())]
    for path in dict.fromkeys(read):
        if path in about:
            yield "reads", f"{path}: {about[path]}"


@lru_cache(maxsize=4)
def _about(schema: FactSchema) -> Mapping[str, str]:
    """What each field tells."""
    return {path: spec.about for path, spec in all_fields(evidence_kind(schema))}


def outcomes(otherwise: Mapping[str, Outcome]) -> str:
    """What follows where a rule does not get what it needs: `block`, or `block in production, review`."""
    return ", ".join(f"{outcome.word} in {stage}" if stage else outcome.word for stage, outcome in otherwise.items())


def _row(title: str, text: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=f"  {title:<8}", subsequent_indent=" " * 10, break_long_words=False
    )
