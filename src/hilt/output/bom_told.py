"""What is told of one field: a value, how it is known, and where it was seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from hilt.core.fact import Known, Value
from hilt.core.report import Report
from hilt.core.verdict import Verdict
from hilt.output.figures import count_text


class Told(NamedTuple):
    """`value` is None exactly where it is unknown."""

    value: Value
    known: Known
    source: str


_WRITTEN_OUT = 1_000
"""Bits of a number that is written digit by digit: Python refuses to write those of hostile headers."""
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


def texts(value: Value) -> tuple[str, ...]:
    """A value as programs read it: `true`, `8030261248`, `7.2e+23`, and each item of a list by itself."""
    match value:
        case None:
            return ()
        case bool():
            return ("true" if value else "false",)
        case int():
            return (str(value) if value.bit_length() <= _WRITTEN_OUT else count_text(value),)
        case float():
            return (f"{value:.6g}",)
        case tuple():
            return value
    return (value,)
