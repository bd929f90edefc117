"""How many parameters one token passes through: in a mixture of experts, those of the experts not chosen are not used.

Configs spell it in many ways; here are those of the architectures of transformers and llama.cpp whose experts are three
matrices each (gate, up, down). What a config says is a claim, held against the count of all parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

_PARTS = ("text_config", "llm_config", "language_config", "thinker_config")
"""Where a config of several models in one keeps that of the language model."""
_EXPERTS = ("num_experts", "n_routed_experts", "num_local_experts", "moe_num_experts", "n_experts")
_CHOSEN = ("num_experts_per_tok", "num_experts_per_token", "experts_per_token", "moe_top_k", "moe_topk", "moe_k")
_WIDTH = ("moe_intermediate_size", "expert_intermediate_size", "ffn_hidden_size", "intermediate_size")
_HIDDEN = ("hidden_size", "d_model", "n_embd")
_LAYERS = ("num_hidden_layers", "n_layers", "num_layers", "n_layer")
_MOST = 1 << 20
"""No figure of a config that is larger is one of layers, experts or widths."""


class Experts(NamedTuple):
    """The routed experts of a model: how many each layer has and chooses, and the parameters of one."""

    experts: int
    chosen: int
    layers: int
    parameters: int

    @property
    def unused(self) -> int:
        """The parameters that one token does not pass through."""
        return (self.experts - self.chosen) * self.layers * self.parameters


def of_config(config: Mapping[str, Any]) -> Experts | None:
    """The routed experts that a `config.json` tells of; None where it tells of none, or not enough."""
    for key in _PARTS:
        if isinstance(part := config.get(key), dict):
            inner = of_config(part) if key == "thinker_config" else _of_model(part)
            if inner is not None:
                return inner
    return _of_model(config)


def mixed(config: Mapping[str, Any]) -> bool:
    """Whether a `config.json` names experts at all, be it in a way that tells too little of them."""
    parts = (config, *(part for key in _PARTS if isinstance(part := config.get(key), dict)))
    return any(part.get(key) not in (None, 0, 1, []) for part in parts for key in _EXPERTS)


def of_gguf(value: Callable[[str], Any]) -> Experts | None:
    """The routed experts that the header of a GGUF file tells of; `value` looks a key up."""
    name = value("general.architecture")
    told = {
        key: value(f"{name}.{stands}")
        for key, stands in (
            ("num_experts", "expert_count"),
            ("num_experts_per_tok", "expert_used_count"),
            ("hidden_size", "embedding_length"),
            ("num_hidden_layers", "block_count"),
            ("first_k_dense_replace", "leading_dense_block_count"),
            ("moe_intermediate_size", "expert_feed_forward_length"),
            ("intermediate_size", "feed_forward_length"),
        )
    }
    return _of_model(told)


def _of_model(config: Mapping[str, Any]) -> Experts | None:
    inner = config.get("ffn_config")
    told = {**config, **inner} if isinstance(inner, dict) else config
    experts, chosen = _first(told, _EXPERTS), _first(told, _CHOSEN)
    width, hidden, layers = _first(told, _WIDTH), _first(told, _HIDDEN), _first(told, _LAYERS)
    if not (experts and chosen and width and hidden and layers) or not chosen < experts:
        return None
    return Experts(experts=experts, chosen=chosen, layers=_mixed(told, layers), parameters=3 * hidden * width)


def _mixed(config: Mapping[str, Any], layers: int) -> int:
    """The layers that have experts: some models begin with dense ones, or have them only in every second or fourth."""
    for key in ("moe_layers", "moe_layer_freq"):
        if isinstance(listed := config.get(key), list):
            return min(layers, sum(map(bool, listed)) if key == "moe_layer_freq" else len(listed))
    every = _first(
        config, ("interleave_moe_layer_step", "decoder_sparse_step", "moe_layer_freq", "expert_layer_period")
    )
    dense = config.get("mlp_only_layers")
    begin = _first(config, ("first_k_dense_replace", "moe_layer_start_index")) or 0
    ahead = _first(config, ("num_nextn_predict_layers",)) or 0  # layers beside the stack that guess further tokens
    mixed = max(0, layers - begin) // (every or 1) + ahead
    return max(0, mixed - (len(dense) if isinstance(dense, list) else 0))


def _first(config: Mapping[str, Any], keys: tuple[str, ...]) -> int | None:
    """The first of these that is a number such as a config may hold."""
    for key in keys:
        value = config.get(key)
        if type(value) is int and 0 < value < _MOST:
            return value
    return None
