"""The policies that judge today, rule by rule: what each asks, who decides, and where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from hilt.checks.run import SCHEMA
from hilt.core.roles import deciders
from hilt.core.verdict import Outcome
from hilt.gate.judge import policies
from hilt.gate.settings import Settings
from hilt.policy import PACKS, source
from hilt.policy.describe import outcomes, rows
from hilt.policy.document import Policy, Rule
from hilt.policy.engine import digest


class RuleInForce(NamedTuple):
    """A rule in words. `otherwise` is what follows where it does not get what it needs, `strictest` the worst of that.

    `rows` is all that it says, each part with its title; `roles` are those of whoever may decide it.
    """

    name: str
    policy: str
    line: int
    otherwise: str
    strictest: Outcome
    says: str
    by: str
    roles: tuple[str, ...]
    asks: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyInForce:
    """`pack` is true where it comes with hilt; `digest` is the SHA-256 of its `text`. `scope` is where it applies."""

    name: str
    version: str
    file: str
    pack: bool
    digest: str
    text: str
    scope: str
    exceptions: str
    rules: tuple[RuleInForce, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """`digest` is what verdicts of today name: of all policies together, with waivers, profile and surroundings."""

    digest: str
    policies: tuple[PolicyInForce, ...]
    waivers: int


def policies_in_force(settings: Settings) -> InForce:
    """What judges now. Raises `PolicyInvalid`."""
    chosen = policies(None, settings)
    return InForce(
        digest=digest(chosen, settings.env, settings.waivers, settings.profile, settings.settled),
        policies=tuple(map(_told, chosen)),
        waivers=len(settings.waivers),
    )


def _told(policy: Policy) -> PolicyInForce:
    text = source(policy.file)
    return PolicyInForce(
        name=policy.name,
        version=policy.version,
        file=policy.file if policy.file in PACKS else str(Path(policy.file).name),
        pack=policy.file in PACKS,
        digest=sha256(text).hexdigest(),
        text=text.decode("utf-8", "replace"),
        scope="; ".join(f"{name} {_any_of(values)}" for name, values in policy.applies_to.items()),
        exceptions=deciders(*policy.override) if policy.override.by else "",
        rules=tuple(_rule(policy, one) for one in policy.rules),
    )


def _rule(policy: Policy, rule: Rule) -> RuleInForce:
    return RuleInForce(
        name=rule.name,
        policy=policy.name,
        line=rule.line,
        otherwise=outcomes(rule.otherwise),
        strictest=max(rule.otherwise.values()),
        says=rule.say,
        by=deciders(*rule.deciders) if rule.deciders.by else "",
        roles=tuple(dict.fromkeys((*rule.deciders.by, *policy.override.by))),
        asks=rule.ask,
        rows=tuple(rows(rule, SCHEMA)),
    )


def _any_of(values: Sequence[str]) -> str:
    return " or ".join(values)
