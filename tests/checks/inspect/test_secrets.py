from __future__ import annotations

import json

import pytest

from attacks.kinds.weights import TENSOR, safetensors
from attacks.texts import INNOCENT, KEYS, letters, signed
from hilt.checks.inspect.secrets import CHECK
from hilt.core.finding import Severity
from hilt.knowledge.secrets import OVERLAP, WINDOW
from reading import findings


@pytest.mark.parametrize("title", KEYS)
def test_each_kind_of_key_is_found_and_never_told_whole(title: str) -> None:
    (finding,) = findings(CHECK, f"first\nkey: {KEYS[title]} \nlast".encode(), "notes.txt")
    assert (finding.severity, finding.where.line) == (Severity.HIGH, 2)
    assert finding.message.startswith(f"looks like {title}: ")
    shown = finding.message.partition(": ")[2].partition("...")[0]
    assert len(shown) == 4
    assert KEYS[title][-8:] not in finding.message


@pytest.mark.parametrize("text", INNOCENT)
def test_what_only_looks_like_a_key_is_quiet(text: str) -> None:
    assert findings(CHECK, text.encode(), "notes.txt") == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("config.json", json.dumps({"token": KEYS["a Hugging Face token"]})),
        ("config.json", json.dumps({"key": KEYS["a private key"]})),
        ("README.md", f"---\nlicense: mit\n---\n{KEYS['a Hugging Face token']}"),
        ("modeling.py", f"TOKEN = '{KEYS['a Hugging Face token']}'"),
        ("config.yaml", f"token: {KEYS['a Hugging Face token']}"),
        ("LICENSE", KEYS["a Hugging Face token"]),
        ("chat_template.jinja", "{# " + KEYS["a Hugging Face token"] + " #}"),
    ],
)
def test_every_text_format_is_searched(name: str, text: str) -> None:
    assert len(findings(CHECK, text.encode(), name)) == 1


def test_utf_16_is_searched_too() -> None:
    (finding,) = findings(CHECK, f"one\n{KEYS['a GitHub token']}".encode("utf-16"), "notes.txt")
    assert finding.where.line == 2


@pytest.mark.parametrize("shift", [-60, -20, -1, 0, 1, 20])
def test_a_key_across_two_windows_is_found_once(shift: int) -> None:
    key = KEYS["a GitHub token"]
    before = b"word \n" * (WINDOW // 6 + 1)
    data = before[: WINDOW - OVERLAP + shift - 1] + b" " + key.encode() + b" " + b"word \n" * WINDOW
    (finding,) = findings(CHECK, data, "large.txt")
    assert finding.where.line == data[: data.index(key.encode())].count(b"\n") + 1


@pytest.mark.parametrize("name", ["token", "access_token", "circle-token", "password", "api_key", "client_secret"])
def test_a_password_among_the_parameters_of_an_address_is_found_and_ends_where_the_link_does(name: str) -> None:
    text = f"[model](https://models.internal/get.bin?v=2&{name}={letters(12)})](https://elsewhere.org/a/long/address)"
    (finding,) = findings(CHECK, text.encode(), "notes.txt")
    assert finding.message.endswith("... (12 characters)")


def test_two_keys_are_two_findings() -> None:
    text = f"{KEYS['a GitHub token']} ghp_{letters(36, seed=3)}"
    assert len(findings(CHECK, text.encode(), "notes.txt")) == 2


def test_of_weights_the_metadata_is_searched() -> None:
    data = safetensors({"__metadata__": {"note": KEYS["a Hugging Face token"]}, "a": TENSOR})
    (finding,) = findings(CHECK, data, "model.safetensors")
    assert "a Hugging Face token" in finding.message
    assert finding.where.line is None


@pytest.mark.parametrize(
    "payload", [{"hash": "no hash", "version": 1}, {"hash": "0" * 64, "version": 1, "sub": "me"}, {"sub": "someone"}]
)
def test_only_the_seal_of_a_measured_figure_is_a_token_that_opens_nothing(payload: object) -> None:
    (finding,) = findings(CHECK, f"verifyToken: {signed(payload)}".encode(), "README.md")
    assert "signed token" in finding.message
