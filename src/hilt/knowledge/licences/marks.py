"""The words of a licence that change what it means: numbers, uses, territories, names, and the words that forbid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hilt.core.patterns import lazy_pattern
from hilt.knowledge.licences.territory_names import TERRITORIES

COUNTED = (
    "not", "no", "nor", "without", "except", "unless", "only", "solely", "must", "shall", "may", "cannot", "prohibited",
    "required", "commercial", "commercially", "noncommercial", "non", "research", "academic", "production", "personal",
    "evaluation", "fee", "fees", "royalty", "pay", "revenue", "users", "million", "billion", "thousand", "hundred",
    "territory", "country", "union", "military", "train", "terminate", "notwithstanding", "never", "cease",
)  # fmt: skip
"""Words that a text must have as often as the known one does to be called the same."""

TRIFLES = frozenset(
    "a an and apache appendix apply bsd clause community conditions contributor contributors copyright file following full "
    "general gnu here how isc license licenses mit mozilla notice of project public software terms text the this to under "
    "version your".split()
)
"""Words of titles and headings: the only ones that a text may have beyond the known one, to be called the same."""
TITLED = frozenset("apache bsd gnu isc mit mozilla".split())
"""Those of them that say of which licence it is the title."""

_USES = frozenset(
    "commercial commercially noncommercial research academic academia scientific production internal personal evaluation "
    "military educational business profit nonprofit revenue income fee fees royalty royalties pay payment paid".split()
)
_FORBIDS = frozenset(
    "not no nor never cannot must shall prohibited forbidden unless except only solely required without".split()
)
SCALE = frozenset("hundred thousand million billion trillion hundreds thousands millions billions".split())
_SMALL = "one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL_NUMBERS = frozenset(_SMALL.split())
_NUMBER = lazy_pattern(r"[0-9]+(?:[.][0-9]+)?(?:[kmb]|mm|mn|bn|st|nd|rd|th|s|x)?")
_MOST = 12
_LONGEST_NAME = max(len(name.split()) for name in TERRITORIES)
_FIRST_WORDS = frozenset(name.split()[0] for name in TERRITORIES)
_NO_NAMES = frozenset(
    "the a an this that these those you your we our us it its if in of and or any all for by to section exhibit attachment "
    "appendix article part agreement license licensed licensee licensor copyright notice terms conditions permission software "
    "model models derivative derivatives work works material materials party parties use user users contribution contributor "
    "contributors distribution output outputs data complementary source object form version law laws governing jurisdiction "
    "dispute limitation liability disclaimer warranty warranties termination indemnification redistribution provided subject "
    "mit apache bsd definitions effective date agreed entity affiliates services service product products as is i ii iii iv v".split()
)


KINDS = ("number", "use", "territory", "long", "forbids", "name")
"""Kinds of marks, those that matter most first; "long" stands for a change of which not every word was looked at."""


class Mark(NamedTuple):
    """Why a change is worth a look: `kind` is one of `KINDS`."""

    kind: str
    words: str


def counted(words: Sequence[str]) -> bytes:
    """How often each word of `COUNTED` occurs, 255 for more."""
    found: dict[str, int] = {}
    for word in words:
        if word in _COUNTED:
            found[word] = found.get(word, 0) + 1
    return bytes(min(found.get(word, 0), 255) for word in COUNTED)


def marks(words: Sequence[str], written: Sequence[str]) -> tuple[Mark, ...]:
    """The marks of some words in a row; `written` are the same words with their capitals."""
    found: dict[Mark, None] = {}
    for kind, one in (*_numbers(words), *_territories(words)):
        found[Mark(kind=kind, words=one)] = None
    for word in words:
        if word in _USES:
            found[Mark(kind="use", words=word)] = None
        elif word in _FORBIDS:
            found[Mark(kind="forbids", words=word)] = None
    said = {word for mark in found for word in mark.words.split()}
    shouted = sum(word.isupper() for word in written) > len(written) // 2
    for one in () if shouted else _names(words, written, said):
        found[Mark(kind="name", words=one)] = None
    return tuple(list(found)[:_MOST])


def _numbers(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(words):
        begin = at
        while at < len(words) and (words[at] in SCALE or words[at] in _SMALL_NUMBERS or is_number(words[at])):
            at += 1
        group = words[begin:at]
        if any(word in SCALE or is_number(word) for word in group):
            yield "number", " ".join(group)
        at = max(at, begin + 1)


def is_number(word: str) -> bool:
    return "0" <= word[0] <= "9" and _NUMBER.fullmatch(word) is not None


def _territories(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(words):
        length = 1
        if words[at] in _FIRST_WORDS:
            names = (" ".join(words[at : at + length]) for length in range(_LONGEST_NAME, 0, -1))
            if name := next((name for name in names if name in TERRITORIES), ""):
                yield "territory", name
                length = len(name.split())
        at += length


def _names(words: Sequence[str], written: Sequence[str], said: set[str]) -> Iterator[str]:
    group: list[str] = []
    for word, shown in zip((*words, ""), (*written, ""), strict=True):
        if shown[:1].isupper() and word not in _NO_NAMES and word not in said:
            group.append(shown)
        elif group:
            yield " ".join(group)
            group = []


_COUNTED = frozenset(COUNTED)
