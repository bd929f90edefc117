from __future__ import annotations

import pytest

from hilt.core.running import stale


@pytest.mark.parametrize(
    ("as_of", "days"),
    [("2026-11-21", 0), ("2026-09-22", 0), ("2026-09-21", 61), ("2027-01-01", 0), ("", 0), ("soon", 0)],
)
def test_a_price_is_old_after_sixty_days(as_of: str, days: int) -> None:
    assert stale(as_of, "2026-11-21") == days
