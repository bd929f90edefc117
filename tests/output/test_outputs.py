from __future__ import annotations

import subprocess
import sys

import pytest

import hilt.output
from hilt.core.errors import MissingExtra
from hilt.doors.cli.destinations import destinations
from hilt.output import OUTPUTS, Output
from sample_reports import ALL, CATALOGUE


@pytest.mark.parametrize("output", OUTPUTS, ids=lambda output: output.name)
def test_every_output_tells_several_subjects_in_one_document(output: Output) -> None:
    document = output.render(ALL, CATALOGUE)
    assert document.endswith("\n")
    assert document.count("free-upgrade") >= 1
    assert document.count("llama-small") >= 1


def test_names_and_suffixes_are_unique() -> None:
    assert len({output.name for output in OUTPUTS}) == len({output.suffix for output in OUTPUTS}) == len(OUTPUTS)


def test_to_list_the_outputs_loads_none_of_them() -> None:
    code = "import sys, hilt.output; print([name for name in sys.modules if name.startswith('hilt.output.')])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"[]\n"


def test_an_extra_that_is_missing_is_told_before_anything_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(output.missing is None for output in OUTPUTS)
    spdx = next(output for output in OUTPUTS if output.name == "spdx")._replace(package="no_such_package_at_all")
    assert str(spdx.missing) == "--output spdx needs an optional package: pip install 'hilt[spdx]'"
    monkeypatch.setattr(hilt.output, "OUTPUTS", (spdx,))
    with pytest.raises(MissingExtra, match=r"hilt\[spdx\]"):
        destinations(["spdx:aibom.spdx.json"])
