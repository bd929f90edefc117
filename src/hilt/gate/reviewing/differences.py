"""What one verdict says and another one of the same subject does not."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from hilt.core.rechecked import Change
from hilt.core.report import Report
from hilt.core.rights import Obligation, Term
from hilt.core.verdict import Verdict
from hilt.output.figures import value_text

_HOLDS = {True: "met", False: "not met", None: "cannot be told"}


class _Said(NamedTuple):
    what: str
    name: str
    says: str
    why: str = ""


def differences(before: Verdict, now: Verdict) -> tuple[Change, ...]:
    """What changed from one verdict to the next, in the order of `Change.what`."""
    seen = before.report is not now.report  # a stored report that is judged again says what it said
    policy = (Change("policy", "", before.policy, now.policy),) if before.policy_digest != now.policy_digest else ()
    old, new = _by_name(before, seen=seen), _by_name(now, seen=seen)
    return policy + tuple(
        Change(*key, before=was.says, now=says.says, why=says.why)
        for key in sorted(old | new, key=lambda key: _ORDER.index(key[0]))
        if (was := old.get(key, _NOTHING)).says != (says := new.get(key, _NOTHING)).says
        and {was.says, says.says} != {"", _PASSES}  # whether a rule that passes is there makes no difference
    )


def _by_name(verdict: Verdict, *, seen: bool) -> dict[tuple[str, str], _Said]:
    """Of several policies with a rule of one name the strictest counts, and that stands first."""
    said: dict[tuple[str, str], _Said] = {}
    for one in chain(_judged(verdict), _seen(verdict.report) if seen else ()):
        said.setdefault((one.what, one.name), one)
    return said


def _judged(verdict: Verdict) -> Iterator[_Said]:
    for reason in verdict.reasons:
        yield _Said("rule", reason.rule, reason.outcome.word, reason.say)
    for rule in verdict.passed:
        yield _Said("rule", rule, _PASSES)
    for held in verdict.terms:
        yield _Said("term", _asked(held.term), _HOLDS[held.holds], held.why)
    for duty in verdict.duties:
        yield _Said("duty", _asked(duty.obligation), duty.state.value, duty.why)
    for waived in verdict.waived:
        waiver = waived.waiver
        yield _Said("waiver", f"{waiver.check} {waiver.path}", f"until {waiver.expires.isoformat()}")


def _seen(report: Report) -> Iterator[_Said]:
    for finding in report.findings:
        yield _Said("finding", f"{finding.check} {finding.where.path}: {finding.message}", finding.severity.word)
    for gap in report.coverage.gaps:
        yield _Said("gap", f"{gap.what} {gap.path}: {gap.why}", gap.state.value)
    for fact in report.facts:
        if fact.value is not None:
            yield _Said("fact", fact.key, f"{value_text(fact.value)} ({fact.known.word})")


def _asked(what: Term | Obligation) -> str:
    return f"{what.licence} {what.id}{' of ' if what.of else ''}{what.of}"


_PASSES = "passes"
_NOTHING = _Said("", "", "")
_ORDER = ("rule", "finding", "gap", "term", "duty", "waiver", "fact")
