"""The layer and the kind of a tensor are read from names of every family."""

from __future__ import annotations

import pytest

from hilt.knowledge.lineage.kinds import NO_LAYER, Place, place, stack

NAMES = {
    "model.embed_tokens.weight": (NO_LAYER, "embedding"),
    "token_embd.weight": (NO_LAYER, "embedding"),
    "wte.weight": (NO_LAYER, "embedding"),
    "embeddings.word_embeddings.weight": (NO_LAYER, "embedding"),
    "encoder/embeddings/weight": (NO_LAYER, "embedding"),
    "embeddings.position_embeddings.weight": (NO_LAYER, "position"),
    "wpe.weight": (NO_LAYER, "position"),
    "embeddings.token_type_embeddings.weight": (NO_LAYER, "type"),
    "embeddings.LayerNorm.bias": (NO_LAYER, "norm"),
    "lm_head.weight": (NO_LAYER, "head"),
    "output.weight": (NO_LAYER, "head"),
    "model.layers.7.self_attn.q_proj.weight": (7, "q"),
    "model.layers.7.self_attn.q_proj.bias": (7, "q.bias"),
    "model.layers.7.self_attn.o_proj.weight": (7, "o"),
    "model.layers.12.mlp.gate_proj.weight": (12, "gate"),
    "model.layers.12.mlp.down_proj.weight": (12, "down"),
    "model.layers.12.input_layernorm.weight": (12, "norm"),
    "model.layers.0.block_sparse_moe.gate.weight": (0, "router"),
    "model.layers.0.block_sparse_moe.experts.5.w2.weight": (0, "down"),
    "model.layers.3.mlp.gate_up_proj.weight": (3, "gate_up"),
    "blk.7.attn_q.weight": (7, "q"),
    "blk.7.attn_k.weight": (7, "k"),
    "blk.7.attn_v.weight": (7, "v"),
    "blk.7.attn_output.weight": (7, "o"),
    "blk.7.attn_norm.weight": (7, "norm"),
    "blk.7.ffn_gate.weight": (7, "gate"),
    "blk.7.ffn_up.weight": (7, "up"),
    "blk.7.ffn_down.weight": (7, "down"),
    "blk.7.ffn_gate_inp.weight": (7, "router"),
    "transformer.h.11.attn.c_attn.weight": (11, "qkv"),
    "transformer.h.11.attn.c_proj.weight": (11, "o"),
    "transformer.h.11.mlp.c_fc.weight": (11, "up"),
    "transformer.h.11.mlp.c_proj.weight": (11, "down"),
    "transformer.h.11.ln_1.weight": (11, "norm"),
    "gpt_neox.layers.3.attention.query_key_value.weight": (3, "qkv"),
    "gpt_neox.layers.3.attention.dense.weight": (3, "o"),
    "gpt_neox.layers.3.mlp.dense_4h_to_h.weight": (3, "down"),
    "encoder.layer.5.attention.self.query.weight": (5, "q"),
    "encoder.layer.5.attention.output.dense.weight": (5, "o"),
    "encoder.layer.5.attention.output.LayerNorm.weight": (5, "norm"),
    "encoder.layer.5.intermediate.dense.weight": (5, "up"),
    "encoder.layer.5.output.dense.weight": (5, "down"),
    "bert/encoder/layer_5/attention/self/key/kernel": (5, "k"),
    "decoder.blocks.2.cross_attn.value.weight": (2, "v"),
    "decoder.blocks.2.mlp.0.weight": (2, "up"),
    "decoder.blocks.2.mlp.2.weight": (2, "down"),
    "blocks.4.attn.qkv.weight": (4, "qkv"),
    "blocks.4.attn.proj.weight": (4, "o"),
    "visual.transformer.resblocks.9.attn.in_proj_weight": (9, "qkv"),
    "visual.transformer.resblocks.9.attn.out_proj.weight": (9, "o"),
    "encoder.block.0.layer.0.SelfAttention.q.weight": (0, "q"),
    "encoder.block.3.layer.1.DenseReluDense.wo.weight": (3, "down"),
    "encoder.block.3.layer.1.DenseReluDense.wi_0.weight": (3, "gate"),
    "features.7.conv.0.weight": (7, "convolution"),
    "lstm.weight_ih_l0": (NO_LAYER, "recurrent"),
    "onnx::MatMul_1234": (NO_LAYER, "other"),
    "": (NO_LAYER, "other"),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_tells_where_a_tensor_stands(name: str) -> None:
    assert place(name) == Place(*NAMES[name])


def test_layers_of_an_encoder_and_a_decoder_are_told_apart() -> None:
    assert stack("encoder.layers.3.fc1.weight") != stack("decoder.layers.3.fc1.weight")
    assert stack("encoder.layers.3.fc1.weight") == stack("encoder.layers.11.fc2.weight")


def test_a_name_of_a_million_letters_costs_nothing() -> None:
    assert place("layers." * 200_000 + "1.q_proj.weight").kind == "q"
