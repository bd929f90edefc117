"""SPDX expressions: names joined by AND, OR and WITH. The one door of license-expression."""

from __future__ import annotations

import re
from functools import cache

from license_expression import (  # type: ignore[import-untyped]
    AND,
    OR,
    LicenseSymbol,
    LicenseWithExceptionSymbol,
    Licensing,
    get_spdx_licensing,
)

MOST_NAMES, DEEPEST = 64, 16
"""Operators of one expression, and brackets inside each other."""


@cache
def _plain() -> Licensing:
    """Knows no names: what a name means is told by our own index."""
    return Licensing()


@cache
def _exceptions() -> frozenset[str]:
    return frozenset(key.lower() for key, one in get_spdx_licensing().known_symbols.items() if one.is_exception)


def parse(said: str) -> tuple[tuple[str, ...], bool]:
    """The names in `said`, and whether one may choose among them; no names where it is no expression.

    Of `A AND (B OR C)` all three are told as holding at once, for want of a way to say less. An exception of SPDX's list
    only permits more and is left out; any other makes the name before it one of its own.
    """
    deepest = depth = 0
    for sign in said:
        depth += (sign == "(") - (sign == ")")
        deepest = max(deepest, depth)
    if deepest > DEEPEST or len(re.findall(r"(?i)\b(?:and|or|with)\b", said)) > MOST_NAMES or not said.isprintable():
        return (), False
    try:
        tree = _plain().parse(said)
    except Exception:  # noqa: BLE001 (beside its own errors the library trips over assertions where brackets stand oddly)
        return (), False
    if tree is None:
        return (), False
    names = dict.fromkeys(_name(symbol) for symbol in _symbols(tree))
    choice = isinstance(tree, OR) and not any(isinstance(part, AND) for part in tree.args)
    return tuple(names), choice


def _symbols(tree: object) -> list[object]:
    if isinstance(tree, AND | OR):
        return [symbol for part in tree.args for symbol in _symbols(part)]
    return [tree]


def _name(symbol: object) -> str:
    if isinstance(symbol, LicenseWithExceptionSymbol):
        exception = str(symbol.exception_symbol.key)
        return str(symbol.license_symbol.key) + ("" if exception.lower() in _exceptions() else f" WITH {exception}")
    return str(symbol.key) if isinstance(symbol, LicenseSymbol) else str(symbol)
