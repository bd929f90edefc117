from __future__ import annotations

import pytest

from hilt.checks.inspect.yaml_objects import CHECK
from hilt.core.finding import Severity
from reading import findings


@pytest.mark.parametrize(
    "text", ["a: 1", "a: !!str 1\nb: !!set {x, y}", "a: !!python/tuple [1, 2]", "a: ! word", "- &x 2001-01-01\n- *x"]
)
def test_plain_values_are_quiet(text: str) -> None:
    assert findings(CHECK, text.encode(), "config.yaml") == []


@pytest.mark.parametrize(
    ("text", "words", "severity"),
    [
        ("a: 1\nb: !!python/object/apply:os.system ['echo hilt']", "'object/apply:os.system'", Severity.HIGH),
        ("a: 1\nb: !!python/name:os.system", "'name:os.system'", Severity.HIGH),
        ("%TAG ! tag:yaml.org,2002:python/\n---\nb: !module:os", "'module:os'", Severity.HIGH),
        ("a: 1\nb: !<tag:yaml.org,2002:python/object/new:os.system> []", "'object/new:os.system'", Severity.HIGH),
        ("a: 1\nb: !new:torch.nn.Linear {x: 1}", "'!new:torch.nn.Linear'", Severity.MEDIUM),
    ],
)
def test_a_tag_that_asks_for_an_object_is_named(text: str, words: str, severity: Severity) -> None:
    (finding,) = findings(CHECK, text.encode(), "config.yaml")
    assert (finding.severity, words in finding.message) == (severity, True)
    assert finding.where.line in (2, 3)
