"""A bill of materials of every real model: valid, and with a grade for every field."""

from __future__ import annotations

from collections import Counter

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from crater.test_crater import verdicts
from hilt.core.fact import Known
from hilt.core.report_v1 import decode_verdict
from hilt.gate.explain import catalogue
from hilt.output.bom import fields
from hilt.output.cyclonedx import render

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
OFFICIAL = JsonStrictValidator(SchemaVersion.V1_7)


def test_the_bill_of_every_model_is_valid_and_much_of_it_is_no_mere_claim() -> None:
    judged = {name: decode_verdict(told) for name, told in verdicts().items()}
    for name, verdict in judged.items():
        error = OFFICIAL.validate_str(render([verdict], catalogue()))
        assert error is None, f"{name}: {error!s:.500}"
        grades = Counter(field.known for field in fields(verdict))
        assert grades[Known.VERIFIED] >= 18, name
    error = OFFICIAL.validate_str(render(list(judged.values()), catalogue()))
    assert error is None, f"all in one: {error!s:.500}"
