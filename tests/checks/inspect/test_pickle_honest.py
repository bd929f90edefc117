"""Honest files must be quiet: a false alarm is as bad as a miss."""

from __future__ import annotations

import io
import pickle
from functools import cache
from typing import Any

import joblib
import pytest

from hilt.checks.inspect import pickle_code, pickle_hidden, pickle_unknown_call
from honest_pickles import data, estimators
from reading import facts, findings

CHECKS = [module.CHECK for module in (pickle_code, pickle_hidden, pickle_unknown_call)]


@cache
def honest() -> dict[str, Any]:
    return {**estimators(), **data()}


@pytest.mark.parametrize("protocol", range(6))
def test_fitted_estimators_and_plain_data_are_quiet_in_every_protocol(protocol: int) -> None:
    assert len(honest()) > 50
    for name, value in honest().items():
        for check in CHECKS:
            assert findings(check, pickle.dumps(value, protocol), "model.pkl") == [], name


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("compress", [0, ("zlib", 3)], ids=str)
def test_what_joblib_dumps_is_quiet_in_every_protocol(protocol: int, compress: Any) -> None:
    for name, value in honest().items():
        target = io.BytesIO()
        joblib.dump(value, target, compress=compress, protocol=protocol)
        for check in CHECKS:
            assert findings(check, target.getvalue(), "model.joblib") == [], name


def test_an_honest_file_states_that_nothing_was_called() -> None:
    stated: dict[str, Any] = {}
    for check in CHECKS:
        stated |= facts(check, pickle.dumps(data()["arrays"]), "model.pkl")
    assert stated == {"inspect.unsafe_calls": 0, "inspect.code_on_load": False, "inspect.unknown_calls": 0}


def test_a_harmful_file_states_how_often_it_calls() -> None:
    call = b"cos\nsystem\n(S'echo hilt'\ntR0"
    stated = facts(pickle_code.CHECK, call * 3 + b"]p0\n.", "model.pkl")
    assert stated == {"inspect.unsafe_calls": 3, "inspect.code_on_load": True}
