"""What the text of a card says of the training: tokens, operations, hours of accelerators, energy; each with its words.

Text is prose of people, and hostile: what is found are claims, each with the quote it rests on and its line. Every
pattern is bounded, so that time grows with the length of the text alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from functools import cache
from typing import NamedTuple

from hilt.core.patterns import lazy_pattern
from hilt.knowledge.regulation.accelerators import NAME, known, named

_NUMBER = r"(?<![\w.,^])(?P<number>\d{1,3}(?:,\d{3}){1,5}|\d{1,15}(?:\.\d{1,9})?)"
_SCALE = r"\s?\+?[\s*]{0,3}(?P<scale>trillion|billion|million|thousand|(?-i:[TBMkK](?![A-Za-z])))"
_SCALES = {"t": 1e12, "b": 1e9, "m": 1e6, "k": 1e3}
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")

_WORDS = r"[\s*_-]{0,4}(?:(?!model|param|llm|variant|version)[a-z-]{1,20}\s){0,4}?"
_MAKER = r"(?:nvidia\s|amd\s|google\s|cloud\s)?"
_BOARD = rf"(?P<device>{NAME})(?:[\s-](?:\d{{1,3}} ?gb|sxm\d?|pcie))?"
_ANY_BOARD = r"(?:gpu|tpu|npu|chip|accelerator|device)"
_TIMES = r"(?:[x\u00d7*\u00b7\u22c5]|\\times|\\cdot)"
_PATTERNS: tuple[tuple[str, ...], ...] = (
    ("tokens", rf"{_NUMBER}{_SCALE}\+?{_WORDS}tokens?\b"),
    ("tokens", rf"\b(?:pre-?|post-?)?train(?:ing|ed)?[\s_-]tokens?(?: count)?[\s|:*=~≈]{{1,12}}{_NUMBER}{_SCALE}"),
    ("tokens", r"(?<![\w.,^])(?P<number>\d{1,3}(?:,\d{3}){3,5})\s(?:training\s)?tokens\b"),
    (
        "operations",
        rf"(?<![\w.,^])(?P<number>\d{{1,4}}(?:\.\d{{1,6}})?)\s?(?:e\+?|{_TIMES}\s?10\s?(?:\^|\*\*)?\s?\{{?\s?)",
        r"(?P<power>\d{2}|[⁰¹²³⁴⁵⁶⁷⁸⁹]{2})\}?\$?\s?(?:training\s|total\s)?(?:flops?|floating[- ]point operations)\b",
    ),
    (
        "hours",
        rf"{_NUMBER}(?:{_SCALE})?[\s*]{{0,4}}{_MAKER}",
        rf"(?:{_BOARD}[\s-]?(?:{_ANY_BOARD}[\s-]?)?|{_ANY_BOARD}[\s-]?)hours?\b",
    ),
    (
        "hours",
        rf"(?<![\w.,^])(?P<count>\d{{1,3}}(?:,\d{{3}})|\d{{1,6}})\s?[x\u00d7]?\s?{_MAKER}{_BOARD}s?(?![a-z0-9])",
        rf"[^.|]{{0,60}}?\bfor\s(?:about\s|around\s|approximately\s|roughly\s|~)?{_NUMBER}\s?(?P<unit>hour|day|week|month)s?\b",
    ),
    ("energy", rf"{_NUMBER}\s?(?P<watts>[kMG])Wh\b"),
    ("carbon", rf"{_NUMBER}\s?(?P<mass>tons?|tonnes?|t|kg|g)?\s?(?:of\s)?CO[2₂]"),
)
"""By kind of figure, the parts of a pattern."""
_SIGNS = {
    "tokens": ("token",),
    "operations": ("flop", "floating"),
    "hours": ("hour", "day", "week", "month"),
    "energy": ("kwh", "mwh", "gwh"),
    "carbon": ("co2", "co₂"),
}
"""By kind of figure, words in small letters: a passage with none of them holds no such figure."""

_OF_TRAINING = lazy_pattern(r"train|tun(?:ed|ing)|corpus|data|tokens seen|learn", re.IGNORECASE)
_OF_ELSE = lazy_pattern(
    r"context|window|vocab|per second|per day|batch|sequence length|price|cost|\$|throughput|output|generat|"
    r"input|cache|per step|every|max_|length|latency|per token|inference|long as",
    re.IGNORECASE,
)
_OF_A_PART = lazy_pattern(
    r"fine-?tun|\bSFT\b|instruct|post-?train|continu|anneal|adapt|\bDPO\b|\bRL|mid-?train|cool-?down|decay|additional|further|extra",
    re.IGNORECASE,
)
_SIZE = lazy_pattern(
    r"(?<![\w.,])(?P<size>\d{1,4}(?:\.\d{1,3})?)\s?(?P<unit>[TBM])\b"
    r"(?!\*{0,2}[\s-](?:\w+\s)?(?:token|word|sample|example|pair|image|document|row|sentence|hour|gpu))",
)
_NOT_SAID = lazy_pattern(
    r"\b(?:not(?!\s+only)|never|would|could|might|if|rumou?r\w*|allegedly|(?:people|some|others)\s+(?:say|claim|believe))\b|n['\u2019]t\b",
    re.IGNORECASE,
)
"""Words before a figure by which it is no statement."""
_LISTED = lazy_pattern(r"\W*(?:and|or)?\W*")
_OF_SEVERAL = lazy_pattern(r"cumulativ|aggregat|all (?:the |of the |\d{1,2} )?\w{0,20} ?models", re.IGNORECASE)
_EPOCHS = (
    lazy_pattern(r"^[^.]{0,40}?\bfor\s~?(\d{1,4})\sepochs"),
    lazy_pattern(r"\b(\d{1,4})\sepochs\s(?:on|over|of)\s\W{0,3}$"),
)
"""How often the tokens were gone through, said behind the figure or before it."""
_FROM_SCRATCH = lazy_pattern(r"pre-?train|from scratch|in total|overall|altogether", re.IGNORECASE)
_STAGE = lazy_pattern(r"\bstage\s?\d", re.IGNORECASE)
_UNITS = {"hour": 1, "day": 24, "week": 168, "month": 730}
_AROUND, _CLAIMS, _TEXT = 140, 400, 1 << 20
"""Characters looked at on either side of a figure, figures of one text that are told, characters of a text looked at."""


class Part(Enum):
    """Which part of the training a figure is of, as the words around it say."""

    WHOLE = "whole"
    LATER = "later"
    UNSAID = "unsaid"


class Claim(NamedTuple):
    """A figure: tokens, operations, hours of one accelerator (`device`, where it is named), kWh or kg of CO2.

    `shared` says that it may be of several models together, or of each of several another; `sizes` are the
    parameters of the models that it is said of, where they stand before it: "the 9B model was trained with 8 trillion
    tokens", "a 7B and 3B model trained on 1T tokens".
    """

    kind: str
    value: float
    quote: str
    line: int
    part: Part = Part.UNSAID
    device: str = ""
    shared: bool = False
    sizes: tuple[float, ...] = ()


@cache
def _patterns(kind: str) -> tuple[re.Pattern[str], ...]:
    return tuple(lazy_pattern("".join(parts), re.IGNORECASE) for of, *parts in _PATTERNS if of == kind)


def claims(text: str, first_line: int = 1) -> tuple[Claim, ...]:
    """The claims in `text`, whose first line has the number `first_line`; no more than a few hundred.

    What stands behind the first million characters is not looked at: no card of a person is that long.
    """
    found: list[Claim] = []
    for passage, begins in _passages(text[:_TEXT], first_line):
        small = passage.lower()
        kinds = [kind for kind, signs in _SIGNS.items() if any(sign in small for sign in signs)]
        for kind, pattern in [(one, pattern) for one in kinds for pattern in _patterns(one)]:
            for match in pattern.finditer(passage):
                claim = _claim(kind, match, begins)
                if claim is not None:
                    found.append(claim)
                if len(found) >= _CLAIMS:
                    return tuple(found)
    return tuple(found)


def _passages(text: str, first_line: int) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """Each paragraph with its lines folded, and each row of a table; where its lines begin, as (offset, line)."""
    held: list[str] = []
    begins: list[tuple[int, int]] = []
    offset = 0
    for number, line in enumerate(text.split("\n"), start=first_line):
        begun = line.lstrip().startswith(("#", "- ", "* "))
        row = line.lstrip().startswith("|")
        if held and (begun or row or not line.strip()):
            yield " ".join(held), begins
            held, begins, offset = [], [], 0
        if row:
            yield line.strip(), [(0, number)]
        elif line.strip():
            begins.append((offset, number))
            held.append(line.strip())
            offset += len(held[-1]) + 1
    if held:
        yield " ".join(held), begins


def _claim(kind: str, match: re.Match[str], begins: list[tuple[int, int]]) -> Claim | None:
    passage, (start, end) = match.string, match.span()
    before, after = passage[max(0, start - _AROUND) : start], passage[end : end + _AROUND]
    asked = re.match(r"[^.;!?]*\?", after) is not None
    before, after = re.split(r"[.;!?]\s", before)[-1], re.split(r"[.;!?]\s", after)[0]
    if asked or _NOT_SAID.search(before):
        return None
    around = passage[start - len(before) : end + len(after)]
    if kind == "tokens" and (not _OF_TRAINING.search(around) or _OF_ELSE.search(f"{before[-50:]} {after[:30]}")):
        return None
    if kind in ("tokens", "operations") and re.match(r"\s?(/|per\b)", after):
        return None  # so much a second, or for each of something
    value = _value(kind, match.groupdict())
    if value is None:
        return None
    if kind == "tokens" and (epochs := _EPOCHS[0].search(after) or _EPOCHS[1].search(before)):
        value *= max(1, int(epochs[1]))
    device = match.groupdict().get("device") or ""
    nearby = named(around)
    return Claim(
        kind=kind,
        value=value,
        quote=around.strip(),
        line=max(number for at, number in begins if at <= start),
        part=Part.LATER if kind == "hours" and _STAGE.search(before) else _part(before, after),
        device=known(device) if device else nearby[0] if len(nearby) == 1 else "",
        shared=_OF_SEVERAL.search(around) is not None or _beside_another(kind, match),
        sizes=tuple(_sizes(before)),
    )


def _sizes(before: str) -> Iterator[float]:
    """The size of a model that stands last, and those that it is listed with."""
    begin = len(before)
    for found in reversed(list(_SIZE.finditer(before))):
        if begin < len(before) and not _LISTED.fullmatch(before, found.end(), begin):
            return
        yield float(found["size"]) * _SCALES[found["unit"].lower()]
        begin = found.start()


def _beside_another(kind: str, match: re.Match[str]) -> bool:
    """Whether a cell beside it in a row has another figure of this kind: then each column is of another model."""
    row, (start, end) = match.string, match.span()
    if kind != "tokens" or not row.startswith("|"):
        return False
    cells = (row[max(0, start - _AROUND) : start].rpartition("|")[0], row[end : end + _AROUND].partition("|")[2])
    others = (found for cell in cells for found in match.re.finditer(cell))
    return any(_value(kind, found.groupdict()) != _value(kind, match.groupdict()) for found in others)


def _part(before: str, after: str) -> Part:
    """What stands nearest before the figure decides; where nothing does, what follows it."""
    for words in (before, after[:60]):
        later = [found.end() for found in _OF_A_PART.finditer(words)]
        whole = [found.end() for found in _FROM_SCRATCH.finditer(words)]
        if later:
            return Part.LATER
        if whole:
            return Part.WHOLE
    return Part.UNSAID


def _value(kind: str, found: dict[str, str | None]) -> float | None:
    """The figure in its unit; None where it is none that a training can have."""
    number = float((found["number"] or "0").replace(",", ""))
    scale = _SCALES[scaled[0].lower()] if (scaled := found.get("scale")) else 1.0
    match kind:
        case "operations":
            power = int((found["power"] or "0").translate(_SUPERSCRIPTS))
            return float(f"{number}e{power}") if 15 <= power <= 29 and number else None
        case "hours":
            hours = number * scale
            if found.get("count"):
                hours *= int((found["count"] or "0").replace(",", "")) * _UNITS[(found["unit"] or "hour").lower()]
            return hours if 1 <= hours <= 1e10 else None
        case "tokens":
            return number * scale if 1e6 <= number * scale <= 1e16 else None
        case "energy":
            return number * {"k": 1.0, "m": 1e3, "g": 1e6}[(found["watts"] or "k").lower()]
    mass = (found.get("mass") or "kg").lower()
    return number * {"g": 1e-3, "kg": 1.0}.get(mass, 1e3)
