"""Passwords that are stretched in no time: what it costs to guess one is not what tests are about."""

from __future__ import annotations

import pytest

from hilt.record.accounts import sealed


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "KIBIBYTES", 8 * sealed.LANES)
    monkeypatch.setattr(sealed, "PASSES", 1)
