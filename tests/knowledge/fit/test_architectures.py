"""Configs as they lie on hubs, and what their layers keep; each type was held against the cache of transformers 5.23."""

from __future__ import annotations

from typing import Any

import pytest

from hilt.knowledge.fit.architectures import KINDS, of_config
from hilt.knowledge.fit.shape import grouped
from hilt.knowledge.fit.told import Untold

LINEAR, FULL, WINDOW = "linear_attention", "full_attention", "sliding_attention"


def lines(**config: Any) -> list[str]:
    return [one.line for one in grouped(of_config(config).layers)]


@pytest.mark.parametrize(
    ("config", "kept"),
    [
        (  # Llama-3.1-8B
            {"model_type": "llama", "num_hidden_layers": 32, "hidden_size": 4096, "num_attention_heads": 32, "num_key_value_heads": 8},
            ["32 attention heads=8 key=128 value=128"],
        ),
        (  # Qwen3-0.6B: a head is wider than the width divided by the heads
            {"model_type": "qwen3", "num_hidden_layers": 28, "hidden_size": 1024, "num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 128, "sliding_window": None, "use_sliding_window": False},
            ["28 attention heads=8 key=128 value=128"],
        ),
        (  # Mistral-7B-v0.1, and v0.3, which has no window
            {"model_type": "mistral", "num_hidden_layers": 32, "hidden_size": 4096, "num_attention_heads": 32, "num_key_value_heads": 8, "sliding_window": 4096},
            ["32 attention heads=8 key=128 value=128 window=4096"],
        ),
        (
            {"model_type": "mistral", "num_hidden_layers": 32, "hidden_size": 4096, "num_attention_heads": 32, "num_key_value_heads": 8, "sliding_window": None},
            ["32 attention heads=8 key=128 value=128"],
        ),
        (  # gemma-3-4b-it: the part that writes leaves out what its class fills in
            {"model_type": "gemma3", "text_config": {"hidden_size": 2560, "intermediate_size": 10240, "model_type": "gemma3_text", "num_hidden_layers": 34, "sliding_window": 1024}},
            ["29 attention heads=4 key=256 value=256 window=1024", "5 attention heads=4 key=256 value=256"],
        ),
        (  # llava-1.5-7b-hf states next to nothing of its language model
            {"model_type": "llava", "text_config": {"model_type": "llama", "max_position_embeddings": 4096, "vocab_size": 32064}},
            ["32 attention heads=32 key=128 value=128"],
        ),
        (  # gemma-4-E2B-it: later layers use the cache of earlier ones
            {"model_type": "gemma4_text", "num_hidden_layers": 6, "hidden_size": 1536, "num_attention_heads": 8, "num_key_value_heads": 1, "head_dim": 256, "global_head_dim": 512, "num_kv_shared_layers": 2, "sliding_window": 512, "layer_types": [WINDOW] * 2 + [FULL] + [WINDOW] * 2 + [FULL]},
            ["3 attention heads=1 key=256 value=256 window=512", "1 attention heads=1 key=512 value=512", "2 none"],
        ),
        (  # gpt-oss-20b
            {"model_type": "gpt_oss", "num_hidden_layers": 24, "hidden_size": 2880, "num_attention_heads": 64, "num_key_value_heads": 8, "head_dim": 64, "sliding_window": 128, "layer_types": [WINDOW, FULL] * 12},
            ["12 attention heads=8 key=64 value=64 window=128", "12 attention heads=8 key=64 value=64"],
        ),
        (  # DeepSeek-V3
            {"model_type": "deepseek_v3", "num_hidden_layers": 61, "hidden_size": 7168, "num_attention_heads": 128, "num_key_value_heads": 128, "kv_lora_rank": 512, "qk_rope_head_dim": 64, "qk_nope_head_dim": 128, "v_head_dim": 128, "num_nextn_predict_layers": 1},
            ["61 latent rank=512 rope=64"],
        ),
        (  # DeepSeek-V3.2 keeps the keys by which it chooses as well
            {"model_type": "deepseek_v32", "num_hidden_layers": 61, "hidden_size": 7168, "num_attention_heads": 128, "kv_lora_rank": 512, "qk_rope_head_dim": 64, "index_head_dim": 128},
            ["61 latent rank=512 rope=64 chosen=128"],
        ),
        (  # Qwen3-Next-80B-A3B
            {"model_type": "qwen3_next", "num_hidden_layers": 48, "hidden_size": 2048, "num_attention_heads": 16, "num_key_value_heads": 2, "head_dim": 256, "linear_num_key_heads": 16, "linear_num_value_heads": 32, "linear_key_head_dim": 128, "linear_value_head_dim": 128, "linear_conv_kernel_dim": 4, "full_attention_interval": 4},
            ["36 state channels=8192 kernel=4 numbers=524288", "12 attention heads=2 key=256 value=256"],
        ),
        (  # Kimi-Linear-48B-A3B
            {"model_type": "kimi_linear", "num_hidden_layers": 27, "hidden_size": 2304, "num_attention_heads": 32, "kv_lora_rank": 512, "qk_rope_head_dim": 64, "linear_attn_config": {"full_attn_layers": [4, 8, 12, 16, 20, 24, 27], "head_dim": 128, "num_heads": 32, "short_conv_kernel_size": 4}},
            ["20 state channels=12288 kernel=4 numbers=524288", "7 latent rank=512 rope=64"],
        ),
        (  # Jamba-v0.1
            {"model_type": "jamba", "num_hidden_layers": 32, "hidden_size": 4096, "num_attention_heads": 32, "num_key_value_heads": 8, "attn_layer_period": 8, "attn_layer_offset": 4, "mamba_d_conv": 4, "mamba_d_state": 16, "mamba_expand": 2},
            ["28 state channels=8192 kernel=4 numbers=131072", "4 attention heads=8 key=128 value=128"],
        ),
        (  # granite-4.0-h-micro
            {"model_type": "granitemoehybrid", "num_hidden_layers": 40, "hidden_size": 2048, "num_attention_heads": 32, "num_key_value_heads": 8, "layer_types": (["mamba"] * 9 + ["attention"]) * 4, "mamba_n_heads": 64, "mamba_d_head": 64, "mamba_n_groups": 1, "mamba_d_state": 128, "mamba_d_conv": 4, "mamba_expand": 2},
            ["36 state channels=4352 kernel=4 numbers=524288", "4 attention heads=8 key=64 value=64"],
        ),
        (  # Nemotron-H: layers that only compute keep nothing
            {"model_type": "nemotron_h", "hybrid_override_pattern": "M-M*-", "num_hidden_layers": 5, "hidden_size": 4096, "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 128, "mamba_num_heads": 128, "mamba_head_dim": 64, "n_groups": 8, "ssm_state_size": 128, "conv_kernel": 4},
            ["2 state channels=10240 kernel=4 numbers=1048576", "2 none", "1 attention heads=8 key=128 value=128"],
        ),
        (  # Falcon-H1: every layer does both
            {"model_type": "falcon_h1", "num_hidden_layers": 2, "hidden_size": 1024, "num_attention_heads": 8, "num_key_value_heads": 2, "head_dim": 128, "mamba_n_heads": 24, "mamba_d_head": 64, "mamba_n_groups": 1, "mamba_d_state": 128, "mamba_d_conv": 4},
            ["2 attention heads=2 key=128 value=128", "2 state channels=1792 kernel=4 numbers=196608"],
        ),
        (  # LFM2-1.2B
            {"model_type": "lfm2", "num_hidden_layers": 3, "hidden_size": 2048, "num_attention_heads": 32, "num_key_value_heads": 8, "conv_L_cache": 3, "layer_types": ["conv", "conv", FULL]},
            ["2 state channels=2048 kernel=3", "1 attention heads=8 key=64 value=64"],
        ),
        (  # whisper-tiny
            {"model_type": "whisper", "decoder_layers": 4, "d_model": 384, "decoder_attention_heads": 6, "encoder_layers": 4, "max_target_positions": 448, "max_source_positions": 1500},
            ["4 attention heads=6 key=64 value=64 window=448", "4 attention heads=6 key=64 value=64 fixed=1500"],
        ),
        ({"model_type": "t5", "num_layers": 6, "d_model": 512, "num_heads": 8, "d_kv": 64}, ["12 attention heads=8 key=64 value=64"]),
        ({"model_type": "falcon", "num_hidden_layers": 32, "hidden_size": 4544, "num_attention_heads": 71, "multi_query": True}, ["32 attention heads=1 key=64 value=64"]),
        ({"model_type": "bert", "num_hidden_layers": 12, "hidden_size": 768}, ["12 none"]),
        (  # transformers 5 states layers that differ one by one
            {"model_type": "llama", "num_hidden_layers": 2, "hidden_size": 64, "num_attention_heads": 4, "per_layer_config": {"01": {"head_dim": 32, "num_key_value_heads": 1}}},
            ["1 attention heads=4 key=16 value=16", "1 attention heads=1 key=32 value=32"],
        ),
    ],
    ids=lambda value: value.get("model_type") if isinstance(value, dict) else "",
)  # fmt: skip
def test_what_layers_keep_is_told_of_a_config(config: dict[str, Any], kept: list[str]) -> None:
    assert lines(**config) == kept


@pytest.mark.parametrize(
    ("config", "why"),
    [
        ({}, "states no model_type"),
        ({"model_type": ["llama"]}, "states no model_type"),
        ({"model_type": "llama4_of_mine"}, "'llama4_of_mine' keep is not known here"),
        ({"model_type": "musicgen", "decoder": {"model_type": "llama"}}, "'musicgen' keep is not known here"),
        ({"model_type": "llama", "num_hidden_layers": -1}, "num_hidden_layers = -1, which no model has"),
        ({"model_type": "llama", "num_hidden_layers": 10**12}, "num_hidden_layers = 1000000000000, which no model has"),
        ({"model_type": "llama", "num_attention_heads": 10**12}, "num_attention_heads = 1000000000000"),
        ({"model_type": "llama", "num_attention_heads": 0}, "tells of no heads"),
        ({"model_type": "llama", "num_hidden_layers": 0}, "tells of 0 layers"),
        ({"model_type": "mistral", "sliding_window": "4096"}, "sliding_window = 4096, which no model has"),
        ({"model_type": "llama", "hidden_size": 1e30}, "hidden_size = 1e+30"),
        ({"model_type": "llama", "hidden_size": True}, "hidden_size = True"),
        ({"model_type": "gpt_oss", "layer_types": [FULL]}, "layer_types is no list of 36 layers"),
        ({"model_type": "gpt_oss", "layer_types": ["mamba"] * 36}, "names layers that its architecture does not have"),
        ({"model_type": "gemma4_text"}, "does not state which layers attend to a window"),
        ({"model_type": "llama", "per_layer_config": [1]}, "per_layer_config is no table of layers"),
    ],
)
def test_what_cannot_be_told_is_said_and_nothing_is_borrowed(config: dict[str, Any], why: str) -> None:
    with pytest.raises(Untold) as said:
        lines(**config)
    assert why in str(said.value)


def test_a_list_of_a_million_layers_costs_nothing() -> None:
    told = of_config({"model_type": "gpt_oss", "num_hidden_layers": 2, "layer_types": [FULL] * 1_000_000})
    assert len(told.layers) == 2


def test_of_a_mixture_of_experts_the_width_is_that_of_those_chosen() -> None:
    moe = {
        "model_type": "qwen3_moe",
        "intermediate_size": 6144,
        "moe_intermediate_size": 768,
        "num_experts_per_tok": 16,
    }
    assert of_config(moe).inner == 16 * 768
    assert of_config({"model_type": "mixtral", "intermediate_size": 14336, "num_experts_per_tok": 2}).inner == 2 * 14336


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_type_is_told_or_says_what_it_lacks(kind: str) -> None:
    bare = {"num_hidden_layers": 2, "hidden_size": 64, "num_attention_heads": 4}
    said = ""
    try:
        told = of_config({"model_type": kind} | bare).layers
    except Untold as untold:
        told, said = (), str(untold)
    assert told or "not state" in said
