"""explain: what a check looks for, or what a rule of a policy asks, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from hilt.checks import CHECKS
from hilt.checks.run import SCHEMA
from hilt.core.catalogue import About, Catalogue
from hilt.core.errors import UsageError
from hilt.policy import PACKS, load
from hilt.policy.describe import describe_rule
from hilt.policy.document import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Something that a verdict names, told: paragraphs of (heading, text)."""

    name: str
    title: str
    paragraphs: tuple[tuple[str, str], ...]


def catalogue() -> Catalogue:
    """Every check and every fact of this version, told."""
    return Catalogue(
        (
            About(
                id=check.id,
                family=check.family,
                severity=check.severity,
                title=check.title,
                what=check.paragraph("What"),
                why=check.paragraph("Why"),
                blind_spot=check.paragraph("What it cannot see"),
                fix=check.paragraph("Fix"),
            )
            for check in CHECKS
        ),
        SCHEMA,
    )


def explain(name: str, *, policies: Sequence[str] | None = None) -> Explanation:
    """The check of this id, or the rule of this name in `policies` (all packs without it).

    Raises `UsageError` with the nearest names where there is neither.
    """
    about = next((about for about in catalogue() if about.id == name), None)
    if about is not None and not policies:
        return _of_check(about)
    loaded = [load(policy, SCHEMA) for policy in policies or PACKS]
    found = [(policy, rule) for policy in loaded for rule in policy.rules if rule.name == name]
    if found:
        return _of_rules(name, [policy for policy, _ in found])
    known = [about.id for about in catalogue()] + [rule.name for policy in loaded for rule in policy.rules]
    near = get_close_matches(name, known, n=3)
    hint = f"did you mean {' or '.join(dict.fromkeys(near))}?" if near else "`hilt checks` lists the checks"
    raise UsageError(f"{name}: no check and no rule bears this name; {hint}")


def _of_check(about: About) -> Explanation:
    severity = f"{about.severity.word} is the worst that it says"
    told = (
        ("What", about.what),
        ("Why", about.why),
        ("What it cannot see", about.blind_spot),
        ("Fix", about.fix),
        ("Severity", severity),
    )
    return Explanation(name=about.id, title=about.title, paragraphs=told)


def _of_rules(name: str, policies: Sequence[Policy]) -> Explanation:
    told = tuple(
        (f"In {policy.name}", describe_rule(rule, SCHEMA))
        for policy in policies
        for rule in policy.rules
        if rule.name == name
    )
    return Explanation(name=name, title="a rule that a policy asks", paragraphs=told)
