#!/usr/bin/env python3
"""Writes knowledge/fit/defaults.json: what the classes of transformers fill in where a config leaves a number out.

python scripts/build_config_defaults.py    in an environment in which transformers is installed
"""

from __future__ import annotations

import json
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path

from transformers import CONFIG_MAPPING  # type: ignore[import-not-found]

from hilt.knowledge.fit.architectures import KINDS

TARGET = Path(__file__).parents[1] / "src/hilt/knowledge/fit/defaults.json"
KEYS = frozenset(
    """
    num_hidden_layers hidden_size num_attention_heads num_key_value_heads head_dim intermediate_size vocab_size
    sliding_window sliding_window_pattern use_sliding_window max_window_layers attention_chunk_size multi_query
    new_decoder_architecture v_head_dim kv_lora_rank qk_rope_head_dim index_head_dim num_kv_shared_layers
    linear_num_key_heads linear_num_value_heads linear_key_head_dim linear_value_head_dim linear_conv_kernel_dim
    full_attention_interval conv_kernel state_size expand n_groups num_heads mamba_d_state mamba_d_conv mamba_expand
    mamba_n_heads mamba_d_head mamba_n_groups mamba_d_ssm attn_layer_period attn_layer_offset ssm_state_size
    mamba_num_heads mamba_head_dim conv_L_cache linear_head_dim linear_num_heads lru_width conv1d_width
    attention_window_size d_model d_kv d_ff num_layers num_decoder_layers decoder_layers decoder_attention_heads
    decoder_ffn_dim max_source_positions max_target_positions n_layer n_embd n_head n_inner ffn_dim word_embed_proj_dim
    num_experts num_local_experts n_routed_experts num_experts_per_tok moe_intermediate_size
    """.split()
)


def main() -> None:
    defaults: dict[str, dict[str, int]] = {}
    for kind in sorted(KINDS):
        if kind not in CONFIG_MAPPING:
            continue
        # As declared, not as an instance has it: that has filled in further ones by then, from the others.
        stated = {field.name: field.default for field in fields(CONFIG_MAPPING[kind])}
        defaults[kind] = {
            key: value for key, value in sorted(stated.items()) if key in KEYS and type(value) in (int, bool)
        }
    told = {"source": f"transformers {version('transformers')}, Apache-2.0: defaults of its configuration classes"}
    TARGET.write_text(
        json.dumps(told | {"defaults": {kind: one for kind, one in defaults.items() if one}}, indent=1) + "\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
