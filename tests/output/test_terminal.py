from __future__ import annotations

import pytest

from hilt.output.terminal import complain, complain_of


def test_nothing_that_a_model_wrote_moves_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    complain_of(ValueError("\x1b[2J\x1b]0;owned\x07\u202e\r::error::"))
    complain("one\ntwo\x1b[31m")
    told = capsys.readouterr().err
    assert all(line.startswith("hilt: ") and line.isprintable() for line in told.splitlines())
    assert "ValueError" in told
    assert told.endswith("hilt: one\nhilt: two\\x1b[31m\n")
