"""What the library has, on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from hilt.core.fixity import FixityDone
from hilt.core.library import Shelved
from hilt.core.verdict import Outcome
from hilt.output.figures import counted, size_text, some
from hilt.output.layout import Page
from hilt.output.quote import quote
from hilt.output.record_words import recorded_at
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


def write_fixity(page: Page, done: FixityDone) -> None:
    """What was digested, and what is damaged."""
    read = f"{counted(done.files, 'file')}, {size_text(done.size)}"
    for one in done.damage:
        said, tone = ("damaged", "bold red") if one.needed else ("set aside", "bold yellow")
        page.flow(
            [
                ("had again" if one.again else said, "bold yellow" if one.again else tone),
                (quote(one.file or one.sha256), "bold"),
            ]
        )
        page.flow([(f"from {quote(one.again)}" if one.again else quote(one.why, 600), "")], indent=COLUMN)
    if done.left:
        page.flow([(f"Still damaged: {done.left} of", "bold red"), (read, "")])
    else:
        page.flow([("Everything is as it was" + (" again:" if done.damage else ":"), "bold green"), (read, "")])
    page.flow([(recorded_at(one.index), "dim") for one in done.entries])
