"""A tokenizer that puts words into what a model reads.

What: steps of `tokenizer.json` that replace text with sentences, or turn ordinary text into a token that steers the model;
tokens around every text that stand for many; added tokens that spell a sentence.

Why: the model reads what the tokenizer makes of a prompt. A sentence that is put in there is seen by no one who reads the
prompt or the chat template, and a word that becomes the end of the user's turn lets a user speak for the operator.

What it cannot see: words of the vocabulary with swapped numbers, which make the model read another text than was written.

Fix: take the `tokenizer.json` of the original model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.formats.tokenizer import Rewrite, Tokenizer

_WORD = re.compile(r"[^\W\d_]{2,}")
_SENTENCE = 4
_LONG_TOKEN = 8
"""Words of an added token; markers such as `<|start_of_turn|>` have fewer."""
_MOST_IDS = 4
_SHOWN = 120


def tokenizer_rewrites(file: ReadFile[Tokenizer]) -> Iterator[Finding]:
    special = {token for token in file.value.special if _WORD.search(token)}
    for step in file.value.rewrites:
        if message := _judge(step, special):
            yield _finding(file, Severity.HIGH, f"{step.place} {message}")
    for name, ids in file.value.inserted:
        if ids > _MOST_IDS:
            yield _finding(
                file, Severity.MEDIUM, f"the token {name[:_SHOWN]!r} around every text stands for {ids} tokens"
            )
    for token in file.value.added:
        if len(_WORD.findall(token)) >= _LONG_TOKEN:
            yield _finding(file, Severity.MEDIUM, f"an added token spells a sentence: {token[:_SHOWN]!r}")


def _judge(step: Rewrite, special: set[str]) -> str:
    if step.puts is None:
        return ""
    source = f"for {step.looks_for[:_SHOWN]!r}" if step.looks_for else "before every text"
    if len(_WORD.findall(step.puts)) >= _SENTENCE:
        return f"puts {step.puts[:_SHOWN]!r} {source}"
    # White space that becomes a marker is what honest tokenizers have.
    if step.puts in special and step.looks_for.strip() and step.looks_for not in special:
        return f"puts the token {step.puts!r}, which steers the model, {source}"
    return ""


def _finding(file: ReadFile[Tokenizer], severity: Severity, message: str) -> Finding:
    return Finding(check=CHECK.id, severity=severity, where=Where(path=file.path), message=message)


CHECK = listed("tokenizer-rewrites")
