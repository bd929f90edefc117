"""A policy from a few lines, and a report from a few words."""

from __future__ import annotations

from datetime import UTC, datetime

from expressions import SCHEMA

from hilt.core.fact import Fact, FactSchema, Known
from hilt.core.finding import Finding, Severity, Where
from hilt.core.report import Coverage, Gap, Report
from hilt.core.subject import Subject
from hilt.core.verdict import Verdict
from hilt.policy.document import Policy, read_policy
from hilt.policy.engine import judge

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def policy(rules: str, *, head: str = "", name: str = "acme", schema: FactSchema = SCHEMA) -> Policy:
    """A policy of these rules: lines of YAML, each beginning with the name of a rule."""
    lines = "\n".join(f"  {line}" for line in rules.splitlines())
    return read_policy(f"policy: {name}\nversion: 1\n{head}\nrules:\n{lines}\n".encode(), schema, file="acme.yaml")


def report(*findings: Finding, gaps: tuple[Gap, ...] = (), **facts: bool | float | str | tuple[str, ...]) -> Report:
    """A report with these facts, `a_count=1` for the fact a.count."""
    stated = tuple(
        Fact(key=key.replace("_", "."), value=value, known=Known.VERIFIED, source="f") for key, value in facts.items()
    )
    return Report(subject=Subject(reference="m"), findings=findings, facts=stated, coverage=Coverage(gaps=gaps))


def finding(severity: Severity, path: str = "model.pkl", offset: int | None = None) -> Finding:
    return Finding(check="pickle-code", severity=severity, where=Where(path=path, offset=offset), message="m")


def verdict(of: Report, *policies: Policy, schema: FactSchema = SCHEMA, **env: str) -> Verdict:
    return judge(of, policies, env=env, now=NOW, schema=schema)
