"""Of what a sentence speaks: the words of its subject, and whether they mean the model, the code, the data or the whole."""

from __future__ import annotations

import re
from typing import NamedTuple

from hilt.core.patterns import lazy_pattern
from hilt.knowledge.licences.works import Part

ABOUT_LICENCES = lazy_pattern(r"licen[cs]|copyright|\blegal\b|terms of use", re.IGNORECASE)
"""Headings of a section in which a bare name of a licence says under which licence the subject is."""

_OF_OTHERS = lazy_pattern(
    r"\b(?:other|related|further|similar)\s+(?:models|checkpoints|versions|datasets)\b|"
    r"\b(?:models|checkpoints|versions|variants|derivatives)\s+(?:that\s+(?:are|were)\s+)?(?:fine-?tuned|derived|based|built|trained|made)\s",
    re.IGNORECASE,
)
"""Headings over what was made from the subject, or lies beside it: "Models finetuned off MPT-7B"."""
_PARTS = {
    Part.MODEL: "model models weight weights checkpoint checkpoints parameters voice voices embeddings",
    Part.CODE: "code codes source sources scripts",
    Part.DATA: "data dataset datasets corpus corpora database annotations",
}
_PART_OF = {word: part for part, words in _PARTS.items() for word in words.split()}
_WHOLE = frozenset(
    "project repository repo package library software work works file files material materials content contents everything "
    "program tool toolkit framework plugin module app application distribution release artifacts assets".split()
)
_PRONOUNS = frozenset("it they we both all everything this these those that here".split())
_OPEN = frozenset(
    "the a an this these those that our your its their my all any each both every most of some other also included bundled "
    "shipped provided pre-trained pretrained trained fine-tuned finetuned released resulting derived final original public "
    "quantized quantised converted accompanying following present whole entire itself themselves source training evaluation "
    "inference and or file files card by unless otherwise indicated noted stated now currently originally being is are be".split()
)
"""Words beside which a subject is still no other than the subject itself."""
_ALL_OF = lazy_pattern(
    r"^\s*(?:unless [\w ]{1,40},\s*)?(?:all|most|some|each|any|both|parts?)\s+of\s+(?:the\s+|our\s+|these\s+)?",
    re.IGNORECASE,
)
_ENDS = lazy_pattern(
    r"\b(?:is|are|was|were|be|been|has|have|had|can|may|must|will|shall|of|in|on|at|for|from|with|by|to|as|used|uses?|using|"
    r"contains?|includes?|provides?|ships?|bundles?|comes?|loads?|trained on|created|made|remains?|found|here)\b",
    re.IGNORECASE,
)
_CLAUSE = lazy_pattern(
    r"[;:()\[\]|]|\s[-\u2013\u2014]\s|\u2014|,\s*(?!and\b|or\b)|\b(?:while|but|although|though|whereas|however|which|that|who|and (?:is|are))\b",
    re.IGNORECASE,
)  # fmt: skip
_AND = lazy_pattern(r"\s+(?:and|or|&|as well as)\s+|\s*[/&,]\s*", re.IGNORECASE)
_WORDS = lazy_pattern(r"[\w'.+-]+")


class Told(NamedTuple):
    """The parts of the subject that words name; `other` is true where they name something that is none of them."""

    parts: tuple[Part, ...] = ()
    other: bool = False


def told_of(before: str, own: tuple[str, ...], *, closed: bool) -> Told:
    """Of what a sentence speaks that goes `before` a name of a licence.

    With `closed`, a word that may tell another thing from the subject makes it another: "the Whisper model".
    """
    for clause in reversed(_CLAUSE.split(before[-600:])):
        subject = _ENDS.split(_ALL_OF.sub("", clause), maxsplit=1)[0]
        words = [word.lower() for word in _WORDS.findall(subject)]
        if not words or ((_PRONOUNS | _OPEN).issuperset(words) and not _parts(subject)):
            continue
        if _plain(subject) in {_plain(name) for name in own}:
            return Told(parts=(Part.WHOLE,))
        strange = [word for word in words if word not in _OPEN and word not in _PART_OF and word not in _WHOLE]
        if closed and any(_plain(word) not in {_plain(name) for name in own} for word in strange):
            return Told(other=True)
        if parts := _parts(subject):
            return Told(parts=parts)
        return Told(parts=(Part.WHOLE,)) if words[-1] in _WHOLE or _WHOLE & set(words) else Told(other=True)
    return Told()


def part_of_heading(headings: tuple[str, ...]) -> Part | None:
    """The part that the nearest heading names which names one; a title names none."""
    for heading in reversed(headings[1:] or headings):
        if ABOUT_LICENCES.fullmatch(heading) or _OF_OTHERS.search(heading):
            return None
        if parts := _parts(heading):
            return parts[0] if len(parts) == 1 else Part.WHOLE
    return None


def _parts(subject: str) -> tuple[Part, ...]:
    """The parts that stand side by side in the words of a subject: "model and data files"."""
    found: dict[Part, None] = {}
    for one in _AND.split(subject):
        words = [word.lower().strip(".'") for word in _WORDS.findall(one)]
        named = [_PART_OF[word] for word in words if word in _PART_OF]
        if named:
            found[named[-1]] = None
    return tuple(found)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.lower())
