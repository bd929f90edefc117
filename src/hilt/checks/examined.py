"""What came of one file, or of one check of the repository, and how a worker tells it to its parent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hilt.core.fact import Fact
from hilt.core.finding import Finding
from hilt.core.parts_v1 import decode_fact, decode_finding, decode_gap, encode_fact, encode_finding, encode_gap
from hilt.core.report import Gap, Ran
from hilt.core.rights import Obligation, Term
from hilt.core.rights_v1 import decode_obligation, decode_term, encode_obligation, encode_term

UNKNOWN = "unknown"
"""The format of a file that no reader knows."""

DESCRIBED = "described"
"""The format of a file that no reader knows by its bytes, and that another file of the subject describes to the last one:
raw weights, or a part of a file that was cut."""

EMPTY = "empty"
"""The format of a file without a byte."""

UNREAD = "unread"
"""The format of a file whose bytes could not be had, or whose reader was stopped; it is in the coverage."""


RAISE_BUGS = "HILT_RAISE_BUGS"
"""Set in the environment of hilt's own tests: an exception that is a bug in hilt is raised instead of reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What came of one file, or of one check of the repository. `members` are the (index, path) of an archive's files.

    `told` is the answer to a question about weights (`checks/weights.py`), as JSON values.
    """

    format: str = UNKNOWN
    findings: tuple[Finding, ...] = ()
    facts: tuple[Fact, ...] = ()
    gaps: tuple[Gap, ...] = ()
    ran: tuple[Ran, ...] = ()
    members: tuple[tuple[int, str], ...] = ()
    terms: tuple[Term, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    told: dict[str, Any] | None = None


def encode_examined(result: Examined) -> dict[str, Any]:
    """`Examined` as JSON values, for the parent."""
    return {
        "format": result.format,
        "findings": [encode_finding(finding) for finding in result.findings],
        "facts": [encode_fact(fact) for fact in result.facts],
        "gaps": [encode_gap(gap) for gap in result.gaps],
        "ran": [[ran.check, ran.files] for ran in result.ran],
        "members": result.members,
        "terms": [encode_term(term) for term in result.terms],
        "obligations": [encode_obligation(obligation) for obligation in result.obligations],
        "told": result.told,
    }


def decode_examined(answer: dict[str, Any]) -> Examined:
    return Examined(
        format=answer["format"],
        findings=tuple(decode_finding(item, "findings") for item in answer["findings"]),
        facts=tuple(decode_fact(item, "facts") for item in answer["facts"]),
        gaps=tuple(decode_gap(item, "gaps") for item in answer["gaps"]),
        ran=tuple(Ran(check=check, files=files) for check, files in answer["ran"]),
        members=tuple((index, path) for index, path in answer["members"]),
        terms=tuple(decode_term(item, "terms") for item in answer["terms"]),
        obligations=tuple(decode_obligation(item, "obligations") for item in answer["obligations"]),
        told=answer["told"],
    )
