"""Fingerprints of large models made small enough for an index of millions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hilt.knowledge.lineage.index.keys import holders
from hilt.knowledge.lineage.print_bytes import encode
from hilt.knowledge.lineage.prints import ModelPrint

MOST = 220_000
"""Bytes of one fingerprint in an index."""
_DEEP = 4


def thinned(model: ModelPrint, most: int = MOST) -> ModelPrint:
    """The fingerprint with as many tensors as fit into `most` bytes: those that it is found by, then some of all places.

    Raises `FormatError` where no tensor says enough to find it by.
    """
    size = len(encode(model))
    if size <= most:
        return model
    kept: set[int] = set()
    room = most - len(encode(replace(model, tensors=())))
    for place in _order(model):
        room -= len(encode(ModelPrint(tensors=(model.tensors[place],), parameters=0)))
        if room < 0:
            break
        kept.add(place)
    tensors = tuple(tensor for place, tensor in enumerate(model.tensors) if place in kept)
    return replace(model, tensors=tensors, unnamed=model.unnamed + len(model.tensors) - len(tensors))


def _order(model: ModelPrint) -> Iterator[int]:
    """Those that hold keys first; then by steps through the model that become finer, so that every layer keeps some."""
    first = holders(model, _DEEP)
    yield from sorted(first)
    seen = set(first)
    step = 1 << len(model.tensors).bit_length()
    while step:
        for place in range(0, len(model.tensors), step):
            if place not in seen:
                seen.add(place)
                yield place
        step //= 2
