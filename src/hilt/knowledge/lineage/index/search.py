"""Finds the keys that are near to others, among millions: by the number of bits in which they differ, with NumPy alone.

Keys of strangers differ in 128 of 256 bits, give or take 8; those of sketches with a cosine of .4 in 94, of .7 in 64, of
a quantised or fine-tuned copy in fewer than 10. What stands for a model is the sum over its keys of how unlikely each is by
chance, and it must outweigh the number of keys that were looked at.

Where few are to be compared, all are, in all bits. Among many, each slot of an index is asked with the first keys only that
the model has for it, and the first 64 bits decide whether the others are looked at: of the keys with a cosine of .9 that
all pass, of those with .7 19 of 20, of those with .5 three of five; a model has eight. `benchmarks/lineage_search.py`
compares this with faiss and usearch.
"""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from hilt.knowledge.lineage.index.file import KEYS, WORDS, Table
from hilt.knowledge.lineage.index.keys import Asked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

NEAR = 94
"""Bits in which two keys may differ: a cosine of .4."""
EXACTLY = 1 << 22
"""Comparisons up to which all bits of all keys are compared."""
DEEP = 24_000_000
"""Comparisons up to which a slot is asked with further keys, where the first found too little."""
_FIRST = 22
"""Of the first 64 bits, where there is more to compare."""
_BITS = 64 * WORDS
_BLOCK = 1 << 14
"""Keys that are compared at once: what is made of them stays in the cache."""
_DOUBT = 2.0
"""What the weight of a model must have above the number of keys that were looked at, as a natural logarithm."""


class Near(NamedTuple):
    """Models by number, the nearest first: `weights` is how unlikely it is that so much is alike by chance (as a natural
    logarithm), `keys` how many keys are, `bits` in how many bits the nearest of them differs."""

    models: NDArray[np.int64]
    weights: NDArray[np.float64]
    keys: NDArray[np.int64]
    bits: NDArray[np.int64]


class _Hits(NamedTuple):
    models: NDArray[np.int64]
    tensors: NDArray[np.int64]
    bits: NDArray[np.int64]


def nearest(table: Table, asked: Asked, most: int) -> Near:
    """The models whose keys are nearest to those of the model that is asked for, no more than `most`."""
    models = table.first.shape[1]
    everything = len(asked.keys) * KEYS * models
    if everything <= EXACTLY:
        return _weighed(_hits(_everywhere(table, asked)), everything, most)
    deepest = max(len(slot) for slot in asked.slots)
    found = _hits([])
    done = 0
    for deep in (1, min(deepest, max(1, DEEP // (KEYS * models)))):
        found = _hits([found, *_in_slots(table, asked, done, deep)])
        near = _weighed(found, KEYS * deep * models, most)
        done = deep
        if near.keys.max(initial=0) > KEYS // 2:
            break
    return near


def within(
    first: NDArray[np.uint64], rest: NDArray[np.uint64], key: NDArray[np.uint64], bound: int = 64
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The numbers of the keys that differ from `key` in no more than `NEAR` bits, and in how many.

    Those that differ in more than `bound` of the first 64 bits are left out.
    """
    others = np.tile(key[1:], min(len(first), _BLOCK))
    numbers = _first_within(first, key[0], bound) if bound < 64 else np.arange(len(first))
    found = []
    for begin in range(0, len(numbers), _BLOCK):
        some: Any = numbers[begin : begin + _BLOCK]
        if bound >= 64:
            some = slice(begin, begin + _BLOCK)  # all that stand there, without a copy
        bits = _counted(first[some], rest[some], key[0], others)
        near = np.flatnonzero(bits <= NEAR)
        found.append((numbers[begin + near], bits[near].astype(np.int64)))
    return _joined(found, 2)


def _first_within(first: NDArray[np.uint64], word: np.uint64, bound: int) -> NDArray[np.int64]:
    words, bits, near = np.empty(_BLOCK, np.uint64), np.empty(_BLOCK, np.uint8), np.empty(_BLOCK, bool)
    found = []
    for begin, block in _blocks(first):
        size = len(block)
        np.bitwise_count(np.bitwise_xor(block, word, out=words[:size]), out=bits[:size])
        found.append(np.flatnonzero(np.less_equal(bits[:size], bound, out=near[:size])) + begin)
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def _counted(
    first: NDArray[np.uint64], rest: NDArray[np.uint64], word: np.uint64, others: NDArray[np.uint64]
) -> NDArray[np.uint16]:
    """In how many bits each differs; `others` are the other words of the key, again and again, which is far quicker."""
    bits = np.bitwise_count(rest.reshape(-1) ^ others[: rest.size])
    beyond = bits[0 :: WORDS - 1] + bits[1 :: WORDS - 1] + bits[2 :: WORDS - 1]
    counted: NDArray[np.uint16] = np.add(np.bitwise_count(first ^ word), beyond, dtype=np.uint16)
    return counted


def _blocks(first: NDArray[np.uint64]) -> Iterator[tuple[int, NDArray[np.uint64]]]:
    return ((begin, first[begin : begin + _BLOCK]) for begin in range(0, len(first), _BLOCK))


def _everywhere(table: Table, asked: Asked) -> Iterator[_Hits]:
    for slot in range(KEYS):
        for key, tensor in zip(asked.keys, asked.tensors, strict=True):
            yield _hit(*within(table.first[slot], table.rest[slot], key), int(tensor))


def _in_slots(table: Table, asked: Asked, begin: int, end: int) -> Iterator[_Hits]:
    for number, slot in enumerate(asked.slots):
        for key in slot[begin:end]:
            found = within(table.first[number], table.rest[number], asked.keys[key], _FIRST)
            yield _hit(*found, int(asked.tensors[key]))


def _hit(models: NDArray[np.int64], bits: NDArray[np.int64], tensor: int) -> _Hits:
    return _Hits(models, np.full(len(models), tensor, np.int64), bits)


def _hits(several: Iterable[_Hits]) -> _Hits:
    return _Hits(*_joined([one for one in several if len(one.models)], 3))


def _joined(several: Sequence[tuple[NDArray[np.int64], ...]], columns: int) -> tuple[Any, ...]:
    if not several:
        return (np.zeros(0, np.int64),) * columns
    return tuple(np.concatenate(column) for column in zip(*several, strict=True))


def _weighed(hits: _Hits, compared: int, most: int) -> Near:
    """Of each model and tensor the nearest key counts, once."""
    order = np.lexsort((hits.bits, hits.tensors, hits.models))
    models, tensors, bits = (column[order] for column in hits)
    new = np.ones(len(models), bool)
    new[1:] = (models[1:] != models[:-1]) | (tensors[1:] != tensors[:-1])
    models, bits = models[new], bits[new]
    numbers, begins, keys = np.unique(models, return_index=True, return_counts=True)
    weights = np.add.reduceat(np.square(_BITS / 2 - bits) / (_BITS / 2), begins) if len(begins) else np.zeros(0)
    nearest_bits = np.minimum.reduceat(bits, begins) if len(begins) else bits
    enough = np.flatnonzero(weights > log(max(compared, 1)) + _DOUBT)
    first = enough[np.argsort(-weights[enough], kind="stable")][:most]
    return Near(numbers[first], weights[first], keys[first], nearest_bits[first])
