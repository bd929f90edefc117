"""Layers that keep a state of fixed size, alone or between layers that attend, by the `config.json` of a transformers model."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hilt.knowledge.fit.attention import HEADS, WIDTH, attention, latent
from hilt.knowledge.fit.shape import Layers
from hilt.knowledge.fit.told import Numbers, Untold


def _mixed(config: Numbers, count: int, state: Layers, attends: Callable[[int], bool]) -> list[Layers]:
    full = attention(config)
    return [full if attends(layer) else state for layer in range(count)]


def _delta(config: Numbers, count: int) -> list[Layers]:
    """Gated delta nets between layers that attend, as Qwen3-Next has them."""
    keys, values = config.of("linear_num_key_heads"), config.of("linear_num_value_heads")
    key, value = config.of("linear_key_head_dim"), config.of("linear_value_head_dim")
    channels, kernel = 2 * keys * key + values * value, config.of("linear_conv_kernel_dim")
    state = Layers(1, "state", channels=channels, kernel=kernel, numbers=values * key * value)
    kinds, every = config.list("layer_types", count), config.of("full_attention_interval", otherwise=4) or 4
    return _mixed(
        config, count, state, lambda layer: kinds[layer] == "full_attention" if kinds else (layer + 1) % every == 0
    )


def _mamba(config: Numbers, count: int) -> list[Layers]:
    inner = config.of("intermediate_size", otherwise=config.of("expand", otherwise=2) * config.of(*WIDTH))
    kernel, size = config.of("conv_kernel", otherwise=4), config.of("state_size", otherwise=16)
    return [Layers(1, "state", channels=inner, kernel=kernel, numbers=inner * size)] * count


def _mamba2(config: Numbers, count: int) -> list[Layers]:
    return [
        _state2(config, config.of("num_heads"), config.of("head_dim"), "n_groups", "state_size", "conv_kernel")
    ] * count


def _state2(config: Numbers, heads: int, each: int, groups: str, size: str, kernel: str) -> Layers:
    numbers = config.of(size)
    channels = heads * each + 2 * config.of(groups) * numbers
    return Layers(1, "state", channels=channels, kernel=config.of(kernel), numbers=heads * each * numbers)


def _jamba(config: Numbers, count: int) -> list[Layers]:
    inner = config.of("mamba_expand") * config.of(*WIDTH)
    kernel, size = config.of("mamba_d_conv"), config.of("mamba_d_state")
    period, offset = config.of("attn_layer_period"), config.of("attn_layer_offset")
    state = Layers(1, "state", channels=inner, kernel=kernel, numbers=inner * size)
    return _mixed(config, count, state, lambda layer: period > 0 and layer % period == offset)


def _inner_state(config: Numbers) -> Layers:
    heads, each = config.of("mamba_n_heads"), config["mamba_d_head"]
    size = config.of("mamba_expand", otherwise=2) * config.of(*WIDTH) // max(1, heads)
    if type(each) is int:
        size = config.of("mamba_d_head")
    return _state2(config, heads, size, "mamba_n_groups", "mamba_d_state", "mamba_d_conv")


def _granite(config: Numbers, count: int) -> list[Layers]:
    kinds = config.list("layer_types", count) or config.list("layers_block_type", count)
    if not kinds:
        raise Untold("the config does not state which layers attend")
    return _mixed(config, count, _inner_state(config), lambda layer: kinds[layer] in ("attention", "full_attention"))


def _bamba(config: Numbers, count: int) -> list[Layers]:
    stated = config["attn_layer_indices"]
    attend = set(stated) if isinstance(stated, list) and all(type(one) is int for one in stated) else set()
    return _mixed(config, count, _inner_state(config), lambda layer: layer in attend)


def _falcon_h1(config: Numbers, count: int) -> list[Layers]:
    """Every layer does both."""
    return [attention(config)] * count + [_inner_state(config)] * count


def _nemotron_h(config: Numbers, count: int) -> list[Layers]:
    pattern = config["hybrid_override_pattern"]
    kinds = list(pattern[:count]) if isinstance(pattern, str) else config.list("layers_block_type", count)
    if len(kinds) < count:
        raise Untold("the config does not state which layers attend")
    heads, each = config.of("mamba_num_heads"), config.of("mamba_head_dim")
    state = _state2(config, heads, each, "n_groups", "ssm_state_size", "conv_kernel")
    kept = dict.fromkeys(("M", "mamba"), state) | dict.fromkeys(("*", "attention"), attention(config))
    return [kept.get(str(kind), Layers(1, "none")) for kind in kinds]


def _short_convolution(config: Numbers, count: int) -> list[Layers]:
    """LFM2: most layers remember the last few inputs alone."""
    kinds = config.list("layer_types", count)
    if not kinds:
        raise Untold("the config does not state which layers attend")
    state = Layers(1, "state", channels=config.of(*WIDTH), kernel=config.of("conv_L_cache"))
    return _mixed(config, count, state, lambda layer: kinds[layer] == "full_attention")


def _lightning(config: Numbers, count: int) -> list[Layers]:
    """MiniMax-01: lightning attention between layers that attend to all."""
    kinds = config.list("attn_type_list", count) or config.list("layer_types", count)
    if not kinds:
        raise Untold("the config does not state which layers attend")
    heads, each = config.of(*HEADS), attention(config).key
    state = Layers(1, "state", numbers=heads * each * each)
    return _mixed(config, count, state, lambda layer: kinds[layer] in (1, "full_attention"))


def _kimi_linear(config: Numbers, count: int) -> list[Layers]:
    """As Moonshot writes it, or as transformers 5 does."""
    nested, kinds = config["linear_attn_config"], config.list("layer_types", count)
    if isinstance(nested, dict) and isinstance(places := nested.get("full_attn_layers"), list):
        linear = Numbers(nested.get)
        kinds = ["full_attention" if layer + 1 in places[:count] else "" for layer in range(count)]
        heads, each = linear.of("num_heads"), linear.of("head_dim")
        kernel = linear.of("short_conv_kernel_size")
    elif kinds:
        heads, each = config.of("linear_num_heads"), config.of("linear_head_dim")
        kernel = config.of("linear_conv_kernel_dim")
    else:
        raise Untold("the config does not state which layers attend")
    state = Layers(1, "state", channels=3 * heads * each, kernel=kernel, numbers=heads * each * each)
    full = latent(config, 1)[0]
    return [full if kind == "full_attention" else state for kind in kinds]


def _recurrent_gemma(config: Numbers, count: int) -> list[Layers]:
    kinds = config["block_types"]
    if not isinstance(kinds, list) or not kinds:
        raise Untold("the config does not state which layers attend")
    width = config.of("lru_width", otherwise=config.of(*WIDTH))
    state = Layers(1, "state", channels=width, kernel=config.of("conv1d_width"), numbers=width)
    full = attention(config)._replace(window=config.of("attention_window_size"))
    return [full if kinds[layer % len(kinds)] == "attention" else state for layer in range(count)]


STATES: Mapping[str, Callable[[Numbers, int], list[Layers]]] = {
    **dict.fromkeys(
        ("qwen3_next", "qwen3_5_text", "qwen3_5_moe_text", "qwen3_5", "qwen3_5_moe", "olmo_hybrid"), _delta
    ),
    "mamba": _mamba,
    "falcon_mamba": _mamba,
    "mamba2": _mamba2,
    "jamba": _jamba,
    "bamba": _bamba,
    "granitemoehybrid": _granite,
    "falcon_h1": _falcon_h1,
    "nemotron_h": _nemotron_h,
    "lfm2": _short_convolution,
    "lfm2_moe": _short_convolution,
    "minimax": _lightning,
    "minimax_text_01": _lightning,
    "minimax_m1": _lightning,
    "kimi_linear": _kimi_linear,
    "recurrent_gemma": _recurrent_gemma,
}
"""By model_type, how its layers are told."""
