"""The files of one subject that is not here yet, read by ranges over HTTP, each byte at most once.

Readers ask for little and in order. So the head of every file is fetched ahead, several at a time, and its end, where an
archive would have its list; small files come whole; a read that goes on where the last one ended brings twice as much as
that one did.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count, pairwise
from typing import TYPE_CHECKING

from hilt.core.errors import SourceError
from hilt.core.limits import Limits
from hilt.core.report import Transfer
from hilt.formats.beginnings import ZIP_REACH
from hilt.sources.blocks import BLOCK, HELD, Blocks
from hilt.sources.remote_source import STEP, WHOLE, RemoteLocator

if TYPE_CHECKING:
    from hilt.sources.http import Answer, Client
    from hilt.sources.probing import Probe
    from hilt.sources.remote_file import RemoteFile, Stated

SMALL = 4 * STEP
"""A file up to this size comes whole; so do those that git itself holds, whose digest can be had in no other way."""

FIRST, AHEAD = STEP // BLOCK, 512
"""Blocks that are brought at once at a new place, and at most where a file is read in order."""

PIECE = 1 << 10
"""Blocks of one request; more are fetched by several."""

APART = 4
"""Blocks from one to the next that one request still brings: so many more cost less than a further request."""

HEADS = HELD // 2
"""Bytes of heads that wait to be read; further ones are fetched when these were."""


_NUMBERS = count(1)
"""Of the subjects of this process."""


class Remote:
    """Fetches from several threads at once; `close` ends the connections."""

    def __init__(self, client: Client, stated: Iterable[Stated], limits: Limits) -> None:
        from hilt.sources.connections import AT_ONCE
        from hilt.sources.remote_file import RemoteFile

        self._client, self._limits, self._number = client, limits, next(_NUMBERS)
        self._files = {one.path: RemoteFile(one) for one in stated}
        self._blocks = Blocks()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="hilt-fetch")
        self._lock = threading.Lock()
        # The largest first: it is the one that is most likely to be kept from us.
        largest = max((file.stated.size for file in self._files.values()), default=0)
        order = sorted(self._files, key=lambda path: (self._files[path].stated.size != largest, path))
        self._to_come = deque(order)
        self._unread: dict[str, int] = {}
        self._room = HEADS

    @property
    def locators(self) -> Mapping[str, RemoteLocator]:
        return {path: RemoteLocator(path, file.stated.size, self._number) for path, file in self._files.items()}

    @property
    def transferred(self) -> Transfer:
        """Everything fetched so far, the listing included."""
        return Transfer(bytes=self._client.received, requests=self._client.requests)

    def probes(self) -> Mapping[str, tuple[Probe, ...]]:
        """Everything that came of each file so far, by path: what is stored of it later must be the same bytes."""
        probes = {}
        for path, file in self._files.items():
            with file.lock:
                probes[path] = file.probing.probes()
        return {path: found for path, found in probes.items() if found}

    def begin(self) -> None:
        """Fetches the heads of all files ahead, in the order in which they will be read.

        Raises `Refused` where the server does not let us in: then no file could be read.
        """
        from hilt.sources.http import Refused

        first = self._go_on()
        if first is not None:
            try:
                first.result()
            except Refused:
                raise
            except SourceError:
                pass  # tried again, and told, when that file is read

    def keep(self, path: str, answer: Answer) -> None:
        """Takes the first bytes of a file from the answer that told its size."""
        file = self._files[path]
        piece = file.checked(answer, 0, min(file.stated.size, STEP))
        file.probing.take(piece.start, piece.data)
        for at in range(0, len(piece.data), BLOCK):
            self._blocks.put(path, at // BLOCK, piece.data[at : at + BLOCK])
        self._to_come.clear()

    def _go_on(self) -> Future[None] | None:
        """Fetches further heads while there is room; the first of them comes back."""
        first = None
        with self._lock:
            while self._to_come and self._room > 0:
                path = self._to_come.popleft()
                size = _head_size(self._files[path].stated)
                self._unread[path] = size
                self._room -= size
                fetched = self._threads.submit(self._head, path)
                first = first or fetched
        return first

    def read(self, path: str, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        """The bytes of each (offset, n), fewer only at the end of the file.

        Raises `SourceError` where they cannot be had, `ChangedWhileRead` where they are not of what was listed.
        """
        file = self._files.get(path)
        if file is None:
            raise SourceError(f"{path}: no such file was listed")
        size = file.stated.size
        clipped = [(offset, min(n, size - offset) if 0 <= offset < size else 0) for offset, n in ranges]
        with file.lock:
            file.assert_right()
            blocks = self._bring(file, [one for one in clipped if one[1] > 0])
        if path in self._unread:
            with self._lock:
                self._room += self._unread.pop(path, 0)
            self._go_on()
        return [_cut(blocks, offset, n) for offset, n in clipped]

    def close(self) -> None:
        """Ends every connection; a read that is under way fails."""
        with self._lock:
            self._to_come.clear()
        self._client.close()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _head(self, path: str) -> None:
        file = self._files[path]
        if file.stated.size and file.lock.acquire(blocking=False):  # else somebody reads it already
            try:
                if not _comes_whole(file.stated):
                    self._bring(file, [(max(0, file.stated.size - ZIP_REACH), ZIP_REACH)])
                self._bring(file, [(0, STEP)])
            finally:
                file.lock.release()

    def _bring(self, file: RemoteFile, wanted: Sequence[tuple[int, int]]) -> dict[int, bytes]:
        """The blocks that hold `wanted`, by number; those that are not held are fetched."""
        path = file.stated.path
        needed = sorted(
            {number for offset, n in wanted for number in range(offset // BLOCK, (offset + n - 1) // BLOCK + 1)}
        )
        blocks = {number: block for number in needed if (block := self._blocks.get(path, number)) is not None}
        missing = [number for number in needed if number not in blocks]
        if not missing:
            return blocks
        fetched = self._fetch(file, self._runs(file, missing))
        for number, block in fetched.items():
            self._blocks.put(path, number, block)
        self._digest(file, fetched)
        return blocks | fetched

    def _runs(self, file: RemoteFile, missing: Sequence[int]) -> list[tuple[int, int]]:
        """Which blocks to fetch, as [first, end) of each request."""
        end = -(-file.stated.size // BLOCK)
        if _comes_whole(file.stated):
            return [(0, end)]
        cuts = [
            0,
            *(index for index, (one, next_) in enumerate(pairwise(missing), 1) if next_ - one > APART),
            len(missing),
        ]
        runs = [(missing[first], missing[last - 1] + 1) for first, last in pairwise(cuts)]
        if len(runs) == 1:
            begin, until = runs[0]
            file.ahead = min(file.ahead * 2, AHEAD) if begin == file.next else FIRST
            far = min(max(until, begin + file.ahead), end)
            file.next = next((at for at in range(until, far) if self._blocks.has(file.stated.path, at)), far)
            runs = [(begin, file.next)]
        return [(at, min(at + PIECE, until)) for begin, until in runs for at in range(begin, until, PIECE)]

    def _fetch(self, file: RemoteFile, runs: Sequence[tuple[int, int]]) -> dict[int, bytes]:
        size = file.stated.size
        spans = [(first * BLOCK, min(end * BLOCK, size)) for first, end in runs]
        self._assert_room(file, sum(end - start for start, end in spans))
        if len(spans) == 1:
            pieces = [file.fetch(self._client, *spans[0])]
        else:
            pieces = list(self._threads.map(lambda span: file.fetch(self._client, *span), spans))
        for piece in pieces:
            file.probing.take(piece.start, piece.data)
        return {
            (piece.start + at) // BLOCK: piece.data[at : at + BLOCK]
            for piece in pieces
            for at in range(0, len(piece.data), BLOCK)
        }

    def _assert_room(self, file: RemoteFile, more: int) -> None:
        needed = self._client.received + more
        if needed > self._limits.remote_bytes:
            raise SourceError(
                f"{file.stated.path}: to read on, {needed} bytes of the subject would be fetched (limit remote_bytes = "
                f"{self._limits.remote_bytes}); raise the limit, or download it to a folder that nothing loads from, and "
                "check that"
            )

    def _digest(self, file: RemoteFile, fetched: Mapping[int, bytes]) -> None:
        """Digests what now follows the bytes digested before, whatever the order in which it came."""
        while file.digested < file.stated.size:
            number = file.digested // BLOCK
            block = fetched.get(number) or self._blocks.get(file.stated.path, number)
            if block is None:
                return
            file.take(block)


def _comes_whole(stated: Stated) -> bool:
    return stated.size <= SMALL or (bool(stated.blob) and not stated.sha256 and stated.size <= WHOLE)


def _head_size(stated: Stated) -> int:
    return stated.size if _comes_whole(stated) else STEP + ZIP_REACH


def _cut(blocks: Mapping[int, bytes], offset: int, n: int) -> bytes:
    if n <= 0:
        return b""
    first, last = offset // BLOCK, (offset + n - 1) // BLOCK
    data = blocks[first] if first == last else b"".join(blocks[number] for number in range(first, last + 1))
    return data[offset - first * BLOCK : offset - first * BLOCK + n]
