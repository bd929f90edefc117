from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilt.knowledge.licences.model_names import LONGEST, is_hub_name, name_of, own_name


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("meta-llama/Llama-2-7b", "meta-llama/Llama-2-7b"),
        ("gpt2", "gpt2"),
        (" org/name@main ", "org/name"),
        ("hf:org/name", "org/name"),
        ("https://huggingface.co/org/name/tree/main", "org/name"),
        ("https://hf.co/gpt2", "gpt2"),
        ("huggingface.co/datasets/org/data", "org/data"),
        ("D:/hub/models--org--a-b/snapshots/0f", "org/a-b"),
        ("https://github.com/org/name", "https://github.com/org/name"),
        ("Llama 3.1 8B", "Llama 3.1 8B"),
        ("Ллама/модель", "Ллама/модель"),
        ("org/na\x1b[31mme", "org/na\ufffd[31mme"),
        ("x" * 10_000_000, "x" * (LONGEST - 1) + "…"),
    ],
)
def test_a_name_is_kept_as_it_is_told(said: str, name: str) -> None:
    assert name_of(said) == name


@pytest.mark.parametrize(
    "said",
    [
        *("", " ", "./out", "../base", "/data/llama", "~/llama", "C:\\models\\x", "models\\x", "a/b/c", "file:///x", "$HOME/x"),
        *("model.safetensors", "org/model.gguf", "None", "unknown", "https://huggingface.co/docs/hub", "https://hf.co/papers/1"),
        *(None, 1, True, [], ["gpt2"], {"name": "gpt2"}),
    ],
)  # fmt: skip
def test_what_names_nothing_is_no_name(said: object) -> None:
    assert name_of(said) == ""


@given(st.text() | st.from_regex(r"[a-zA-Z:/\\.~-]{0,40}"))
def test_every_name_is_short_and_can_be_shown(said: str) -> None:
    name = name_of(said)
    assert name.isprintable()
    assert len(name) <= LONGEST
    assert not name.startswith(("/", ".", "~", "\\"))


def test_only_names_as_a_hub_spells_them_can_be_looked_up() -> None:
    assert all(map(is_hub_name, ("gpt2", "org/name", "org/a.b-c_d")))
    refused = (
        "",
        "a/b/c",
        "a b",
        "org/na--me",
        "org/..",
        "org/",
        "/name",
        "ор/name",
        "https://github.com/a/b",
        "a/" + "b" * 97,
    )
    assert not any(map(is_hub_name, refused))


def test_the_name_of_the_subject_is_known_only_where_its_reference_tells() -> None:
    assert own_name("hf:org/name@main") == "org/name"
    assert own_name("/x/models--org--name/snapshots/1") == "org/name"
    assert own_name("https://huggingface.co/org/name") == "org/name"
    assert own_name("/models/org/name") == own_name("name") == ""
