from __future__ import annotations

import re
import signal

import pytest

import hanging


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no such clock")
def test_what_hangs_is_stopped_inside_a_pattern_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hanging, "_PATIENCE", 0.1)
    with pytest.raises(TimeoutError, match="still not done"), hanging.no_hanging():
        re.fullmatch(r"(a|a)*b", "a" * 200)
    with hanging.no_hanging():
        assert re.fullmatch(r"a*b", "ab")
