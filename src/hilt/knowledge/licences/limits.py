"""Sentences that name a licence and take it back: "is not licensed under MIT", "under MIT for academic use only".

A licence that is denied is none. One that is limited holds, and what limits it is told as something that nobody knows,
unless the licence says the same by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from hilt.core.patterns import lazy_pattern
from hilt.knowledge.licences.agreement import entry_of
from hilt.knowledge.licences.names import SHOWN, Named

_DENIED = lazy_pattern(
    r"(?:\b(?:not(?!\s+only)|never|no longer|neither|cannot|(?:will|would|may|might|could|to) be)|n['\u2019]t)(?:\s+\w+)?\s*$|"
    r"\b(?:wrong|false|untrue|incorrect) to (?:say|think|claim|assume|believe)\b",
    re.IGNORECASE,
)
_LIMITED = lazy_pattern(
    r"\b(?:except|unless|until)\b|\bnon[-\s]?commercial|\bcommercial(?:ly)?\b.{0,60}\b(?:not|forbidden|prohibited|excluded)\b|"
    r"\b(?:no|not|without|forbids?|prohibits?|excludes?)\b.{0,60}\bcommercial|\b(?:only|solely|exclusively|just) (?:for|to|by)\b|"
    r"\b(?:research|academic|academia|educational|education|personal|private|evaluation)\b[\w\s,]{0,30}\b(?:only|alone)\b|"
    r"\b(?:for|to)\s[\w\s]{1,30}\b(?:only|alone)\b|\bfor (?:research|academic|personal|private)(?: use| purposes?)?\s*(?:[;,]|$)",
    re.IGNORECASE,
)
_SENTENCE = lazy_pattern(r"(?<=[.!?])\s+|\n\s*\n")
_LONGEST = 600
_OF_ITSELF = frozenset({"commercial", "research", "other"})
"""Conditions of licences that say by themselves for what they are meant."""


def weighed(named: Named, before: str, behind: str) -> Named:
    """What is named, once the words of the sentence before it and from it on are heard."""
    whole = " ".join(f"{before}{behind}".split())
    said = whole if len(whole) <= SHOWN else f"{whole[: SHOWN - 1]}…"
    if _DENIED.search(before[-200:]):
        return Named(unknown=(said,))
    if _LIMITED.search(behind[:600]) and not any(map(_limited, named.ids)):
        return named._replace(choice=False, unknown=(*named.unknown, said))
    return named


def takes_back(said: str, ids: Iterable[str]) -> bool:
    """The words limit for what a thing may be used, and none of the licences `ids` does so by itself."""
    return _LIMITED.search(said) is not None and not any(map(_limited, ids))


def limiting(text: str) -> str:
    """The first sentence that limits for what a thing may be used; empty where none does."""
    for sentence in _SENTENCE.split(text):
        if _LIMITED.search(sentence[:_LONGEST]):
            return " ".join(sentence[:SHOWN].split())
    return ""


def _limited(licence_id: str) -> bool:
    entry = entry_of(licence_id)
    return entry is not None and any(term.id in _OF_ITSELF for term in entry.conditions)
