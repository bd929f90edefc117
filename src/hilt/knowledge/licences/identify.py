"""Which licence a text is, told from its words: exactly, the same but for trifles, a variant of one, several, or unknown.

    exact      its words are those of a known text
    same       at least 0.97 of its word 4-grams are those of the known text, and the other way round; nothing was added but
               words of titles, nothing taken away inside; words that forbid or limit occur as often as in the known text
    several    known texts one after the other, and nothing else but words of titles
    variant    a known text with changes, or with additions: to be called by no name before somebody has read `changes`
    unknown    none of it

What was removed from a known text cannot be quoted, because known texts are kept as hashes only: words around the gap
are then what is shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from itertools import groupby
from typing import NamedTuple

from hilt.core.patterns import lazy_pattern
from hilt.knowledge.licences.grams import Grams, grams, shipped
from hilt.knowledge.licences.index import Text, index
from hilt.knowledge.licences.marks import COUNTED, KINDS, SCALE, TITLED, TRIFLES, Mark, counted, is_number, marks
from hilt.knowledge.licences.words import MOST_CHARACTERS, Words, words

SAME, VARIANT, HELD = 0.97, 0.5, 0.9
"""Likeness from which a text is called the same, and a variant; part of a known text that must be there for it to be held."""
CHANGES, QUOTED = 40, 400
"""Changes that are told of one text, and characters that are quoted of each."""
_TAG = lazy_pattern(r"^[^\w\n]{0,8}SPDX-License-Identifier:[ \t]{0,4}([\w.+-]{1,60})[^\w\n]{0,8}$", re.MULTILINE)
_CANDIDATES, _LEAST, _SEVERAL = 16, 0.25, 8
_MARKED = 300
"""Words of one change in which marks are looked for; that a change is longer is a mark by itself."""
_TITLE = 12
"""Words at the beginning of a text that may lack some of the title."""
_NEAR = 8
"""Grams on both sides of words that are missing, which tell whether these stood inside a known text."""
_COMPARED = 400
"""Changes that are looked at, to tell the `CHANGES` of them that matter most."""
_OWN = 0.6
"""Part of a known text that must be its own where others are held: licences share sentences."""
_SPREAD = 1.5
"""How much longer than the known text the stretch may be in which it is found."""


class Change(NamedTuple):
    """Words that the known texts lack, as they are written; empty `marks` where none of them is known to change the meaning.

    `gap` says that words of the known text are missing between these words, which it has. A `trifle` changes nothing.
    """

    words: str
    marks: tuple[Mark, ...] = ()
    gap: bool = False
    trifle: bool = False


class Identified(NamedTuple):
    """What a text is: `ids` are licences of the index, most alike first, or in the order in which their texts follow.

    `of` is "policy" for a policy of use that goes with a licence, and "notice" for the short text that stands for one;
    `policies` are those that stand beside a licence in the same text.
    `score` is the likeness to the known text, or for several the part that is known. Of the `changes`, those are told
    that matter most; `more` are not. `unread` characters at the end were not looked at.
    """

    kind: str
    ids: tuple[str, ...] = ()
    score: float = 0.0
    changes: tuple[Change, ...] = ()
    of: str = "licence"
    policies: tuple[str, ...] = ()
    more: int = 0
    unread: int = 0


@dataclass(frozen=True)
class Texts:
    """The known texts: what each is the text of, its number by the digest of its words, and their grams.

    These are read where a text is none of them exactly.
    """

    texts: Sequence[Text]
    digests: Mapping[str, int]
    read: Callable[[], Grams] = shipped

    @cached_property
    def grams(self) -> Grams:
        return self.read()


@cache
def known_texts() -> Texts:
    """The texts that come with hilt."""
    return Texts(index().texts, index().digests)


def digest(said: Sequence[str]) -> str:
    """The digest of a text by its words."""
    return sha256(" ".join(said).encode()).hexdigest()


def identify(text: str, known: Texts | None = None) -> Identified:
    """Which licence this text is. A line of SPDX that names the licence of the text is no change of it."""
    known = known or known_texts()
    found = _identified(text, known)
    if found.kind == "variant" and (tags := _TAG.findall(text[:MOST_CHARACTERS])):
        bare = _identified(_TAG.sub("", text), known)
        if bare.kind in ("exact", "same") and all(_means(tag, bare.ids) for tag in tags):
            return bare
    return found


def _means(tag: str, ids: Sequence[str]) -> bool:
    from hilt.knowledge.licences.names import resolve

    return tuple(said.removesuffix("-or-later") for said in resolve(tag).ids) == tuple(ids)


def _identified(text: str, known: Texts) -> Identified:
    read = words(text)
    if not read.words:
        return Identified(kind="unknown", unread=read.unread)
    number = known.digests.get(digest(read.words))
    if number is not None and not read.unread:
        return Identified(kind="exact", ids=(known.texts[number].id,), score=1.0, of=known.texts[number].of)
    return _Comparison(read, known).result()


class _Comparison:
    """A text beside the known ones that are likely to be in it."""

    def __init__(self, read: Words, known: Texts) -> None:
        self.read = read
        self.known = known
        self.order = grams(read.words)
        self.own = set(self.order)
        self.shared: dict[int, set[int]] = {}
        self.found: dict[tuple[int, ...], tuple[tuple[Change, ...], int]] = {}
        self.look(self.own)

    def look(self, among: set[int]) -> None:
        """Makes candidates of the known texts that are likely to be among these grams."""
        for number in self.known.grams.likely(among, _CANDIDATES, _LEAST):
            if number not in self.shared:
                self.shared[number] = self.own.intersection(self.known.grams.of(number))

    def likeness(self, number: int) -> float:
        shared = len(self.shared[number])
        return shared / (len(self.own) + self.known.grams.sizes[number] - shared)

    def result(self) -> Identified:
        best = max(self.shared, key=self.likeness, default=None)
        if best is None:
            return self.told("unknown", [], 0.0)
        score = self.likeness(best)
        if score >= SAME and self.is_same(best):
            return self.told("same", [best], score)
        held = self.held()
        covered = self.covered(held)
        if len(held) > 1 and covered >= SAME and self.counts(held) and not self.matters(held):
            return self.told("several", held, covered)
        if score >= VARIANT:
            return self.told("variant", list(dict.fromkeys([best, *held])), min(score, self.covered([best, *held])))
        if held:
            return self.told("variant", held, covered)
        return self.told("unknown", [], score)

    def is_same(self, number: int) -> bool:
        return self.covered([number]) >= SAME and self.counts([number]) and not self.matters([number])

    def matters(self, numbers: Sequence[int]) -> bool:
        """Something was added or taken away that is no trifle."""
        changes, more = self.changes(numbers)
        return self.read.unread > 0 or more > 0 or not all(change.trifle for change in changes)

    def counts(self, numbers: Sequence[int]) -> bool:
        """The words that forbid and limit are there as often as in the known texts."""
        told = [self.known.grams.counts[number] for number in numbers]
        return (
            counted(self.read.words) == bytes(min(sum(each), 255) for each in zip(*told, strict=True))[: len(COUNTED)]
        )

    def covered(self, numbers: Sequence[int]) -> float:
        both = set().union(*(self.shared[number] for number in numbers))
        return sum(gram in both for gram in self.order) / len(self.order)

    def held(self) -> list[int]:
        """The known texts that are in this one as a whole, in their order; none that is a part of another that is."""
        found: list[tuple[int, int]] = []
        left = set(self.own)
        for _ in range(_SEVERAL):
            new = {number: len(shared & left) for number, shared in self.shared.items()}
            fit = [number for number in new if self.is_held(number, new[number])]
            best = max(fit, key=lambda number: (self.part(number) >= SAME, new[number]), default=None)
            if best is None:
                break
            found.append((self.stretch(best)[0], best))
            left -= self.shared[best]
            self.look(left)
        return [number for _, number in sorted(found)]

    def is_held(self, number: int, new: int) -> bool:
        """The known text is there as a whole, and most of it has not been found to be that of another."""
        size = self.known.grams.sizes[number]
        return self.part(number) >= HELD and new >= _OWN * size and self.stretch(number)[1] >= HELD * size

    def part(self, number: int) -> float:
        """How much of a known text is there."""
        return len(self.shared[number]) / self.known.grams.sizes[number]

    def stretch(self, number: int) -> tuple[int, int]:
        """Where the grams of a known text stand closest together, and how many of them are there."""
        shared, reach = self.shared[number], int(_SPREAD * self.known.grams.sizes[number])
        places = [place for place, gram in enumerate(self.order) if gram in shared]
        best = first = most = 0
        for last, place in enumerate(places):
            while place - places[first] > reach:
                first += 1
            if last - first + 1 > most:
                best, most = places[first], last - first + 1
        return best, most

    def told(self, kind: str, numbers: Sequence[int], score: float) -> Identified:
        changes, more = self.changes(numbers) if numbers else ((), 0)
        texts = [self.known.texts[number] for number in numbers]
        licences = [text for text in texts if text.of != "policy"] or texts
        return Identified(
            kind=kind,
            ids=tuple(dict.fromkeys(text.id for text in licences)),
            policies=tuple(dict.fromkeys(text.id for text in texts if text not in licences)),
            score=score,
            changes=changes,
            of=licences[0].of if licences else "licence",
            more=more,
            unread=self.read.unread,
        )

    def changes(self, numbers: Sequence[int]) -> tuple[tuple[Change, ...], int]:
        """The stretches of words whose grams none of these texts has."""
        key = tuple(numbers)
        if key not in self.found:
            self.found[key] = self.compare(key)
        return self.found[key]

    def compare(self, numbers: Sequence[int]) -> tuple[tuple[Change, ...], int]:
        both = set().union(*(self.shared[number] for number in numbers))
        foreign = [gram not in both for gram in self.order]
        spans: list[tuple[int, int]] = []
        begin = 0
        for new, group in groupby(foreign):
            end = begin + sum(1 for _ in group)
            if new:
                spans.append((begin, end - 1))
            begin = end
        made = [self.change(numbers, begin, end) for begin, end in spans[:_COMPARED]]
        # Of many, those are told that matter most, in the order of the text.
        chosen = sorted(sorted(range(len(made)), key=lambda at: _weight(made[at]))[:CHANGES])
        return tuple(made[at] for at in chosen), len(spans) - len(chosen)

    def change(self, numbers: Sequence[int], begin: int, end: int) -> Change:
        """What was changed where the grams from `begin` to `end` are new: all but the words they share with known ones."""
        said = self.read.words
        last = len(said) - 1
        first = begin + 3 if begin else 0
        final = last if end + 3 >= last else end
        if first > final:
            near = self.read.quote(begin, min(end + 3, last), QUOTED)
            return Change(words=near, gap=True, trifle=begin < _TITLE or self.between(numbers, begin, end))
        while final < last and is_number(said[final]) and said[final + 1] in SCALE:  # 100 million, where 1 million was
            final += 1
        looked = slice(first, min(final + 1, first + _MARKED))
        written = [self.read.text[one:two] for one, two in self.read.places[looked]]
        found = marks(said[looked], written)
        if final - first >= _MARKED:
            found = (*found, Mark(kind="long", words=f"{final - first + 1} words"))
        trifle = not found and TRIFLES.issuperset(said[looked]) and self.names_itself(numbers, said[looked])
        return Change(words=self.read.quote(first, final, QUOTED), marks=found, trifle=trifle)

    def names_itself(self, numbers: Sequence[int], said: Sequence[str]) -> bool:
        """Words of a title are those of these texts, and not of another licence."""
        titles = {word for number in numbers for word in title_words(self.known.texts[number].id)}
        return titles.issuperset(TITLED.intersection(said))

    def between(self, numbers: Sequence[int], begin: int, end: int) -> bool:
        """What is missing stands where one known text ends and another one begins, and not inside one of them."""
        near = {*self.order[max(begin - _NEAR, 0) : begin], *self.order[end + 1 : end + 1 + _NEAR]}
        return not any(near <= self.shared[number] for number in numbers)


@cache
def title_words(licence_id: str) -> frozenset[str]:
    """The words of the name of a licence."""
    found = index().licence(licence_id)
    return frozenset(re.split(r"[\W_]+", f"{licence_id} {found.name if found else ''}".lower()))


def _weight(change: Change) -> int:
    return min((KINDS.index(mark.kind) for mark in change.marks), default=len(KINDS) + change.gap)
