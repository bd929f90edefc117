from __future__ import annotations

import pytest

from attacks.gguf import gguf
from attacks.templates import HIDDEN, HONEST, SECRET
from hilt.checks.inspect.template_hidden_instructions import CHECK
from hilt.core.finding import Severity
from reading import findings


@pytest.mark.parametrize(
    "text",
    [
        HONEST,
        "{% if '</think>' in m.content %}{{ m.content.split('</think>')[-1] }}{% endif %}",
        "{% if 'image' in m.content or m.content.type == 'text' %}You are shown this picture here.{% endif %}",
        "{% if 'detailed thinking on' not in m.content %}detailed thinking is off by default{% endif %}",
        "{% if m.role == 'system' %}You are a helpful assistant of the model.{% endif %}",
        "{% for t in tools %}{% if t.name == 'python' %}You may call Python with your code.{% endif %}{% endfor %}",
    ],
)
def test_what_honest_templates_ask_of_messages_is_quiet(text: str) -> None:
    assert findings(CHECK, text.encode(), "chat_template.jinja") == []


@pytest.mark.parametrize("name", HIDDEN)
def test_each_hidden_instruction_is_found(name: str) -> None:
    text, severity, words = HIDDEN[name]
    seen = findings(CHECK, text.encode(), "chat_template.jinja")
    assert [(finding.severity, words in finding.message) for finding in seen] == [(severity, True)]


def test_the_instruction_itself_is_told() -> None:
    (finding,) = findings(CHECK, HIDDEN["in"][0].encode(), "chat_template.jinja")
    assert SECRET in finding.message


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("config_sentence_transformers.json", '{"prompts": {"query": "query\U000e0049\U000e0067: "}}'.encode()),
        ("generation_config.json", '{"default_system_prompt": "You are \u202e kind."}'.encode()),
        ("m.gguf", gguf(metadata=(("general.architecture", "llama"), ("tokenizer.default_system_prompt", "a\u2066b")))),
    ],
)
def test_what_nobody_sees_in_a_prompt_is_found(name: str, data: bytes) -> None:
    (finding,) = findings(CHECK, data, name)
    assert (finding.severity, "prompt" in finding.message) == (Severity.HIGH, True)


def test_prompts_that_anybody_can_read_are_quiet() -> None:
    honest = b'{"prompts": {"query": "Instruct: Given a web search query, retrieve passages\\nQuery: ", "passage": ""}}'
    assert findings(CHECK, honest, "config_sentence_transformers.json") == []
