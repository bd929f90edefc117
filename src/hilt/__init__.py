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
    from hilt.core.report import Coverage, Gap, Report, State
    from hilt.core.rights import Answer, Duty, DutyState, HeldTerm, Obligation, Term
    from hilt.core.subject import Entry, Subject
    from hilt.core.verdict import Outcome, Reason, Verdict
    from hilt.core.verification import Signature, Signed, Verification
    from hilt.core.waiver import Unwaived, Waived, Waiver
    from hilt.gate.check import check
    from hilt.gate.diff import diff
    from hilt.gate.fit import fit
    from hilt.gate.judge import judge
    from hilt.gate.settings import Settings, find_settings
    from hilt.gate.sign import sign
    from hilt.gate.verify import verify

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
    "Known": "core.fact",
    "Limits": "core.limits",
    "Obligation": "core.rights",
    "Outcome": "core.verdict",
    "Profile": "core.profile",
    "Reason": "core.verdict",
    "Report": "core.report",
    "Settings": "gate.settings",
    "Settled": "core.profile",
    "Severity": "core.finding",
    "Signature": "core.verification",
    "Signed": "core.verification",
    "State": "core.report",
    "Subject": "core.subject",
    "Term": "core.rights",
    "Unwaived": "core.waiver",
    "Verdict": "core.verdict",
    "Verification": "core.verification",
    "Waived": "core.waiver",
    "Waiver": "core.waiver",
    "Where": "core.finding",
    "check": "gate.check",
    "diff": "gate.diff",
    "find_settings": "gate.settings",
    "fit": "gate.fit",
    "judge": "gate.judge",
    "sign": "gate.sign",
    "verify": "gate.verify",
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
    "Known",
    "Limits",
    "Obligation",
    "Outcome",
    "Profile",
    "Reason",
    "Report",
    "Settings",
    "Settled",
    "Severity",
    "Signature",
    "Signed",
    "State",
    "Subject",
    "Term",
    "Unwaived",
    "Verdict",
    "Verification",
    "Waived",
    "Waiver",
    "Where",
    "__version__",
    "check",
    "diff",
    "find_settings",
    "fit",
    "judge",
    "sign",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'hilt' has no attribute {name!r}")
    value = getattr(import_module(f"hilt.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
