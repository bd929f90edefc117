"""What a verdict says to whoever decides a case: what speaks against a yes, what nobody knows, and what hilt would say.

Nothing here is quoted yet: every string is as the subject brought it, and the outputs pass it through `quote`.
"""

from __future__ import annotations

from typing import NamedTuple

from hilt.core.catalogue import Catalogue
from hilt.core.finding import Severity
from hilt.core.verdict import Outcome, Reason, Verdict
from hilt.output.figures import some
from hilt.output.groups import Group, group, group_gaps

STRONGEST = 3
"""Kinds of findings that are told; all of them are one command away."""


class Untold(NamedTuple):
    """What could not be told, and why; of a rule also what its policy says of it."""

    what: str
    why: str
    say: str = ""


class Evidence(NamedTuple):
    """`against` is the strongest of what was found, `more` how many findings there are besides; `failing` are rules that do not
    hold, and `passed` is the number of those that hold."""

    against: tuple[Group, ...]
    more: int
    failing: tuple[Reason, ...]
    unknown: tuple[Untold, ...]
    passed: int


def evidence(verdict: Verdict, catalogue: Catalogue) -> Evidence:
    groups = group((one for one in verdict.counted if one.severity > Severity.INFO), catalogue)
    gaps = [
        Untold(some([*one.what], 3), f"{some([path or 'the whole subject' for path in one.paths], 3)}: {one.why}")
        for one in group_gaps(verdict.report.coverage.gaps)
    ]
    open_rules = [Untold(one.rule, some(list(one.why), 3), one.say) for one in verdict.reasons if one.unknown]
    return Evidence(
        against=groups[:STRONGEST],
        more=sum(len(one.findings) for one in groups[STRONGEST:]),
        failing=tuple(one for one in verdict.reasons if not one.unknown and one.outcome is not Outcome.ADMIT),
        unknown=(*gaps, *open_rules),
        passed=len(verdict.passed),
    )


def recommended(verdict: Verdict, found: Evidence) -> tuple[str, tuple[str, ...]]:
    """What hilt would say, and what would change its verdict."""
    worst = max((one.severity for one in verdict.counted), default=Severity.INFO)
    if verdict.outcome is Outcome.BLOCK or worst >= Severity.HIGH:
        said = "a no: what was found here is not found in honest models, or the policy blocks it"
    elif found.unknown:
        said = "no yes before what nobody knows is looked at"
    else:
        said = "a yes, if the answers to the questions hold"
    return said, tuple(dict.fromkeys(f"{one.rule}: {one.change}" for one in verdict.reasons if one.change))
