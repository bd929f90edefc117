"""Distributions of scipy.stats run a piece of code from their own state when a pickle fills them.

`rv_generic.__setstate__` hands `_parse_arg_template` of the state to `exec`. What SciPy writes there is three functions
that name the parameters of the distribution; anything else is somebody's code.
"""

from __future__ import annotations

import re

from hilt.formats.pickle_machine import Items, Made, Value
from hilt.knowledge.callables.judge import SAFE, UNKNOWN, Judgement, Standing

_KEY = "_parse_arg_template"
_NAMES = r"[\w, ]*"
_WITH_DEFAULTS = r"[\w,= ]*"
_TEMPLATE = re.compile(
    rf"\ndef _parse_args\(self, {_WITH_DEFAULTS}\):\n    return \({_NAMES}\), {_NAMES}\n"
    rf"\ndef _parse_args_rvs\(self, {_WITH_DEFAULTS}, size=None\):\n"
    rf"    return self\._argcheck_rvs\({_NAMES}, size=size\)\n"
    rf"\ndef _parse_args_stats\(self, {_WITH_DEFAULTS}, moments='mv'\):\n    return \({_NAMES}\), {_NAMES}, moments\n",
    re.ASCII,
)
_RUNS = Judgement(Standing.DANGEROUS, "runs Python code that stands in its state")


def filled(state: Value) -> Judgement:
    """What filling a distribution with `state` does."""
    if isinstance(state, Made):  # SciPy writes a plain dictionary; what stands in another cannot be told
        return _RUNS
    if not isinstance(state, Items) or state.kind != "dict" or state.size != len(state.pairs()):
        return UNKNOWN
    judgement = SAFE
    for key, value in state.pairs():
        if not isinstance(key, str):
            return UNKNOWN
        if key == _KEY and not (isinstance(value, str) and _TEMPLATE.fullmatch(value)):
            judgement = _RUNS
    return judgement
