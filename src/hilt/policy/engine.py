"""Judges a report by policies. Pure: the same report, policies, environment and time give the same verdict.

    1. Layers merge: every rule of every policy that applies is asked, and the strictest outcome wins. Adding a layer
       therefore never loosens.
    2. A rule passes where `when` is false or `require` is true. Where `require` is false its `else` follows; where it
       cannot be told, the policy's outcome for unknown evidence.
    3. A rule whose `else` is admit only informs, unknown or not.
    4. A policy that applies only to certain stages or uses applies wherever the stage or use is unknown, and an
       `else` that depends on the stage gives its strictest outcome for a stage that it does not name.
    5. If no policy applies nothing has been judged, and that is an error.
    6. What a waiver takes out counts in no rule but in those that ask for `waived` (see waivers.py).
    7. Terms and obligations of licences are held against the organisation's profile first (see rights.py), and rules of
       law are asked (see regulation.py); rules see what came of it.

Nothing here catches exceptions. An expression that passed the checks at load cannot fail; if it does, hilt is broken,
there is no verdict, and without a verdict no door opens.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hilt.core.errors import PolicyInvalid
from hilt.core.fact import FactSchema
from hilt.core.profile import NO_PROFILE, Profile, Settled
from hilt.core.report import Report
from hilt.core.verdict import Outcome, Reason, Verdict
from hilt.core.waiver import Waiver
from hilt.policy import explain
from hilt.policy.document import Deciders, Policy, Rule
from hilt.policy.evaluate import Scope, decide
from hilt.policy.evidence import evidence, with_answers
from hilt.policy.regulation import answers
from hilt.policy.rights import Organisation, duties, held
from hilt.policy.waivers import Weighed, weigh

if TYPE_CHECKING:
    from hilt.knowledge.regulation.rules import Rule as Law

MAX_WHY = 20
"""Lines of explanation for one rule."""


def judge(
    report: Report,
    policies: Sequence[Policy],
    *,
    env: Mapping[str, str],
    now: datetime,
    schema: FactSchema,
    waivers: Sequence[Waiver] = (),
    profile: Profile = NO_PROFILE,
    settled: Sequence[Settled] = (),
    rules: Sequence[Law] = (),
) -> Verdict:
    """The verdict of all `policies` on `report`; `now` carries its time zone, and `rules` are those of law."""
    if now.tzinfo is None:
        raise ValueError("now needs a time zone")
    weighed = weigh(report, waivers, today=now.astimezone(UTC).date(), schema=schema)
    return judge_weighed(
        weighed, policies, env=env, now=now, schema=schema, profile=profile, settled=settled, rules=rules
    )


def judge_weighed(
    weighed: Weighed,
    policies: Sequence[Policy],
    *,
    env: Mapping[str, str],
    now: datetime,
    schema: FactSchema,
    profile: Profile = NO_PROFILE,
    settled: Sequence[Settled] = (),
    rules: Sequence[Law] = (),
) -> Verdict:
    """The verdict on a report from which waivers have taken what they take."""
    report, today = weighed.report, now.astimezone(UTC).date()
    asking = Organisation(profile, settled, today)
    terms = held(report.terms, asking, reference=report.subject.reference)
    owed = duties(report.obligations, asking, reference=report.subject.reference)
    waived = [one.finding for one in weighed.waived]
    scope = evidence(weighed.left, env, schema, waived, profile=profile, terms=terms, duties=owed)
    said = answers(rules, scope, today)
    scope = with_answers(scope, said)
    reasons: list[Reason] = []
    passed: list[str] = []
    for policy in _applying(policies, env):
        for rule in policy.rules:
            reason = ask(rule, policy, scope, env)
            if reason is None:
                passed.append(rule.name)
            else:
                reasons.append(reason)
    reasons.sort(key=lambda reason: -reason.outcome)
    return Verdict(
        outcome=max((reason.outcome for reason in reasons), default=Outcome.ADMIT),
        report=report,
        policy=" + ".join(policy.name for policy in policies),
        policy_digest=digest(policies, env, weighed.waivers, profile, settled),
        reasons=tuple(reasons),
        passed=tuple(passed),
        waived=weighed.waived,
        unwaived=weighed.unwaived,
        terms=terms,
        duties=owed,
        answers=said,
        judged_at=now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
    )


def ask(rule: Rule, policy: Policy, scope: Scope, env: Mapping[str, str]) -> Reason | None:
    """What `rule` of `policy` says, or None where it passes."""
    applies = True if rule.when is None else decide(rule.when, scope)
    holds = decide(rule.require, scope)
    if applies is False or holds is True:
        return None
    unknown = applies is None or holds is None
    otherwise = _otherwise(rule, env)
    outcome = otherwise
    if unknown:
        outcome = min(rule.unknown, otherwise) if otherwise is Outcome.ADMIT else rule.unknown
    deciders = {Outcome.REVIEW: rule.deciders, Outcome.BLOCK: policy.override}.get(outcome, Deciders())
    why = explain.reasons(rule.require, scope)
    change = f"It passes once {explain.change(rule.require, scope)}."
    if applies is None and rule.when is not None:
        why = explain.reasons(rule.when, scope, wanted=False) + why
        change = f"It does not apply once {explain.change(rule.when, scope, wanted=False)}. {change}"
    return Reason(
        rule=rule.name,
        policy=policy.name,
        outcome=outcome,
        say=rule.say,
        why=why[:MAX_WHY] + ((f"and {len(why) - MAX_WHY} more",) if len(why) > MAX_WHY else ()),
        change=rule.fix or change,
        unknown=unknown,
        maps_to=rule.maps_to,
        by=deciders.by,
        approvals=deciders.approvals,
        ask=_question(rule, outcome, unknown=unknown) if deciders.by else "",
    )


def _question(rule: Rule, outcome: Outcome, *, unknown: bool) -> str:
    """What whoever decides answers in words."""
    if rule.ask:
        return rule.ask
    if outcome is Outcome.BLOCK:
        return "What did you look at, why must it be used all the same, and what keeps harm away?"
    if unknown:
        return "hilt could not decide this. What did you find out, from where, and why is it acceptable here?"
    return "What did you look at, and why is it acceptable here?"


def digest(
    policies: Sequence[Policy],
    env: Mapping[str, str],
    waivers: Sequence[Waiver] = (),
    profile: Profile = NO_PROFILE,
    settled: Sequence[Settled] = (),
) -> str:
    """SHA-256 (hex) of the canonical form of merged layers, environment, waivers and organisation, whatever their order."""
    layers = sorted((policy.canonical() for policy in policies), key=_canonical)
    given = sorted((one.check, one.path, one.digest, one.expires.isoformat(), one.reason) for one in waivers)
    met = sorted((one.licence, one.id, one.of, one.done, one.until.isoformat() if one.until else "") for one in settled)
    rests_on = {"form": 1, "layers": layers, "env": dict(env), "waivers": given}
    rests_on |= {"profile": profile._asdict(), "settled": met}
    return hashlib.sha256(_canonical(rests_on).encode("ascii")).hexdigest()


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _applying(policies: Sequence[Policy], env: Mapping[str, str]) -> list[Policy]:
    applying = [
        policy
        for policy in policies
        if all(name not in env or env[name] in values for name, values in policy.applies_to.items())
    ]
    if not applying:
        given = ", ".join(f"{name} {value}" for name, value in env.items()) or "this"
        scopes = "; ".join(
            f"{policy.name}: {name} {' or '.join(values)}"
            for policy in policies
            for name, values in policy.applies_to.items()
        )
        raise PolicyInvalid(f"no policy applies to {given}" + (f" ({scopes})" if scopes else ": none was given"))
    return applying


def _otherwise(rule: Rule, env: Mapping[str, str]) -> Outcome:
    for stage in (env.get("stage"), ""):
        if stage is not None and stage in rule.otherwise:
            return rule.otherwise[stage]
    return max(rule.otherwise.values())
