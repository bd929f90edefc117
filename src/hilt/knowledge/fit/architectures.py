"""What the `config.json` of a transformers model tells of its layers.

By `model_type`, and only for those whose layers are known: of a model of any other type nothing is told, however much its
config looks like that of another. Where a config leaves out what the class of transformers fills in, so does hilt.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hilt.knowledge.fit.shape import Layers
from hilt.knowledge.fit.told import MOST_LAYERS, Numbers, Told, Untold

_PARTS = ("text_config", "llm_config", "language_config", "thinker_config", "decoder", "text_encoder")
"""Where a config of several models in one keeps that of the language model."""
_COUNT = ("num_hidden_layers", "n_layer", "n_layers", "num_layers")
_WIDTH = ("hidden_size", "n_embd", "d_model", "dim")
_HEADS = ("num_attention_heads", "n_head", "n_heads", "num_heads", "encoder_attention_heads")
_KEPT = ("num_key_value_heads", "n_kv_heads", "num_kv_heads", "multi_query_group_num")
_INNER = ("intermediate_size", "n_inner", "ffn_dim", "d_ff", "ffn_hidden_size", "inner_dim", "decoder_ffn_dim")
_NO_CACHE = set(
    "bert roberta xlm-roberta xlm-roberta-xl distilbert albert electra deberta deberta-v2 mpnet camembert modernbert"
    " nomic_bert new gte ernie megatron-bert mobilebert roformer rembert convbert funnel longformer big_bird nystromformer"
    " squeezebert flaubert xlm layoutlm layoutlmv2 layoutlmv3 lilt data2vec-text ibert esm eurobert jina_bert"
    " clip clip_text_model clip_vision_model siglip siglip2 siglip_text_model siglip_vision_model chinese_clip align"
    " vit vit_mae deit beit swin swinv2 convnext convnextv2 dinov2 dinov2_with_registers dinov3_vit resnet regnet"
    " detr conditional_detr deformable_detr rt_detr rt_detr_v2 yolos table-transformer segformer mask2former dpt depth_anything"
    " efficientnet mobilenet_v1 mobilenet_v2 mobilevit mobilevitv2 levit cvt poolformer vitdet zoedepth owlvit owlv2 sam sam2"
    " wav2vec2 wav2vec2-bert wav2vec2-conformer hubert wavlm unispeech unispeech-sat sew sew-d data2vec-audio"
    " audio-spectrogram-transformer clap videomae timesformer vivit patchtst patchtsmixer timm_wrapper".split()
)
_ALL_ATTEND = set(
    "llama qwen2_moe qwen3_moe mixtral phi phimoe cohere olmo olmo2 olmoe flex_olmo gpt_neox gpt_neox_japanese gptj gpt2"
    " gpt-sw3 openai-gpt opt bloom stablelm internlm2 internlm3 granite granitemoe granitemoeshared glm glm4 glm4_moe dots1"
    " hunyuan_v1_dense hunyuan_v1_moe ernie4_5 ernie4_5_moe smollm3 seed_oss apertus arcee minimax_m2 exaone nemotron gemma"
    " codegen xglm biogpt bitnet persimmon helium baichuan qwen chatglm yi deepseek aquila internlm minicpm"
    " qwen2_vl_text qwen2_5_vl_text qwen2_vl qwen2_5_vl qwen3_vl_text qwen3_vl_moe_text glm4v_text glm4v_moe_text hy_v3 solar"
    " diffllama cwm gpt_bigcode falcon mpt jais jais2 starcoder codeshell orion stablelm_epoch RefinedWeb RefinedWebModel"
    " mistral mixtral phi3 qwen2 qwen3 starcoder2 ministral ministral3 gemma2 gemma3_text gemma3n_text gemma4_text gpt_oss"
    " cohere2 cohere2_moe olmo3 exaone4 exaone_moe llama4_text laguna spark afmoe vaultgemma granite_swa granitemoe_swa"
    " mellum modernbert-decoder mimo_v2_flash".split()
)
"""Every layer keeps keys and values: of all tokens, or of a window."""
_WINDOWED_ALIKE = {"mistral", "mixtral", "phi3", "starcoder2", "phimoe"}
"""A window is that of all layers."""
_EVERY = {"gemma2": 2, "gemma3_text": 6, "gpt_oss": 2, "cohere2": 4, "exaone4": 4, "olmo3": 4, "vaultgemma": 2}
"""Without a list of layers: every so many sees all tokens, the others a window."""
_LATENT = set(
    "deepseek_v2 deepseek_v3 deepseek_v32 kimi_k2 glm4_moe_lite glm_moe_dsa minicpm3 youtu mistral4 longcat_flash".split()
)
_DELTA = {"qwen3_next", "qwen3_5_text", "qwen3_5_moe_text", "qwen3_5", "qwen3_5_moe"}
_SEQUENCES = set(
    "t5 mt5 umt5 longt5 switch_transformers bart mbart pegasus marian m2m_100 blenderbot blenderbot-small plbart whisper"
    " speech_to_text".split()
)
"""Encoder and decoder."""


def of_config(config: Mapping[str, Any]) -> Told:
    """What a config tells. Raises `Untold`."""
    kind = config.get("model_type")
    for key in _PARTS:
        part = config.get(key)
        if isinstance(part, dict) and isinstance(part.get("model_type"), str) and kind not in _NO_CACHE:
            return of_config(part) if any(isinstance(part.get(inner), dict) for inner in _PARTS) else _told(part)
    return _told(config)


def known(kind: str) -> bool:
    """Whether it is known what layers of this `model_type` keep."""
    return kind in _NO_CACHE or kind in _ALL_ATTEND or kind in _LATENT or kind in _SEQUENCES or kind in _RULES


def _told(stated: Mapping[str, Any]) -> Told:
    kind = stated.get("model_type")
    if not isinstance(kind, str):
        raise Untold("the config states no model_type")
    if not known(kind):
        raise Untold(f"what layers of a model of the type {kind[:60]!r} keep is not known here")
    config = Numbers(stated.get)
    if kind in _NO_CACHE:
        return _encoder(config)
    count = config.of("decoder_layers", "num_decoder_layers", *_COUNT, most=MOST_LAYERS)
    if count == 0:
        raise Untold("the config tells of no layers")
    rule = _RULES.get(kind) or (_latent if kind in _LATENT else _sequence if kind in _SEQUENCES else _attend)
    return Told(
        layers=tuple(rule(config, count)),
        stack=count,
        ahead=config.of("num_nextn_predict_layers", "mtp_num_hidden_layers", otherwise=0, most=16),
        embedded=config.of("word_embed_proj_dim", "embedding_size", otherwise=0),
        vocabulary=config.of("vocab_size", "padded_vocab_size", otherwise=0),
        width=config.of(*_WIDTH),
        heads=config.of("decoder_attention_heads", *_HEADS, otherwise=0),
        inner=_inner(config),
    )


def _encoder(config: Numbers) -> Told:
    count = config.of(*_COUNT, otherwise=1, most=MOST_LAYERS)
    width, inner = (config.of(*keys, otherwise=0) if not _listed(config, keys) else 0 for keys in (_WIDTH, _INNER))
    return Told(
        layers=(Layers(max(1, count), "none"),),
        vocabulary=config.of("vocab_size", otherwise=0),
        width=width,
        inner=inner,
    )


def _listed(config: Numbers, keys: tuple[str, ...]) -> bool:
    """Models of pictures state the width of each stage."""
    return any(isinstance(config[key], list) for key in keys)


def _inner(config: Numbers) -> int:
    """The width of the feed-forward part; of a mixture of experts that of those which one token passes through."""
    found = next((value for key in _INNER if (value := config[key]) is not None), None)
    if isinstance(found, list) and found:
        found = max((one for one in found if type(one) is int), default=0)
    return found if type(found) is int and 0 < found < 1 << 24 else 0


# --- layers with a cache


def _attend(config: Numbers, count: int) -> list[Layers]:
    """Layers that keep keys and values, each of all tokens or of its window."""
    full, windowed = _attention(config), _attention(config, windowed=True)
    window = _window(config)
    kinds = _kinds(config, count, window)
    shared = config.of("num_kv_shared_layers", otherwise=0, most=count)
    layers = [windowed._replace(window=window) if kind else full for kind in kinds]
    return layers[: count - shared] + [Layers(1, "none")] * shared


def _attention(config: Numbers, *, windowed: bool = False) -> Layers:
    heads = config.of(*_HEADS)
    if heads == 0:
        raise Untold("the config tells of no heads")
    each = config.of("head_dim", "kv_channels", "d_kv", "attention_head_dim", otherwise=config.of(*_WIDTH) // heads)
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


_STATES_WINDOWS = set(
    "gemma3n_text gemma4_text laguna spark afmoe cohere2_moe exaone_moe granite_swa granitemoe_swa mellum mimo_v2_flash ministral"
    " ministral3 modernbert-decoder".split()
)


def _latent(config: Numbers, count: int) -> list[Layers]:
    """Multi-head latent attention, as DeepSeek-V2 has it."""
    rope = config.of("qk_rope_head_dim")
    one = Layers(
        1,
        "latent",
        rank=config.of("kv_lora_rank"),
        rope=rope,
        heads=config.of(*_HEADS),
        key=config.of("qk_nope_head_dim") + rope,
        value=config.of("v_head_dim"),
        chosen=config.of("index_head_dim", otherwise=0),
    )
    return [one] * (2 * count if config["model_type"] == "longcat_flash" else count)


def _sequence(config: Numbers, count: int) -> list[Layers]:
    """A decoder that keeps what it wrote, and what the encoder made of the input."""
    heads = config.of("decoder_attention_heads", *_HEADS)
    each = config.of("d_kv", otherwise=config.of(*_WIDTH) // max(1, heads))
    one = Layers(1, "attention", heads=heads, key=each, value=each)
    most, heard = config.of("max_target_positions", otherwise=0), config.of("max_source_positions", otherwise=0)
    return [one._replace(window=most)] * count + [one._replace(fixed=heard)] * count


# --- layers with a state


def _mixed(config: Numbers, count: int, state: Layers, attends: Callable[[int], bool]) -> list[Layers]:
    full = _attention(config)
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
    inner = config.of("intermediate_size", otherwise=config.of("expand", otherwise=2) * config.of(*_WIDTH))
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
    inner = config.of("mamba_expand") * config.of(*_WIDTH)
    kernel, size = config.of("mamba_d_conv"), config.of("mamba_d_state")
    period, offset = config.of("attn_layer_period"), config.of("attn_layer_offset")
    state = Layers(1, "state", channels=inner, kernel=kernel, numbers=inner * size)
    return _mixed(config, count, state, lambda layer: period > 0 and layer % period == offset)


def _inner_state(config: Numbers) -> Layers:
    heads, each = config.of("mamba_n_heads"), config["mamba_d_head"]
    size = config.of("mamba_expand", otherwise=2) * config.of(*_WIDTH) // max(1, heads)
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
    return [_attention(config)] * count + [_inner_state(config)] * count


def _nemotron_h(config: Numbers, count: int) -> list[Layers]:
    pattern = config["hybrid_override_pattern"]
    if not isinstance(pattern, str) or len(pattern) < count:
        raise Untold("the config does not state which layers attend")
    groups = "n_groups" if config["n_groups"] is not None else "mamba_n_groups"
    state = _state2(
        config, config.of("mamba_num_heads"), config.of("mamba_head_dim"), groups, "ssm_state_size", "conv_kernel"
    )
    kinds = {"M": state, "*": _attention(config)}
    return [kinds.get(kind, Layers(1, "none")) for kind in pattern[:count]]


def _short_convolution(config: Numbers, count: int) -> list[Layers]:
    """LFM2: most layers remember the last few inputs alone."""
    kinds = config.list("layer_types", count)
    if not kinds:
        raise Untold("the config does not state which layers attend")
    state = Layers(1, "state", channels=config.of(*_WIDTH), kernel=config.of("conv_L_cache"))
    return _mixed(config, count, state, lambda layer: kinds[layer] == "full_attention")


def _lightning(config: Numbers, count: int) -> list[Layers]:
    """MiniMax-01: lightning attention between layers that attend to all."""
    kinds = config.list("attn_type_list", count) or config.list("layer_types", count)
    if not kinds:
        raise Untold("the config does not state which layers attend")
    heads, each = config.of(*_HEADS), _attention(config).key
    state = Layers(1, "state", numbers=heads * each * each)
    return _mixed(config, count, state, lambda layer: kinds[layer] in (1, "full_attention"))


def _kimi_linear(config: Numbers, count: int) -> list[Layers]:
    nested = config["linear_attn_config"]
    if not isinstance(nested, dict) or not isinstance(attend := nested.get("full_attn_layers"), list):
        raise Untold("the config does not state which layers attend")
    linear = Numbers(nested.get)
    heads, each = linear.of("num_heads"), linear.of("head_dim")
    kernel = linear.of("short_conv_kernel_size")
    state = Layers(1, "state", channels=3 * heads * each, kernel=kernel, numbers=heads * each * each)
    full, places = _latent(config, 1)[0], {one for one in attend if type(one) is int}
    return [full if layer + 1 in places else state for layer in range(count)]


def _recurrent_gemma(config: Numbers, count: int) -> list[Layers]:
    kinds = config["block_types"]
    if not isinstance(kinds, list) or not kinds:
        raise Untold("the config does not state which layers attend")
    width = config.of("lru_width", otherwise=config.of(*_WIDTH))
    state = Layers(1, "state", channels=width, kernel=config.of("conv1d_width"), numbers=width)
    full = _attention(config)._replace(window=config.of("attention_window_size"))
    return [full if kinds[layer % len(kinds)] == "attention" else state for layer in range(count)]


_RULES: Mapping[str, Callable[[Numbers, int], list[Layers]]] = {
    **dict.fromkeys(_DELTA, _delta),
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
