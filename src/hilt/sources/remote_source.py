"""A file of a remote subject as a `ByteSource`, read in blocks by whoever can reach it.

In the parent that is `Remote`; a reading process has no network, and asks the parent (`checks/channel.py`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import NamedTuple, Self

from hilt.core.errors import SourceError

STEP = 1 << 14
"""Bytes that are asked for at once, at places that are multiples of it: readers ask for many small pieces."""

WHOLE = 4 << 20
"""What one request may bring; a larger file that git holds comes in pieces."""

NEAR = 1 << 10
"""Ranges that are no farther apart are fetched as one: a request costs about as much as so many bytes."""

MOST_EXPECTED = 8 << 20
"""Bytes that are kept because they are expected."""

Ranges = Sequence[tuple[int, int]]
"""(offset, n) each."""

Fetch = Callable[[str, Ranges], list[bytes]]
"""The bytes of these ranges of the file at this path. Raises `SourceError`, or `ChangedWhileRead`."""


class RemoteLocator(NamedTuple):
    """Where a file of a remote subject is found: its path inside the subject, and the size that was listed.

    `subject` tells apart the subjects that one process reads one after the other: two of them may have a file of the same
    path and size.
    """

    path: str
    size: int
    subject: int = 0


class RemoteSource:
    """A file that lies elsewhere; it needs no closing."""

    def __init__(self, locator: RemoteLocator, fetch: Fetch) -> None:
        self.locator, self._fetch = locator, fetch
        self._start, self._held = 0, b""
        self._expected: list[tuple[int, bytes]] = []

    @property
    def size(self) -> int:
        return self.locator.size

    def read(self, offset: int, n: int) -> bytes:
        """Exactly the bytes [offset, offset + n), fewer only at the end of the size that was listed."""
        n = min(n, self.size - offset)
        if n <= 0 or offset < 0:
            return b""
        begin = offset - self._start
        if 0 <= begin <= len(self._held) - n:
            return self._held[begin : begin + n]
        place = bisect_right(self._expected, offset, key=lambda kept: kept[0]) - 1
        if place >= 0:
            start, kept = self._expected[place]
            if offset + n <= start + len(kept):
                return kept[offset - start : offset - start + n]
        self._start = offset - offset % STEP if n < STEP else offset
        end = min(-(-(offset + n) // STEP) * STEP, self.size)
        (self._held,) = self._fetch(self.locator.path, [(self._start, end - self._start)])
        begin = offset - self._start
        return self._held[begin : begin + n]

    def expect(self, ranges: Ranges) -> None:
        """See `core.byte_source.expect`: fetched together and exactly, and kept until something else is expected."""
        wanted = list(_joined((offset, min(n, self.size - offset)) for offset, n in ranges if 0 <= offset < self.size))
        try:
            parts = self._fetch(self.locator.path, wanted)
        except SourceError:  # it is told by the read that needs it
            return
        self._expected = [(offset, part) for (offset, _), part in zip(wanted, parts, strict=True)]

    def assert_unchanged(self) -> None:
        """Every answer was compared with the listing when it came."""

    def close(self) -> None:
        """Nothing is open."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is open."""


def _joined(ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The ranges in order, those that lie near each other as one, up to `MOST_EXPECTED` bytes."""
    begin = end = left = 0
    for number, (offset, n) in enumerate(sorted(ranges)):
        if number == 0:
            begin, end, left = offset, offset + n, MOST_EXPECTED
        elif offset <= end + NEAR:
            end = max(end, offset + n)
        else:
            yield begin, end - begin
            left -= end - begin
            begin, end = offset, offset + n
        if end - begin > left:
            return
    if end > begin:
        yield begin, end - begin
