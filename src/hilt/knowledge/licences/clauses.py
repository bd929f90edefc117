"""What a text that nobody has read yet asks, as far as sentences tell that occur in many licences of models.

Each sentence is held against the patterns of `clause_patterns`. A clause that is found is a reason to read the sentence,
which is quoted; that none is found says nothing of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from hilt.core.patterns import lazy_pattern
from hilt.knowledge.licences.amounts import Amount, amounts
from hilt.knowledge.licences.clause_patterns import PATTERNS, Pattern
from hilt.knowledge.licences.territory_names import TERRITORIES
from hilt.knowledge.licences.words import seen

MOST_CHARACTERS = 100_000
"""Of a text, what is looked at: the longest licence of a model that is known has a third of it."""
LONGEST = 1_600
"""Characters of one sentence that are looked at; what is longer is cut there into several."""
QUOTED = 500
CLAUSES = 60
"""Clauses that are told of one text."""

_ENDS = lazy_pattern(r"[.;!?\u3002\uff1b][\"'\u201d)]{0,2}\s|\n\s*\n|\n[ \t]*(?:[-*•#]|\(?[a-z0-9]{1,3}[.)])\s")
_TERRITORY = lazy_pattern(rf"\b(?:{'|'.join(sorted(map(re.escape, TERRITORIES), key=len, reverse=True))})\b")
_AT_LEAST = lazy_pattern(
    r"at least|or more|no less than|not less than|equal to or|reach|less than|under\b|below|fewer than"
)
_MONTHLY = lazy_pattern(r"monthly (?:\w+ ){0,3}revenue|revenue.{0,40}(?:per|a|each|any) (?:\w+ )?month\b|monthly")
_YEARLY = lazy_pattern(r"annual|year|twelve|12[- ]month")
_INSTEAD = lazy_pattern(r"\b(?:prominently )?display|\bshow\b")
_FAR = 300
"""Characters between the words that tell a clause and what it quotes."""
_NO_WORDS = {"notice", "license", "agreement", "attribution notice"}
_NAMED = lazy_pattern(r'"([^"]{1,400})"')


class Clause(NamedTuple):
    """A sentence that asks something.

    `id` is that of a term or an obligation where there is one of its kind ("users", "display"), otherwise a word of its own
    ("indemnity"); `duty` tells which. `says` is what it asks in a few words, `quote` the sentence, `words` what must be
    displayed or carried as it stands. `needs` is a condition on the profile: what must hold for the licence to grant
    anything, or, of a duty, when it is due. It is empty wherever the sentence leaves a doubt about a figure or a name.
    """

    id: str
    says: str
    quote: str
    needs: str = ""
    duty: bool = False
    words: str = ""


def clauses(text: str) -> tuple[Clause, ...]:
    """The clauses of a text, in order: the first sentence for each that asks the same."""
    found: dict[tuple[str, str, str], Clause] = {}
    for sentence in _sentences(seen(text[:MOST_CHARACTERS])):
        low = sentence.lower()
        for pattern in PATTERNS:
            if pattern.fits(low) and (clause := _clause(pattern, sentence, low)):
                found.setdefault((clause.id, clause.needs, clause.words), clause)
        if len(found) >= CLAUSES:
            break
    certain = {clause.id for clause in found.values() if clause.needs or clause.words}
    kept = [clause for clause in found.values() if clause.needs or clause.words or clause.id not in certain]
    return tuple(kept[:CLAUSES])


def _sentences(text: str) -> Iterator[str]:
    """The sentences of a text on one line each, with straight quotation marks."""
    plain = text.translate(_STRAIGHT)
    begin = 0
    for match in _ENDS.finditer(plain):
        if plain.count('"', begin, match.start()) % 2 and match.end() - begin < LONGEST:
            continue  # inside of what is quoted
        yield from _cut(plain[begin : match.end()])
        begin = match.end()
    yield from _cut(plain[begin:])


def _cut(piece: str) -> Iterator[str]:
    line = " ".join(piece.split())
    for begin in range(0, len(line), LONGEST):
        yield line[begin : begin + LONGEST]


def _clause(pattern: Pattern, sentence: str, low: str) -> Clause | None:
    needs, words, says = pattern.needs, "", pattern.says
    match pattern.reads:
        case "users":
            needs = _gate(low, "profile.users", {""}, "users")
        case "revenue":
            needs = _gate(low, f"profile.{period}", {"$"}, "revenue") if (period := _period(low)) else ""
        case "display":
            words = _named(sentence, low, pattern)
            needs = " || ".join(_over(low)) or needs
        case "words":
            words = _named(sentence, low, pattern)
        case "territory":
            found = _TERRITORY.findall(low)
            if not found:
                return None
            codes = sorted({TERRITORIES[name] for name in found})
            says = f"{says}: {', '.join(codes)}"
            doubt = "multimodal" in low or "law" in low
            needs = "" if doubt else " && ".join(f'!("{code}" in profile.territories)' for code in codes)
    return Clause(id=pattern.id, says=says, quote=_quote(sentence), needs=needs, duty=pattern.duty, words=words)


def _gate(low: str, field: str, units: set[str], metric: str) -> str:
    """The limit of the one amount of this unit, empty where there are several or none, or where it gates something else."""
    if _INSTEAD.search(low):
        return ""
    amount = _only(low, units)
    if amount is None or metric not in low:
        return ""
    before = low[max(0, amount.begin - 40) : amount.begin]
    after = low[amount.end : amount.end + 20]
    sign = "<" if _AT_LEAST.search(before) or " or more" in f" {after}" else "<="
    return f"{field} {sign} {amount.value}"


def _over(low: str) -> list[str]:
    """When a duty is due that begins at a number of users or at a revenue."""
    due = []
    if "users" in low and (amount := _only(low, {""})):
        due.append(f"profile.users > {amount.value}")
    if "revenue" in low and (period := _period(low)) and (amount := _only(low, {"$"})):
        due.append(f"profile.{period} > {amount.value}")
    told = ("users" in low) + ("revenue" in low)
    return due if len(due) == told else []


def _only(low: str, units: set[str]) -> Amount | None:
    found = {amount.value: amount for amount in amounts(low) if amount.unit in units}
    return next(iter(found.values())) if len(found) == 1 else None


def _period(low: str) -> str:
    """The field of the profile for the revenue that is meant; empty where the period is in doubt."""
    around = low[max(0, low.find("revenue") - 200) : low.find("revenue") + 200]
    months = _MONTHLY.search(around.replace("monthly active users", ""))
    years = _YEARLY.search(around)
    if months and not years:
        return "monthly_revenue"
    return "revenue" if years and not months else ""


def _named(sentence: str, low: str, pattern: Pattern) -> str:
    """What stands in quotation marks behind the words that the pattern looks for, or around them."""
    match = pattern.begins(low)
    if match is None:
        return ""
    for named in _NAMED.finditer(sentence, max(0, match.start() - 1)):
        said = named[1].strip()
        if named.start() - match.end() > _FAR:
            return ""
        if said.lower() not in _NO_WORDS:
            return "" if named[1].endswith(" ") else said  # a blank there: quotation marks inside of it, not its end
    return ""


def _quote(sentence: str) -> str:
    return sentence if len(sentence) <= QUOTED else sentence[: QUOTED - 1].rstrip() + "…"


_STRAIGHT = str.maketrans({"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u300c": '"', "\u300d": '"'})
