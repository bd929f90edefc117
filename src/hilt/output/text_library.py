"""What the library has, on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from hilt.core.library import Shelved
from hilt.core.verdict import Outcome
from hilt.output.figures import size_text, some
from hilt.output.layout import Page
from hilt.output.quote import quote
from hilt.output.text import TONE

COLUMN = 10


def write_shelved(page: Page, found: Sequence[Shelved], *, after: int | None) -> None:
    """One model below the other."""
    for one in found:
        _write(page, one)
    if not found:
        page.line("The library has nothing of the kind.")
    if after is not None:
        page.line(page.styled(f"There is more: --after {after}", "dim"))


def _write(page: Page, one: Shelved) -> None:
    kept, task = one.kept, one.kept.told.get("pipeline_tag")
    outcome = one.standing.outcome if one.standing is not None else one.outcome
    told = [
        size_text(kept.subject.size),
        *([quote(str(task))] if task else ()),
        quote(some(one.licences, 3)) if one.licences else "licence not known",
        *([f"openness class {one.openness}"] if one.openness else ()),
        f"verdict {one.outcome.word}",
    ]
    page.flow([(outcome.word, TONE[outcome]), (quote(kept.repository.reference), "bold"), (kept.commit[:12], "dim")])
    page.flow([(" · ".join(told), "")], indent=COLUMN)
    if one.standing is not None and one.standing.outcome is not Outcome.ADMIT:
        page.flow([(quote(why, 300), "dim") for why in one.standing.why[:1]], indent=COLUMN)
