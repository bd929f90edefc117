from __future__ import annotations

import pytest

from attacks.texts import SPACY
from hilt.checks.inspect.spacy_foreign_function import CHECK
from hilt.core.finding import Severity
from reading import findings


def config(section: str, line: str) -> bytes:
    return f"{SPACY}\n[{section}]\n{line}\n".encode()


def test_an_honest_config_is_quiet() -> None:
    assert findings(CHECK, SPACY.encode(), "config.cfg") == []


@pytest.mark.parametrize(
    ("section", "line", "words", "severity"),
    [
        ("nlp.before", '@callbacks = "own.hook.v1"', "@callbacks names 'own.hook.v1'", Severity.MEDIUM),
        ("components.a.model", "@architectures = evil.v1", "called as the pipeline is loaded", Severity.MEDIUM),
        ("components.a", 'x = {"y": [{"@misc": "own.v1"}]}', "@misc names 'own.v1'", Severity.MEDIUM),
        ("components.a", "@architectures = ${paths.x}", "names '${paths.x}'", Severity.MEDIUM),
        ("components.a", 'factory = "own"', "made by 'own', a factory of another package", Severity.MEDIUM),
        ("components.a", 'source = "/elsewhere"', "taken from another pipeline, '/elsewhere'", Severity.MEDIUM),
        ("components.a.b", '@readers = "srsly.read_json.v1"', "reads a file", Severity.LOW),
        ("training.logger", '@loggers = "own.log.v1"', "when the pipeline is trained", Severity.LOW),
    ],
)
def test_each_name_of_another_package_is_told(section: str, line: str, words: str, severity: Severity) -> None:
    (finding,) = findings(CHECK, config(section, line), "config.cfg")
    assert (finding.severity, words in finding.message) == (severity, True)
    assert finding.where.line == SPACY.count("\n") + 3


@pytest.mark.parametrize(
    "line",
    ['@layers = "Softmax.v2"', '@architectures = "spacy-transformers.TransformerModel.v3"', 'factory = "llm_ner"'],
)
def test_what_comes_from_the_makers_of_spacy_is_quiet(line: str) -> None:
    assert findings(CHECK, config("components.a", line), "config.cfg") == []


def test_the_settings_of_other_tools_are_quiet() -> None:
    data = b"[net]\nbatch=64\n[convolutional]\nfilters=32\nactivation=leaky\n"
    assert findings(CHECK, data, "yolo.cfg") == []
