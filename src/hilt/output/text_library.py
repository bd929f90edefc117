"""What the library has, on a terminal."""

from __future__ import annotations

import shlex

from hilt.core.carried import Carried
from hilt.core.fixity import FixityDone
from hilt.core.library import Found, Shelved
from hilt.core.verdict import Outcome
from hilt.output.figures import counted, size_text, some
from hilt.output.layout import Page
from hilt.output.quote import quote
from hilt.output.record_words import recorded_at
from hilt.output.text import TONE
from hilt.output.text_bundle import write as write_bundle

COLUMN = 10


def write_found(page: Page, found: Found) -> None:
    """One model below the other."""
    for one in found.models:
        _write(page, one)
    if not found.models and found.after is None:
        page.line("The library has nothing of the kind. Data sets, spaces and kernels are found with --kind.")
    for damaged in found.damaged:
        page.flow([("damaged", "bold red"), (quote(damaged, 600), "")], indent=COLUMN)
    if found.has_more:
        page.flow(
            [
                (
                    "The library has more repositories than can be searched; --author and TEXT do not reach them.",
                    "bold yellow",
                )
            ]
        )
    if found.after is not None:
        page.line(page.styled(f"There is more: --after {found.after}", "dim"))


def _write(page: Page, one: Shelved) -> None:
    kept = one.kept
    outcome = one.standing.outcome if one.standing is not None else Outcome.BLOCK if one.withdrawn else one.outcome
    told = [
        size_text(kept.subject.size),
        *([quote(kept.task, 60)] if kept.task else ()),
        quote(some(one.licences, 3)) if one.licences else "licence not known",
        *([f"openness class {one.openness}"] if one.openness else ()),
        f"verdict {one.outcome.word}",
        *(("withdrawn",) if one.withdrawn else ()),
        *([f"{one.holders} have it"] if one.holders > 1 else ["one has it"] if one.holders else ()),
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
    for why in done.unread:
        page.flow([("not read", "bold red"), (quote(why, 600), "")])
    if done.left:
        page.flow([(f"Still damaged: {done.left} of", "bold red"), (read, "")])
    elif done.unread:
        page.flow([(f"Not read: {len(done.unread)}; nothing else is damaged:", "bold red"), (read, "")])
    else:
        page.flow([("Everything is as it was" + (" again:" if done.damage else ":"), "bold green"), (read, "")])
    page.flow([(recorded_at(one.index), "dim") for one in done.entries])


def write_exported(page: Page, done: Carried) -> None:
    """What was written, and what to do with it."""
    page.flow([(quote(done.folder), "bold"), (_what(done), "")])
    page.line(page.styled(f"hilt library import {shlex.quote(quote(done.folder))}", "cyan") + "  takes it in elsewhere")


def write_imported(page: Page, done: Carried) -> None:
    """What was taken, and what its record says."""
    page.flow([("All of it is proven:", "bold green"), (_what(done), "")])
    if done.said is not None:
        write_bundle(page, done.said)
    page.flow([(recorded_at(done.entry) if done.entry >= 0 else "its record was imported before", "dim")])


def _what(done: Carried) -> str:
    kept = done.kept
    files = f"{counted(len(kept.files), 'file')}, {size_text(done.bytes)}"
    return f"{quote(kept.repository.reference)} at {kept.commit[:12]}: {files}"
