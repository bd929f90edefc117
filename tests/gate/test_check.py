from __future__ import annotations

import json
import random
import struct
from pathlib import Path

import pytest

import hilt
from attacks.programs import ELF
from hilt.core.errors import UsageError

NOISE = random.Random(11).randbytes(300_000)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model with a program in its only tensor."""
    data = NOISE + ELF + NOISE
    header = json.dumps({"w": {"dtype": "U8", "shape": [len(data)], "data_offsets": [0, len(data)]}}).encode()
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + data)
    return folder


def test_bytes_are_searched_only_where_that_is_asked_for_and_the_report_says_so(model: Path) -> None:
    quiet = hilt.check(model)
    assert quiet.outcome is hilt.Outcome.ADMIT
    assert "embedded-program" not in {ran.check for ran in quiet.report.coverage.ran}
    fact = quiet.report.fact("inspect.embedded_programs")
    assert fact is not None
    assert fact.known is hilt.Known.UNKNOWN

    searched = hilt.check(model, search_bytes=True)
    assert searched.outcome is hilt.Outcome.BLOCK
    (finding,) = searched.report.findings
    assert (finding.check, finding.where.tensor) == ("embedded-program", "w")
    fact = searched.report.fact("inspect.embedded_programs")
    assert fact is not None
    assert fact.value == 1
    assert searched.report.subject.digest == quiet.report.subject.digest


def test_the_settings_can_ask_for_the_search(model: Path) -> None:
    settings = hilt.Settings(search_bytes=True)
    assert hilt.check(model, settings=settings).outcome is hilt.Outcome.BLOCK


def test_without_the_pass_over_all_bytes_there_is_no_search(model: Path) -> None:
    with pytest.raises(UsageError, match="no-hash"):
        hilt.check(model, hashed=False, search_bytes=True)
