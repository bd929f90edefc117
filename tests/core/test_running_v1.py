"""What it takes to run a subject, in JSON: what is wrong is named with its key path."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hilt.core.errors import ReportInvalid
from hilt.core.running import Fits, Machine, Running
from hilt.core.running_v1 import decode_running, encode_running

LEAST = Running(memory=None, machine=Machine("m", 1), fits=Fits.UNKNOWN)


def test_what_is_not_known_is_left_out() -> None:
    told = encode_running(LEAST)
    assert told == {"fits": "cannot tell", "machine": {"name": "m", "memory": 1}}
    assert decode_running(json.loads(json.dumps(told))) == LEAST


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"fits": "perhaps"}, "running.fits"),
        ({"speed": [1]}, "running.speed"),
        ({"speed": [1, "2"]}, "running.speed"),
        ({"speed": [1, True]}, "running.speed"),
        ({"machine": {"name": "m", "memory": -1}}, "running.machine.memory"),
        ({"machine": {"name": "m", "memory": 1, "price": {"int": "0x" + "f" * 400}}}, "running.machine.price"),
        ({"costs": [{"utilisation": 1, "low": 1}]}, "running.costs"),
        ({"break_even": [{"offer": {}}]}, "running.break_even"),
        ({"colour": "red"}, "running"),
        ({"memory": []}, "running.memory"),
    ],
)
def test_what_is_wrong_is_named_with_its_path(wrong: dict[str, Any], where: str) -> None:
    with pytest.raises(ReportInvalid) as told:
        decode_running({**encode_running(LEAST), **wrong})
    assert where in str(told.value)
