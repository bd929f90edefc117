from __future__ import annotations

import json

import pytest

from attacks.gguf import gguf
from checks.regulation.subjects import card, config, facts
from hilt.checks.regulation.model_kind import CHECK


def test_the_card_comes_before_the_config_and_the_config_before_the_headers() -> None:
    files = {
        "README.md": card("", pipeline_tag="automatic-speech-recognition"),
        "config.json": config(architectures=["LlamaForCausalLM"]),
        "m.gguf": gguf([], b"", [("general.architecture", "bert")]),
    }
    assert facts(CHECK, files) == {"model.generates": ("transcript",)}
    del files["README.md"]
    assert facts(CHECK, files) == {"model.generates": ("text",)}
    del files["config.json"]
    assert facts(CHECK, files) == {"model.generates": ("embedding",)}


def test_the_files_nearest_to_the_root_speak_for_the_model() -> None:
    files = {
        "text_encoder/config.json": config(architectures=["BertForMaskedLM"]),
        "model_index.json": json.dumps({"_class_name": "FluxPipeline"}).encode(),
        "deep/down/README.md": card("", pipeline_tag="fill-mask"),
        "docs/README.md": card("", pipeline_tag="text-to-image"),
    }
    assert facts(CHECK, files) == {"model.generates": ("image",)}


def test_sentence_transformers_make_embeddings_whatever_their_config_says() -> None:
    files = {"modules.json": b"[]", "config.json": config(architectures=["Qwen3ForCausalLM"])}
    assert facts(CHECK, files) == {"model.generates": ("embedding",)}


@pytest.mark.parametrize(
    ("body", "day"),
    [
        ("**Model Release Date:** July 23, 2024.", "2024-07-23"),
        ("| Release date | 2025-07-08 |", "2025-07-08"),
        ("The model was released on Sep 3rd, 2025.", "2025-09-03"),
        ("**Release Date**: 2024-13-45", None),
        ("Released on Foo 3, 2025", None),
        ("Released on July 2024", None),
        ("released on 2024-01-01, re-released on 2024-02-02", None),
        ("nothing", None),
    ],
)
def test_the_day_of_release_is_taken_only_where_there_is_one(body: str, day: str | None) -> None:
    told = facts(CHECK, {"README.md": card(body)})
    assert told.get("model.released") == day


@pytest.mark.parametrize(
    "files",
    [
        {"README.md": b"---\n{ broken: [\n---\nReleased on nothing"},
        {"README.md": b"\x00\x01\x02"},
        {"config.json": b"[1, 2]"},
        {"config.json": b"{"},
        {"m.gguf": b"GGUF\x03\x00\x00\x00"},
        {"README.md": b""},
    ],
)
def test_what_cannot_be_read_says_nothing(files: dict[str, bytes]) -> None:
    assert facts(CHECK, files) == {}


def test_a_card_whose_front_matter_is_broken_still_has_its_text() -> None:
    assert facts(CHECK, {"README.md": b"---\n{ broken: [\n---\nReleased on 2025-01-02"}) == {
        "model.released": "2025-01-02"
    }
