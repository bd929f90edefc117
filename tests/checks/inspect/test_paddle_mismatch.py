from __future__ import annotations

import pytest

from attacks.graphs import paddle, paddle_parameters
from hilt.checks.inspect.paddle_mismatch import CHECK
from hilt.core.finding import Severity
from reading import read
from repositories import findings_in

PROGRAM = paddle("feed", "conv2d", "fetch", parameters=["a", "b"])


def test_parameters_that_are_stored_are_counted() -> None:
    assert read(PROGRAM, "inference.pdmodel").value.parameters == 2


def test_as_many_tensors_as_the_program_asks_for_are_quiet() -> None:
    files = {"m/inference.pdmodel": PROGRAM, "m/inference.pdiparams": paddle_parameters((4,), (2, 3))}
    assert findings_in(CHECK, files) == []
    assert findings_in(CHECK, {"other.pdiparams": paddle_parameters((4,)), "inference.pdmodel": PROGRAM}) == []


@pytest.mark.parametrize(("data", "held"), [(paddle_parameters((4,)), 1), (paddle_parameters((4,), (2, 3)) * 2, 4)])
def test_another_number_of_tensors_is_named(data: bytes, held: int) -> None:
    (found,) = findings_in(CHECK, {"inference.pdmodel": PROGRAM, "inference.pdiparams": data})
    assert (found.severity, found.where.path) == (Severity.MEDIUM, "inference.pdiparams")
    assert found.message == f"{held} tensors are stored, and inference.pdmodel asks for 2"


def test_a_program_that_cannot_be_read_is_left_to_the_coverage() -> None:
    files = {"inference.pdmodel": PROGRAM + b"\x0a", "inference.pdiparams": paddle_parameters((4,))}
    assert findings_in(CHECK, files) == []
