"""Which way round the kernels of a file lie that names no operator: as the biases beside them tell.

A kernel of TensorFlow, JAX or plain NumPy is (in, out) or (height, width, in, out), one of PyTorch (out, in, height,
width): a bias is as long as there are outputs. Where a file has kernels of both kinds, or the bias fits both ends, the
kernels whose biases fit one end alone decide for the others. A kernel without a bias stays as it is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import prod

from hilt.core.tensor_source import TensorSource
from hilt.formats.tensors.layouts.dense import Dense
from hilt.formats.tensors.layouts.turned import depthwise, kernel

_KIND = re.compile(r"(?<![a-z])(?:weights?|kernels?|coefs?|w|bias(?:es)?|intercepts?|b)(?![a-z])")
_BIAS = re.compile(r"(?<![a-z])(?:bias(?:es)?|intercepts?|b)(?![a-z])")
_LAST = re.compile(r"[^./]*\Z")


def oriented(tensors: Iterable[TensorSource]) -> Iterator[TensorSource]:
    """The tensors in their order, kernels in the order of PyTorch."""
    listed = [_flat(one) for one in tensors]
    outputs = dict(_outputs(listed))
    told = [_outputs_last(listed[at].shape, count) for at, count in outputs.items()]
    most = told.count(True) > told.count(False)
    for at, stored in enumerate(listed):
        count, rank = outputs.get(at, 0), len(stored.shape)
        if rank == 4 and count == prod(stored.shape[2:]) != stored.shape[3] and count != stored.shape[0] and most:
            yield depthwise(stored)
        elif count and count == stored.shape[-1] and (count != stored.shape[0] or most):
            yield kernel(stored)
        else:
            yield stored


def _flat(tensor: TensorSource) -> TensorSource:
    """A vector as such, that is shaped to be added to pictures: (1, 1, channels)."""
    *ones, last = tensor.shape or (1,)
    return (
        replace(tensor, shape=(last,)) if isinstance(tensor, Dense) and len(ones) > 1 and set(ones) == {1} else tensor
    )


def _outputs_last(shape: tuple[int, ...], outputs: int) -> bool | None:
    """Does the bias fit the last dimension alone? None where it fits both ends, or none."""
    first, last = shape[0] == outputs, shape[-1] == outputs
    return None if first == last else last


def _outputs(listed: list[TensorSource]) -> Iterator[tuple[int, int]]:
    """The place of every kernel that has a bias, and how long that is."""
    by_stem: dict[str, int] = {}
    by_parent: dict[str, set[int]] = defaultdict(set)
    for one in listed:
        if len(one.shape) == 1 and _BIAS.search(one.name.lower()):
            by_stem[_stem(one.name)] = one.shape[0]
            by_parent[_LAST.sub("", one.name)].add(one.shape[0])
    for at, one in enumerate(listed):
        if not 2 <= len(one.shape) <= 5:
            continue
        beside = by_parent[_LAST.sub("", one.name)]
        following = listed[at + 1] if at + 1 < len(listed) else None
        if _stem(one.name) in by_stem:
            yield at, by_stem[_stem(one.name)]
        elif len(beside) == 1:
            yield at, next(iter(beside))
        elif (
            _is_number(one.name) and following is not None and len(following.shape) == 1 and _is_number(following.name)
        ):
            yield at, following.shape[0]


def _stem(name: str) -> str:
    """The name without the word for what it is."""
    return _KIND.sub("", name.lower())


def _is_number(name: str) -> bool:
    """Is it only a place in a list?"""
    return name.rpartition(".")[2].isdecimal()
