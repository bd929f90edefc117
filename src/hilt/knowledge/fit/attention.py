"""Layers that keep keys and values, or what these are made from, by the `config.json` of a transformers model."""

from __future__ import annotations

from hilt.core.patterns import lazy_pattern
from hilt.knowledge.fit.shape import Layers
from hilt.knowledge.fit.told import MOST_LAYERS, Numbers, Untold

COUNT = ("num_hidden_layers", "n_layer", "n_layers", "num_layers")
WIDTH = ("hidden_size", "n_embd", "n_embed", "d_model", "dim")
HEADS = ("num_attention_heads", "n_head", "n_heads", "num_heads", "encoder_attention_heads")
_KEPT = ("num_key_value_heads", "n_kv_heads", "num_kv_heads", "multi_query_group_num")
INNER = ("intermediate_size", "n_inner", "ffn_dim", "d_ff", "ffn_hidden_size", "inner_dim", "decoder_ffn_dim")
_WINDOWED_ALIKE = {"mistral", "mixtral", "phi3", "starcoder2", "phimoe"}
"""A window is that of all layers."""
_EVERY = {"gemma2": 2, "gemma3_text": 6, "gpt_oss": 2, "cohere2": 4, "exaone4": 4, "olmo3": 4, "vaultgemma": 2}
"""Without a list of layers: every so many sees all tokens, the others a window."""
_PLACE = lazy_pattern(r"[0-9]{1,4}")
_STATES_WINDOWS = set(
    "gemma3n_text gemma4_text laguna afmoe cohere2_moe exaone_moe granite_swa granitemoe_swa mellum mimo_v2_flash ministral"
    " ministral3 modernbert-decoder".split()
)
"""Which layers attend to a window they must state themselves."""


def attend(config: Numbers, count: int) -> list[Layers]:
    """Layers that keep keys and values, each of all tokens or of its window."""
    full, windowed = attention(config), attention(config, windowed=True)
    window = _window(config)
    kinds = _kinds(config, count, window)
    shares = str(config["model_type"]).startswith(("gemma3n", "gemma4"))  # no other class reads it
    shared = config.of("num_kv_shared_layers", otherwise=0, most=count) if shares else 0
    layers = [windowed._replace(window=window) if kind else full for kind in kinds]
    layers = _each_its_own(config, layers)
    return layers[: count - shared] + [Layers(1, "none")] * shared


def _each_its_own(config: Numbers, layers: list[Layers]) -> list[Layers]:
    """The layers as `per_layer_config` of transformers 5 changes them, whose keys are their numbers."""
    if (stated := config["per_layer_config"]) is None:
        return layers
    if not isinstance(stated, dict) or len(stated) > MOST_LAYERS:
        raise Untold("per_layer_config is no table of layers")
    own = {
        int(key): Numbers(value.get)
        for key, value in stated.items()
        if _PLACE.fullmatch(str(key)) and isinstance(value, dict)
    }
    return [
        one._replace(
            heads=own[place].of("num_key_value_heads", otherwise=one.heads),
            key=own[place].of("head_dim", otherwise=one.key),
            value=own[place].of("v_head_dim", "head_dim", otherwise=one.value),
        )
        if place in own
        else one
        for place, one in enumerate(layers)
    ]


def attention(config: Numbers, *, windowed: bool = False) -> Layers:
    heads = config.of(*HEADS)
    if heads == 0:
        raise Untold("the config tells of no heads")
    each = config.of("head_dim", "kv_channels", "d_kv", "attention_head_dim", otherwise=config.of(*WIDTH) // heads)
    kept, value = _kept(config, heads), config.of("v_head_dim", otherwise=each)
    if config["model_type"] == "gemma4_text" and not windowed:
        each = value = config.of("global_head_dim", otherwise=each)
        kept = config.of("num_global_key_value_heads", otherwise=kept)
    if config["model_type"] == "mimo_v2_flash" and windowed:
        kept, each = config.of("swa_num_key_value_heads", otherwise=kept), config.of("swa_head_dim", otherwise=each)
        value = config.of("swa_v_head_dim", otherwise=value)
    return Layers(1, "attention", heads=kept, key=each, value=value)


def _kept(config: Numbers, heads: int) -> int:
    """How many heads the keys and values have."""
    kind, nested = config["model_type"], config["attn_config"]
    if kind in ("falcon", "RefinedWeb", "RefinedWebModel") and not config.flag("new_decoder_architecture"):
        return 1 if config.flag("multi_query", otherwise=True) else heads
    if kind == "gpt_bigcode":
        return 1 if config.flag("multi_query", otherwise=True) else heads
    if kind == "chatglm" and not config.flag("multi_query_attention"):
        return heads
    if isinstance(nested, dict):
        return Numbers(nested.get).of("kv_n_heads", otherwise=heads)
    return config.of(*_KEPT, otherwise=heads)


def _window(config: Numbers) -> int:
    key = "attention_chunk_size" if config["model_type"] == "llama4_text" else "sliding_window"
    return config.of(key, "sliding_window_size", otherwise=0, most=1 << 40)


def _kinds(config: Numbers, count: int, window: int) -> list[bool]:
    """For each layer whether it keeps a window alone."""
    kind = config["model_type"]
    if not window:
        return [False] * count
    if stated := config.list("layer_types", count):
        if not set(map(str, stated)) <= {"full_attention", "sliding_attention", "chunked_attention"}:
            raise Untold("layer_types names layers that its architecture does not have")
        return [one != "full_attention" for one in stated]
    if stated := config.list("hybrid_layer_pattern", count):
        return [bool(one) for one in stated]
    if kind == "llama4_text":
        rotated = config.list("no_rope_layers", count) or [(layer + 1) % 4 for layer in range(count)]
        return [bool(one) for one in rotated]
    if kind in (
        "qwen2",
        "qwen3",
        "qwen2_moe",
        "qwen3_moe",
        "qwen2_vl",
        "qwen2_5_vl",
        "qwen2_vl_text",
        "qwen2_5_vl_text",
    ):
        first = config.of("max_window_layers", otherwise=count)
        return [config.flag("use_sliding_window") and layer >= first for layer in range(count)]
    if kind in _WINDOWED_ALIKE:
        return [True] * count
    if kind in _EVERY:
        stated_every = config["sliding_window_pattern"]
        every = stated_every if type(stated_every) is int and 0 < stated_every <= count else _EVERY[kind]
        return [(layer + 1) % every != 0 for layer in range(count)]
    if kind in _STATES_WINDOWS:
        raise Untold("the config does not state which layers attend to a window")
    return [False] * count


def latent(config: Numbers, count: int) -> list[Layers]:
    """Multi-head latent attention, as DeepSeek-V2 has it."""
    one = Layers(1, "latent", rank=config.of("kv_lora_rank"), rope=config.of("qk_rope_head_dim"))
    if config["model_type"] == "longcat_flash":
        return [one] * (2 * count)
    chosen = config.of("index_head_dim", otherwise=0)
    choosing = config.list("indexer_types", count) or ["full"] * count
    return [one._replace(chosen=chosen if kind == "full" else 0) for kind in choosing]


def sequence(config: Numbers, count: int) -> list[Layers]:
    """A decoder that keeps what it wrote, and what the encoder made of the input."""
    heads = config.of("decoder_attention_heads", *HEADS)
    each = config.of("d_kv", otherwise=config.of(*WIDTH) // max(1, heads))
    one = Layers(1, "attention", heads=heads, key=each, value=each)
    most, heard = config.of("max_target_positions", otherwise=0), config.of("max_source_positions", otherwise=0)
    return [one._replace(window=most)] * count + [one._replace(fixed=heard)] * count
