from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from hilt.knowledge.fit.gguf_layers import of_gguf
from hilt.knowledge.fit.shape import grouped
from hilt.knowledge.fit.told import Told, Untold

BARE = {"block_count": 4, "embedding_length": 64, "attention.head_count": 4, "feed_forward_length": 256}


def told(name: str, vocabulary: int = 100, **keys: Any) -> Told:
    """What the header of an architecture tells, with `__` for a dot in the names of keys."""
    stated: Mapping[str, Any] = BARE | {key.replace("__", "."): value for key, value in keys.items()}
    whole = {"general.architecture": name} | {f"{name}.{key}": value for key, value in stated.items()}

    def value(key: str) -> Any:
        return None if isinstance(whole.get(key), tuple) else whole.get(key)

    def numbers(key: str) -> tuple[Any, ...]:
        found = whole.get(key)
        return found if isinstance(found, tuple) else ()

    return of_gguf(value, numbers, vocabulary)


def lines(name: str, **keys: Any) -> list[str]:
    return [one.line for one in grouped(told(name, **keys).layers)]


@pytest.mark.parametrize(
    ("name", "keys", "kept"),
    [
        ("llama", {}, ["4 attention heads=4 key=16 value=16"]),
        ("llama", {"attention__head_count_kv": 2, "attention__key_length": 32, "attention__value_length": 8}, ["4 attention heads=2 key=32 value=8"]),
        ("deci", {"attention__head_count_kv": (2, 0, 1, 0)}, ["1 attention heads=2 key=16 value=16", "2 none", "1 attention heads=1 key=16 value=16"]),
        ("phi3", {"attention__sliding_window": 2047}, ["4 attention heads=4 key=16 value=16"]),
        ("gemma2", {}, ["2 attention heads=4 key=16 value=16 window=4096", "2 attention heads=4 key=16 value=16"]),
        ("gemma3", {"block_count": 7, "attention__sliding_window": 512}, ["6 attention heads=4 key=16 value=16 window=512", "1 attention heads=4 key=16 value=16"]),
        ("gemma3", {}, ["4 attention heads=4 key=16 value=16"]),
        ("laguna", {"attention__sliding_window": 512}, ["1 attention heads=4 key=16 value=16", "3 attention heads=4 key=16 value=16 window=512"]),
        ("gpt-oss", {"attention__sliding_window": 128}, ["2 attention heads=4 key=16 value=16 window=128", "2 attention heads=4 key=16 value=16"]),
        ("llama4", {}, ["3 attention heads=4 key=16 value=16 window=8192", "1 attention heads=4 key=16 value=16"]),
        ("gemma4", {"attention__sliding_window": 512, "attention__sliding_window_pattern": (1, 1, 0, 1), "attention__key_length": 512, "attention__value_length": 512, "attention__key_length_swa": 256, "attention__value_length_swa": 256, "attention__shared_kv_layers": 1}, ["2 attention heads=4 key=256 value=256 window=512", "1 attention heads=4 key=512 value=512", "1 none"]),
        ("deepseek2", {"attention__kv_lora_rank": 512, "rope__dimension_count": 64, "attention__key_length": 576, "attention__value_length": 512, "attention__key_length_mla": 192, "attention__value_length_mla": 128, "attention__head_count_kv": 1}, ["4 latent rank=512 rope=64"]),
        ("deepseek2", {"attention__kv_lora_rank": 512, "rope__dimension_count": 64, "attention__key_length": 192, "attention__value_length": 128}, ["4 attention heads=4 key=192 value=128"]),
        ("glm4moe", {"nextn_predict_layers": 1}, ["3 attention heads=4 key=16 value=16"]),
        ("mamba", {"ssm__conv_kernel": 4, "ssm__inner_size": 128, "ssm__state_size": 16}, ["4 state channels=128 kernel=4 numbers=2048"]),
        ("jamba", {"attention__head_count_kv": (0, 2, 0, 0), "ssm__conv_kernel": 4, "ssm__inner_size": 128, "ssm__state_size": 16}, ["3 state channels=128 kernel=4 numbers=2048", "1 attention heads=2 key=16 value=16"]),
        ("nemotron_h", {"attention__head_count_kv": (0, 0, 2, 0), "feed_forward_length": (0, 64, 0, 0), "ssm__conv_kernel": 4, "ssm__inner_size": 128, "ssm__state_size": 16, "ssm__group_count": 2}, ["2 state channels=192 kernel=4 numbers=2048", "1 none", "1 attention heads=2 key=16 value=16"]),
        ("falcon-h1", {"ssm__conv_kernel": 4, "ssm__inner_size": 128, "ssm__state_size": 16}, ["4 attention heads=4 key=16 value=16", "4 state channels=128 kernel=4 numbers=2048"]),
        ("rwkv7", {"wkv__head_size": 64}, ["4 state channels=64 kernel=3 numbers=4096"]),
        ("kimi-linear", {"attention__head_count_kv": (0, 0, 0, 4), "attention__kv_lora_rank": 32, "rope__dimension_count": 8, "attention__key_length_mla": 16, "attention__value_length_mla": 16, "kda__head_dim": 16, "ssm__conv_kernel": 4}, ["3 state channels=192 kernel=4 numbers=1024", "1 latent rank=32 rope=8"]),
        ("bert", {}, ["4 none"]),
    ],
)  # fmt: skip
def test_what_layers_keep_is_told_of_a_header(name: str, keys: dict[str, Any], kept: list[str]) -> None:
    assert lines(name, **keys) == kept


@pytest.mark.parametrize(
    ("name", "keys", "why"),
    [
        ("clippy", {}, "'clippy' keep is not known here"),
        ("llama", {"block_count": 1 << 30}, "block_count = 1073741824, which no model has"),
        ("llama", {"block_count": -3}, "block_count = -3"),
        ("llama", {"block_count": 0}, "tells of no layers"),
        ("llama", {"attention__head_count_kv": (1, 2)}, "is no list of 4 layers"),
        ("llama", {"attention__head_count_kv": (1, 2, -3, 4)}, "absurd numbers under attention.head_count_kv"),
        ("llama", {"attention__key_length": 2.5}, "attention.key_length = 2.5"),
        ("mimo2", {"attention__sliding_window": 128}, "which layers attend to a window"),
        ("mamba2", {}, "does not state ssm.inner_size"),
    ],
)
def test_what_cannot_be_told_is_said(name: str, keys: dict[str, Any], why: str) -> None:
    with pytest.raises(Untold) as said:
        told(name, **keys)
    assert why in str(said.value)


def test_a_header_without_an_architecture_tells_nothing() -> None:
    with pytest.raises(Untold, match="no architecture"):
        of_gguf({}.get, lambda _: (), 0)


def test_of_a_mixture_of_experts_the_width_is_that_of_those_chosen() -> None:
    assert told("qwen3moe", expert_used_count=8, expert_feed_forward_length=96).inner == 8 * 96
    assert told("llama", expert_used_count=2).inner == 2 * 256
