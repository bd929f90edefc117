"""Trains all-MiniLM-L6-v2 further, for real, so that `deltas.py` has fine-tunes whose base is known to the bit.

Needs jax, tokenizers, safetensors and ml_dtypes. The task is that of the model: two neighbouring pieces of one text shall be nearer to
each other than to the other texts of the batch (cosine, cross-entropy). AdamW, no dropout; the texts are the documentation of Python's own
standard library. A few minutes on two cores.

    python -P benchmarks/deltas_fine_tunes.py FOLDER/all-minilm-l6-v2.gt OUT

(-P, for `inspect.py` beside it is not the one of Python) writes, each in f32 and in bf16: full.safetensors (all weights, learning rate 2e-5), long.safetensors (twice the rate, four times the
steps) and lora.safetensors (rank 8 on query and value, 1e-3, merged), and base-bf16.safetensors.
"""

from __future__ import annotations

import inspect
import pkgutil
import random
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

LAYERS, HEADS, EPSILON = 6, 12, 1e-12
BATCH, LENGTH = 16, 48
"""Pairs of a step, and tokens of a text."""

Weights = dict[str, Any]


def texts() -> list[tuple[str, str]]:
    """Pairs of neighbouring paragraphs of docstrings."""
    pairs = []
    for name in sorted(one.name for one in pkgutil.iter_modules() if one.name in sys.stdlib_module_names):
        if name.startswith(("_", "idlelib", "antigravity", "this", "turtle", "tkinter", "lib2to3")):
            continue
        try:
            module = import_module(name)
        except ImportError:  # not there on this system
            continue
        for thing in (module, *vars(module).values()):
            paragraphs = [one for one in (inspect.getdoc(thing) or "").split("\n\n") if len(one) > 60]
            pairs += list(pairwise(paragraphs))
    return sorted(set(pairs))


def embed(weights: Weights, ids: Any, mask: Any) -> Any:
    """The vectors of texts: BERT, mean over the tokens, of length one."""

    def dense(x: Any, name: str) -> Any:
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(x: Any, name: str) -> Any:
        x = (x - x.mean(-1, keepdims=True)) / jnp.sqrt(x.var(-1, keepdims=True) + EPSILON)
        return x * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    at = "embeddings"
    x = weights[f"{at}.word_embeddings.weight"][ids] + weights[f"{at}.position_embeddings.weight"][: ids.shape[1]]
    x = norm(x + weights[f"{at}.token_type_embeddings.weight"][0], f"{at}.LayerNorm")
    for number in range(LAYERS):
        layer = f"encoder.layer.{number}"
        q, k, v = (
            dense(x, f"{layer}.attention.self.{one}").reshape(*ids.shape, HEADS, -1)
            for one in ("query", "key", "value")
        )
        scores = jnp.einsum("bihd,bjhd->bhij", q, k) / q.shape[-1] ** 0.5
        scores = jax.nn.softmax(jnp.where(mask[:, None, None], scores, -1e9))
        mixed = jnp.einsum("bhij,bjhd->bihd", scores, v).reshape(x.shape)
        x = norm(x + dense(mixed, f"{layer}.attention.output.dense"), f"{layer}.attention.output.LayerNorm")
        inner = jax.nn.gelu(dense(x, f"{layer}.intermediate.dense"), approximate=False)
        x = norm(x + dense(inner, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
    x = (x * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
    return x / jnp.linalg.norm(x, axis=-1, keepdims=True)


def batches(tokenizer: Tokenizer, pairs: list[tuple[str, str]], steps: int) -> Iterator[tuple[Any, ...]]:
    chance = random.Random(10)
    for _ in range(steps):
        picked = chance.sample(pairs, BATCH)
        both = [tokenizer.encode_batch([pair[side] for pair in picked]) for side in (0, 1)]
        yield tuple(
            np.array([getattr(one, what) for one in side]) for side in both for what in ("ids", "attention_mask")
        )


def trained(start: Weights, whole: Callable[[Weights], Weights], steps: Iterator[Any], rate: float) -> Weights:
    """AdamW on `start`; `whole` makes all weights of the model of it."""

    def loss(part: Weights, batch: tuple[Any, ...]) -> Any:
        weights = whole(part)
        scores = 20 * embed(weights, *batch[:2]) @ embed(weights, *batch[2:]).T
        return -jnp.diag(jax.nn.log_softmax(scores)).mean()

    @jax.jit
    def step(part: Weights, first: Weights, second: Weights, count: Any, batch: Any) -> Any:
        told, slope = jax.value_and_grad(loss)(part, batch)
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, slope)
        second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, slope)

        def moved(w: Any, m: Any, v: Any) -> Any:
            towards = (m / (1 - 0.9**count)) / (jnp.sqrt(v / (1 - 0.999**count)) + 1e-8)
            return w - rate * (towards + 0.01 * w)

        return told, jax.tree.map(moved, part, first, second), first, second

    part, first, second = start, jax.tree.map(jnp.zeros_like, start), jax.tree.map(jnp.zeros_like, start)
    for count, batch in enumerate(steps, 1):
        told, part, first, second = step(part, first, second, float(count), batch)
        if count % 50 == 1:
            print(f"  step {count}: loss {float(told):.3f}", flush=True)
    return part


def main(model: Path, out: Path) -> None:
    out.mkdir(exist_ok=True)
    base = load_file(model / "model.safetensors")
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.enable_truncation(LENGTH)
    tokenizer.enable_padding(length=LENGTH)
    pairs = texts()
    print(len(pairs), "pairs")
    numbers = {name: jnp.asarray(one) for name, one in base.items() if one.dtype == np.float32}

    def save(name: str, changed: Weights) -> None:
        full = {one: np.asarray(changed.get(one, base[one])) for one in base}
        save_file(full, out / f"{name}-f32.safetensors", metadata={"format": "pt"})
        half = {k: v.astype(ml_dtypes.bfloat16) if v.dtype == np.float32 else v for k, v in full.items()}
        save_file(half, out / f"{name}-bf16.safetensors", metadata={"format": "pt"})

    save("base", {})
    save("full", trained(numbers, lambda part: part, batches(tokenizer, pairs, 200), 2e-5))
    adapted = [name for name in numbers if name.endswith(("self.query.weight", "self.value.weight"))]
    chance = np.random.default_rng(10)
    lora = {f"{name} A": jnp.asarray(chance.normal(0, 0.02, (8, 384)).astype(np.float32)) for name in adapted}
    lora |= {f"{name} B": jnp.zeros((384, 8), jnp.float32) for name in adapted}

    def merged(part: Weights) -> Weights:
        return numbers | {name: numbers[name] + 2 * part[f"{name} B"] @ part[f"{name} A"] for name in adapted}

    save("lora", merged(trained(lora, merged, batches(tokenizer, pairs, 200), 1e-3)))
    save("long", trained(numbers, lambda part: part, batches(tokenizer, pairs, 800), 4e-5))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
