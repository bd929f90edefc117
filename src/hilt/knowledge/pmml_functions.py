"""Functions that every engine of PMML brings, and words by which its extensions tell of code.

Sources: PMML 4.4, "Built-in Functions"; JPMML-Evaluator, FunctionRegistry (`x-...`: functions of 4.4 before there was 4.4);
Red Hat Decision Manager, "PMML extensions" (`externalClass`, `adapter`, `modelPackage`).
"""

from __future__ import annotations

import re

BUILT_IN = frozenset(
    "+ - * / min max sum avg median product log10 ln sqrt abs exp pow threshold floor ceil round modulo isMissing isNotMissing"
    " isValid isNotValid equal notEqual lessThan lessOrEqual greaterThan greaterOrEqual isIn isNotIn and or not if uppercase"
    " lowercase stringLength substring trimBlanks concat replace matches formatNumber formatDatetime dateDaysSinceYear"
    " dateSecondsSinceYear dateSecondsSinceMidnight expm1 hypot ln1p rint sin asin sinh cos acos cosh tan atan tanh normalCDF"
    " normalIDF normalPDF stdNormalCDF stdNormalIDF stdNormalPDF erf x-atan2 x-cos x-expm1 x-hypot x-log1p x-ln1p x-rint x-sin"
    " x-tan x-modulo x-erf".split()
)
"""The names of functions that need no code of anybody's."""

JAVA_CLASS = re.compile(r"(?:[A-Za-z_$][\w$]*\.)+[A-Za-z_$][\w$]*")
"""A name with packages, as JPMML looks for it among the classes."""

NAMES_CODE = re.compile(r"class|script|code\b|java|python|command|function|adapter|modelPackage|plugin", re.IGNORECASE)
"""Names of extensions that name classes or hold scripts."""
