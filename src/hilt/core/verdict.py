"""What a policy says of a report."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NoReturn

from hilt.core import notebook
from hilt.core.finding import Finding
from hilt.core.report import Report
from hilt.core.rights import Answer, Duty, HeldTerm
from hilt.core.running import Running
from hilt.core.waiver import Unwaived, Waived


class Outcome(IntEnum):
    """May it be used? Later values are stricter, and the strictest wins."""

    ADMIT = 0
    REVIEW = 1
    BLOCK = 2

    @property
    def word(self) -> str:
        return self.name.lower()

    @property
    def exit_code(self) -> int:
        return 10 * self


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """What one rule said.

    `why` are the smallest parts of the rule's expression, with the facts and values that made it so; `change` is what
    would change the outcome. `unknown` is true where the rule could not be decided. `by` are the roles of whom `approvals`
    different people may decide (of a block: make an exception), empty where the policy names none; `ask` is the question
    that each of them answers in words.
    """

    rule: str
    policy: str
    outcome: Outcome
    say: str = ""
    why: tuple[str, ...] = ()
    change: str = ""
    unknown: bool = False
    maps_to: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    approvals: int = 1
    ask: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Verdict:
    """admit, review or block, with every reason.

    `reasons` holds the rules that did not pass, strictest first; `passed` the names of those that did. `waived` are the
    findings of the report that no rule counted, `unwaived` those that a waiver names in vain. `terms` and `duties` are
    what licences ask, held against the organisation's profile, and `answers` what laws say. `running` is what it takes to
    run the subject on the organisation's machine; None where nothing can be told of it. `organisation` is the name of who had it judged, where the settings tell it. `judged_at` is a UTC time,
    ISO 8601.
    """

    outcome: Outcome
    report: Report
    policy: str
    policy_digest: str
    reasons: tuple[Reason, ...] = ()
    passed: tuple[str, ...] = ()
    waived: tuple[Waived, ...] = ()
    unwaived: tuple[Unwaived, ...] = ()
    terms: tuple[HeldTerm, ...] = ()
    duties: tuple[Duty, ...] = ()
    answers: tuple[Answer, ...] = ()
    running: Running | None = None
    organisation: str = ""
    judged_at: str = ""

    @property
    def counted(self) -> tuple[Finding, ...]:
        """The findings of the report that no waiver takes out."""
        if not self.waived:
            return self.report.findings
        taken = {waived.finding for waived in self.waived}
        return tuple(finding for finding in self.report.findings if finding not in taken)

    def __repr__(self) -> str:
        return notebook.verdict_line(self)

    def _repr_html_(self) -> str:
        return notebook.verdict_table(self)

    def __bool__(self) -> NoReturn:
        raise TypeError("a Verdict is neither true nor false; compare its outcome: verdict.outcome == Outcome.ADMIT")
