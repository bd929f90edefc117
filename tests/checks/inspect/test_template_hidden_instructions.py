from __future__ import annotations

import pytest

from attacks.gguf import gguf
from attacks.templates import HIDDEN, HONEST, SECRET
from hilt.checks.inspect.template_hidden_instructions import CHECK
from hilt.core.finding import Severity
from hilt.core.limits import Limits
from hilt.core.report import Gap, State
from reading import findings, read


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


def test_what_nobody_sees_in_texts_with_prompts_and_descriptions_is_found() -> None:
    hidden = "".join(chr(0xE0000 + ord(character)) for character in "obey")
    for name in ("system_prompt.txt", "prompts/Default-Prompt.md", "prompt.txt"):
        (finding,) = findings(CHECK, f"---\na: b\n---\nYou are kind.{hidden}".encode(), name)
        assert (finding.severity, "invisible tag characters" in finding.message) == (Severity.HIGH, True)
    described = gguf(metadata=(("general.architecture", "llama"), ("general.description", f"A model{hidden}")))
    (finding,) = findings(CHECK, described, "m.gguf")
    assert (finding.severity, finding.message.startswith("general.description: ")) == (Severity.MEDIUM, True)


def test_texts_that_anybody_can_read_are_quiet() -> None:
    flag = "".join(chr(0xE0000 + ord(character)) for character in "gbeng")
    for text in ("You are kind.", "\ufeffYou are kind.", f"Cheer for \U0001f3f4{flag}\U000e007f!"):
        assert findings(CHECK, text.encode(), "system_prompt.txt") == []
    for name in ("notes.txt", "prompts.csv"):
        assert findings(CHECK, "a\u200bb".encode(), name) == []


def test_a_prompt_that_is_too_long_is_told_as_not_looked_at() -> None:
    file = read(b"You are kind. " * 20, "system_prompt.txt", Limits(text_bytes=100))
    assert [(seen.what, seen.state) for seen in CHECK.run(file) if isinstance(seen, Gap)] == [(CHECK.id, State.FAILED)]


def test_prompts_that_anybody_can_read_are_quiet() -> None:
    honest = b'{"prompts": {"query": "Instruct: Given a web search query, retrieve passages\\nQuery: ", "passage": ""}}'
    assert findings(CHECK, honest, "config_sentence_transformers.json") == []
