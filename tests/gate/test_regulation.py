from __future__ import annotations

import json
import struct
from datetime import date
from pathlib import Path

import pytest

from hilt.core.errors import UsageError
from hilt.gate.regulation import form, regulations
from hilt.output.form import NOT_ADVICE, two_digits


@pytest.fixture
def llama(tmp_path: Path) -> Path:
    """A model whose card and header tell what the forms ask for; a few bytes stand for its weights."""
    folder = tmp_path / "llama"
    folder.mkdir()
    metadata = {"license": "apache-2.0", "pipeline_tag": "text-generation", "base_model": "a|b"}
    text = "# M\n\nThe model was released on July 23, 2024. The base was pretrained on 15T tokens of data.\n"
    (folder / "README.md").write_text(f"---\n{json.dumps(metadata)}\n---\n{text}")
    (folder / "config.json").write_text(
        json.dumps({"architectures": ["LlamaForCausalLM"], "max_position_embeddings": 8192})
    )
    header = json.dumps({"w": {"dtype": "F32", "shape": [1000, 1000], "data_offsets": [0, 4_000_000]}}).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + b"\0" * 4_000_000)
    return folder


def row(text: str, field: str) -> list[str]:
    line = next(line for line in text.splitlines() if line.startswith(f"| {field}"))
    return [cell.strip() for cell in line.strip("|").split(" | ")]


def test_every_rule_is_listed_with_its_days_and_how_it_was_read() -> None:
    rules = {rule["id"]: rule for rule in regulations(date(2026, 11, 21))}
    assert (rules["eu-systemic-risk"]["state"], rules["eu-systemic-risk"]["from"]) == ("in force", "2025-08-02")
    assert rules["us-new-york-frontier"]["state"] == "not yet"
    assert {rule["read"] for rule in rules.values()} <= {"T", "S", "K"}
    assert {rule["id"]: rule["state"] for rule in regulations(date(2027, 8, 2))}["eu-placed-before"] == "over"
    json.dumps(regulations())


def test_annex_xi_is_filled_with_what_is_known_and_how(llama: Path) -> None:
    text = form(llama, "annex-xi")
    assert row(text, "1(a)")[1:] == ["model.generates: text", "claimed", "README.md"]
    assert row(text, "1(c)")[1:] == ["model.released: 2024-07-23", "claimed", "README.md"]
    assert row(text, "2(d)")[1:3] == ["compute.flop_low: 8.1 x 10^19", "claimed"]
    assert row(text, "2(e)")[1:] == ["not known", "unknown", ""]
    assert "model.parameters: 1,000,000 | verified | model.safetensors" in text
    assert text.count(NOT_ADVICE) == 1


def test_the_model_documentation_form_has_a_hash_and_says_what_only_the_publisher_knows(llama: Path) -> None:
    text = form(llama, "model-documentation")
    assert row(text, "authenticity")[1].startswith("SHA-256 ")
    assert row(text, "authenticity")[2] == "verified"
    assert row(text, "name of the model")[1] == "llama"
    assert row(text, "channels of distribution")[1] == "not known"  # a path of this machine is none
    assert row(text, "legal name of the provider")[1] == "not known"
    assert row(text, "number of data points")[1] == "training.tokens: 15,000,000,000,000"


def test_words_of_a_subject_cannot_break_out_of_their_cell(llama: Path) -> None:
    (llama / "config.json").write_text(json.dumps({"architectures": ["A|B](https://x)\n# <b>no</b>"]}))
    text = form(llama, "annex-xi")
    assert "model.architectures: A\\|B" in text
    assert "<b>" not in text
    assert all(line.count(" | ") == 3 for line in text.splitlines() if line.startswith("| "))


def test_a_form_that_there_is_not_is_refused(llama: Path) -> None:
    with pytest.raises(UsageError, match="annex-xi, model-documentation"):
        form(llama, "annex-iv")


def test_numbers_are_told_with_two_digits() -> None:
    assert [two_digits(value) for value in (6.5e23, 1.04e25, 1234.0, 20000.0)] == [
        "6.5 x 10^23", "1.0 x 10^25", "1,234", "2.0 x 10^4",
    ]  # fmt: skip
