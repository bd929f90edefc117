"""A tokenizer whose regular expressions explode.

What: the patterns by which `tokenizer.json` cuts and rewrites text, those of `tekken.json` and of spaCy's `tokenizer`:
whether a matcher that goes back would double its work with every further character, or raise it to a high power of the
length.

Why: the tokenizer reads whatever users write. With such a pattern one line of forty letters is tried in more ways than a
machine can go through: matchers that count their tries give up with an error, which in Hugging Face's tokenizers is a panic
that ends the request; others do not come back. Whoever knows the pattern can send that line to every server of the model.

What it cannot see: how long a matcher really takes, which may have ways around some of these; patterns in the code of a
tokenizer.

Fix: take the `tokenizer.json` of the original model, or a pattern that cannot match the same text in two ways.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where
from hilt.core.report import Gap, State

if TYPE_CHECKING:
    from hilt.formats.json import Json
    from hilt.formats.msgpack import Msgpack
    from hilt.formats.tokenizer import Tokenizer

_SHOWN = 100
_MOST = 64
"""Patterns of one tokenizer that are looked into; real ones have up to six."""


def tokenizer_patterns(file: ReadFile[Tokenizer | Json | Msgpack]) -> Iterator[Finding | Gap]:
    from hilt.knowledge.pattern_growth import growth
    from hilt.knowledge.patterns import NotUnderstood

    patterns = dict.fromkeys(_patterns(file))
    for place, pattern in list(patterns)[:_MOST]:
        try:
            told = growth(pattern)
        except NotUnderstood as error:
            yield Gap(
                what=CHECK.id,
                path=file.path,
                state=State.SKIPPED,
                why=f"the pattern of {place} was not understood: {error}",
            )
            continue
        if told:
            severity = Severity.HIGH if told.startswith("doubles") else Severity.MEDIUM
            message = f"the work to match {pattern[:_SHOWN]!r} ({place}) {told}"
            yield Finding(check=CHECK.id, severity=severity, where=Where(path=file.path), message=message)
    if len(patterns) > _MOST:
        why = f"{len(patterns) - _MOST} of its patterns were not looked into"
        yield Gap(what=CHECK.id, path=file.path, state=State.SKIPPED, why=why)


def _patterns(file: ReadFile[Any]) -> Iterator[tuple[str, str]]:
    if file.format == "tokenizer":
        yield from ((step.place, step.looks_for) for step in file.value.rewrites if step.regex)
        return
    if file.format == "msgpack":
        from hilt.knowledge.spacy_patterns import patterns

        yield from patterns(file.source, file.value, file.limits)
        return
    match file.value.value:
        case {"config": {"pattern": str(pattern)}, "vocab": list()}:
            yield "config.pattern", pattern


CHECK = listed("tokenizer-patterns")
