"""Files that name different licences for the same thing.

What: compares what licence texts, headers, cards, metadata of packages, configs and plain sentences say of the licence of
the whole, of the model and of the code. Two spellings of one licence, a choice and one of its licences, and a list and a
part of it agree. That the model inside a package is under stricter terms than the package says of itself is told as well.

Why: whoever trusts the wrong one of two sources uses the model without a licence. The metadata of a package often speaks
of its code alone, while the weights inside are under terms that forbid commercial use or ask for more.

What it cannot see: which of the sources is right; what is said in other languages than English.

Fix: follow the strictest of them, and ask the publisher which one holds.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.checks.rights.gathering import gathered
from hilt.checks.rights.wording import called, place
from hilt.core.finding import Finding, Severity, Where
from hilt.knowledge.licences.agreement import Disagreement, disagreements
from hilt.knowledge.licences.works import Claim, How, Part


def licence_disagreement(repository: Repository) -> Iterator[Finding]:
    for work in gathered(repository).works:
        for found in disagreements(work.claims):
            told = _stricter(found) if found.stricter else _contradiction(found)
            of = f" (of {work.name})" if work.name else ""
            last = found.claims[-1]
            where = Where(path=last.path, line=last.line)
            yield Finding(check=CHECK.id, severity=Severity.MEDIUM, where=where, message=told + of, whole=True)


def _stricter(found: Disagreement) -> str:
    package, model = found.claims
    speaks = "card" if package.how is How.CARD else "package"
    return f"the {speaks} says {_named(package)} ({place(package)}), but its models are under {_named(model)} ({_seen(model)})"


def _contradiction(found: Disagreement) -> str:
    of = (
        ""
        if found.claims[0].part is Part.WHOLE or found.claims[-1].part is Part.WHOLE
        else f" of {found.claims[0].part.value}"
    )
    told = "; ".join(
        f"{_seen(claim)} {'is' if claim.how is How.TEXT else 'says'} {_named(claim)}" for claim in found.claims
    )
    return f"what is said{of} of the licence does not fit together: {told}"


def _named(claim: Claim) -> str:
    return (" or " if claim.choice else " and ").join(called(one) for one in claim.ids)


def _seen(claim: Claim) -> str:
    """Where a claim stands, and for a sentence what it says."""
    return f"{place(claim)}: {claim.said!r}" if claim.how is How.PROSE else place(claim)


CHECK = listed("licence-disagreement")
