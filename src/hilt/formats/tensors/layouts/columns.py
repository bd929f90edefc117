"""Columns of a tensor whose rows are all that can be had of it."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np

from hilt.core.tensor_source import TensorSource

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLOCK = 1 << 20
"""About how many numbers are held at once."""


def columns_of_rows(tensor: TensorSource, begin: int, end: int, most: int, together: int = 1) -> NDArray[np.float32]:
    """What `columns` of a tensor gives, from its rows, some at a time: a multiple of `together`, which are cheap to have at once."""
    count, width = min(most, tensor.shape[0] if tensor.shape else 1), prod(tensor.shape[1:])
    end = min(end, width)
    step = max(1, _BLOCK // max(1, width * together)) * together
    result = np.empty((end - begin, count), np.float32)
    for at in range(0, count, step):
        to = min(at + step, count)
        result[:, at:to] = tensor.rows(at, to)[:, begin:end].T
    return result
