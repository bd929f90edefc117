"""Amounts in the sentences of licences: "700 million", "$20,000,000", "USD 1M", "one million US dollars"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hilt.core.patterns import lazy_pattern

_SCALES = {
    "hundred": 100,
    "k": 1_000,
    "thousand": 1_000,
    "m": 10**6,
    "mm": 10**6,
    "mn": 10**6,
    "million": 10**6,
    "b": 10**9,
    "bn": 10**9,
    "billion": 10**9,
    "trillion": 10**12,
}
_SMALL = {
    word: value
    for value, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), start=1)
} | {
    word: 10 * value
    for value, word in enumerate("ten twenty thirty forty fifty sixty seventy eighty ninety".split(), start=1)
}
_DOLLARS = r"us\s?dollars?|u\.s\.\s?dollars?|dollars?|usd"
_OTHERS = r"rmb|cny|yuan|eur|euros?|gbp|pounds?|jpy|yen|krw|won|aed|inr|cad|aud|sgd|hkd|nzd|chf|twd"
_AMOUNT = lazy_pattern(
    rf"(?P<before>us\s?\$|usd\s?\$?|(?:{_OTHERS})\s?\$?|(?<![a-z])\$|[€£¥])?\s?"
    rf"(?<![\w.,])(?P<number>\d{{1,3}}(?:,\d{{3}}){{1,4}}|\d{{1,13}}(?:\.\d{{1,2}})?|(?:{'|'.join(_SMALL)})(?=\s+(?:hundred|thousand|million|billion)))"
    r"(?:\s?(?P<scale>hundred|thousand|million|billion|trillion|mm|mn|bn|[kmb]))?(?![\w])"
    r"(?:\s?\([^()]{1,40}\))?"
    rf"\s?(?P<after>{_DOLLARS}|{_OTHERS})?(?![\w])",
)
_YEARS = range(1900, 2101)


class Amount(NamedTuple):
    """A number with its unit: "$" for dollars of the United States, another currency as it is written, or none."""

    value: int
    unit: str
    begin: int
    end: int


def amounts(low: str) -> Iterator[Amount]:
    """The amounts of a sentence in small letters, except those that may be years or numbers of paragraphs."""
    for match in _AMOUNT.finditer(low):
        said, scale = match["number"], match["scale"]
        unit = _unit(match["before"] or match["after"] or "")
        number = float(_SMALL[said]) if said in _SMALL else float(said.replace(",", ""))
        value = round(number * _SCALES.get(scale or "", 1))
        if value < 1_000 or (not unit and not scale and "," not in said and value in _YEARS):
            continue
        yield Amount(value=value, unit=unit, begin=match.start(), end=match.end())


def _unit(said: str) -> str:
    said = said.replace(" ", "")
    return "$" if "dollar" in said or said in ("$", "us$", "usd", "usd$") else said
