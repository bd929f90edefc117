from __future__ import annotations

from typing import Any

import pytest

from hilt.knowledge.regulation import experts

DEEPSEEK_V3 = {
    "hidden_size": 7168, "intermediate_size": 18432, "moe_intermediate_size": 2048, "n_routed_experts": 256, "n_shared_experts": 1,
    "num_experts_per_tok": 8, "first_k_dense_replace": 3, "num_hidden_layers": 61, "moe_layer_freq": 1,
}  # fmt: skip
MIXTRAL = {
    "hidden_size": 4096, "intermediate_size": 14336, "num_local_experts": 8, "num_experts_per_tok": 2, "num_hidden_layers": 32,
}  # fmt: skip
QWEN3_30B = {
    "hidden_size": 2048, "intermediate_size": 6144, "moe_intermediate_size": 768, "num_experts": 128, "num_experts_per_tok": 8,
    "num_hidden_layers": 48, "decoder_sparse_step": 1, "mlp_only_layers": [],
}  # fmt: skip
LLAMA_4 = {
    "text_config": {
        "hidden_size": 5120, "intermediate_size": 8192, "num_local_experts": 128, "num_experts_per_tok": 1, "num_hidden_layers": 48,
        "interleave_moe_layer_step": 2,
    },
}  # fmt: skip
DBRX = {
    "d_model": 6144, "n_layers": 40, "ffn_config": {"moe_num_experts": 16, "moe_top_k": 4, "ffn_hidden_size": 10752},
}  # fmt: skip


@pytest.mark.parametrize(
    ("config", "parameters", "active"),
    [
        (DEEPSEEK_V3, 671.0e9, 37.5e9),
        (
            {**DEEPSEEK_V3, "num_nextn_predict_layers": 1},
            684.5e9,
            40.1e9,
        ),  # as published, with the layer beside the stack
        (MIXTRAL, 46.7e9, 12.9e9),
        (QWEN3_30B, 30.5e9, 3.3e9),
        (LLAMA_4, 400.7e9, 17.2e9),
        (DBRX, 131.6e9, 36.5e9),
    ],
)
def test_the_parameters_in_use_come_to_what_was_published(
    config: dict[str, Any], parameters: float, active: float
) -> None:
    told = experts.of_config(config)
    assert told is not None
    assert parameters - told.unused == pytest.approx(active, rel=0.03)


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"num_experts": 8},
        {**MIXTRAL, "num_experts_per_tok": 8},
        {**MIXTRAL, "num_local_experts": True},
        {**MIXTRAL, "hidden_size": 10**30},
        {**MIXTRAL, "num_hidden_layers": "32"},
        {"text_config": ["no object"]},
    ],
)
def test_a_config_that_tells_of_no_experts_or_not_enough_says_nothing(config: dict[str, Any]) -> None:
    assert experts.of_config(config) is None


def test_layers_without_experts_are_not_counted() -> None:
    for told, layers in (
        ({"mlp_only_layers": [0, 1, 2]}, 29),
        ({"moe_layer_freq": [0, 0, 1, 1]}, 2),
        ({"moe_layers": [1, 3, 5]}, 3),
        ({"decoder_sparse_step": 2}, 16),
        ({"first_k_dense_replace": 64}, 0),
    ):
        found = experts.of_config({**MIXTRAL, **told})
        assert found is not None
        assert found.layers == layers


def test_the_header_of_a_gguf_file_tells_the_same() -> None:
    header = {
        "general.architecture": "deepseek2",
        "deepseek2.expert_count": 256,
        "deepseek2.expert_used_count": 8,
        "deepseek2.embedding_length": 7168,
        "deepseek2.block_count": 61,
        "deepseek2.leading_dense_block_count": 3,
        "deepseek2.expert_feed_forward_length": 2048,
        "deepseek2.feed_forward_length": 18432,
    }
    assert experts.of_gguf(header.get) == experts.of_config(DEEPSEEK_V3)
    assert experts.of_gguf({}.get) is None
