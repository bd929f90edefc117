"""What is stated of files of pickles; that honest files are quiet is tested in tests/honest."""

from __future__ import annotations

import pickle
from typing import Any

from hilt.checks.inspect import pickle_code, pickle_hidden, pickle_unknown_call
from honest.numpy_files import arrays
from reading import facts

CHECKS = [module.CHECK for module in (pickle_code, pickle_hidden, pickle_unknown_call)]


def test_an_honest_file_states_that_nothing_was_called() -> None:
    stated: dict[str, Any] = {}
    for check in CHECKS:
        stated |= facts(check, pickle.dumps(arrays()), "model.pkl")
    assert stated == {"inspect.unsafe_calls": 0, "inspect.code_on_load": False, "inspect.unknown_calls": 0}


def test_a_harmful_file_states_how_often_it_calls() -> None:
    call = b"cos\nsystem\n(S'echo hilt'\ntR0"
    stated = facts(pickle_code.CHECK, call * 3 + b"]p0\n.", "model.pkl")
    assert stated == {"inspect.unsafe_calls": 3, "inspect.code_on_load": True}
