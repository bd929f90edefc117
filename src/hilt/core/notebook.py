"""How reports and verdicts look in a session: one line as `repr`, a small table in a notebook.

Strings of the subject are quoted as Python quotes them: controls and characters that reorder text become escapes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from hilt.core.fact import Value

if TYPE_CHECKING:
    from hilt.core.report import Report
    from hilt.core.verdict import Verdict

ROWS = 10
"""Findings, facts and gaps told in a notebook, each."""
LENGTH = 160
"""Characters told of one string."""


def report_line(report: Report) -> str:
    return f"<Report {_quoted(report.subject.reference)}: {_seen(report)}>"


def verdict_line(verdict: Verdict) -> str:
    rules = ", ".join(_shown(reason.rule) for reason in verdict.reasons)
    because = f" because of {rules}" if rules else ""
    reference, policy = _quoted(verdict.report.subject.reference), _shown(verdict.policy)
    number = len(verdict.waived)
    waived = f"; {number} finding{'s' * (number != 1)} waived" if number else ""
    return f"<Verdict {verdict.outcome.word} {reference} by policy {policy}{because}; {_seen(verdict.report)}{waived}>"


def report_table(report: Report) -> str:
    facts = [
        (fact.known.word, fact.key, fact.source, _value(fact.value)) for fact in report.facts if fact.value is not None
    ]
    return _table(f"Report of {_quoted(report.subject.reference)}: {_seen(report)}", [*_rows(report), *_some(facts)])


def verdict_table(verdict: Verdict) -> str:
    reasons = [
        (reason.outcome.word, reason.rule, "", reason.say or "; ".join(reason.why)) for reason in verdict.reasons
    ]
    title = f"{verdict.outcome.word}: {_quoted(verdict.report.subject.reference)} by policy {_shown(verdict.policy)}"
    waived = [
        ("waived", one.finding.check, str(one.finding.where), f"{one.waiver.reason} (until {one.waiver.expires})")
        for one in verdict.waived
    ]
    return _table(title, [*reasons, *_some(waived), *_rows(verdict.report), *_asked(verdict)])


def _asked(verdict: Verdict) -> list[Row]:
    """What licences and laws ask: what is settled is left out."""
    words = {False: "not met", None: "cannot tell", True: "applies"}
    terms: list[Row] = [
        (words[held.holds], f"{held.term.licence}: {held.term.id}", held.term.source, held.term.says)
        for held in verdict.terms
        if not held.holds
    ]
    duties: list[Row] = [
        (
            duty.state.value,
            f"{duty.obligation.licence}: {duty.obligation.id}",
            duty.obligation.source,
            duty.obligation.says,
        )
        for duty in verdict.duties
        if duty.state.value in ("due", "unknown")
    ]
    answers: list[Row] = [
        (words[answer.holds], f"{answer.law}: {answer.title}", answer.article, answer.says)
        for answer in verdict.answers
        if answer.holds is not False
    ]
    return [*_some(terms), *_some(duties), *_some(answers)]


Row = tuple[str, str, str, str]


def _rows(report: Report) -> list[Row]:
    """What was found, worst first, and what was not checked."""
    worst = sorted(report.findings, key=lambda finding: -finding.severity)
    found = [(finding.severity.word, finding.check, str(finding.where), finding.message) for finding in worst]
    gaps = [(gap.state.value, gap.what, gap.path, gap.why) for gap in report.coverage.gaps]
    return [*_some(found), *_some(gaps)]


def _some(rows: list[Row]) -> list[Row]:
    return rows if len(rows) <= ROWS else [*rows[:ROWS], ("", "", "", f"and {len(rows) - ROWS} more")]


def _seen(report: Report) -> str:
    severities = Counter(finding.severity for finding in report.findings)
    found = [f"{severities[severity]} {severity.word}" for severity in sorted(severities, reverse=True)]
    gaps = len(report.coverage.gaps)
    files = len(report.subject.files)
    counts = [f"{files} file{'s' * (files != 1)}", *(found or ["no findings"])]
    return ", ".join([*counts, f"{gaps} gap{'s' * (gaps != 1)}" if gaps else "nothing left unchecked"])


def _table(title: str, rows: Iterable[Row]) -> str:
    from html import escape  # only a notebook needs it, and it is slow to import

    body = "".join("<tr>" + "".join(f"<td>{escape(_shown(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><caption>{escape(title)}</caption><tbody>{body}</tbody></table>"


def _value(value: Value) -> str:
    """Python writes no integer of more than 4300 decimal digits, and a header may claim one."""
    return hex(value) if isinstance(value, int) and value.bit_length() > 63 else str(value)


def _quoted(text: str) -> str:
    return repr(text if len(text) <= LENGTH else f"{text[:LENGTH]}…")


def _shown(text: str) -> str:
    return _quoted(text)[1:-1]
