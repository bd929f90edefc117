"""What is told of one field: a value, how it is known, and where it was seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from hilt.core.fact import Known, Value
from hilt.core.report import Report
from hilt.core.verdict import Verdict


class Told(NamedTuple):
    """`value` is None exactly where it is unknown."""

    value: Value
    known: Known
    source: str


UNTOLD = Told(None, Known.UNKNOWN, "")


def of(report: Report, key: str) -> Told:
    """What the fact of this key says; unknown too where no check of the run declares it, or it says nothing at all."""
    fact = report.fact(key)
    if fact is None or fact.value is None or fact.value == "":
        return UNTOLD
    return Told(fact.value, fact.known, fact.source)


def fact(key: str) -> Callable[[Verdict], Told]:
    """Tells a field as the fact of this key."""
    return lambda verdict: of(verdict.report, key)


def computed(value: Value, source: str = "hilt") -> Told:
    """What hilt itself worked out from the bytes, or did."""
    return Told(value, Known.VERIFIED, source)
