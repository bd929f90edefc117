"""How a card calls its subject, and what it says of it first."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hilt.knowledge.card.quotes import Quote, is_label, is_topic, label, shortened
from hilt.knowledge.licences.passages import Passage
from hilt.knowledge.openness.sections import words

_TITLE = re.compile(r"(?:model\s?card(?:\s?(?:for|of))?|model)?\s?[:-]?\s*(.{2,120})", re.IGNORECASE)
_BEFORE = re.compile(r"^[\W_]+")
_AT_END = re.compile(r"\s*(?:model\s?card|readme)\W*$", re.IGNORECASE)
_NO_TITLE = re.compile(
    r"(?:model )?(?:details?|cards?|descriptions?|information|overview|summary|introduction|documentation|usage|license|readme|table of contents)",
    re.IGNORECASE,
)
_FIRST = re.compile(
    r"(?:model )?(?:descriptions?|summary|overview|introduction|details?|about|information|abstract)", re.IGNORECASE
)
_DETAIL = re.compile(
    r"(?:model )?(?:licen[cs]es?(?: .{1,20})?|papers?|repositor(?:y|ies)|repo|demo|blog.{0,10}|contact|website|code|notes?|date|type|last updated"
    r"|point of contact|acceptable use.{0,10}|homepage|status|updates?|release date|core repo.{0,40})",
    re.IGNORECASE,
)
"""Labels of details, which say nothing of what a model is."""
_LINKS = re.compile(r"https?://\S{1,1000}$")
_NUMBERING = re.compile(r"^[\W\d_]+|[\W_]+$")


def title(passages: Sequence[Passage]) -> Quote | None:
    """The heading with which the card begins, without "Model card for"; None where it only says that it is a card."""
    first = next((passage for passage in passages[:3] if passage.headings), None)
    found = _TITLE.fullmatch(_AT_END.sub("", first.headings[0])) if first else None
    if first is None or found is None:
        return None
    bare = _NUMBERING.sub("", found[1])
    if not bare or found[1].endswith("?") or _NO_TITLE.fullmatch(bare) or is_topic(bare):
        return None
    return Quote(_BEFORE.sub("", found[1]).strip(), first.line)


def summary(passages: Sequence[Passage]) -> Quote | None:
    """The first paragraph that stands under the title, or under a heading for it."""
    for passage in passages[:200]:
        heading = _NUMBERING.sub("", passage.headings[-1]) if passage.headings else ""
        if len(passage.headings) > 1 and not _FIRST.fullmatch(heading):
            continue
        if len(passage.headings) == 1 and is_topic(heading):
            continue
        prose = (
            not passage.text.startswith("|") and not passage.text.endswith(":") and not _is_detail(label(passage)[0])
        )
        if prose and words(passage.text) >= 6 and not _LINKS.search(passage.text):
            return Quote(shortened(passage.text), passage.line)
    return None


def _is_detail(before: str) -> bool:
    """Whether a label says something about the card, and not what the model is."""
    return _DETAIL.fullmatch(before) is not None or is_label(before)
