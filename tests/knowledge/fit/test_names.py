"""Which names mean the same open model."""

from __future__ import annotations

import pytest

from hilt.knowledge.fit import names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", "meta-llama/Meta-Llama-3.1-8B-Instruct"),
        ("unsloth/Llama-3.1-8B-Instruct-GGUF", "llama-3.1-8b-instruct"),
        ("Qwen/Qwen3-0.6B", "Qwen3-0.6B-Q8_0.gguf"),
        ("Qwen/Qwen3-30B-A3B", "Qwen3-30B-A3B-UD-Q4_K_XL-00001-of-00002.gguf"),
        ("Qwen/Qwen2.5-0.5B-Instruct", "qwen2.5-0.5b-instruct-q4_k_m.gguf"),
        ("google/gemma-3-27b-it", "models/gemma-3-27b-it/"),
        ("openai/gpt-oss-120b", "@cf/openai/gpt-oss-120b"),
        ("meta-llama/Llama-2-7b-chat-hf", "llama-2-7b-chat"),
        ("Qwen/Qwen3-8B-AWQ", "Qwen3 8B"),
    ],
)
def test_spellings_of_one_model(one: str, other: str) -> None:
    assert names.key(one) == names.key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Qwen3-8B", "Qwen3-8B-Base"),
        ("Qwen3-8B", "Qwen3-0.8B"),
        ("Qwen2.5-7B-Instruct", "Qwen2-57B-Instruct"),
        ("Llama-3.1-8B-Instruct", "Llama-3.1-8B"),
        ("Llama-3.1-8B-Instruct", "Llama-3-8B-Instruct"),
        ("Qwen3-235B-A22B", "Qwen3-235B-A22B-Instruct-2507"),
        ("gemma-3-27b-it", "gemma-3-27b-pt"),
        ("gemma-3-27b-it", "gemma-3-27b-it-qat-q4_0-gguf"),
        ("gemma-3-4b-it", "gemma-3n-e4b-it"),
        ("DeepSeek-R1", "DeepSeek-R1-Distill-Llama-8B"),
        ("DeepSeek-V3", "DeepSeek-V3-0324"),
        ("Mistral-7B-Instruct-v0.2", "Mistral-7B-Instruct-v0.3"),
        ("Qwen3-8B", "Qwen3-8B-abliterated"),
    ],
)
def test_near_neighbours_are_others(one: str, other: str) -> None:
    assert names.key(one) != names.key(other)


@pytest.mark.parametrize(
    ("name", "parameters", "agrees"),
    [
        ("Qwen3-0.6B", 751_632_384, True),
        ("Qwen3-8B", 8_190_000_000, True),
        ("Qwen3-8B", 30_000, False),
        ("Qwen3-8B", 32_000_000_000, False),
        ("Qwen3-8B", None, True),
        ("Qwen3-8B-GPTQ-Int4", 1_400_000_000, True),
        ("Mixtral-8x7B-Instruct-v0.1", 46_700_000_000, True),
        ("Llama-4-Scout-17B-16E-Instruct", 109_000_000_000, True),
        ("phi-4", 14_000_000_000, True),
    ],
)
def test_a_name_states_a_size_that_the_weights_must_have(name: str, parameters: int | None, agrees: bool) -> None:
    assert names.agrees(names.key(name), parameters) is agrees


@pytest.mark.parametrize("name", ["", "/", "...", "model.gguf", "Q4_K_M.gguf", "\udcff" * 9, "a" * 10000 + "-" * 10000])
def test_a_name_of_nothing_is_no_bug(name: str) -> None:
    assert isinstance(names.key(name), str)
