"""judge: what policies say of a report, one just made or one that was stored."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from os import PathLike, fspath
from typing import TYPE_CHECKING

from hilt.checks.run import SCHEMA
from hilt.core.errors import ReportInvalid, UsageError
from hilt.core.report import Report
from hilt.core.running import Running
from hilt.core.verdict import Verdict
from hilt.gate.settings import Settings
from hilt.policy import engine, load
from hilt.policy.document import Policy
from hilt.policy.syntax import paths

if TYPE_CHECKING:
    from hilt.knowledge.regulation.rules import Rule

Named = str | PathLike[str]
"""The name of a pack, or the path of a policy."""

_LARGEST = 1 << 28
"""Bytes of a file of reports."""
_DECIDING = ("compute.flop_low", "model.generates", "model.released", "training.")
"""What the keys of facts begin with without which no rule of law can turn out to hold."""


def judge(
    report: Report | Verdict | str | PathLike[str],
    *,
    policy: Named | Sequence[Named] | None = None,
    settings: Settings | None = None,
) -> Verdict:
    """Judges a report again, for another organisation or by another policy, without looking at the model.

    `report` is one, or a verdict that has one, or the path of what `hilt check --json` wrote about one subject; of what
    it says of an outcome nothing counts. `policy` is as for `check`.

    Raises `UsageError` where path, policy or settings are wrong, `ReportInvalid` where the file holds no report.
    """
    settings = settings or Settings()
    if isinstance(report, str | PathLike):
        report = stored_one(fspath(report), "hilt.judge takes one, `hilt judge` all")
    report = report.report if isinstance(report, Verdict) else report
    return judged(report, policies(policy, settings), settings)


def judge_stored(
    files: Sequence[str], *, policy: Named | Sequence[Named] | None = None, settings: Settings
) -> list[Verdict]:
    """Every report in `files`, judged again. Raises as `judge` does."""
    chosen = policies(policy, settings)
    return [judged(report, chosen, settings) for file in files for report in stored(file)]


def stored_one(file: str, hint: str) -> Report:
    """The report in what `hilt check --json` wrote. Raises `UsageError` with `hint` where there is not one."""
    reports = stored(file)
    if len(reports) != 1:
        raise UsageError(f"{file} holds {len(reports)} reports; {hint}")
    return reports[0]


def stored(file: str) -> tuple[Report, ...]:
    """The reports in what `hilt check --json` wrote; "-" is standard input."""
    from hilt.core.report_v1 import load_reports

    try:
        if file == "-":
            data = sys.stdin.buffer.read(_LARGEST + 1)
        else:
            with open(file, "rb") as stream:  # noqa: PTH123 (a path is a text here)
                data = stream.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}; give the path of what `hilt check --json` wrote") from None
    if len(data) > _LARGEST:
        raise UsageError(f"{file}: more than {_LARGEST} bytes")
    try:
        return load_reports(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ReportInvalid(f"not UTF-8 at byte {error.start}", where=file) from None
    except ReportInvalid as error:
        raise ReportInvalid(str(error), where=file) from None


def policies(named: Named | Sequence[Named] | None, settings: Settings) -> list[Policy]:
    """The policies of these names, or those of the settings, or "default". Raises `PolicyInvalid`."""
    return [load(name, SCHEMA) for name in names(named, settings)]


def names(named: Named | Sequence[Named] | None, settings: Settings) -> tuple[str, ...]:
    """The names of `policies`."""
    given = () if named is None else (named,) if isinstance(named, str | PathLike) else tuple(named)
    return tuple(fspath(one) for one in given) or settings.policies or ("default",)


def judged(report: Report, policies: Sequence[Policy], settings: Settings) -> Verdict:
    """The verdict of `policies` on `report`, for the organisation of `settings`, now."""
    now = datetime.now(UTC)
    verdict = engine.judge(
        report,
        policies,
        env=settings.env,
        now=now,
        schema=SCHEMA,
        waivers=settings.waivers,
        profile=settings.profile,
        settled=settings.settled,
        rules=_laws(report, policies),
    )
    return replace(
        verdict,
        organisation=settings.organisation,
        running=_running(report, settings, now.date().isoformat()),
        judged_at=now.isoformat(timespec="seconds"),
    )


def _running(report: Report, settings: Settings, today: str) -> Running | None:
    """What it takes to run the subject, where it is told what its layers keep; to tell it takes imports."""
    if not any(fact.key == "fit.layers" and fact.value for fact in report.facts):
        return None
    from hilt.knowledge.fit.asked import running_of
    from hilt.knowledge.fit.machines import this_machine

    return running_of(report, settings.machine or this_machine(measured=False), today)


def _laws(report: Report, policies: Sequence[Policy]) -> tuple[Rule, ...]:
    """The rules of law, where a policy asks for them or facts could make one hold; to read them takes time."""
    if not any(fact.value is not None and fact.key.startswith(_DECIDING) for fact in report.facts):
        conditions = [one for policy in policies for rule in policy.rules for one in (rule.require, rule.when)]
        if not any("regulations" in paths(condition) for condition in conditions if condition is not None):
            return ()
    from hilt.knowledge.regulation.rules import rules

    return rules()
