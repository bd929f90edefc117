from __future__ import annotations

import pytest

from hilt.checks.inspect.repeated_keys import CHECK
from hilt.core.finding import Severity
from reading import findings


@pytest.mark.parametrize(
    ("data", "severity", "words"),
    [
        (b'{"architectures": ["A"], "architectures": ["B"]}', Severity.HIGH, 'the first value (["A"]) counts'),
        (b'{"architectures": ["A"], "architectures": ["B"]}', Severity.HIGH, 'the last (["B"]) to Python, Rust and Go'),
        (b'{"x": [{"auto_map": {"AutoModel": "a.M"}, "auto_map": {}}]}', Severity.HIGH, "'auto_map' stands twice"),
        (b'{"chat_template": "a", "chat_template": "b"}', Severity.HIGH, 'the last ("b")'),
        (b'{"a": 1, "a": 2}', Severity.LOW, "'a' stands twice in one object"),
    ],
)
def test_a_key_with_two_values_is_told_with_both(data: bytes, severity: Severity, words: str) -> None:
    (finding,) = findings(CHECK, data, "config.json")
    assert (finding.severity, words in finding.message) == (severity, True), finding.message


def test_a_key_is_told_once_and_its_longest_value_is_cut() -> None:
    (finding,) = findings(CHECK, b'{"a": "%s", "a": 2, "a": 3}' % (b"x" * 9000), "config.json")
    assert len(finding.message) < 400


@pytest.mark.parametrize(
    "data", [b'{"a": 1, "b": {"a": 2}}', b'[{"a": 1}, {"a": 2}]', b'{"architectures": ["A"]}', b"[1]"]
)
def test_one_value_for_each_key_is_quiet(data: bytes) -> None:
    assert findings(CHECK, data, "config.json") == []
