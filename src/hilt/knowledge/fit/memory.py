"""How much memory an engine takes to run a model: computed from its shape, by the rules of that engine.

The cache of keys and values, and the states of layers that have none, follow from the shapes of the layers to the byte;
how many tokens an engine keeps behind a window, and what it sets aside to compute in, are its own. What llama.cpp sets
aside is held against its own figures (`tests/knowledge/fit/llama_cpp.json`).
"""

from __future__ import annotations

from typing import NamedTuple

from hilt.core.limits import MIB
from hilt.core.running import Memory, Part
from hilt.knowledge.fit.shape import Layers, Shape, Variant


class Engine(NamedTuple):
    """What the figures for an engine rest on. `runtime` is what the program takes before it loads anything."""

    name: str
    runtime: int
    why: str
    whole_windows: bool = False
    """Keeps all tokens, even of layers that attend to a window."""
    ahead: int = 0
    """Tokens kept behind a window, beside it; -1 for those of a micro-batch."""
    padded: int = 1
    """Tokens are kept in blocks of so many."""
    last_input: bool = False
    """Keeps as many inputs of a convolution as its kernel has, not one less."""
    state_input_bytes: int = 4
    passes: int = 0
    """Tokens that are computed at once; 0 for a micro-batch, -1 for the whole input."""
    all_words: bool = False
    """Sets aside room for the scores of all words after each token of a micro-batch, not after the last alone."""


ENGINES = {
    one.name: one
    for one in (
        Engine(
            "llama.cpp",
            50 * MIB,
            "flash attention on, windows not kept whole, as llama-server starts",
            ahead=-1,
            padded=256,
        ),
        Engine(
            "llama-cpp-python",
            60 * MIB,
            "windows kept whole, its default (swa_full)",
            whole_windows=True,
            padded=256,
            all_words=True,
        ),
        Engine(
            "transformers",
            400 * MIB,
            "number formats as they are stored, the whole input in one pass, a cache that grows with it",
            last_input=True,
            state_input_bytes=2,
            passes=-1,
        ),
        Engine(
            "vllm",
            1024 * MIB,
            "what it needs; it takes 90 % of the device whatever it needs (gpu_memory_utilization)",
            ahead=8192,
            padded=16,
            state_input_bytes=2,
            passes=8192,
        ),
    )
}

_BY_FORMAT = {
    "gguf": "llama.cpp",
    **dict.fromkeys(("safetensors", "torch-zip", "torch-legacy", "torch-tar"), "transformers"),
}


def engine_of(variant: Variant) -> str:
    """The engine that its format suggests; empty where none of these runs it."""
    return _BY_FORMAT.get(variant.format, "")


def memory(
    shape: Shape,
    variant: Variant,
    engine: str,
    context: int,
    sequences: int = 1,
    *,
    cache_bits: float | None = None,
    ubatch: int = 512,
    flash: bool = True,
) -> Memory | None:
    """What `engine` takes to run `variant` for `sequences` at once of `context` tokens each; None where that cannot be told.

    `cache_bits` are those of one number in the cache, None for what the engine takes unless it is told otherwise (8.5 is
    q8_0 of llama.cpp). `flash` is flash attention. Why nothing can be told is in `shape.untold`.
    """
    if not shape.layers:
        return None
    rules = ENGINES[engine]
    bits = cache_bits or (32 if engine == "transformers" and _mostly(variant) == "F32" else 16)
    buffer = _buffer(rules, shape, variant, context, sequences, ubatch, flash)
    touched = _buffer(rules._replace(all_words=False), shape, variant, context, sequences, ubatch, flash)
    cache, state = (
        cache_bytes(shape, engine, context, sequences, cache_bits=bits, ubatch=ubatch),
        state_bytes(shape, engine),
    )
    parts = (
        Part("weights", variant.bytes, variant.bytes),
        Part("cache", cache, cache),
        Part("state", sequences * state, sequences * state),
        Part("buffer", buffer, touched),
        Part("runtime", rules.runtime, rules.runtime),
    )
    return Memory(
        engine, context, sequences, tuple(part for part in parts if part.reserved), (rules.why, *shape.untold)
    )


def cache_bytes(
    shape: Shape, engine: str, context: int, sequences: int = 1, *, cache_bits: float = 16, ubatch: int = 512
) -> int:
    """Bytes of the keys and values of all layers."""
    rules = ENGINES[engine]
    numbers = sum(one.times * per_token(one) * _tokens(one, rules, context, ubatch) for one in shape.layers)
    return int(sequences * numbers * cache_bits / 8)


def state_bytes(shape: Shape, engine: str) -> int:
    """Bytes of the states of the layers that have no cache, of one sequence; they do not grow."""
    rules = ENGINES[engine]
    return sum(one.times * _state(one, rules) for one in shape.layers if one.kind == "state")


def per_token(one: Layers) -> int:
    """Numbers that one of these layers keeps of one token."""
    if one.kind == "attention":
        return one.heads * (one.key + one.value)
    return one.rank + one.rope + one.chosen if one.kind == "latent" else 0


def _tokens(one: Layers, rules: Engine, context: int, ubatch: int) -> int:
    """Tokens of one sequence that a layer keeps."""
    if one.fixed:
        return one.fixed
    kept = context
    if one.window and not rules.whole_windows:
        kept = min(context, one.window + (ubatch if rules.ahead < 0 else rules.ahead))
    return -(-kept // rules.padded) * rules.padded


def _state(one: Layers, rules: Engine) -> int:
    inputs = one.channels * max(0, one.kernel - (0 if rules.last_input else 1))
    return inputs * rules.state_input_bytes + one.numbers * 4


def _buffer(
    rules: Engine, shape: Shape, variant: Variant, context: int, sequences: int, ubatch: int, flash: bool
) -> int:
    """What is set aside to compute in."""
    if rules.passes == 0:
        return _llama_cpp(shape, rules, context, sequences, ubatch, flash)
    tokens = context * sequences if rules.passes < 0 else rules.passes
    item = 4 if _mostly(variant) == "F32" else 2
    inner = shape.inner or 4 * shape.width
    inside = tokens * (2 * inner + 4 * shape.width) * item
    scores = 0 if flash else shape.heads * context * context * sequences * item
    return inside + scores + sequences * shape.vocabulary * 4


def _llama_cpp(shape: Shape, rules: Engine, context: int, sequences: int, ubatch: int, flash: bool) -> int:
    """What llama.cpp sets aside: the masks of what may be attended to, and the largest of four moments.

    These are the feed-forward part of a layer, its attention, its state, and the scores of all words. The numbers of tensors that
    are held at once were found by measuring (`benchmarks/llama_cpp_memory.py`).
    """
    attending = [one for one in shape.layers if one.kind in ("attention", "latent")]
    cells = {one.window: _tokens(one, rules, context, ubatch) for one in attending}
    masks = ubatch * sum(cells.values()) * (2 if flash else 4)
    asked = max((shape.heads * (one.key or one.rank + one.rope) for one in attending), default=0)
    kept = max((per_token(one) for one in attending), default=0)
    forward = ubatch * (3 * shape.inner + 5 * shape.width)
    scores = 0 if flash else shape.heads * max(cells.values(), default=0)
    attention = ubatch * (scores + 3 * shape.width + 3 * asked + kept)
    states = max(
        (
            ubatch * (20 * one.channels // 3 + shape.width) + sequences * one.numbers
            for one in shape.layers
            if one.kind == "state"
        ),
        default=0,
    )
    words = shape.vocabulary * (ubatch if rules.all_words else sequences) + ubatch * 5 * shape.width
    chosen = sequences * shape.vocabulary
    return masks + 4 * (max(forward, attention, states, words) + chosen)


def _mostly(variant: Variant) -> str:
    """The number format that most bytes have."""
    return max(variant.dtypes, key=lambda one: one[1], default=("", 0))[0]
