"""What the `config.json` of a transformers model tells of its layers.

By `model_type`, and only for those whose layers are known: of a model of any other type nothing is told, however much its
config looks like that of another. Where a config leaves out what the class of transformers fills in, so does hilt.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from hilt.knowledge.fit.attention import COUNT, HEADS, INNER, WIDTH, attend, latent, sequence
from hilt.knowledge.fit.shape import Layers
from hilt.knowledge.fit.states import STATES
from hilt.knowledge.fit.told import MOST_LAYERS, Numbers, Told, Untold

_PARTS = ("text_config", "llm_config", "language_config")
"""Where a config of several models in one keeps that of the language model."""
_CHOSEN = ("num_experts_per_tok", "num_experts_per_token", "experts_per_token", "moe_top_k", "moe_topk", "moe_k")
_EACH = ("moe_intermediate_size", "expert_intermediate_size", "expert_ffn_hidden_size")
_LISTS = ("layer_types", "layers_block_type", "hybrid_override_pattern")
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
    " cohere2 cohere2_moe olmo3 exaone4 exaone_moe llama4_text laguna afmoe vaultgemma granite_swa granitemoe_swa"
    " mellum modernbert-decoder mimo_v2_flash".split()
)
"""Every layer keeps keys and values: of all tokens, or of a window."""
_LATENT = set(
    "deepseek_v2 deepseek_v3 deepseek_v32 kimi_k2 glm4_moe_lite glm_moe_dsa minicpm3 youtu mistral4 longcat_flash".split()
)
_SEQUENCES = set(
    "t5 mt5 umt5 longt5 switch_transformers bart mbart pegasus marian m2m_100 blenderbot blenderbot-small plbart whisper"
    " speech_to_text".split()
)
"""Encoder and decoder."""
KINDS = _NO_CACHE | _ALL_ATTEND | _LATENT | _SEQUENCES | STATES.keys()
"""Every `model_type` of which it is known what its layers keep."""


def of_config(config: Mapping[str, Any]) -> Told:
    """What a config tells. Raises `Untold`."""
    kind = config.get("model_type")
    for key in _PARTS:
        part = config.get(key)
        if isinstance(part, dict) and isinstance(part.get("model_type"), str) and kind not in _NO_CACHE:
            return of_config(part) if any(isinstance(part.get(inner), dict) for inner in _PARTS) else _told(part)
    return _told(config)


@cache
def _defaults() -> Mapping[str, Mapping[str, Any]]:
    """What the classes of transformers fill in, by `model_type`."""
    import pkgutil

    data = pkgutil.get_data("hilt.knowledge.fit", "defaults.json")
    assert data is not None
    defaults: Mapping[str, Mapping[str, Any]] = json.loads(data)["defaults"]
    return defaults


def _told(stated: Mapping[str, Any]) -> Told:
    kind = stated.get("model_type")
    if not isinstance(kind, str):
        raise Untold("the config states no model_type")
    if kind not in KINDS:
        raise Untold(f"what layers of a model of the type {kind[:60]!r} keep is not known here")
    config = Numbers(stated.get, {key: value for key, value in _defaults().get(kind, {}).items() if key not in stated})
    if kind in _NO_CACHE:
        return _encoder(config)
    count = _count(config)
    rule = STATES.get(kind) or (latent if kind in _LATENT else sequence if kind in _SEQUENCES else attend)
    return Told(
        layers=tuple(rule(config, count)),
        stack=count,
        ahead=config.of("num_nextn_predict_layers", "mtp_num_hidden_layers", otherwise=0, most=16),
        embedded=config.of("word_embed_proj_dim", "embedding_size", otherwise=0),
        vocabulary=config.of("vocab_size", "padded_vocab_size", otherwise=0),
        width=config.of(*WIDTH),
        heads=config.of("decoder_attention_heads", *HEADS, otherwise=0),
        inner=_inner(config),
    )


def _count(config: Numbers) -> int:
    """How many layers there are; some list what each is, and state no number beside that."""
    listed = next((value for key in _LISTS if isinstance(value := config[key], list | str)), ())
    count = config.of("decoder_layers", "num_decoder_layers", *COUNT, otherwise=len(listed), most=MOST_LAYERS)
    if not 0 < count <= MOST_LAYERS:
        raise Untold(f"the config tells of {count} layers")
    return count


def _encoder(config: Numbers) -> Told:
    count = config.of(*COUNT, otherwise=1, most=MOST_LAYERS)
    width, inner = (config.of(*keys, otherwise=0) if not _listed(config, keys) else 0 for keys in (WIDTH, INNER))
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
    """The width of the feed-forward part; of a mixture of experts, of all those together that one token passes through."""
    found = next((value for key in INNER if (value := config[key]) is not None), None)
    dense = max((one for one in found if type(one) is int), default=0) if isinstance(found, list) else found
    chosen, each = config.of(*_CHOSEN, otherwise=0), config.of(*_EACH, otherwise=0)
    widths = [one for one in (dense, chosen * (each or (dense if type(dense) is int else 0))) if type(one) is int]
    if chosen and not each:
        widths = widths[-1:]  # all layers are mixtures of experts as wide as it states
    return max((one for one in widths if 0 < one < 1 << 24), default=0)
