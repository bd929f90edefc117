from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from hilt.knowledge.licences.edges import MOST, Edge, joined, of_adapter, of_card, of_config, of_merge


def told(edges: Any) -> list[str]:
    return [f"{edge.relation} {edge.name}" for edge in edges]


@pytest.mark.parametrize(
    ("metadata", "files_say", "expected"),
    [
        ({"base_model": "org/a"}, "", ["finetune org/a"]),
        ({"base_model": ["org/a"]}, "", ["finetune org/a"]),
        ({"base_model": ["org/a", "org/b"]}, "", ["merge org/a", "merge org/b"]),
        ({"base_model": "org/a", "base_model_relation": "quantized"}, "adapter", ["quantized org/a"]),
        ({"base_model": "org/a", "base_model_relation": "nonsense"}, "", ["finetune org/a"]),
        ({"base_model": "org/a", "base_model_relation": ["merge"]}, "", ["finetune org/a"]),
        ({"base_model": "org/a"}, "adapter", ["adapter org/a"]),
        ({"base_model": "org/a", "library_name": "peft"}, "", ["adapter org/a"]),
        ({"base_model": "org/a", "tags": ["mergekit"]}, "", ["merge org/a"]),
        ({"base_model": "org/a", "tags": "GGUF"}, "", ["quantized org/a"]),
        ({"base_model": "org/a", "tags": ["distillation"]}, "", ["unknown org/a"]),
        ({"tags": ["base_model:adapter:org/a", "base_model:org/b", "base_model:", "x:y:z"]}, "", ["adapter org/a"]),
        ({"base_model": {"name": "org/a"}}, "", ["finetune org/a"]),
        ({"datasets": "wikipedia"}, "", ["dataset wikipedia"]),
        ({"datasets": ["a", {"name": "b", "type": "c"}, None, 3]}, "", ["dataset a", "dataset b"]),
        ({"base_model": None, "datasets": {}, "tags": 5}, "", []),
        ({"base_model": "./output"}, "", []),
    ],
)
def test_a_card_says_what_it_is_made_from(metadata: Mapping[str, Any], files_say: str, expected: list[str]) -> None:
    assert told(of_card(metadata, "README.md", files_say=files_say)) == expected


def test_a_card_cannot_name_more_than_a_person_could_read() -> None:
    assert len(list(of_card({"base_model": [f"org/{n}" for n in range(10_000)]}, "README.md"))) == MOST
    nested: list[Any] = ["org/deep"]
    for _ in range(90):
        nested = [nested] * 3
    assert told(of_card({"base_model": nested}, "README.md")) == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            {"merge_method": "slerp", "base_model": "org/a", "slices": [{"sources": [{"model": "org/a"}, {"model": "org/b"}]}]},
            ["merge org/a", "merge org/b", "merge org/a"],
        ),
        ({"models": [{"model": "org/a+org/lora"}, {"model": {"model": {"path": "org/b"}}}]}, ["merge org/a", "merge org/b", "merge org/lora"]),
        ({"experts": [{"source_model": "org/a"}], "base_model": "org/b"}, ["merge org/a", "merge org/b"]),
        ({"models": [{"model": "org/a"}], "tokenizer_source": "union"}, ["merge org/a"]),
        ({"models": [{"model": "org/a"}], "tokenizer": {"source": "org/t"}}, ["merge org/a", "tokenizer org/t"]),
        ({"models": [{"model": {"model": "org/c"}}, 5, None], "slices": "x"}, ["merge org/c"]),
        ({"base_model": "org/a"}, []),
        ([1], []),
    ],
)  # fmt: skip
def test_a_config_of_a_merge_names_all_that_goes_in(value: Any, expected: list[str]) -> None:
    assert sorted(set(told(of_merge(value, "mergekit_config.yml")))) == sorted(set(expected))


def test_adapters_and_configs() -> None:
    assert told(of_adapter({"base_model_name_or_path": "org/a"}, "adapter_config.json")) == ["adapter org/a"]
    assert told(of_adapter({"base_model_name_or_path": "/root/a"}, "adapter_config.json")) == []
    (edge,) = of_config({"_name_or_path": "org/a"}, "config.json")
    assert (edge.relation, edge.weak) == ("unknown", True)
    for value in ("gpt2", "checkpoint-5", "./x", "", None, ["org/a"]):
        assert told(of_config({"_name_or_path": value}, "config.json")) == []


def test_what_is_noted_in_passing_counts_only_alone_and_a_base_counts_once() -> None:
    card = Edge(relation="adapter", name="Org/A", source="README.md")
    again = Edge(relation="finetune", name="org/a", source="model.gguf")
    data = Edge(relation="dataset", name="org/a", source="README.md")
    weak = Edge(relation="unknown", name="org/b", source="config.json", weak=True)
    assert joined([card, again, data, weak], "") == ((card, data), False)
    assert joined([data, weak], "") == ((data, weak), False)
    assert joined([card, data], "org/a") == ((), True)
    assert joined([weak], "org/b") == ((), False)
