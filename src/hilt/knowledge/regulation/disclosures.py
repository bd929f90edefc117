"""Signs of what a publisher owes the public: a summary of the training content, and a policy on copyright.

The headings are those of the template of the AI Office for the summary of training content (July 2025).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hilt.core.patterns import lazy_pattern
from hilt.formats.model_card import code_blocks

SUMMARY = lazy_pattern(
    r"public summary of (?:the )?(?:training|data|content)|summary of (?:the )?(?:content used for|training) (?:training|content|data)|"
    r"training[- ](?:content|data) (?:public )?summary|eu[ _]public[ _]summary|training data transparency report",
    re.IGNORECASE,
)
COPYRIGHT = lazy_pattern(
    r"copyright (?:compliance )?polic(?:y|ies)|polic(?:y|ies) (?:on|for|regarding) copyright|"
    r"respect of reservation of rights|reservations? of rights from text and data mining",
    re.IGNORECASE,
)
SUMMARY_NAMES = lazy_pattern(
    r"(?=.*summary)(?=.*(?:training|eu|public|gpai))(?=.*(?:data|content|public)).*", re.IGNORECASE
)
COPYRIGHT_NAMES = lazy_pattern(r".*copyright.*policy.*", re.IGNORECASE)

SECTIONS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (title, lazy_pattern(re.escape(title).replace(r"\ ", r"\s+"), re.IGNORECASE))
    for title in (
        "General information",
        "Publicly available datasets",
        "Private non-publicly available datasets",
        "Data crawled and scraped from online sources",
        "User data",
        "Synthetic data",
        "Other sources of data",
        "Respect of reservation of rights",
        "Removal of illegal content",
    )
)
"""The parts of the template that every summary fills."""


def places(pattern: re.Pattern[str], text: str, first_line: int = 1) -> Iterator[int]:
    """The lines of `text` on which `pattern` is found, those of blocks of code left out."""
    blocks = code_blocks(text) if "```" in text or "~~~" in text else ()
    code = {line for block in blocks for line in range(block.line, block.line + block.text.count("\n") + 2)}
    for number, line in enumerate(text.split("\n"), start=1):
        if number not in code and pattern.search(line[:4000]):
            yield number + first_line - 1


def sections(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The parts of the template that `text` has, and those that it lacks."""
    has = tuple(title for title, pattern in SECTIONS if pattern.search(text))
    return has, tuple(title for title, _ in SECTIONS if title not in has)
