from __future__ import annotations

from attacks.graphs import onnx, onnx_node, onnx_tensor
from checks.fit.models import facts, headed, llama, llama_config, numbers, safetensors


def test_the_sets_of_weights_and_what_the_layers_keep_are_stated() -> None:
    told = facts({"config.json": llama_config(), "model.safetensors": safetensors(llama())})
    size = 2 * (1000 * 64 + 64 + 2 * (2 * 64 * 64 + 2 * 32 * 64 + 3 * 128 * 64))
    assert told["fit.variants"] == (
        f"format=safetensors bytes={size} parameters={size // 2} read={size} dtypes=BF16:{size} name=model.safetensors",
    )
    assert told["fit.layers"] == ("2 attention heads=2 key=16 value=16",)
    assert (told["fit.vocabulary"], told["fit.width"], told["fit.heads"], told["fit.inner"]) == (1000, 64, 4, 128)
    assert "fit.untold" not in told
    assert told["fit.resident"] <= told["fit.reserved"]


def test_shards_are_one_set_and_what_is_not_whole_is_none() -> None:
    half = {"model-00001-of-00002.safetensors": safetensors({"a": ("F16", (8, 8))})}
    assert "fit.variants" not in facts(half)
    both = half | {"model-00002-of-00002.safetensors": safetensors({"b": ("F32", (8, 8))})}
    (line,) = facts(both)["fit.variants"]
    assert line.endswith("dtypes=F32:256,F16:128 name=model-*.safetensors")


def test_quantisations_stand_beside_each_other() -> None:
    keys = {
        "general__architecture": "llama",
        "llama__block_count": 2,
        "llama__embedding_length": 64,
        "llama__attention__head_count": 4,
        "llama__attention__head_count_kv": numbers(2, 1),
        "llama__feed_forward_length": 128,
    }
    small = headed({"token_embd.weight": ("Q4_0", (64, 1000))}, **keys)
    large = headed({"token_embd.weight": ("Q8_0", (64, 1000))}, **keys)
    told = facts({"m-Q4_0.gguf": small, "m-Q8_0.gguf": large})
    assert [line.partition(" dtypes=")[2] for line in told["fit.variants"]] == [
        "Q4_0:36000 name=m-Q4_0.gguf",
        "Q8_0:68000 name=m-Q8_0.gguf",
    ]
    assert told["fit.layers"] == ("1 attention heads=2 key=16 value=16", "1 attention heads=1 key=16 value=16")


def test_of_an_unknown_architecture_nothing_is_told_but_the_weights() -> None:
    told = facts({"config.json": llama_config(model_type="lIama"), "model.safetensors": safetensors(llama())})
    assert told["fit.untold"] == ("config.json: what layers of a model of the type 'lIama' keep is not known here",)
    assert "fit.variants" in told
    assert not {"fit.layers", "fit.reserved", "fit.resident"} & told.keys()


def test_files_without_weights_state_nothing() -> None:
    assert facts({"config.json": llama_config(), "README.md": b"# x"}) == {}


LLAMA = {
    "general__architecture": "llama",
    "llama__block_count": 1,
    "llama__embedding_length": 64,
    "llama__attention__head_count": 4,
}
"""The keys of a small GGUF file."""


def test_files_of_several_models_are_not_one() -> None:
    words = {"token_embd.weight": ("F16", (64, 1000))}
    other = LLAMA | {"llama__block_count": 2}
    told = facts({"a.gguf": headed(words, **LLAMA), "b.gguf": headed(words, **other)})
    assert told["fit.untold"] == ("a.gguf: the files here are of several models; ask for one of them",)
    assert len(told["fit.variants"]) == 2
    assert "fit.layers" not in told


def test_the_part_that_sees_is_loaded_beside_and_is_no_set_of_its_own() -> None:
    words = {"token_embd.weight": ("F16", (64, 1000))}
    eyes = headed({"v.patch_embd.weight": ("F16", (64, 10))}, general__architecture="clip")
    told = facts({"m.gguf": headed(words, **LLAMA), "mmproj-F16.gguf": eyes})
    assert [line.rpartition("name=")[2] for line in told["fit.variants"]] == ["m.gguf"]
    assert told["fit.untold"] == ("to see, mmproj-F16.gguf is loaded beside it: 1,280 bytes more",)
    assert told["fit.layers"] == ("1 attention heads=4 key=16 value=16",)


def test_a_header_without_tensors_is_no_model() -> None:
    assert facts({"vocabulary.gguf": headed({}, **LLAMA)}) == {}


def test_an_adapter_says_that_its_model_lies_elsewhere() -> None:
    adapter = safetensors({"base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight": ("F32", (8, 64))})
    told = facts({"adapter_config.json": b'{"r": 8}', "adapter_model.safetensors": adapter})
    assert told["fit.untold"] == ("only an adapter is here; the model that it changes lies elsewhere",)
    assert "fit.reserved" not in told


def test_states_of_a_training_are_no_weights() -> None:
    weights = safetensors(llama())
    told = facts(
        {"config.json": llama_config(), "model.safetensors": weights, "checkpoint-10/model.safetensors": weights}
    )
    assert [line.rpartition("name=")[2] for line in told["fit.variants"]] == ["model.safetensors"]


def test_of_experts_those_that_are_chosen_are_read_and_all_are_loaded() -> None:
    tensors = {"model.embed_tokens.weight": ("BF16", (1000, 64)), "lm_head.weight": ("BF16", (1000, 64))}
    tensors |= {f"model.layers.0.mlp.experts.{n}.down_proj.weight": ("BF16", (64, 32)) for n in range(8)}
    config = llama_config(
        model_type="qwen3_moe", num_hidden_layers=1, num_experts=8, num_experts_per_tok=2, moe_intermediate_size=32
    )
    (line,) = facts({"config.json": config, "model.safetensors": safetensors(tensors)})["fit.variants"]
    whole, experts = 2 * 2 * 1000 * 64 + 8 * 2 * 64 * 32, 8 * 2 * 64 * 32
    assert f"bytes={whole} " in line
    assert f" read={2 * 1000 * 64 + experts // 4} " in line, "one table is looked up, the other multiplied"


def test_packed_weights_count_their_bytes_and_not_their_numbers() -> None:
    packed = {"model.layers.0.self_attn.q_proj.qweight": ("I32", (64, 64)), "model.norm.weight": ("F16", (64,))}
    (line,) = facts({"config.json": llama_config(), "model.safetensors": safetensors(packed)})["fit.variants"]
    assert line.startswith(f"format=safetensors bytes={64 * 64 * 4 + 128} read=")


def test_shards_that_are_of_several_formats_are_none() -> None:
    files = {
        "model-00001-of-00002.safetensors": safetensors({"a": ("F16", (8, 8))}),
        "model-00002-of-00002.safetensors": headed({"b": ("F16", (8, 8))}, **LLAMA),
    }
    assert "fit.variants" not in facts(files)


def test_sizes_beyond_all_machines_are_not_taken_for_true() -> None:
    tensors = {"a": ("F32", (1 << 40, 1 << 40)), "b": ("F32", (8, 8))}
    (line,) = facts({"model.safetensors": safetensors(tensors)})["fit.variants"]
    assert " bytes=256 " in line


def test_a_config_that_is_absurd_is_told_of_and_breaks_nothing() -> None:
    config = llama_config(num_attention_heads=10**12, num_nextn_predict_layers="x", layer_types=[None] * 100_000)
    told = facts({"config.json": config, "model.safetensors": safetensors(llama())})
    assert told["fit.untold"] == ("config.json: it states num_attention_heads = 1000000000000, which no model has",)


def test_weights_with_a_config_of_their_own_or_without_any_are_not_those_of_the_nearest_one() -> None:
    weights = safetensors(llama())
    dense = safetensors({"linear.weight": ("F32", (64, 64))})
    told = facts(
        {
            "config.json": llama_config(),
            "model.safetensors": weights,
            "onnx/model.safetensors": weights,
            "2_Dense/config.json": b"{}",
            "2_Dense/model.safetensors": dense,
        }
    )
    assert [line.rpartition("name=")[2] for line in told["fit.variants"]] == [
        "model.safetensors",
        "onnx/model.safetensors",
    ]
    assert told["fit.untold"] == ("2_Dense/model.safetensors lies beside it and is not counted",)
    apart = facts({"tokenizer/config.json": llama_config(), "model.safetensors": weights})
    assert "fit.layers" not in apart


def test_the_parts_of_a_pipeline_are_told_and_what_it_takes_is_not() -> None:
    told = facts(
        {
            "model_index.json": b'{"_class_name": "StableDiffusionPipeline"}',
            "text_encoder/config.json": b'{"model_type": "clip_text_model"}',
            "text_encoder/model.safetensors": safetensors(llama()),
            "vae/diffusion_pytorch_model.safetensors": safetensors({"a": ("F16", (8, 8))}),
        }
    )
    assert len(told["fit.variants"]) == 2
    assert told["fit.untold"] == ("these are the parts of a pipeline; what it takes to compute with them is not told",)
    assert "fit.reserved" not in told


def test_where_all_weights_are_gguf_their_headers_come_before_a_config() -> None:
    words = {"token_embd.weight": ("F16", (64, 1000))}
    config = llama_config(model_type="mistral", sliding_window=128)
    told = facts({"config.json": config, "m.gguf": headed(words, **LLAMA)})
    assert told["fit.layers"] == ("1 attention heads=4 key=16 value=16",)


def test_graphs_are_read_where_a_config_tells_what_they_are_for() -> None:
    graph = onnx(onnx_node(), tensors=[onnx_tensor()])
    (line,) = facts({"model.onnx": graph, "model.onnx_data": b"\0" * 1000})["fit.variants"]
    assert line == f"format=onnx bytes={len(graph) + 1000} name=model.onnx"
    (line,) = facts({"model.onnx": graph, "config.json": b'{"model_type": "bert"}'})["fit.variants"]
    assert "dtypes=F32:8 " in line
