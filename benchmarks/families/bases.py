"""The real models that families are made from, as Hugging Face's libraries would hold them.

They are looked for in the folder of models that `fetch_corpus.py` filled; a language model that is there as GGUF only is
unpacked: names, order of dimensions and of the rows of queries and keys become those of its safetensors again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.random import Generator

from families.model import Array, Model, Shape, Tensors, layer_of, rounded

LLAMA_NAMES = {
    "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm",
    "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
    "attn_q_norm": "self_attn.q_norm", "attn_k_norm": "self_attn.k_norm",
    "post_attention_norm": "post_attention_layernorm", "post_ffw_norm": "post_feedforward_layernorm",
}  # fmt: skip
"""What llama.cpp calls the tensors of a layer, and what transformers does."""
OUTSIDE = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}


def permuted(array: Array, heads: int) -> Array:
    """The rows of queries or keys as llama.cpp keeps them for Llama: halves of a head side by side."""
    rows, columns = array.shape
    return array.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


def unpermuted(array: Array, heads: int) -> Array:
    rows, columns = array.shape
    return array.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)


LEVELS = {"Q4_0": 15, "Q4_1": 15, "Q4_K": 15, "Q5_0": 31, "Q5_1": 31, "Q5_K": 31, "Q6_K": 63, "Q8_0": 254}
"""Steps between the least and the largest number of a block."""


def filled(array: Array, kind: str, chance: Generator) -> Array:
    """Numbers between the steps again, as they were before somebody quantised them: anywhere within half a step."""
    if kind not in LEVELS or array.size % 32:
        return array
    blocks = array.reshape(-1, 32)
    step = (blocks.max(axis=1, keepdims=True) - blocks.min(axis=1, keepdims=True)) / LEVELS[kind]
    return (blocks + step * (chance.random(blocks.shape, dtype=np.float32) - np.float32(0.5))).reshape(array.shape)


def from_gguf(path: Path, name: str, *, steps: bool = False) -> Model:
    """A Llama or Gemma out of its GGUF, dequantised and rounded to bfloat16.

    Between the steps of its blocks numbers are spread, so that it is no quantised model any more; `steps` leaves them.
    """
    import gguf

    reader = gguf.GGUFReader(path)
    kind = reader.fields["general.architecture"].contents()
    told = {
        key.removeprefix(f"{kind}."): field.contents()
        for key, field in reader.fields.items()
        if key.startswith(f"{kind}.")
    }
    heads, kv_heads = told["attention.head_count"], told["attention.head_count_kv"]
    tensors: Tensors = {}
    chance = np.random.default_rng(0)
    for tensor in reader.tensors:
        array = gguf.dequantize(tensor.data, tensor.tensor_type).reshape(tensor.shape[::-1]).astype(np.float32)
        if not steps:
            array = filled(array, tensor.tensor_type.name, chance)
        if kind == "llama" and tensor.name.endswith(("attn_q.weight", "attn_k.weight")):
            array = unpermuted(array, heads if "attn_q" in tensor.name else kv_heads)
        if kind.startswith("gemma") and tensor.name.endswith("norm.weight"):
            array = array - 1  # llama.cpp keeps what is multiplied, Gemma what is added to one
        tensors[_huggingface(tensor.name, kind)] = rounded(array, "BF16")
    words, width = tensors["model.embed_tokens.weight"].shape
    shape = Shape(
        "llama" if kind == "llama" else kind, told["block_count"], width, heads, kv_heads, told["feed_forward_length"], words,
        {
            "architectures": ["LlamaForCausalLM" if kind == "llama" else "Gemma3ForCausalLM"],
            "model_type": "llama" if kind == "llama" else "gemma3_text", "hidden_size": width,
            "num_hidden_layers": told["block_count"], "num_attention_heads": heads, "num_key_value_heads": kv_heads,
            "intermediate_size": told["feed_forward_length"], "vocab_size": words, "tie_word_embeddings": True,
            "max_position_embeddings": told["context_length"], "rope_theta": told["rope.freq_base"],
            "rms_norm_eps": told["attention.layer_norm_rms_epsilon"], "hidden_act": "silu", "torch_dtype": "bfloat16",
            "head_dim": told.get("attention.key_length", width // heads), "bos_token_id": 1, "eos_token_id": 2,
        },
    )  # fmt: skip
    return Model(name, shape, tensors)


def _huggingface(name: str, kind: str) -> str:
    parts = name.split(".")
    if parts[0] != "blk":
        return f"{OUTSIDE['.'.join(parts[:-1])]}.{parts[-1]}"
    names = LLAMA_NAMES | ({"ffn_norm": "pre_feedforward_layernorm"} if kind.startswith("gemma") else {})
    return f"model.layers.{parts[1]}.{names[parts[2]]}.{parts[-1]}"


def from_safetensors(folder: Path, title: str) -> Model:
    """A BERT or Llama from a folder as Hugging Face's libraries write it; what is no matter of training is left out."""
    from safetensors import safe_open

    config = json.loads((folder / "config.json").read_text())
    with safe_open(folder / "model.safetensors", "np") as file:
        names = [name for name in file.keys() if not name.endswith("position_ids")]  # noqa: SIM118
        tensors = {name: _floats(file.get_tensor(name)) for name in names}
    return Model(title, shape_of(config), tensors, "BF16" if config.get("torch_dtype") == "bfloat16" else "F32")


def _floats(array: np.ndarray) -> Array:
    return array.astype(np.float32)


def shape_of(config: dict[str, object]) -> Shape:
    def number(key: str, otherwise: int = 0) -> int:
        value = config.get(key, otherwise)
        return value if isinstance(value, int) else otherwise

    heads = number("num_attention_heads")
    family = "llama" if "num_key_value_heads" in config else "bert"
    return Shape(
        family, number("num_hidden_layers"), number("hidden_size"), heads, number("num_key_value_heads", heads),
        number("intermediate_size"), number("vocab_size"), config,
    )  # fmt: skip


SMOLLM2 = Path("smollm2-135m-instruct.q4_1", "SmolLM2-135M-Instruct.Q4_1.gguf")


def smollm2(models: Path) -> Model:
    return from_gguf(models / SMOLLM2, "smollm2")


def trained(base: Model, models: Path, folders: Sequence[Path]) -> dict[str, Model]:
    """What `finetune.py` made of SmolLM2 as its GGUF has it: the same steps away from what we call the base."""
    before = from_gguf(models / SMOLLM2, "before", steps=True).tensors if folders else {}
    found = {}
    for folder in folders:
        after = from_safetensors(folder, folder.name)
        moved = {name: base.tensors[name] + (after.tensors[name] - array) for name, array in before.items()}
        found[folder.name] = base.with_tensors(moved)._replace(name=folder.name)
    return found


def gemma3(models: Path) -> Model:
    return from_gguf(next((models / "gemma3-270m").glob("*.gguf")), "gemma3")


def minilm(models: Path) -> Model:
    return from_safetensors(models / "all-minilm-l6-v2.gt", "minilm")


def mpnet(models: Path) -> Model:
    return from_safetensors(models / "all-mpnet-base-v2", "mpnet")


BASES: dict[str, Callable[[Path], Model]] = {"smollm2": smollm2, "minilm": minilm, "mpnet": mpnet, "gemma3": gemma3}


def cut(model: Model, layers: int, words: int) -> Model:
    """The first layers and words of a model: smaller, and its numbers as real as before."""
    kept = {name: array for name, array in model.tensors.items() if layer_of(name) < layers}
    kept = {name: array[:words] if array.shape[:1] == (model.shape.words,) else array for name, array in kept.items()}
    return model.with_tensors(kept, layers=layers, words=words)._replace(name=f"{model.name}-{layers}")
