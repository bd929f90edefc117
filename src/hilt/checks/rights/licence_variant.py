"""A licence text that is nearly a known one, and not it.

What: compares the words of each licence text with those of known licences. Where they are alike but for some, it shows the
words that the known text lacks: numbers first, then uses such as "commercial", territories, names, and words that forbid.

Why: publishers take the text of a known licence and change a number, a name or a "may not". Tools and people then call it
by the old name, and miss that the gate is one million users and not a hundred, or that commercial use is out.

What it cannot see: words of the known text that are missing at the end of a sentence without a trace; what a change means.

Fix: have somebody read the changes, and treat the text as a licence of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.checks.rights.gathering import gathered
from hilt.checks.rights.wording import called
from hilt.core.finding import Finding, Severity, Where
from hilt.knowledge.licences.gathered import LicenceText
from hilt.knowledge.licences.identify import Change
from hilt.knowledge.licences.marks import KINDS

_SHOWN, _LONGEST = 6, 160


def licence_variant(repository: Repository) -> Iterator[Finding]:
    for text in gathered(repository).texts:
        if text.home is not None and text.identified is not None and text.identified.kind == "variant":
            yield Finding(check=CHECK.id, severity=Severity.MEDIUM, where=Where(path=text.path), message=_told(text))


def _told(text: LicenceText) -> str:
    known = text.identified
    assert known is not None
    names = " with ".join(called(one) for one in known.ids)
    what = "the policy of use that goes with " if known.of == "policy" else ""
    changes = sorted(known.changes, key=_rank)
    shown = "; ".join(_shown(change) for change in changes[:_SHOWN])
    more = len(changes) - _SHOWN + known.more
    rest = f"; and {more} more changes" if more > 0 else ""
    if known.unread:
        rest += f"; {known.unread:,} characters behind them were not read"
    return f"the text is like {what}{names} ({known.score:.0%} of it), and not the same: {shown}{rest}"


def _rank(change: Change) -> tuple[int, bool]:
    return min((KINDS.index(mark.kind) for mark in change.marks), default=len(KINDS)), change.gap


def _shown(change: Change) -> str:
    said = " ".join(change.words.split())
    said = said if len(said) <= _LONGEST else f"{said[: _LONGEST - 3]}..."
    if change.gap:
        return f"words are missing around {said!r}"
    kinds = ", ".join(dict.fromkeys(mark.words for mark in change.marks))
    return f"new is {said!r}" + (f" [{kinds}]" if kinds else "")


CHECK = listed("licence-variant")
