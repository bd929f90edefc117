from __future__ import annotations

import pytest

from attacks.pickles import long_bytes, p, text
from hilt.checks.inspect.pickle_hidden import CHECK
from hilt.core.finding import Severity
from reading import findings

DATA = p(4, b"}" + text("a") + b"K\x01s")


@pytest.mark.parametrize(
    ("data", "severity"),
    [
        (DATA + b"\x00\x01\x02\x03", Severity.MEDIUM),
        (DATA + DATA, Severity.LOW),
        (p(4, long_bytes(DATA)), Severity.LOW),
        (p(2, b"\x82\x07"), Severity.MEDIUM),
    ],
    ids=["trailing bytes", "a second pickle", "a pickle in a literal", "an extension code"],
)
def test_what_hides_or_is_read_in_two_ways_is_told(data: bytes, severity: Severity) -> None:
    seen = findings(CHECK, data, "model.pkl")
    assert seen
    assert max(finding.severity for finding in seen) >= severity


@pytest.mark.parametrize(
    ("end", "severity"), [(b"\n", Severity.LOW), (b"\r\n", Severity.LOW), (b"\0", Severity.MEDIUM)]
)
def test_a_line_feed_behind_a_pickle_sends_nobody_to_look(end: bytes, severity: Severity) -> None:
    assert [finding.severity for finding in findings(CHECK, DATA + end, "model.pkl")] == [severity]


def test_one_whole_pickle_is_quiet() -> None:
    assert findings(CHECK, DATA, "model.pkl") == []
