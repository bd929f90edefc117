"""The words of a licence by which it is recognised: without what differs from copy to copy of the same text.

Left out are case, punctuation, marks of Markdown, HTML and comments, numbers of paragraphs, copyright lines, the names of
holders in places where known licences have them, and titles such as "The MIT License". What is left out must bind nobody:
a copyright line that also says "may" or "not" is kept, and so is a name of a holder that holds such a word.

Everything is blanked where it stands, so that each word is known by its place in the text, and no step takes longer than
in proportion to the length of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from hilt.core.normal_form import normal_form
from hilt.core.patterns import lazy_pattern

MOST_CHARACTERS = 400_000
"""Of a text, what is looked at: six times the longest licence that is known."""
_LONGEST = 2 * MOST_CHARACTERS
"""Of the same, once each letter is written in one way; one letter can become eighteen."""

BINDING = frozenset(
    """
    may must shall cannot not no never only solely except unless without if commercial commercially noncommercial license
    licensed licence licensee permission permit permitted permits granted use used copy copies distribute distributed
    sell train outputs prohibited forbidden require required requires pay paid fee fees free royalty subject terms condition
    conditions agree revenue is are was were be been being has have would could should who whose whom anyone everyone
    nobody everything anything nothing exclude excluded excludes excluding ban banned bans barred void revoked revocable until before
    above after against agreement agreements allow allowed allows also any applies apply approval approve approved arrangement
    attribution authorisation authorised authorization authorized because beforehand below both businesses but buy can citizens
    consent consents contract contractual corporations cost costs countries credit denied deny deploy deployed deployment
    disallowed display displayed distributing do does each either employees ends every exceed exceeding exceeds excepted
    exclusive exclusively exempt exempted expire expired expires expiry finetune finetuning forbids gets give gives governments
    here hereby herein hereto hosted hosting however inference inside instead jurisdiction keep keeps less licences licenses
    licensing like limits make makes military modification modify modifying need needed needs negotiate negotiated neither
    none nonprofit nonprofits notify our outside percent price priced prior prohibition prohibits provided providing purchase
    purchased redistribute redistributed redistributing redistribution refuse refused register registered registration reproduce
    reproduction residents restricted restriction restrictions revenues revoke revokes royalties sale sales selling sold
    students academics hobbyists scholars sublicense sublicensing subscribe subscription surveillance takes terminate terminates
    termination territories territory than them then therefore thereof they training trial turnover unauthorized under unlike
    upon waive waiver want wants we weapons when where which while withdrawn within you your
    dollar dollars usd euro euros gbp hundred thousand million billion
    ist sind nicht nur kein keine untersagt verboten kommerziell kommerzielle nutzung erlaubnis verwendung zustimmung forschung
    genehmigung est sont interdit interdite recherche autorisation utilisation commerciale solo prohibido prohibida permiso
    comercial uso vietato vietata permesso
    """.split()
)
"""Words that a copyright line or a name has no use for."""
PURPOSES = frozenset("research academic personal production internal evaluation education educational".split())
"""Words that bind behind "for", and that names have otherwise."""

_LIMITS = PURPOSES | frozenset(
    "no not never only except forbidden prohibited commercial noncommercial through strike".split()
)
"""Words that the address behind a link and the marks of a page have no use for; the last two strike words out."""

_UNSEEN = lazy_pattern(
    "[\u00ad\u180e\u200b-\u200f\u202a\u202c\u2060-\u2066\u2068-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]"
)
_LINE = lazy_pattern("[\r\f\v\u2028\u2029]")
_WORD = lazy_pattern(r"[^\W_]+|[€£¥₩₹₽\u202b\u202d\u202e\u2067]|(?<!~)~~(?!~)")
"""Words, and signs that change what is read: another currency, the order in which letters are shown, what is struck out."""
_ATTRIBUTE = (
    r"\s+[a-z-]{1,20}=(?:[^\s\"'<>]{1,300}|\"[^\s\"<>]{0,300}\"|'[^\s'<>]{0,300}'|\"text/html; charset=[\w-]{1,20}\")"
)
"""What a tag may say beside its name: values of one word each, since whoever reads the text as it stands reads it all."""
_TAG = lazy_pattern(
    r"<!doctype html(?: public \"[^\"<>]{0,80}\"\s+\"[^\s\"<>]{0,80}\")?>|"
    r"</?(?:html|head|body|meta|title|style|div|p|br|hr|a|b|i|u|em|strong|span|font|center|small|sup|sub|ul|ol|li|dl|dt|dd|"
    r"h[1-6]|table|tbody|thead|tr|td|th|pre|code|blockquote|img|link|section|article|nav|main|header|footer)\b(?:"
    + _ATTRIBUTE
    + r"){0,12}\s{0,3}/?>"
)
_COMMENT = lazy_pattern(r"(\A|\n)[ \t]*[/#*>;%|-]+(?=\s)")
"""What comments, quotations and lists have before each line."""
_TARGET = lazy_pattern(r"\]\((?:https?://|mailto:|[#./])[^()\s]{0,300}\)")
_ITEM = r"[^\S\n]*(?:\(?(?:\d{1,2}(?:\.\d{1,2}){0,3}|[a-z]|[ivx]{1,5})[.)](?=\s)[^\S\n]*){1,2}"
_ITEMS = (
    lazy_pattern(r"\n[ \t#*>/;%+-]*" + _ITEM),
    lazy_pattern(r"[.:;,]\s" + _ITEM),
    lazy_pattern(r"\((?:[a-z]|[ivx]{2,5}|\d{1,2})\)"),
)
"""Numbers of paragraphs: where a line begins, behind a mark, and in brackets anywhere."""
_ADDRESS = lazy_pattern(r"https?://(?:www\.)?")
_COPYRIGHT = lazy_pattern(r"copyright(?=[\s:,]*(?:\(c\)|©|(?:19|20)\d\d|[<\[{]))|(?:\A|(?<=\n\n))copyright\b")
_COPYRIGHT_MARK = lazy_pattern(r"[©(](?:c\))?\s{0,2}(?:19|20)\d\d")
_GOES_ON = lazy_pattern(
    r"\n\s*\n|permission\s+(?:is|to)|redistribution\s+and|licensed\s+under|(?:this|the)\s+(?:software|work|file|program|model)|"
    r"everyone\s+is|use\s+of\s+this|you\s+may|by\s+using"
)
_HOLDER = (
    lazy_pattern(r"neither\s+the\s+names?\s+((?:of\s)?.{1,200}?)\snor\s+the\s+names?\b", re.DOTALL),
    lazy_pattern(r"(?:is|are)\s+provided\s+by\s(.{1,200}?)[\s\"'`*_\u2018-\u201d]*\bas\s+is\b", re.DOTALL),
    lazy_pattern(r"in\s+no\s+event\s+shall\s(.{1,200}?)\sbe\s+liable\b", re.DOTALL),
    lazy_pattern(r"as\s+is[\s\"'`*_,\u2018-\u201d]+and\s(.{1,100}?)\sdisclaims?\s+all\b", re.DOTALL),
    lazy_pattern(r"\n\s{0,20}(for\s[\w.+ -]{1,40}\ssoftware)[ \t]*\n"),
)
_MIT = r"(?:the )?(?:mit|expat)(?: license)?(?: \(mit\))?"
_BSD = r"(?:the )?(?:new |modified |simplified )?(?:bsd[ -]?[0123][ -]clause|[0123][ -]clause bsd|bsd|zero[ -]clause bsd|bsd zero[ -]clause)(?: \"?(?:new|simplified|revised|new or revised)\"?)? license"
_OTHER = r"(?:the )?(?:isc license(?: \(iscl?\))?|unlicense|zlib license)"
_TITLE = lazy_pattern(rf"(?:\A|\n)[ \t#*=_>`/-]{{0,20}}(?:{_MIT}|{_BSD}|{_OTHER})[ \t*=_:.`/-]{{0,20}}(?=\n|\Z)")
_RESERVED = lazy_pattern(r"\n[ \t#*>/-]{0,20}all\s+rights\s+reserved\.?[ \t]*(?=\n)")
_FIRST = tuple(
    tuple(title.split()) for title in ("the mit license mit", "the mit license", "mit license mit", "mit license")
)
"""Titles that are left out where the text begins with them, though it goes on on the same line."""
_SAME = {"licence": "license", "licences": "licenses", "licenced": "licensed", "sublicence": "sublicense"}
_PLAIN = lazy_pattern(r"(?<![\w-])[^\W\d_A-Z]+(?![\w])")
_NO_SENTENCE = lazy_pattern(r"<[^<>\n]{0,200}>|\([\w./-]{0,100}\)|\S{0,200}(?:@|://|[/.]\w)\S{0,200}")
"""Parts of a copyright statement that say nothing: addresses, and a project in brackets."""
_AROUND_NAMES = frozenset(
    "c and by of the or for at in to with a as its their from see all any other others rights reserved present contributors "
    "contributor authors author developers maintainers project team file files owner owners holder holders individual respective "
    "listed name company copyright portions parts based on various many notice source code original modified contributions "
    "details more please et al de der van von den la le du des di del".split()
)
"""Words without capitals that copyright statements have beside names."""
_MOST_PLAIN = 4
"""Other words without capitals that a line of a statement may have: names that are written so."""
_NEAR_START = 8
"""Words of a paragraph that may stand before a copyright statement: a title, or the statement before it."""
_STATEMENT = 600
"""Characters that a copyright statement may have."""


@dataclass(frozen=True)
class Words:
    """The words of `text`, which is what was looked at: `unread` more characters were not."""

    text: str
    unread: int

    @cached_property
    def _blanked(self) -> str:
        low = self.text.lower()
        if len(low) != len(self.text):  # a letter that has two small ones
            low = "".join(letter.lower()[:1] for letter in self.text)
        if not low.isascii() or "\r" in low or "\f" in low:
            low = _LINE.sub("\n", low)
        low = _without_statements(_COMMENT.sub(_blank_line, low), self.text)
        low = _TARGET.sub(_blank_unless_limiting, low)
        low = _TAG.sub(_blank_unless_limiting, low)
        for pattern in (_ADDRESS, _TITLE, _RESERVED, *_ITEMS):
            low = pattern.sub(_blank, low)
        for pattern in _HOLDER:
            low = pattern.sub(_blank_holder, low)
        return low

    @cached_property
    def _all(self) -> list[str]:
        found = _WORD.findall(self._blanked)
        return [_SAME.get(word, word) for word in found] if "licence" in self._blanked else found

    @cached_property
    def _title(self) -> int:
        """How many words the title has."""
        return max((len(one) for one in _FIRST if tuple(self._all[: len(one)]) == one), default=0)

    @cached_property
    def words(self) -> list[str]:
        return self._all[self._title :]

    @cached_property
    def places(self) -> list[tuple[int, int]]:
        """Where each word begins and ends in `text`."""
        return [match.span() for match in _WORD.finditer(self._blanked)][self._title :]

    def quote(self, first: int, last: int, most: int) -> str:
        """What stands in the text from one word to another, both included, on one line and not longer than `most`."""
        begin, end = self.places[first][0], self.places[last][1]
        said = " ".join(self.text[begin : min(end, begin + 2 * most)].split())
        return said if len(said) <= most and end <= begin + 2 * most else said[: most - 1].rstrip() + "…"


def words(text: str) -> Words:
    """The words of a text, of which the first `MOST_CHARACTERS` are looked at."""
    read = seen(text[:MOST_CHARACTERS])
    left = max(len(text) - MOST_CHARACTERS, 0)
    return Words(read, left or int(len(read) == _LONGEST))


def seen(text: str) -> str:
    """The text in one way of writing for each letter, without what is not seen."""
    return text if text.isascii() else _UNSEEN.sub("", normal_form("NFKC", text))[:_LONGEST]


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _blank_unless_limiting(match: re.Match[str]) -> str:
    return match.group() if _LIMITS.intersection(_WORD.findall(match.group())) else _blank(match)


def _blank_line(match: re.Match[str]) -> str:
    return match[1] + " " * (len(match.group()) - len(match[1]))


def _blank_holder(match: re.Match[str]) -> str:
    whole, name = match.group(), match.group(1)
    if _binds(name):
        return whole
    begin = match.start(1) - match.start()
    return whole[:begin] + " " * len(name) + whole[begin + len(name) :]


def _binds(said: str) -> bool:
    words = set(_WORD.findall(said))
    return not BINDING.isdisjoint(words) or ("for" in words and not PURPOSES.isdisjoint(words))


def _without_statements(low: str, text: str) -> str:
    """Copyright statements blanked: those that begin a paragraph, or stand behind its title or another one.

    `low` is `text` in small letters.
    """
    kept: list[str] = []
    done = 0
    for begin in sorted(match.start() for pattern in (_COPYRIGHT, _COPYRIGHT_MARK) for match in pattern.finditer(low)):
        if begin < done or not _may_begin(low, done, begin):
            continue
        end = _end(low, text, begin)
        if end > begin:
            kept += [low[done:begin], " " * (end - begin)]
            done = end
    return "".join([*kept, low[done:]])


def _may_begin(low: str, done: int, begin: int) -> bool:
    before = low[max(done, begin - 200) : begin]
    paragraph = before[before.rfind("\n\n") + 1 :] if "\n\n" in before else before
    return len(_WORD.findall(paragraph)) <= _NEAR_START


def _end(low: str, text: str, begin: int) -> int:
    """Where the statement that begins here ends; `begin` where it binds somebody, and so is more than a statement."""
    window = low[begin : begin + _STATEMENT]
    goes_on = _GOES_ON.search(window)
    line = window.find("\n")
    for length in (goes_on.start() if goes_on else len(window), line if line >= 0 else len(window)):
        if length < _STATEMENT and not _binds(window[:length]) and not _tells(text[begin : begin + length]):
            return begin + length
    return begin


def _tells(statement: str) -> bool:
    """A line of it has more words without capitals than names and what stands around them have: it is a sentence."""
    for line in statement.split("\n"):
        plain = sum(word not in _AROUND_NAMES for word in _PLAIN.findall(_NO_SENTENCE.sub(" ", line)))
        if plain > _MOST_PLAIN:
            return True
    return False
