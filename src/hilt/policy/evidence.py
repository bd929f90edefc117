"""What expressions see of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan

from hilt.core.errors import SettingsInvalid
from hilt.core.fact import Fact, FactSchema, FactSpec
from hilt.core.finding import Finding, Severity
from hilt.core.profile import NO_PROFILE, Profile
from hilt.core.report import Gap, Report, State
from hilt.core.rights import Answer, Duty, DutyState, HeldTerm, Obligation, Term
from hilt.policy.evaluate import NamedValues, Scope, Value
from hilt.policy.kinds import ENV, nearest
from hilt.policy.rights import change, profile_record

MAX_NAME = 80
"""Characters of a licence, a work or a kind that an explanation names; a stored report may hold anything."""


def evidence(
    report: Report,
    env: Mapping[str, str],
    schema: FactSchema,
    waived: Sequence[Finding] = (),
    *,
    profile: Profile = NO_PROFILE,
    terms: Sequence[HeldTerm] = (),
    duties: Sequence[Duty] = (),
) -> Scope:
    """The fields that `kinds.evidence_kind` declares, filled from `report`, `env` and `profile`.

    `report` is what waivers have left of it, and `waived` what they took. `terms` and `duties` are those of the report,
    held against the profile. What rules of law say comes later, see `with_answers`.

    A fact that is unknown, missing, not declared, or not of its declared type is unknown.
    """
    for name in env:
        if name not in ENV.fields:
            known = tuple(ENV.fields)
            raise SettingsInvalid(f"there are {', '.join(known)}{nearest(name, known)}", where=f"env.{name}")
    tree: dict[str, Value] = {
        "findings": tuple(_finding(finding) for finding in report.findings),
        "waived": tuple(_finding(finding) for finding in waived),
        "coverage": NamedValues(_coverage(report)),
        "subject": NamedValues(_subject(report)),
        "env": NamedValues(dict(env)),
        "profile": profile_record(profile),
        "terms": tuple(_term(held, profile) for held in terms),
        "obligations": tuple(_obligation(duty, profile) for duty in duties),
        "regulations": (),
    }
    for fact in report.facts:
        if fact.key in schema:
            _place(tree, fact.key, _value(fact, schema[fact.key]))
    return tree


def with_answers(scope: Scope, answers: Sequence[Answer]) -> Scope:
    """The evidence, with what rules of law say of it."""
    return {**scope, "regulations": tuple(map(_regulation, answers))}


def _finding(finding: Finding) -> NamedValues:
    fields: dict[str, Value] = {
        "check": finding.check,
        "severity": finding.severity,
        "confidence": Severity[finding.confidence.name],
        "path": finding.where.path,
        "message": finding.message,
    }
    return NamedValues(fields, label=f"{finding.check} {finding.where}")


def _term(held: HeldTerm, profile: Profile) -> NamedValues:
    term = held.term
    fields: dict[str, Value] = {
        "licence": term.licence,
        "id": term.id,
        "says": term.says,
        "of": term.of,
        "source": term.source,
        "holds": held.holds,
    }

    def changed(field: str) -> tuple[str, ...]:
        told = change(term.needs, profile) if field == "holds" else ()
        if field == "holds" and (held.holds is False or not told):
            return (" or ".join((*told, _met(term))),)
        return told

    return NamedValues(fields, label=f"{_named(term)} ({held.why})", change=changed)


def _obligation(duty: Duty, profile: Profile) -> NamedValues:
    asked = duty.obligation
    fields: dict[str, Value] = {
        "licence": asked.licence,
        "id": asked.id,
        "says": asked.says,
        "who": asked.who,
        "of": asked.of,
        "source": asked.source,
        "state": duty.state.value,
    }

    def changed(field: str) -> tuple[str, ...]:
        if field != "state":
            return ()
        unknown = change(asked.when, profile) if duty.state is DutyState.UNKNOWN else ()
        return unknown or (_met(asked),)

    return NamedValues(fields, label=f"{_named(asked)}: {duty.state.value} ({duty.why})", change=changed)


def _named(asked: Term | Obligation) -> str:
    named = [name if len(name) <= MAX_NAME else f"{name[:MAX_NAME]}…" for name in (asked.licence, asked.of, asked.id)]
    return f"{named[0]}{f' of {named[1]}' if named[1] else ''}, {named[2]}"


def _met(asked: Term | Obligation) -> str:
    return f"your settings say under `obligations` how {_named(asked)} is met"


def _regulation(answer: Answer) -> NamedValues:
    fields: dict[str, Value] = {
        "id": answer.id,
        "law": answer.law,
        "article": answer.article,
        "holds": answer.holds,
        "whose": answer.whose,
    }
    return NamedValues(fields, label=f"{answer.title}: {answer.law}, {answer.article} ({answer.why})")


def _coverage(report: Report) -> dict[str, Value]:
    def gaps(state: State) -> tuple[Value, ...]:
        return tuple(_gap(gap) for gap in report.coverage.gaps if gap.state is state)

    return {
        "complete": report.coverage.complete,
        "failed": gaps(State.FAILED),
        "skipped": gaps(State.SKIPPED),
    }


def _gap(gap: Gap) -> NamedValues:
    label = f"{gap.what} {gap.path or '(the whole subject)'}: {gap.why}"
    return NamedValues({"what": gap.what, "path": gap.path, "why": gap.why}, label=label)


def _subject(report: Report) -> dict[str, Value]:
    subject = report.subject
    return {
        "reference": subject.reference,
        "revision": subject.revision or None,
        "digest": subject.digest or None,
        "claimed": subject.claimed,
        "files": len(subject.files),
        "size": subject.size,
    }


def _value(fact: Fact, spec: FactSpec) -> Value:
    value = fact.value
    if type(value) is int and spec.type is float:
        return value
    if type(value) is not spec.type or (isinstance(value, float) and isnan(value)):
        return None
    return value


def _place(tree: dict[str, Value], key: str, value: Value) -> None:
    *groups, leaf = key.split(".")
    fields = tree
    for group in groups:
        record = fields.get(group)
        own = dict(record.fields) if isinstance(record, NamedValues) else {}
        fields[group] = NamedValues(own)
        fields = own
    fields[leaf] = value
