from __future__ import annotations

import pickle
from typing import Any

import pytest
from scipy import stats

from attacks.pickles import p, stacked, text
from hilt.core.byte_source import MemorySource
from hilt.core.limits import Limits
from hilt.formats import pickle as reader
from hilt.knowledge.callables.judge import Standing
from hilt.knowledge.callables.machine import trace
from hilt.knowledge.callables.trace import Trace

HONEST = stats.gengamma.__getstate__()["_parse_arg_template"]


def traced(data: bytes) -> Trace:
    return trace(reader.read(MemorySource(data), Limits()).pickles[0], Limits())


def filled(state: Any) -> bytes:
    """A pickle of a distribution with this state."""
    return p(4, stacked("scipy.stats._continuous_distns", "norm_gen") + b")\x81" + pickle.dumps(state, 2)[2:-1] + b"b")


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("value", [stats.norm, stats.randint(1, 3), stats.truncnorm(0, 1), stats.levy_stable])
def test_distributions_of_scipy_are_quiet(value: Any, protocol: int) -> None:
    assert traced(pickle.dumps(value, protocol)).calls == ()


@pytest.mark.parametrize(
    "template",
    [
        "import os; os.system('echo hilt')",
        HONEST + "print(1)",
        HONEST.replace("loc=0", "loc=print(1)"),
        HONEST.replace("return (a", "return (print(1), a"),
        HONEST.replace("scale=1", "scale=1, é=2"),
        b"print(1)",
        None,
    ],
)
def test_a_distribution_whose_state_holds_other_code_is_dangerous(template: Any) -> None:
    (call,) = traced(filled({"name": "x", "_parse_arg_template": template})).calls
    assert call.judgement.standing is Standing.DANGEROUS
    assert call.judgement.road == "runs Python code that stands in its state"


@pytest.mark.parametrize(
    "state", [[("_parse_arg_template", HONEST)], {1: 2}, {str(n): n for n in range(99)}, ({}, None)]
)
def test_a_distribution_with_a_state_that_cannot_be_seen_is_unknown(state: Any) -> None:
    assert traced(filled(state)).worst is Standing.UNKNOWN


def test_methods_other_than_those_that_scipy_pickles_are_not_taken_from_a_distribution() -> None:
    get = stacked("builtins", "getattr") + stacked("scipy.stats._continuous_distns", "norm_gen")
    assert traced(p(4, get + b")\x81" + text("_entropy") + b"\x86R")).calls == ()
    assert traced(p(4, get + b")\x81" + text("__setstate__") + b"\x86R")).worst is not Standing.SAFE
