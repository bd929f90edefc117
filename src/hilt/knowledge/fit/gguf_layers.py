"""What the header of a GGUF file tells of the layers of a model.

By the keys and by the rules that llama.cpp applies to each architecture (`load_arch_hparams` of its src/models, and
`llama_hparams`): some patterns of windows stand in its code alone, not in the file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from hilt.knowledge.fit.shape import Layers
from hilt.knowledge.fit.told import MOST_LAYERS, Numbers, Told, Untold

_NO_CACHE = set(
    "bert jina-bert-v2 jina-bert-v3 nomic-bert nomic-bert-moe neo-bert eurobert modern-bert gemma-embedding"
    " dream llada llada-moe rnd1 t5encoder".split()
)
_ALL_ATTEND = set(
    "llama deci falcon grok gpt2 gptj gptneox mpt baichuan starcoder refact bloom stablelm qwen qwen2 qwen2moe qwen2vl"
    " qwen3 qwen3moe qwen3vl qwen3vlmoe phi2 phi3 phimoe plamo codeshell orion internlm2 minicpm gemma starcoder2 xverse"
    " command-r dbrx olmo olmoe openelm arctic deepseek chatglm glm4 glm4moe bitnet jais jais2 nemotron exaone granite"
    " granitemoe chameleon bailingmoe bailingmoe2 dots1 arcee ernie4_5 ernie4_5-moe hunyuan-moe hunyuan-dense hunyuan_vl"
    " hy_v3 smollm3 seed_oss grovemoe apertus minimax-m2 cogvlm pangu-embedded mistral3 paddleocr maincoder llama-embed".split()
)
"""Every layer keeps all tokens. Windows that some of these state are not used by llama.cpp."""
_LATENT = {"deepseek2", "deepseek2-ocr", "deepseek32", "glm-dsa", "mistral4"}


class Windows(NamedTuple):
    """Which layers of an architecture attend to a window: all but every `every`th, the last or the first of them."""

    every: int
    first: bool = False
    size: int = 0
    """Where the file states none; 0: then there are no windows."""


_WINDOWS = {
    "gemma2": Windows(2, size=4096),
    "gemma3": Windows(6),
    "gemma3n": Windows(5),
    "gemma4": Windows(0),
    "gpt-oss": Windows(2),
    "cohere2": Windows(4),
    "cohere2moe": Windows(4, first=True),
    "llama4": Windows(4, size=8192),
    "olmo2": Windows(4),
    "exaone4": Windows(4),
    "exaone-moe": Windows(4, size=128),
    "afmoe": Windows(4),
    "laguna": Windows(4, first=True),
    "mellum": Windows(4),
    "plamo3": Windows(8),
    "smallthinker": Windows(4, first=True),
    "spark2_5": Windows(0),
    "mimo2": Windows(0),
    "step35": Windows(0),
    "granite_swa": Windows(0),
}
"""`every` is 0 where the file must state the pattern."""

_RECURRENT = {"mamba", "mamba2", "rwkv6", "rwkv7", "arwkv7", "rwkv6qwen2"}
_BY_HEADS = {"jamba", "granitehybrid", "lfm2", "lfm2moe", "plamo2", "nemotron_h", "nemotron_h_moe", "kimi-linear"}
"""A layer without heads for keys has no cache."""
_BY_INTERVAL = {"qwen3next": 4, "qwen35": 4, "qwen35moe": 4, "minimax-01": 8}


def of_gguf(value: Callable[[str], Any], numbers: Callable[[str], tuple[Any, ...]], vocabulary: int) -> Told:
    """What a header tells; `value` looks up a key, `numbers` an array. Raises `Untold`."""
    name = value("general.architecture")
    if not isinstance(name, str):
        raise Untold("the header names no architecture")
    header = Numbers(
        lambda key: value(f"{name}.{key}") if value(f"{name}.{key}") is not None else numbers(f"{name}.{key}") or None
    )
    ahead = header.of("nextn_predict_layers", otherwise=0, most=16)
    count = header.of("block_count", most=MOST_LAYERS) - ahead
    if count < 1:
        raise Untold("the header tells of no layers")
    heads = _each(header, "attention.head_count", count, 0)
    return Told(
        layers=tuple(_layers(header, name, count, heads)),
        stack=0 if name in _NO_CACHE else count,
        ahead=ahead,
        headless=frozenset(
            place for place, kept in enumerate(_each(header, "attention.head_count_kv", count, 1)) if not kept
        ),
        vocabulary=vocabulary or header.of("vocab_size", otherwise=0),
        width=header.of("embedding_length"),
        heads=max(heads),
        inner=_inner(header, count),
    )


def _inner(header: Numbers, count: int) -> int:
    """The width of the feed-forward part; of a mixture of experts, of all those together that one token passes through."""
    dense, chosen = (max(_each(header, key, count, 0)) for key in ("feed_forward_length", "expert_used_count"))
    each = max(_each(header, "expert_feed_forward_length", count, 0))
    return chosen * dense if chosen and not each else max(dense, chosen * each)


def _layers(header: Numbers, name: str, count: int, heads: list[int]) -> list[Layers]:
    if name in _NO_CACHE:
        return [Layers(count, "none")]
    if name in _RECURRENT:
        return [_state(header, name, heads)] * count
    if name in _LATENT:
        return [_latent(header, heads[0])] * count
    if name == "falcon-h1":
        return [*_attention(header, count, heads, [0] * count), *[_state(header, name, heads)] * count]
    if name in _BY_HEADS or name in _BY_INTERVAL:
        return _hybrid(header, name, count, heads)
    if name in _ALL_ATTEND:
        return _attention(header, count, heads, [0] * count)
    if name in _WINDOWS:
        found = _attention(header, count, heads, _windows(header, _WINDOWS[name], name, count))
        return found[: _with_cache(header, name, count)] + [Layers(1, "none")] * (
            count - _with_cache(header, name, count)
        )
    raise Untold(f"what layers of the architecture {name[:60]!r} keep is not known here")


def _attention(header: Numbers, count: int, heads: list[int], windows: list[int]) -> list[Layers]:
    """By the lengths that are stated, for layers with windows their own; by llama.cpp, the width divided by the heads."""
    each = header.of("embedding_length") // heads[0] if heads[0] else 0
    key, value = header.of("attention.key_length", otherwise=each), header.of("attention.value_length", otherwise=each)
    lengths = {
        False: (key, value),
        True: (
            header.of("attention.key_length_swa", otherwise=key),
            header.of("attention.value_length_swa", otherwise=value),
        ),
    }
    kept = (
        _each(header, "attention.head_count_kv", count, None)
        if header["attention.head_count_kv"] is not None
        else heads
    )
    return [
        Layers(1, "attention", heads=of_layer, key=lengths[window > 0][0], value=lengths[window > 0][1], window=window)
        if of_layer
        else Layers(1, "none")
        for of_layer, window in zip(kept, windows, strict=True)
    ]


def _windows(header: Numbers, rule: Windows, name: str, count: int) -> list[int]:
    """The window of each layer; 0 for those that see all."""
    size = header.of("attention.sliding_window", otherwise=rule.size)
    if name == "llama4" and size:
        size = 8192  # whatever the file states
    if name == "exaone4" and count != 64:
        size = 0
    if not size:
        return [0] * count
    stated = header["attention.sliding_window_pattern"]
    if isinstance(stated, tuple):
        return [size if windowed else 0 for windowed in header.list("attention.sliding_window_pattern", count)]
    every = header.of("attention.sliding_window_pattern", otherwise=rule.every)
    if not every:
        raise Untold("the header does not state which layers attend to a window")
    full = 0 if rule.first else every - 1
    return [0 if layer % every == full else size for layer in range(count)]


def _with_cache(header: Numbers, name: str, count: int) -> int:
    """How many layers have a cache of their own; those behind them use it."""
    if name == "gemma3n":
        return min(20, count)
    return max(0, count - header.of("attention.shared_kv_layers", otherwise=0)) if name == "gemma4" else count


def _latent(header: Numbers, heads: int) -> Layers:
    rank, rope = header.of("attention.kv_lora_rank"), header.of("rope.dimension_count")
    if header["attention.key_length_mla"] is None:  # written before llama.cpp could keep the latent
        key, value = header.of("attention.key_length"), header.of("attention.value_length")
        return Layers(1, "attention", heads=header.of("attention.head_count_kv", otherwise=heads), key=key, value=value)
    return Layers(1, "latent", rank=rank, rope=rope, chosen=header.of("attention.indexer.key_length", otherwise=0))


def _hybrid(header: Numbers, name: str, count: int, heads: list[int]) -> list[Layers]:
    """Layers of which some attend and some keep a state."""
    if name in _BY_INTERVAL:
        every = header.of("full_attention_interval", otherwise=_BY_INTERVAL[name])
        stated = header.list("attention.recurrent_layers", count) if header["attention.recurrent_layers"] else []
        recurrent = [bool(one) for one in stated] or [every > 0 and (layer + 1) % every != 0 for layer in range(count)]
    else:
        kept, inner = (_each(header, key, count, 0) for key in ("attention.head_count_kv", "feed_forward_length"))
        bare = name.startswith("nemotron_h")  # its layers that only compute keep nothing
        recurrent = [not of_layer and not (bare and width) for of_layer, width in zip(kept, inner, strict=True)]
    attend = (
        [_latent(header, max(heads))] * count
        if name == "kimi-linear"
        else _attention(header, count, heads, [0] * count)
    )
    return [_state(header, name, heads) if state else one for one, state in zip(attend, recurrent, strict=True)]


def _state(header: Numbers, name: str, heads: list[int]) -> Layers:
    """As `llama_hparams::n_embd_r` and `n_embd_s` count."""
    if name.startswith(("rwkv", "arwkv")):
        width = header.of("embedding_length")
        shifts = header.of("token_shift_count", otherwise=2)
        return Layers(1, "state", channels=width, kernel=shifts + 1, numbers=width * header.of("wkv.head_size"))
    if name.startswith("lfm2"):
        return Layers(1, "state", channels=header.of("embedding_length"), kernel=header.of("shortconv.l_cache"))
    if name == "kimi-linear":
        size = header.of("kda.head_dim")
        channels = 3 * max(heads) * size
        return Layers(
            1, "state", channels=channels, kernel=header.of("ssm.conv_kernel"), numbers=max(heads) * size * size
        )
    if name == "minimax-01":
        return Layers(1, "state", numbers=max(heads) * header.of("attention.key_length") ** 2)
    inner, size = header.of("ssm.inner_size"), header.of("ssm.state_size")
    channels = inner + 2 * header.of("ssm.group_count", otherwise=0) * size
    return Layers(1, "state", channels=channels, kernel=header.of("ssm.conv_kernel"), numbers=inner * size)


def _each(header: Numbers, key: str, count: int, otherwise: int | None) -> list[int]:
    """The number of each layer, which may be stated once for all."""
    if isinstance(header[key], tuple):
        stated = header.list(key, count)
        if not all(type(one) is int and 0 <= one <= 1 << 24 for one in stated):
            raise Untold(f"it states absurd numbers under {key}")
        return stated
    return [header.of(key, otherwise=otherwise)] * count
