from __future__ import annotations

import pytest

from hilt.knowledge.lineage.writers import EXPERTS, Writer, nameless, writer

OF_THE_STREAM = {
    "model.layers.12.self_attn.o_proj.weight": (12, "o"),
    "model.layers.12.mlp.down_proj.weight": (12, "down"),
    "model.layers.12.mlp.down_proj.qweight": (12, "down"),
    "base_model.model.model.layers.3.mlp.down_proj.base_layer.weight": (3, "down"),
    "model.embed_tokens.weight": (-1, "embedding"),
    "blk.3.attn_output.weight": (3, "o"),
    "blk.3.ffn_down.weight": (3, "down"),
    "token_embd.weight": (-1, "embedding"),
    "transformer.h.0.attn.c_proj.weight": (0, "o"),
    "h.0.mlp.c_proj.weight": (0, "down"),
    "transformer.wte.weight": (-1, "embedding"),
    "gpt_neox.layers.5.attention.dense.weight": (5, "o"),
    "gpt_neox.layers.5.mlp.dense_4h_to_h.weight": (5, "down"),
    "gpt_neox.embed_in.weight": (-1, "embedding"),
    "model.layers.1.self_attn.dense.weight": (1, "o"),
    "model.layers.1.mlp.fc2.weight": (1, "down"),
    "model.decoder.layers.1.fc2.weight": (1, "down"),
    "model.decoder.layers.1.encoder_attn.out_proj.weight": (1, "cross"),
    "encoder.layer.2.attention.output.dense.weight": (2, "o"),
    "encoder.layer.2.output.dense.weight": (2, "down"),
    "bert/encoder/layer_2/output/dense/kernel": (2, "down"),
    "0.auto_model.encoder.layer.2.attention.output.dense.weight": (2, "o"),
    "embeddings.word_embeddings.weight": (-1, "embedding"),
    "encoder.layer.0.attention.attn.o.weight": (0, "o"),
    "transformer.layer.4.attention.out_lin.weight": (4, "o"),
    "transformer.layer.4.ffn.lin2.weight": (4, "down"),
    "decoder.block.7.layer.0.SelfAttention.o.weight": (7, "o"),
    "decoder.block.7.layer.1.EncDecAttention.o.weight": (7, "cross"),
    "encoder.block.7.layer.1.DenseReluDense.wo.weight": (7, "down"),
    "shared.weight": (-1, "embedding"),
    "layers.9.attention.wo.weight": (9, "o"),
    "layers.9.feed_forward.w2.weight": (9, "down"),
    "blocks.6.attn.proj.weight": (6, "o"),
    "decoder/layer_1/self_attention/linear_1/weight": (1, "o"),
    "decoder/layer_1/attention/linear_1/weight": (1, "cross"),
    "encoder/layer_1/ffn/linear_1/weight": (1, "down"),
    "encoder.blocks.1.attn.out.weight": (1, "o"),
    "encoder.blocks.1.mlp.2.weight": (1, "down"),
    "decoder.blocks.1.cross_attn.out.weight": (1, "cross"),
    "model.layers.2.mlp.shared_expert.down_proj.weight": (2, "shared"),
    "blk.2.ffn_down_shexp.weight": (2, "shared"),
}
OTHERS = (
    "lm_head.weight", "model.layers.1.self_attn.q_proj.weight", "model.layers.1.mlp.gate_proj.weight", "output.weight",
    "encoder.layer.2.intermediate.dense.weight", "encoder.layer.2.attention.self.query.weight", "blk.3.ffn_up.weight",
    "encoder.layer.2.attention.output.LayerNorm.weight", "model.layers.1.mlp.down_proj.bias", "blk.3.attn_norm.weight",
    "embeddings.position_embeddings.weight", "transformer.h.0.attn.c_attn.weight", "layers.9.feed_forward.w1.weight",
    "blk.3.attn_output_norm.weight", "", "layers.", "model.layers.99999999.mlp.down_proj.weight", "x" * 10_000,
)  # fmt: skip


@pytest.mark.parametrize("name", OF_THE_STREAM)
def test_a_matrix_that_writes_to_the_stream_is_known_by_its_name(name: str) -> None:
    role = writer(name)
    assert role is not None
    assert (role.layer, role.kind) == OF_THE_STREAM[name]


@pytest.mark.parametrize("name", OTHERS, ids=lambda name: name[:40])
def test_other_tensors_write_to_no_stream(name: str) -> None:
    assert writer(name) is None


@pytest.mark.parametrize(
    "pattern",
    [
        "model.layers.4.block_sparse_moe.experts.{}.w2.weight",
        "model.layers.4.mlp.experts.{}.down_proj.weight",
        "blk.4.ffn_down.{}.weight",
    ],
)
def test_of_the_experts_of_a_layer_the_first_few_are_looked_at(pattern: str) -> None:
    known = [writer(pattern.format(number)) for number in range(8)]
    assert [(role.layer, role.kind, role.expert) for role in known if role is not None] == [
        (4, "expert", number) for number in range(EXPERTS)
    ]


def test_a_stack_of_experts_is_one_writer() -> None:
    assert writer("blk.4.ffn_down_exps.weight") == Writer("blk", 4, "expert", 0)


def test_an_encoder_and_a_decoder_are_two_stacks() -> None:
    one, other = writer("encoder.layers.1.fc2.weight"), writer("decoder.layers.1.fc2.weight")
    assert one is not None
    assert other is not None
    assert one.stack != other.stack


def test_a_number_is_no_name() -> None:
    for name in ("onnx::MatMul_470", "val_57_q", "onnx::Gemm_12_quantized", "12", "t_3"):
        assert nameless(name)
        assert writer(name) is None
    for name in ("model.layers.1.mlp.up_proj.weight", "lm_head.weight", "x" * 100 + "_1"):
        assert not nameless(name)
