"""hilt reads an open model without running it and says whether it may be used.

>>> import hilt
>>> verdict = hilt.check("./some-model")
>>> verdict.outcome, verdict.report.findings
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from hilt.core.version import __version__

if TYPE_CHECKING:
    from hilt.core.errors import HiltError
    from hilt.core.fact import Fact, Known
    from hilt.core.finding import Confidence, Finding, Severity, Where
    from hilt.core.limits import Limits
    from hilt.core.profile import Profile, Settled
    from hilt.core.rechecked import Rechecked
    from hilt.core.report import Coverage, Gap, Report, State
    from hilt.core.rights import Answer, Duty, DutyState, HeldTerm, Obligation, Term
    from hilt.core.standing import Standing
    from hilt.core.status import History, Status, UseStatus
    from hilt.core.subject import Entry, Subject
    from hilt.core.verdict import Outcome, Reason, Verdict
    from hilt.core.verification import Signature, Signed, Verification
    from hilt.core.waiver import Unwaived, Waived, Waiver
    from hilt.gate.admit import admit
    from hilt.gate.check import check
    from hilt.gate.diff import diff
    from hilt.gate.fit import fit
    from hilt.gate.history import history
    from hilt.gate.judge import judge
    from hilt.gate.recheck import recheck
    from hilt.gate.refuse import refuse
    from hilt.gate.settings import Settings, find_settings
    from hilt.gate.sign import sign
    from hilt.gate.status import status
    from hilt.gate.verify import verify
    from hilt.gate.withdraw import withdraw

_HOME = {
    "Answer": "core.rights",
    "Confidence": "core.finding",
    "Coverage": "core.report",
    "Duty": "core.rights",
    "DutyState": "core.rights",
    "Entry": "core.subject",
    "Fact": "core.fact",
    "Finding": "core.finding",
    "Gap": "core.report",
    "HeldTerm": "core.rights",
    "HiltError": "core.errors",
    "History": "core.status",
    "Known": "core.fact",
    "Limits": "core.limits",
    "Obligation": "core.rights",
    "Outcome": "core.verdict",
    "Profile": "core.profile",
    "Reason": "core.verdict",
    "Rechecked": "core.rechecked",
    "Report": "core.report",
    "Settings": "gate.settings",
    "Settled": "core.profile",
    "Severity": "core.finding",
    "Signature": "core.verification",
    "Signed": "core.verification",
    "Standing": "core.standing",
    "State": "core.report",
    "Status": "core.status",
    "Subject": "core.subject",
    "Term": "core.rights",
    "Unwaived": "core.waiver",
    "UseStatus": "core.status",
    "Verdict": "core.verdict",
    "Verification": "core.verification",
    "Waived": "core.waiver",
    "Waiver": "core.waiver",
    "Where": "core.finding",
    "admit": "gate.admit",
    "check": "gate.check",
    "diff": "gate.diff",
    "find_settings": "gate.settings",
    "fit": "gate.fit",
    "history": "gate.history",
    "judge": "gate.judge",
    "recheck": "gate.recheck",
    "refuse": "gate.refuse",
    "sign": "gate.sign",
    "status": "gate.status",
    "verify": "gate.verify",
    "withdraw": "gate.withdraw",
}
"""Where each public name lives; it is imported when it is first asked for, so that `import hilt` costs nothing."""

__all__ = [
    "Answer",
    "Confidence",
    "Coverage",
    "Duty",
    "DutyState",
    "Entry",
    "Fact",
    "Finding",
    "Gap",
    "HeldTerm",
    "HiltError",
    "History",
    "Known",
    "Limits",
    "Obligation",
    "Outcome",
    "Profile",
    "Reason",
    "Rechecked",
    "Report",
    "Settings",
    "Settled",
    "Severity",
    "Signature",
    "Signed",
    "Standing",
    "State",
    "Status",
    "Subject",
    "Term",
    "Unwaived",
    "UseStatus",
    "Verdict",
    "Verification",
    "Waived",
    "Waiver",
    "Where",
    "__version__",
    "admit",
    "check",
    "diff",
    "find_settings",
    "fit",
    "history",
    "judge",
    "recheck",
    "refuse",
    "sign",
    "status",
    "verify",
    "withdraw",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'hilt' has no attribute {name!r}")
    value = getattr(import_module(f"hilt.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
