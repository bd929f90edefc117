"""Reads in sentences under which licence something is: "All of the included models are licensed under the CC BY-NC 4.0".

Only what is said outright counts: a name behind "licensed under", before "licensed", behind "License:", or at the head of
a section on licences. Of what it is said is taken from the words before it; where these name nothing, it is said of the
whole, and where they name something that is no part of the subject, it is not said of the subject at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache, partial
from itertools import islice, takewhile
from typing import NamedTuple

from hilt.core.patterns import lazy_pattern
from hilt.knowledge.licences.limits import weighed
from hilt.knowledge.licences.names import Named, resolve
from hilt.knowledge.licences.passages import Passage, passages
from hilt.knowledge.licences.sayings import ABOUT_LICENCES, Told, part_of_heading, told_of
from hilt.knowledge.licences.works import Part

_MOST, _SHOWN = 64, 300
"""Statements that are taken from one text, and how much of a sentence is told."""
_PASSAGES, _TRIED = 500, 12
"""Passages of one text that are read, and places of one passage where a name is looked for."""
_LIKELY = lazy_pattern(r"licen[cs]|public domain|\bunder\b", re.IGNORECASE)
_SENTENCE = lazy_pattern(r"(?<=[.!?])(?<!\s[A-Z]\.)\s+(?=[A-Z\"'(\[])")
_VERB = r"\b(?:re-?)?(?:licen[cs]ed|released|distributed|published|provided|shared|available|offered|issued)"
_BETWEEN = r"(?:,|\s+(?:freely|also|publicly|here|only|solely|as|open|open-source|source|in|the|public|domain|or|and|for|use|you|to))*"
_UNDER = lazy_pattern(
    rf"(?:{_VERB}{_BETWEEN}\s+under|\b(?:is|are|comes?|falls?)\s+under|\b(?:governed|covered)\s+by|\bsubject\s+to)\b\s*:?\s*", re.IGNORECASE
)  # fmt: skip
_FILLER = lazy_pattern(
    r"(?:(?:the|an?|its|their|our|respective|own|original|upstream|same|following|permissive|open-source|free|terms|"
    r"open(?!\s+(?:data|database|software|font|government)\b)|"
    r"conditions|of|both|either|licen[cs]es?)\b[\s:,]*|[(\"'\u2018\u2019\u201c\u201d]\s*)*",
    re.IGNORECASE,
)
_JOINED = lazy_pattern(r"[\s,]*(?:\(\s*)?(?P<word>and|or|/|&|,)(?:\s+(?:the|an?|under))*\s+", re.IGNORECASE)
_LICENSED = lazy_pattern(r"(?<=\w)[-\s]+licen[cs]ed\b", re.IGNORECASE)
_LONGEST_BEFORE, _WORDS_BEFORE = 120, 6
"""Letters and words of a name that stands before "licensed"."""
_LABEL = lazy_pattern(r"(?:\|\s*)?(?P<of>[\w /&-]{0,40}?)\blicen[cs]e(?:\s+(?:type|name))?\s*(?:[:=]|\|)\s*(?P<said>.+)", re.IGNORECASE)  # fmt: skip
_OF = lazy_pattern(r"(?P<of>[A-Z][\w /&,-]{0,60}?)\s*(?::|\s[-\u2013\u2014]\s)\s*(?P<said>.+)")
_UNKNOWN = lazy_pattern(
    r"[A-Z][\w.+-]*(?:\s+[\w.+-]+){0,6}?\s+Licen[cs]e(?:\s+Agreement)?(?:,?\s+(?:[Vv]ersion\s+)?v?\d+(?:\.\d+)*)?"
)
_IT = lazy_pattern(r"\W*It\b")
_VERBS = lazy_pattern(r"\s(?:is|was|has)\s")
_WORD = lazy_pattern(r"\S+")
_ENDS, _CLOSES = lazy_pattern(r"(?:and|or|with)$|[(\[]", re.IGNORECASE), ".,;:)]\"'+\u201d"
"""Words that end a name, and signs that may stand at its end."""
_LAW = lazy_pattern(r"required by applicable law|distributed under the License\b")
"""Sentences that every copy of a notice has."""
_LONGEST_NAME = 12
"""Words of a name of a licence in a sentence."""


class Statement(NamedTuple):
    """A sentence that says under which licence something is; `named` may hold nothing but a spelling that is unknown."""

    named: Named
    part: Part
    line: int
    sentence: str


def statements(text: str, *, own: tuple[str, ...] = (), about_licences: bool = False) -> Iterator[Statement]:
    """What `text` says of the licence of the subject, whose own names are `own`.

    `about_licences` is true for a notice, all of which is about licences.
    """
    if not _LIKELY.search(text) and not about_licences:
        return
    seen = set[tuple[Named, Part]]()
    for passage in islice(filter(partial(_worth_reading, about_licences=about_licences), passages(text)), _PASSAGES):
        for statement in _of_passage(passage, own, about_licences=about_licences):
            if (statement.named, statement.part) not in seen:
                seen.add((statement.named, statement.part))
                yield statement
            if len(seen) >= _MOST:
                return


def _of_passage(passage: Passage, own: tuple[str, ...], *, about_licences: bool) -> Iterator[Statement]:
    inside = about_licences or _in_section(passage)
    heading = part_of_heading(passage.headings)
    found = False
    begin = tried = 0
    last = ""
    for sentence in _SENTENCE.split(passage.text):
        begin = passage.text.index(sentence, begin)
        last, spoken = sentence, last
        if _LAW.search(sentence):
            continue
        for named, before in _named(passage, begin, begin + len(sentence)):
            if (tried := tried + 1) > _TRIED:
                return
            if named is None:
                continue
            found = True
            told = told_of(before, own, closed=not inside)
            if told == Told() and _IT.match(before):  # it is what the sentence before it speaks of
                told = told_of(_VERBS.split(spoken, maxsplit=1)[0], own, closed=True)
            for part in _parts(told, heading, inside=inside):
                heard = weighed(named, before, sentence.removeprefix(before))
                yield Statement(named=heard, part=part, line=passage.line, sentence=sentence[:_SHOWN])
    if not found:
        yield from _label(passage, heading, inside=inside)


def _worth_reading(passage: Passage, *, about_licences: bool) -> bool:
    return about_licences or _in_section(passage) or _LIKELY.search(passage.text) is not None


def _in_section(passage: Passage) -> bool:
    return any(ABOUT_LICENCES.search(heading) for heading in passage.headings)


def _parts(told: Told, heading: Part | None, *, inside: bool) -> tuple[Part, ...]:
    """The parts that a sentence is about; none where it is about something else, or outside such a section about nothing."""
    if told.parts or told.other:
        return told.parts
    return (heading or Part.WHOLE,) if inside else ()


def _named(passage: Passage, begin: int, end: int) -> Iterator[tuple[Named | None, str]]:
    """The licences that a sentence names, each with what stands before it there; None for a place that names none."""
    text = passage.text
    at = begin
    while found := _UNDER.search(text, at, end):
        filled = _FILLER.match(text, found.end(), end)
        at = filled.end() if filled else found.end()
        named, at = _names_at(passage, at, end)
        yield named, text[begin : found.start()]
    for found in _LICENSED.finditer(text, begin, end):
        near = max(begin, found.start() - _LONGEST_BEFORE)
        words = list(_WORD.finditer(text, near, found.start()))[-_WORDS_BEFORE:]
        for word in words:
            named = _resolved(text[word.start() : found.start()])
            yield named, text[begin : word.start()]
            if named is not None:
                break


def _label(passage: Passage, heading: Part | None, *, inside: bool) -> Iterator[Statement]:
    """`License: X` under no heading but a title or one that says of what; in a section on licences `Code: X` and a bare `X`."""
    text = passage.text
    placed = inside or len(passage.headings) <= 1 or heading is not None
    label = _LABEL.match(text) if placed else None
    subject = _OF.match(text) if inside and label is None else None
    part = heading or Part.WHOLE
    begin = 0
    if label is not None:
        told = told_of(label["of"], (), closed=False)
        if told.other:
            return
        begin, parts = label.start("said"), told.parts or (part,)
    elif subject is not None and (told := told_of(subject["of"], (), closed=False)).parts:
        begin, parts = subject.start("said"), told.parts
    elif inside and not text.startswith("http"):
        parts = (part,)
    else:
        return
    filled = _FILLER.match(text, begin)
    begin = filled.end() if filled else begin
    named, behind = _names_at(passage, begin, len(text), unknown=False)
    if named is None and label is not None:
        said = re.split(r"\s*(?:\||\s{2,}|\.\s|$)", text[begin:], maxsplit=1)[0].strip(" .")
        to = next((to for at, _, to in passage.links if begin <= at < begin + len(said)), "")
        named = resolve("", name=said, link=to) if said else None
    elif named is not None and label is None and text[behind : behind + 1].isalnum():
        return
    rest = text[behind:].lstrip(" .)\"'") if named is not None else ""
    if label is None and rest[:1].isalnum() and not rest.lower().startswith(("licen", "see ", "for ")):
        return  # a sentence that only begins with the name of a licence
    if named is not None:
        named = weighed(named, "", text[begin:])
        for one in parts:
            yield Statement(named=named, part=one, line=passage.line, sentence=text[:_SHOWN])


def _names_at(passage: Passage, at: int, end: int, *, unknown: bool = True) -> tuple[Named | None, int]:
    """The licences named from `at` on, and where the last name ends."""
    named, behind = _name_at(passage, at, end, unknown=unknown)
    while named is not None and len(named.ids) < _LONGEST_NAME and (joined := _JOINED.match(passage.text, behind, end)):
        more, further = _name_at(passage, joined.end(), end, unknown=False)
        if more is None:
            break
        choice = named.choice or joined["word"].lower() == "or"
        same = set(more.ids) <= set(named.ids)
        named = named if same else Named(ids=(*named.ids, *more.ids), choice=choice, unknown=named.unknown)
        behind = further
    return named, behind


def _name_at(passage: Passage, at: int, end: int, *, unknown: bool) -> tuple[Named | None, int]:
    text = passage.text
    for begin, close, to in passage.links:
        if begin - 2 <= at < close:
            named = _resolved(text[begin:close], link=to)
            if named is not None:
                return named, close
    whole = takewhile(lambda word: not _ENDS.match(word[0]), _WORD.finditer(text, at, min(end, at + 160)))
    for word in reversed(
        [word for word in islice(whole, _LONGEST_NAME) if word[0][-1].isalnum() or word[0][-1] in _CLOSES]
    ):
        named = _resolved(text[at : word.end()].strip(".,;:()[]\"'\u201c\u201d"))
        if named is not None:
            return named, word.end()
    spelled = _UNKNOWN.match(text, at, end) if unknown else None
    if spelled is not None:
        return Named(ids=(), choice=False, unknown=(spelled[0],)), spelled.end()
    return None, at


@lru_cache(maxsize=1024)
def _resolved(said: str, link: str = "") -> Named | None:
    """What a spelling means, or None where a part of it means nothing."""
    if not said or len(said) > 200:
        return None
    named = resolve("", name=said, link=link)  # "CC-BY-NC", linked to what it is there
    return named if named.ids and not named.unknown else None
