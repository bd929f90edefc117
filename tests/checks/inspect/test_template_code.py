from __future__ import annotations

import json

import pytest

from attacks.templates import HONEST, TO_CODE
from hilt.checks.inspect.template_code import CHECK
from hilt.core.finding import Severity
from reading import findings


def test_a_template_that_uses_all_that_honest_ones_need_is_quiet() -> None:
    assert findings(CHECK, HONEST.encode(), "chat_template.jinja") == []


@pytest.mark.parametrize("name", [name for name in TO_CODE if name != "not Jinja"])
def test_each_road_to_code_is_named(name: str) -> None:
    text, severity, words = TO_CODE[name]
    seen = findings(CHECK, text.encode(), "chat_template.jinja")
    assert any(words in finding.message and finding.severity == severity for finding in seen), seen
    assert all(finding.where.line == 1 for finding in seen)


@pytest.mark.parametrize("name", TO_CODE)
def test_a_template_inside_a_config_is_read_alike(name: str) -> None:
    text, severity, words = TO_CODE[name]
    config = json.dumps({"chat_template": [{"name": "default", "template": HONEST}, {"name": "rag", "template": text}]})
    seen = findings(CHECK, config.encode(), "tokenizer_config.json")
    assert any(words in finding.message and finding.severity == severity for finding in seen), seen
    assert all(finding.message.startswith("chat_template[rag]") for finding in seen)


def test_a_template_under_a_key_that_occurs_twice_is_not_hidden_by_the_second() -> None:
    seen = findings(CHECK, b'{"chat_template": "{{ x.__class__ }}", "chat_template": "hello"}', "tokenizer_config.json")
    assert [finding.severity for finding in seen] == [Severity.CRITICAL]
