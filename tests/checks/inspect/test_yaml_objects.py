from __future__ import annotations

import pytest

from hilt.checks.inspect.yaml_objects import CHECK
from hilt.core.finding import Severity
from reading import facts, findings


@pytest.mark.parametrize(
    "text",
    [
        "a: 1",
        "a: !!str 1\nb: !!set {x, y}",
        "a: !!python/tuple [1, 2]",
        "a: ! word",
        "- &x 2001-01-01\n- *x",
        "a: 1\nb: !ref <a>\nc: !PLACEHOLDER",
    ],
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
        ("a: 1\nb: !new:own_model.Net {x: 1}", "'!new:own_model.Net'", Severity.MEDIUM),
        ("a: 1\nb: !new:torch.nn.Linear {x: 1}", "'!new:torch.nn.Linear'", Severity.LOW),
        ("a: 1\nb: !new:sentencepiece.SentencePieceProcessor", "of a known library", Severity.LOW),
        ("a: 1\nb: !new:speechbrain.nnet.CNN.Conv1d {x: 1}", "of a known library", Severity.LOW),
        ("a: 1\nb: !apply:os.system ['echo hilt']", "runs commands", Severity.CRITICAL),
        ("a: 1\nb: !name:speechbrain.os.system", "runs commands", Severity.CRITICAL),
        ("a: 1\nb: !module:ctypes", "native code", Severity.CRITICAL),
        ("a: 1\nb: !include:more.yaml", "reads another file", Severity.LOW),
        ("a: 1\nb: !include:../../more.yaml", "climbs out", Severity.HIGH),
    ],
)
def test_a_tag_that_asks_for_an_object_is_named(text: str, words: str, severity: Severity) -> None:
    (finding,) = findings(CHECK, text.encode(), "config.yaml")
    assert (finding.severity, words in finding.message) == (severity, True)
    assert finding.where.line in (2, 3)


def test_that_loading_runs_code_is_a_fact() -> None:
    assert facts(CHECK, b"b: !apply:os.system ['echo hilt']", "hyperparams.yaml") == {"inspect.code_on_load": True}
    assert facts(CHECK, b"b: !new:torch.nn.Linear {x: 1}", "hyperparams.yaml") == {}
