"""Where the numbers of a tensor come from, as whoever compares weights sees it: rows on request, as 32-bit floats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@runtime_checkable
class TensorSource(Protocol):
    """A tensor of any format, in PyTorch's order: a matrix is (out, in), a convolution (out, in, height, width).

    `dtype` is how it is stored ("F32", "BF16", "Q4_K", "I8"): packed and quantised numbers are unpacked as they are asked
    for. `name` is the one that the file gives it, with a place behind it where the file gives none.
    """

    @property
    def name(self) -> str: ...

    @property
    def dtype(self) -> str: ...

    @property
    def shape(self) -> tuple[int, ...]: ...

    def rows(self, begin: int, end: int) -> NDArray[np.float32]:
        """Rows [begin, end) of the first dimension, each flattened: of shape (end - begin, product of the others).

        A tensor of one dimension has rows of one number each. What is not a number stays NaN or infinite. Reads no more
        than these rows need, and holds no more than these and a block.

        Raises `FormatError` where the bytes are not what the format says, `SourceError` where they cannot be had.
        """
        ...

    def columns(self, begin: int, end: int, most: int) -> NDArray[np.float32]:
        """Columns [begin, end) of the flattened rows, of the first `most` rows: of shape (end - begin, rows).

        Raises as `rows` does.
        """
        ...
