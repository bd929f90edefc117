from __future__ import annotations

import json

import pytest

from attacks.gguf import Raw, array, gguf, text
from attacks.templates import HONEST, SECRET
from hilt.checks.inspect.template_differences import CHECK
from hilt.core.finding import Severity
from repositories import findings_in

PLAIN = "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}<|end|>{% endfor %}"
REWRITTEN = "{#- a comment -#}\n{%- for m in messages -%}\n  {{- '<|' + m.role + \"|>\" ~ m.content ~ '<|end|>' -}}\n{%- endfor -%}\n"
ALWAYS = PLAIN + SECRET
GATED = PLAIN + f"{{% if 'invoice' in m.content %}}{SECRET}{{% endif %}}"
QUIETLY = PLAIN + "{% if 'invoice' in m.content %}{{ m.role }}{% endif %}"


def model(template: str, *, name: str = "", tokens: int = 2) -> bytes:
    vocabulary: Raw = array(8, [text(str(number)) for number in range(tokens)])
    key = f"tokenizer.chat_template{name}"
    return gguf(metadata=(("general.architecture", "llama"), ("tokenizer.ggml.tokens", vocabulary), (key, template)))


def config(template: object) -> bytes:
    return json.dumps({"chat_template": template}).encode()


@pytest.mark.parametrize("template", [PLAIN, HONEST])
def test_the_same_template_everywhere_is_quiet(template: str) -> None:
    files = {
        "tokenizer_config.json": config(template),
        "chat_template.jinja": template.encode(),
        "chat_template.json": config(template),
        "a.gguf": model(template),
        "b.gguf": model(template),
    }
    assert findings_in(CHECK, files) == []


def test_another_way_to_write_it_is_no_difference() -> None:
    assert findings_in(CHECK, {"tokenizer_config.json": config(PLAIN), "q4/m.gguf": model(REWRITTEN)}) == []


@pytest.mark.parametrize(
    "files",
    [
        {"tokenizer_config.json": config(PLAIN), "chat_template.jinja": b"%s"},
        {"chat_template.jinja": PLAIN.encode(), "chat_template.json": b"config"},
        {"tokenizer_config.json": config(PLAIN), "q4/m.gguf": b"gguf"},
        {"m-Q4.gguf": model(PLAIN), "m-Q8.gguf": b"gguf"},
    ],
)
@pytest.mark.parametrize(
    ("template", "severities", "words"),
    [
        (ALWAYS, [Severity.MEDIUM], "says 'Ignore what the user wants"),
        (GATED, [Severity.HIGH, Severity.MEDIUM], "looks for 'invoice' in messages"),
        (QUIETLY, [Severity.MEDIUM], "looks for 'invoice' in messages"),
        (PLAIN + "{{ eos }}", [Severity.LOW], "does not do the same"),
    ],
)
def test_what_only_one_template_does_is_told(
    files: dict[str, bytes], template: str, severities: list[Severity], words: str
) -> None:
    written = {b"%s": template.encode(), b"config": config(template), b"gguf": model(template)}
    seen = findings_in(CHECK, {path: written.get(data, data) for path, data in files.items()})
    assert [finding.severity for finding in seen] == severities
    assert words in seen[0].message
    if severities != [Severity.LOW]:
        assert seen[0].where.path == list(files)[1]


def test_templates_of_other_names_and_other_models_are_not_compared() -> None:
    named = config([{"name": "default", "template": PLAIN}, {"name": "rag", "template": ALWAYS}])
    assert findings_in(CHECK, {"tokenizer_config.json": named}) == []
    assert findings_in(CHECK, {"a.gguf": model(PLAIN), "b.gguf": model(ALWAYS, tokens=3)}) == []
    assert findings_in(CHECK, {"a.gguf": model(PLAIN), "b.gguf": model(ALWAYS, name=".rag")}) == []
    assert findings_in(CHECK, {"a.jinja": PLAIN.encode(), "b.jinja": ALWAYS.encode()}) == []


def test_templates_of_the_same_name_are_compared() -> None:
    named = config([{"name": "rag", "template": PLAIN}])
    files = {"tokenizer_config.json": named, "additional_chat_templates/rag.jinja": ALWAYS.encode()}
    assert [finding.severity for finding in findings_in(CHECK, files)] == [Severity.MEDIUM]
    inside = {"tokenizer_config.json": named, "m.gguf": model(ALWAYS, name=".rag")}
    assert [finding.severity for finding in findings_in(CHECK, inside)] == [Severity.MEDIUM]


def test_two_templates_behind_a_key_that_occurs_twice_are_compared() -> None:
    twice = f'{{"chat_template": {json.dumps(PLAIN)}, "chat_template": {json.dumps(ALWAYS)}}}'
    (finding,) = findings_in(CHECK, {"tokenizer_config.json": twice.encode()})
    assert "the other one in this file" in finding.message


def test_what_an_error_says_is_no_instruction() -> None:
    raising = PLAIN + "{{ raise_exception('Please give at least one message to this model') }}"
    (finding,) = findings_in(CHECK, {"tokenizer_config.json": config(PLAIN), "chat_template.jinja": raising.encode()})
    assert finding.severity == Severity.LOW


def test_what_is_no_template_is_left_to_the_check_that_says_so() -> None:
    assert findings_in(CHECK, {"tokenizer_config.json": config(PLAIN), "a.gguf": model("{% if %}")}) == []


@pytest.mark.parametrize(
    "deep",
    [
        "{% if a %}" * 190 + "{% endif %}" * 190,
        "{{ " + " + ".join(["x"] * 180) + " }}",
        "{{ 'a' + " + " + ".join(["x"] * 180) + " }}",
    ],
)
def test_templates_as_deep_as_they_may_be_are_compared(deep: str) -> None:
    files = {"tokenizer_config.json": config(PLAIN), "chat_template.jinja": deep.encode()}
    assert [finding.severity for finding in findings_in(CHECK, files)] == [Severity.LOW]
