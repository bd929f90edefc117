from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hilt.doors.cli import hilt
from hilt.output.form import NOT_ADVICE


def run(*arguments: str) -> Result:
    return CliRunner().invoke(hilt, arguments, catch_exceptions=False, standalone_mode=False)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "README.md").write_text("---\npipeline_tag: text-generation\n---\n# M\n")
    return folder


def test_the_rules_are_listed_and_it_is_said_once_that_they_are_no_advice() -> None:
    told = run("regulations").output
    assert "eu-general-purpose" in told
    assert "California SB 53" in told
    assert told.count(NOT_ADVICE) == 1
    listed = json.loads(run("regulations", "--json").output)
    assert len(listed) == sum(line.startswith(("  eu-", "  us-")) for line in told.splitlines())
    assert {"yes", "no", "as_of", "source"} <= listed[0].keys()


def test_a_form_goes_to_the_terminal_or_to_its_file(model: Path, tmp_path: Path) -> None:
    told = run("form", str(model), "--form", "annex-xi").output
    assert "| 1(a) tasks" in told
    file = tmp_path / "form.md"
    assert run("form", str(model), "--form", "model-documentation", "-o", str(file)).output == ""
    assert file.read_text().startswith("# Model Documentation Form")


def test_a_form_that_cannot_be_written_or_is_not_there_is_bad_usage(model: Path, tmp_path: Path) -> None:
    from hilt.core.errors import UsageError

    with pytest.raises(UsageError, match="annex-xi"):
        run("form", str(model), "--form", "annex-12")
    with pytest.raises(UsageError, match="no-such"):
        run("form", str(model), "--form", "annex-xi", "-o", str(tmp_path / "no-such" / "form.md"))
