"""Bytes that a pickle of an old protocol keeps as text, as a source of the bytes themselves."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.limits import MIB
from hilt.formats.pickle_disputes import unescaped

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLOCK = 1 << 18
_ESCAPED_MAX = 64 * MIB
"""Bytes of an escaped text that is put together whole."""


class Latin1:
    """The `size` characters of the UTF-8 text in the bytes [begin, end), each as one byte: so protocol 2 keeps bytes.

    With which character each block of the text begins is found when the first is read: all is then gone through once.
    """

    def __init__(self, source: ByteSource, begin: int, end: int, size: int) -> None:
        self._source, self._begin, self._end, self.size = source, begin, end, size
        self._firsts: list[int] = []

    def read(self, offset: int, n: int) -> bytes:
        if not self._firsts:
            places = range(self._begin, self._end, _BLOCK)
            self._firsts = list(accumulate((int(_starts(self._block(at)).sum()) for at in places), initial=0))
        found, position, end = list[bytes](), offset, min(offset + n, self.size, self._firsts[-1])
        while 0 <= position < end:
            index = bisect_right(self._firsts, position) - 1
            part = self._decoded(index)[position - self._firsts[index] :][: end - position]
            found.append(part)
            position += len(part)
        return b"".join(found)

    def _block(self, place: int) -> NDArray[np.uint8]:
        return np.frombuffer(self._source.read(place, min(_BLOCK, self._end - place)), np.uint8)

    def _decoded(self, index: int) -> bytes:
        """The characters that begin in the block of this index; the last may end behind it."""
        place = self._begin + index * _BLOCK
        data = self._source.read(place, min(_BLOCK + 1, self._end - place))
        begins = np.flatnonzero(_starts(np.frombuffer(data[:_BLOCK], np.uint8)))
        last = data[_BLOCK:] if data[_BLOCK:] and not _starts(np.frombuffer(data[_BLOCK:], np.uint8))[0] else b""
        try:
            return (data[int(begins[0]) : _BLOCK] + last).decode("utf-8").encode("latin-1")
        except UnicodeError as error:
            raise FormatError(f"the bytes of an array are no text of single bytes: {error}", offset=place) from None


class Escaped:
    """The bytes of a text with escapes: so protocol 0 keeps bytes, as a text in quotes (Python 2) or as one of characters."""

    def __init__(self, source: ByteSource, begin: int, end: int, size: int, *, quoted: bool) -> None:
        if end - begin > _ESCAPED_MAX:
            raise FormatError(f"an array is kept as {end - begin} bytes of text with escapes", offset=begin)
        self._source, self._begin, self._end, self.size, self._quoted = source, begin, end, size, quoted

    def read(self, offset: int, n: int) -> bytes:
        if offset < 0 or n <= 0:
            return b""
        text = self._source.read(self._begin, self._end - self._begin)
        try:
            if self._quoted:
                return unescaped(text.strip()[1:-1])[offset : offset + n]
            return text.decode("raw-unicode-escape").encode("latin-1")[offset : offset + n]
        except ValueError as error:
            raise FormatError(f"an escape is broken: {error}", offset=self._begin) from None


def _starts(data: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which bytes begin a character."""
    begin: NDArray[np.bool_] = (data & 0xC0) != 0x80
    return begin
