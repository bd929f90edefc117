"""The same numbers under other names, in another order, or put together otherwise."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from families.bases import permuted
from families.model import Model, Tensors, is_matrix, layer_of

MISTRAL = {
    "self_attn.q_proj": "attention.wq", "self_attn.k_proj": "attention.wk", "self_attn.v_proj": "attention.wv",
    "self_attn.o_proj": "attention.wo", "mlp.gate_proj": "feed_forward.w1", "mlp.up_proj": "feed_forward.w3",
    "mlp.down_proj": "feed_forward.w2", "input_layernorm": "attention_norm", "post_attention_layernorm": "ffn_norm",
    "model.embed_tokens": "tok_embeddings", "model.": "",
}  # fmt: skip
"""Names of Meta's and Mistral's own files."""
GPT = {
    "model.layers": "transformer.h", "encoder.layer": "transformer.h", "self_attn": "attn", "attention.self": "attn",
    "mlp.gate_proj": "ffn.w_gate", "mlp.up_proj": "ffn.w_in", "mlp.down_proj": "ffn.w_out", "attention.output.dense": "attn.proj",
    "intermediate.dense": "mlp.fc1", "output.dense": "mlp.fc2", "model.embed_tokens": "transformer.wte",
}  # fmt: skip


def renamed(model: Model, names: dict[str, str]) -> Model:
    def new(name: str) -> str:
        for old, other in names.items():
            name = name.replace(old, other)
        return name

    return model.with_tensors({new(name): array for name, array in model.tensors.items()})


def numbered(model: Model, chance: Generator) -> Model:
    """Names that say nothing, in an order of chance."""
    order = chance.permutation(len(model.tensors))
    arrays = list(model.tensors.values())
    return model.with_tensors({f"t{place:04}": arrays[number] for place, number in enumerate(order)})


def shuffled(model: Model, chance: Generator) -> Model:
    names = list(model.tensors)
    return model.with_tensors({names[n]: model.tensors[names[n]] for n in chance.permutation(len(names))})


def prefixed(model: Model) -> Model:
    return model.with_tensors({f"base_model.model.{name}": array for name, array in model.tensors.items()})


def transposed(model: Model) -> Model:
    """Every matrix of a layer is kept (in, out) and called a kernel, as JAX and Keras do."""
    tensors: Tensors = {}
    for name, array in model.tensors.items():
        if is_matrix(array) and layer_of(name) >= 0 and name.endswith(".weight"):
            tensors[f"{name.removesuffix('weight')}kernel"] = np.ascontiguousarray(array.T)
        else:
            tensors[name] = array
    return model.with_tensors(tensors)


def transposed_silently(model: Model) -> Model:
    """The same under the names of matrices that are kept (out, in): a file that no library would load."""
    return model.each(lambda name, array: array.T.copy() if is_matrix(array) and layer_of(name) >= 0 else array)


def permuted_heads(model: Model) -> Model:
    """The rows of queries and keys as GGUF has them, in a file that does not say so."""

    def new(name: str, array: np.ndarray) -> np.ndarray:
        if not is_matrix(array) or not re.search(r"(q_proj|k_proj|\.query|\.key)\.weight$", name):
            return array
        return permuted(array, model.shape.kv_heads if "k_proj" in name else model.shape.heads)

    return model.each(new)


FUSED = (
    (("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"), "self_attn.qkv_proj"),
    (("mlp.gate_proj", "mlp.up_proj"), "mlp.gate_up_proj"),
    (("attention.self.query", "attention.self.key", "attention.self.value"), "attention.self.in_proj"),
)


def fused(model: Model) -> Model:
    """Queries, keys and values in one matrix, and gate and up in one."""
    tensors: Tensors = {}
    for name, array in model.tensors.items():
        for parts, whole in FUSED:
            found = next((one for one in parts if f".{one}." in name), None)
            if found is None:
                continue
            if found == parts[0]:
                pieces = [model.tensors[name.replace(found, one)] for one in parts]
                tensors[name.replace(found, whole)] = np.concatenate(pieces)
            break
        else:
            tensors[name] = array
    return model.with_tensors(tensors)


Layout = Callable[[Model, Generator], Model]

LAYOUTS: dict[str, Layout] = {
    "as it was": lambda model, _: model,
    "names of Mistral": lambda model, _: renamed(model, MISTRAL),
    "names of GPT": lambda model, _: renamed(model, GPT),
    "prefixed": lambda model, _: prefixed(model),
    "numbered": numbered,
    "shuffled": shuffled,
    "transposed": lambda model, _: transposed(model),
    "heads permuted": lambda model, _: permuted_heads(model),
    "fused": lambda model, _: fused(model),
}
"""By name; in all of them every number is what it was."""
OF_LIBRARIES = ("transposed",)
"""Layouts that only a container without an order of its own can have."""
