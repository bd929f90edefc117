"""The numeric conformance vectors of fitllm, each through the config that its model has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hilt.knowledge.fit.architectures import of_config
from hilt.knowledge.fit.gguf_layers import of_gguf
from hilt.knowledge.fit.memory import cache_bytes, state_bytes
from hilt.knowledge.fit.shape import Shape, Variant, grouped
from hilt.knowledge.fit.told import Told

DATA = json.loads(Path(__file__).with_name("fitllm_vectors.json").read_text(encoding="utf-8"))

TYPES = {
    "GLM-4.7-Flash": "glm4_moe_lite",
    "GLM-5.2": "glm_moe_dsa",
    "Gemma 4 12b": "gemma4_text",
    "Gemma 4 31b": "gemma4_text",
    "Granite-4.2-30B": "granite",
    "Hy3": "hy_v3",
    "Laguna S 2.1": "laguna",
    "Laguna XS 2.1": "laguna",
    "MiniCPM5-2B": "llama",
    "Nex-N2.5-Pro": "qwen3_5_moe_text",
    "Nex-N2.5-mini": "qwen3_5_moe_text",
    "Qwen 3.6 27B": "qwen3_5_text",
    "Qwen 3.8 2.4T-A95B": "qwen3_5_moe_text",
    "Qwen 3.8 27B": "qwen3_5_text",
    "Qwen-AgentWorld-35B-A3B": "qwen3_5_moe_text",
    "gpt-oss-20b": "gpt_oss",
}
"""The `model_type` of each; Spark-X2.5 is read from the header that llama.cpp gives it."""


def config(name: str) -> dict[str, Any]:
    """The `config.json` of a model, as far as its figures tell it."""
    model = DATA["models"][name]
    told: dict[str, Any] = {
        "model_type": TYPES[name],
        "num_hidden_layers": model["layerCount"],
        "hidden_size": model["hiddenSize"],
        "num_attention_heads": model["attnHeads"],
        "num_key_value_heads": model["kvHeads"],
        "head_dim": model["kvHeadDim"],
    }
    if "globalHeadDim" in model:
        told |= {"global_head_dim": model["globalHeadDim"], "num_global_key_value_heads": model["globalKvHeads"]}
    if "mlaKvLoraRank" in model:  # of a model that chooses what it attends to, the vectors count the latent alone
        told |= {"kv_lora_rank": model["mlaKvLoraRank"], "qk_rope_head_dim": model["mlaRopeDim"], "index_head_dim": 0}
    if "linearAttn" in model:
        linear = model["linearAttn"]
        told |= {
            "linear_num_key_heads": linear["numKHeads"],
            "linear_num_value_heads": linear["numVHeads"],
            "linear_key_head_dim": linear["headKDim"],
            "linear_value_head_dim": linear["headVDim"],
            "linear_conv_kernel_dim": linear["convKernel"],
            "full_attention_interval": model["layerCount"] // model["fullAttnLayers"],
        }
    if "slidingWindow" in model:
        every = model["layerCount"] // model["globalAttnLayers"] if "globalAttnLayers" in model else 6
        told["sliding_window"] = model["slidingWindow"]
        told["layer_types"] = [
            "full_attention" if (layer + 1) % every == 0 else "sliding_attention"
            for layer in range(model["layerCount"])
        ]
    return told


def spark() -> Told:
    model = DATA["models"]["Spark-X2.5-4B"]
    keys = {
        "general.architecture": "spark2_5",
        "spark2_5.block_count": model["layerCount"],
        "spark2_5.embedding_length": model["hiddenSize"],
        "spark2_5.attention.head_count": model["attnHeads"],
        "spark2_5.attention.head_count_kv": model["kvHeads"],
        "spark2_5.attention.key_length": model["kvHeadDim"],
        "spark2_5.attention.value_length": model["kvHeadDim"],
        "spark2_5.attention.sliding_window": model["slidingWindow"],
        "spark2_5.feed_forward_length": 4 * model["hiddenSize"],
    }
    pattern = {"spark2_5.attention.sliding_window_pattern": (True, True, True, False) * 9}
    return of_gguf(keys.get, lambda key: pattern.get(key, ()), 0)


@pytest.mark.parametrize("vector", DATA["vectors"], ids=lambda vector: vector["id"])
def test_a_vector_of_fitllm_comes_out(vector: dict[str, Any]) -> None:
    told = of_config(config(vector["model"])) if vector["model"] in TYPES else spark()
    shape = Shape((Variant("", "safetensors", 1),), layers=grouped(told.layers))

    def kept(tokens: int) -> int:
        return cache_bytes(shape, "transformers", tokens, cache_bits=vector["kvBits"])

    if vector["kind"] == "kv_total_bytes":
        assert kept(vector["ctx"]) == vector["expect"]
    elif vector["kind"] == "kv_per_token_bytes":
        context = vector.get("ctx", 1)
        assert kept(context + 1) - kept(context) == vector["expect"]
    else:
        assert state_bytes(shape, "transformers") == vector["expect"]
