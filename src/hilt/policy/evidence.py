"""What expressions see of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan

from hilt.core.errors import SettingsInvalid
from hilt.core.fact import Fact, FactSchema, FactSpec
from hilt.core.finding import Finding, Severity
from hilt.core.report import Gap, Report, State
from hilt.policy.evaluate import Record, Scope, Value
from hilt.policy.kinds import ENV, nearest


def evidence(report: Report, env: Mapping[str, str], schema: FactSchema, waived: Sequence[Finding] = ()) -> Scope:
    """The fields that `kinds.evidence_kind` declares, filled from `report` and `env`.

    `report` is what waivers have left of it, and `waived` what they took.

    A fact that is unknown, missing, not declared, or not of its declared type is unknown.
    """
    for name in env:
        if name not in ENV.fields:
            known = tuple(ENV.fields)
            raise SettingsInvalid(f"there are {', '.join(known)}{nearest(name, known)}", where=f"env.{name}")
    tree: dict[str, Value] = {
        "findings": tuple(_finding(finding) for finding in report.findings),
        "waived": tuple(_finding(finding) for finding in waived),
        "coverage": Record(_coverage(report)),
        "subject": Record(_subject(report)),
        "env": Record(dict(env)),
    }
    for fact in report.facts:
        if fact.key in schema:
            _place(tree, fact.key, _value(fact, schema[fact.key]))
    return tree


def _finding(finding: Finding) -> Record:
    fields: dict[str, Value] = {
        "check": finding.check,
        "severity": finding.severity,
        "confidence": Severity[finding.confidence.name],
        "path": finding.where.path,
        "message": finding.message,
    }
    return Record(fields, label=f"{finding.check} {finding.where}")


def _coverage(report: Report) -> dict[str, Value]:
    def gaps(state: State) -> tuple[Value, ...]:
        return tuple(_gap(gap) for gap in report.coverage.gaps if gap.state is state)

    return {
        "complete": report.coverage.complete,
        "failed": gaps(State.FAILED),
        "skipped": gaps(State.SKIPPED),
    }


def _gap(gap: Gap) -> Record:
    label = f"{gap.what} {gap.path or '(the whole subject)'}: {gap.why}"
    return Record({"what": gap.what, "path": gap.path, "why": gap.why}, label=label)


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
        own = dict(record.fields) if isinstance(record, Record) else {}
        fields[group] = Record(own)
        fields = own
    fields[leaf] = value
