"""What the publisher tells the public of the training: a summary of its content, a policy on copyright.

What: looks in the names of files, in the card and in texts beside it for a summary of the training content and for a
policy on copyright, and which parts of the template of the AI Office a summary has.

Why: since August 2025 whoever places a general-purpose model on the market of the European Union publishes both, open
source or not. Who builds on the model, or is asked what is in it, needs them.

What it cannot see: whether what they say is true or kept; what stands behind a link or in a PDF; a summary that is
published elsewhere, so that finding none means nothing.

Fix: ask the publisher for the summary, or for the parts of it that are missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.card.gathering import card
from hilt.checks.check import Repository
from hilt.checks.regulation.facts import COPYRIGHT_POLICY, SUMMARY
from hilt.core.errors import FormatError, SourceError
from hilt.core.fact import Fact, FactSpec, Known
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    import re

_TEXTS = ("model-card", "text", "xml")
_FILES = 20
"""Files looked into by their names."""


def training_disclosures(repository: Repository) -> Iterator[Finding | Fact]:
    from hilt.knowledge.regulation import disclosures

    summary = list(_found(repository, disclosures.SUMMARY_NAMES, disclosures.SUMMARY))
    policy = list(_found(repository, disclosures.COPYRIGHT_NAMES, disclosures.COPYRIGHT))
    for spec, found in ((SUMMARY, summary), (COPYRIGHT_POLICY, policy)):
        yield from _stated(spec, found)
    for path, line, text in summary:
        has, lacks = disclosures.sections(text)
        where = Where(path=path)
        if has:
            message = f"a summary of the training content: it has {_listed(has)}" + (
                f", and lacks {_listed(lacks)}" if lacks else ", all parts of the template"
            )
        elif line:
            message = f"line {line} speaks of a summary of the training content; whether it stands behind a link nobody looked"
        else:
            message = "by its name a summary of the training content; nobody looked inside"
        yield Finding(check=CHECK.id, severity=Severity.INFO, where=where, message=message)


def _found(repository: Repository, names: re.Pattern[str], words: re.Pattern[str]) -> Iterator[tuple[str, int, str]]:
    """Files that are named for it, and the line of the card that speaks of it; as (path, line, text)."""
    from hilt.knowledge.regulation.disclosures import places

    named = sorted(path for path in repository.formats if names.fullmatch(path.rsplit("/", 1)[-1]))
    for path in named[:_FILES]:
        yield path, 0, _text(repository, path)
    told = card(repository)
    if told is not None and (line := next(places(words, told.body, told.line), 0)):
        yield told.path, line, told.body


def _text(repository: Repository, path: str) -> str:
    """The text at `path`; empty where it is none."""
    from hilt.formats.text import whole

    if repository.formats[path] not in _TEXTS:
        return ""
    try:
        return whole(repository.open(path), repository.limits)
    except (FormatError, SourceError):
        return ""


def _stated(spec: FactSpec, found: list[tuple[str, int, str]]) -> Iterator[Fact]:
    if found:
        path, line, _ = found[0]
        yield Fact(key=spec.key, value=True, known=Known.CLAIMED, source=f"{path}:{line}" if line else path)


def _listed(titles: tuple[str, ...]) -> str:
    return ", ".join(title.lower() for title in titles)


CHECK = listed("training-disclosures")
