"""What may be done to a model: pure functions, each from a model to another. Chance comes from the generator alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from families.model import Array, Model, Tensors, in_layer, is_matrix, layer_of

WORDS = ("embed_tokens.weight", "word_embeddings.weight", "lm_head.weight")
"""Ends of the names of matrices with a row for each word."""


def noise(model: Model, size: float, chance: Generator) -> Model:
    """Every tensor moved at random, by so much of its norm: what a fine-tune of all numbers looks like."""

    def moved(_: str, array: Array) -> Array:
        scale = size * float(np.sqrt(np.mean(np.square(array)))) if array.size else 0.0
        return array + chance.standard_normal(array.shape, dtype=np.float32) * np.float32(scale)

    return model.each(moved)


def pruned(model: Model, share: float) -> Model:
    """The smallest numbers of every matrix in a layer become zero."""

    def cut(name: str, array: Array) -> Array:
        if not is_matrix(array) or layer_of(name) < 0:
            return array
        edge = np.quantile(np.abs(array), share)
        return np.where(np.abs(array) < edge, np.float32(0), array)

    return model.each(cut)


def mixed(model: Model, other: Model, weight: float) -> Model:
    """A merge: so much of this model, the rest of the other, where both have a tensor of this name and shape."""

    def between(name: str, array: Array) -> Array:
        second = other.tensors.get(name)
        if second is None or second.shape != array.shape:
            return array
        return np.float32(weight) * array + np.float32(1 - weight) * second

    return model.each(between)


def adapted(model: Model, rank: int, size: float, chance: Generator) -> Model:
    """A LoRA merged in: a product of thin matrices, by so much of the norm, on every matrix of the layers."""

    def add(name: str, array: Array) -> Array:
        if not is_matrix(array) or layer_of(name) < 0:
            return array
        a = chance.standard_normal((rank, array.shape[1]), dtype=np.float32)
        b = chance.standard_normal((array.shape[0], rank), dtype=np.float32)
        delta = b @ a
        return array + delta * np.float32(size * np.linalg.norm(array) / np.linalg.norm(delta))

    return model.each(add)


def extended(model: Model, share: float, chance: Generator) -> Model:
    """New words: rows near the mean of all, as libraries start them."""
    more = max(1, round(share * model.shape.words))

    def grown(name: str, array: Array) -> Array:
        if not name.endswith(WORDS):
            return array
        spread = array.std(axis=0, keepdims=True)
        rows = (
            array.mean(axis=0, keepdims=True)
            + chance.standard_normal((more, array.shape[1]), dtype=np.float32) * spread
        )
        return np.concatenate([array, rows.astype(np.float32)])

    return model.each(grown).with_tensors(model.each(grown).tensors, words=model.shape.words + more)


def layers(model: Model, order: Sequence[int]) -> Model:
    """These layers in this order; one may come twice."""
    tensors: Tensors = {name: array for name, array in model.tensors.items() if layer_of(name) < 0}
    for place, layer in enumerate(order):
        tensors |= {in_layer(name, place): array for name, array in model.tensors.items() if layer_of(name) == layer}
    return model.with_tensors(tensors, layers=len(order))


def fewer_layers(model: Model, share: float) -> Model:
    """Every n-th layer is left out, never the first or the last."""
    count = model.shape.layers
    out = {round(1 + n * (count - 2) / max(1, round(share * count))) for n in range(round(share * count))}
    return layers(model, [layer for layer in range(count) if layer not in out])


def repeated_layers(model: Model) -> Model:
    """The middle third twice: what is called a frankenmerge."""
    count = model.shape.layers
    third = count // 3
    return layers(model, [*range(2 * third), *range(third, count)])


def stitched(model: Model, other: Model) -> Model:
    """The lower half of this model, the upper half of the other."""
    half = model.shape.layers // 2
    tensors = {
        name: other.tensors[name] if layer_of(name) >= half and name in other.tensors else array
        for name, array in model.tensors.items()
    }
    return model.with_tensors(tensors)


def scratch(model: Model, chance: Generator) -> Model:
    """Another model of the same architecture: every tensor holds its numbers in an order of chance, and moved a little.

    Means and spreads are those of a trained model, which makes it harder to tell apart than a fresh start.
    """

    def shuffled(_: str, array: Array) -> Array:
        moved = np.exp(np.float32(0.05) * chance.standard_normal(array.size, dtype=np.float32))
        return (chance.permutation(array.ravel()) * moved).reshape(array.shape)

    return model.each(shuffled)


def fresh(model: Model, chance: Generator) -> Model:
    """The same architecture before any training, as transformers starts it."""

    def started(_: str, array: Array) -> Array:
        if not is_matrix(array):
            return np.ones_like(array) if array.mean() > 0.2 else np.zeros_like(array)
        return chance.standard_normal(array.shape, dtype=np.float32) * np.float32(0.02)

    return model.each(started)


def shuffled_words(model: Model, chance: Generator) -> Model:
    """A vocabulary in another order."""
    order = chance.permutation(model.shape.words)
    return model.each(lambda name, array: array[order] if name.endswith(WORDS) else array)


def fewer_words(model: Model, share: float, chance: Generator) -> Model:
    """A part of the vocabulary only, in its order: what is done for one language."""
    kept = np.sort(chance.choice(model.shape.words, round((1 - share) * model.shape.words), replace=False))
    smaller = model.each(lambda name, array: array[kept] if name.endswith(WORDS) else array)
    return smaller.with_tensors(smaller.tensors, words=len(kept))


def thinner(model: Model, share: float) -> Model:
    """The weakest neurons of every feed-forward layer are taken out."""
    tensors = dict(model.tensors)
    inner = round((1 - share) * model.shape.inner)
    for layer in range(model.shape.layers):
        names = {name: array for name, array in tensors.items() if layer_of(name) == layer}
        wide = [name for name, array in names.items() if is_matrix(array) and array.shape[0] == model.shape.inner]
        strength = sum(np.linalg.norm(names[name], axis=1) for name in wide)
        kept = np.sort(np.argsort(strength)[::-1][:inner])
        for name, array in names.items():
            if array.shape[0] == model.shape.inner:
                tensors[name] = array[kept]
            elif is_matrix(array) and array.shape[1] == model.shape.inner:
                tensors[name] = array[:, kept]
    return model.with_tensors(tensors, inner=inner)


def permuted_neurons(model: Model, chance: Generator) -> Model:
    """Neurons of every feed-forward layer in another order: the model computes what it did."""
    tensors = dict(model.tensors)
    for layer in range(model.shape.layers):
        order = chance.permutation(model.shape.inner)
        for name, array in model.tensors.items():
            if layer_of(name) != layer:
                continue
            if array.shape[0] == model.shape.inner:
                tensors[name] = array[order]
            elif is_matrix(array) and array.shape[1] == model.shape.inner:
                tensors[name] = array[:, order]
    return model.with_tensors(tensors)


def permuted_stream(model: Model, chance: Generator) -> Model:
    """The residual stream in another order: the model computes what it did."""
    order = chance.permutation(model.shape.width)

    def seen(name: str, array: Array) -> Array:
        if array.ndim == 1:
            inner = name.endswith(("query.bias", "key.bias", "value.bias", "q.bias", "k.bias", "v.bias"))
            return array[order] if array.shape == order.shape and not inner else array
        if _writes(name):
            return array[order]
        return array[:, order] if array.shape[1] == len(order) else array

    return model.each(seen)


def rotated_stream(model: Model, chance: Generator) -> Model:
    """The residual stream of a Llama in other coordinates; the gains of its norms are multiplied into what follows before."""
    width = model.shape.width
    basis, _ = np.linalg.qr(chance.standard_normal((width, width)))
    turn = basis.astype(np.float32)
    tensors = dict(model.tensors)
    words = tensors["model.embed_tokens.weight"]
    tensors.setdefault("lm_head.weight", words)
    gains = {name: array for name, array in tensors.items() if array.shape == (width,)}
    for name, gain in gains.items():
        for read in _read_after(name):
            whole = f"{name.rsplit('.', 2)[0]}.{read}.weight" if layer_of(name) >= 0 else f"{read}.weight"
            tensors[whole] = tensors[whole] * gain
        tensors[name] = np.ones_like(gain)
    for name, array in tensors.items():
        if array.ndim == 2:
            tensors[name] = turn @ array if _writes(name) else array @ turn.T
    return model.with_tensors(tensors)


def _read_after(norm: str) -> tuple[str, ...]:
    """The matrices that read what this norm of a Llama gives."""
    if "input_layernorm" in norm:
        return ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj")
    return ("mlp.gate_proj", "mlp.up_proj") if "post_attention" in norm else ("lm_head",)


def _writes(name: str) -> bool:
    """A matrix whose outputs are added to the residual stream."""
    return name.endswith(("o_proj.weight", "down_proj.weight", "output.dense.weight", "attn.o.weight"))
