from __future__ import annotations

import pytest

from attacks.arrow import HONEST, parquet
from hilt.checks.inspect.parquet_elsewhere import CHECK
from hilt.core.finding import Severity
from reading import findings


def test_a_file_that_holds_its_own_columns_is_quiet() -> None:
    assert findings(CHECK, HONEST["parquet"][1], "data.parquet") == []


@pytest.mark.parametrize(
    ("path", "severity"),
    [
        ("part.0.parquet", Severity.LOW),
        ("../../etc/passwd", Severity.HIGH),
        ("/etc/passwd", Severity.HIGH),
        ("https://elsewhere.org/x", Severity.HIGH),
    ],
)
def test_each_file_that_columns_lie_in_is_named(path: str, severity: Severity) -> None:
    (finding,) = findings(CHECK, parquet(file_path=path), "data.parquet")
    assert (finding.severity, f"columns lie in the file {path!r}" in finding.message) == (severity, True)
