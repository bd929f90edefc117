"""Which keys of a model an index is searched by: eight, each in a slot of its own, and the same ones for a changed copy.

Every sketch of a fingerprint gives a key, the signs of its 256 numbers; the part of the bits in which two keys differ is the
angle between the sketches. Eight matrices stand for a model:

    slot 0       the largest: for a language model its vocabulary, which much is made from that shares nothing else
    slot 1       the cosines of the rows of a vocabulary (`GRAM`), which no rotation of the residual stream changes
    slots 2 to 7 the one whose sketch has the largest sum over one of six eighths of its numbers; slot 1 likewise where
                 there is no vocabulary

This looks at no name, no order and no number format, and what hardly changes a sketch hardly changes which is chosen. A
copy without a third of its layers has the same matrix in two slots of three; and where another one came in between, the
one that was chosen stands second or third: so who searches asks for a slot with the first few that he has for it.

Vectors count only where there is no matrix: norms and biases are small, and much alike.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hilt.core.errors import FormatError
from hilt.knowledge.lineage.index.file import KEYS, WORDS
from hilt.knowledge.lineage.prints import How, ModelPrint, Sketch, TensorPrint

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST = 8_192
"""Sketches of one model that are looked at, those of the largest tensors first."""
_NUMBERS = 256
_SPREAD = 192
"""Sketches of fewer independent numbers give no key: strangers would share too many bits."""
_LARGEST = 1 << 62
_FIRST = 1e6
"""Above every sum of numbers."""


class Asked(NamedTuple):
    """The keys of a model that is looked for: `keys` of shape (number, 4), and by whose tensor each was made.

    `slots` has for each slot the numbers of the keys, those first that are most likely to stand there.
    """

    keys: NDArray[np.uint64]
    tensors: NDArray[np.int64]
    slots: tuple[NDArray[np.int64], ...]


def chosen(model: ModelPrint) -> NDArray[np.uint64]:
    """The eight keys of a model, of shape (8, 4). Raises `FormatError` where no tensor says enough."""
    found = _asked(model, kept=True)
    return found.keys[[slot[0] for slot in found.slots]]


def asked(model: ModelPrint) -> Asked:
    """All keys that a model can be looked for by. Raises `FormatError` where no tensor says enough."""
    return _asked(model, kept=False)


def holders(model: ModelPrint, deep: int) -> frozenset[int]:
    """The tensors of the first `deep` keys for each slot: what a fingerprint that is made smaller must keep."""
    found = _asked(model, kept=True)
    return frozenset(int(found.tensors[number]) for slot in found.slots for number in slot[:deep])


def _asked(model: ModelPrint, *, kept: bool) -> Asked:
    largest = sorted(range(len(model.tensors)), key=lambda number: -model.tensors[number].parameters)
    every = [(number, one) for number in largest for one in _sketches(model.tensors[number], kept=kept)]
    some = [pair for pair in every if _is_matrix(model.tensors[pair[0]])] or every
    some = list(islice(some, MOST))
    if not some:
        raise FormatError("no tensor is large and varied enough to know a model by")
    numbers = np.frombuffer(b"".join(one.numbers for _, one in some), "<f2").reshape(-1, _NUMBERS)
    keys = np.packbits(numbers > 0, axis=1).view("<u8").reshape(-1, WORDS)
    tensors = np.array([number for number, _ in some], np.int64)
    grams = np.array([one.how is How.GRAM for _, one in some])
    parameters = np.array([min(model.tensors[number].parameters, _LARGEST) for number, _ in some], np.float64)
    return Asked(keys, tensors, tuple(_slots(numbers.astype(np.float32), parameters, grams)))


def _slots(
    numbers: NDArray[np.float32], parameters: NDArray[np.float64], grams: NDArray[np.bool_]
) -> list[NDArray[np.int64]]:
    sums = numbers.reshape(-1, KEYS, _NUMBERS // KEYS).sum(axis=2).T.astype(np.float64)
    sums = np.nan_to_num(sums, nan=0.0, posinf=0.0, neginf=0.0)
    sums[1] += grams * _FIRST
    sums[2:] -= grams * _FIRST
    slots = [np.argsort(-one, kind="stable") for one in sums]
    slots[0] = np.lexsort((-sums[0], grams, -parameters))
    return slots


def _sketches(tensor: TensorPrint, *, kept: bool) -> list[Sketch]:
    """Those that are looked for; of what is kept, one for each way in which nothing else can stand for it."""
    usable = [one for one in tensor.sketches if one.spread >= _SPREAD]
    if not kept:
        return usable
    whole = next((one for one in usable if one.how is How.LEVELLED), None)
    whole = whole or next((one for one in usable if one.how is How.WHOLE), None)
    return [one for one in usable if one is whole or one.how is How.GRAM]


def _is_matrix(tensor: TensorPrint) -> bool:
    return sum(side > 1 for side in tensor.shape) > 1
