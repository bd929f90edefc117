"""The word 4-grams of the known texts of licences, as hashes, and which texts are likely to be in another one.

Of the texts themselves nothing is kept. `scripts/build_licence_index.py` writes `grams.bin`, all numbers little-endian:

    16 bytes          "hilt grams 1" and zeros
    u32 u32 u32       texts, posted hashes, grams
    u32 * texts       how many different grams each text has
    u16 * texts       how many posted hashes each text has
    u8 * texts * 48   how often each word of `marks.COUNTED` occurs in each text, 255 for more; unused places are zero
    u32 * posted      posted hashes of all texts, ascending
    u16 * posted      to which text each of them belongs
    u32 * grams       the grams of the first text, ascending, then those of the second, ...

The n-th text is the n-th of `texts` in `index.json`. A gram is the CRC-32 of four words with a space between them; a text
of fewer words has one gram of all its words. The posted hashes of a text are the smallest of its grams, an eighth of them:
a sketch by which the texts that are worth an exact comparison are found.
"""

from __future__ import annotations

import os
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cache
from zlib import crc32

from hilt.knowledge.licences.marks import counted

MAGIC = b"hilt grams 1".ljust(16, b"\0")
COUNTS = 48
"""Places for counted words of each text."""
_LEAST_POSTED, _POSTED = 24, 8
_FILE = os.path.join(os.path.dirname(__file__), "grams.bin")  # noqa: PTH118, PTH120 (pathlib takes longer to import)


def grams(words: Sequence[str]) -> list[int]:
    """The gram that begins with each word, in order; none begins with the last three."""
    if len(words) < 4:
        return [crc32(" ".join(words).encode())] if words else []
    text = " ".join(words).encode()
    ends, end = [], -1
    for word in words:
        end += 1 + (len(word) if word.isascii() else len(word.encode()))
        ends.append(end)
    begins = [0, *(end + 1 for end in ends)]
    return [crc32(text[begin:end]) for begin, end in zip(begins, ends[3:], strict=False)]


class Grams:
    """The grams of known texts, by their numbers."""

    def __init__(self, file: bytes) -> None:
        if not file.startswith(MAGIC):
            raise ValueError("no grams of licences")
        texts, posted, total = _numbers("I", file[16:28])
        at = 28
        self.sizes = _numbers("I", file[at : (at := at + 4 * texts)])
        self.posts = _numbers("H", file[at : (at := at + 2 * texts)])
        self.counts = [file[begin : begin + COUNTS] for begin in range(at, at + COUNTS * texts, COUNTS)]
        at += COUNTS * texts
        self._posted = _numbers("I", file[at : (at := at + 4 * posted)])
        self._text = _numbers("H", file[at : (at := at + 2 * posted)])
        self._grams = _numbers("I", file[at : at + 4 * total])
        self._all_posted = frozenset(self._posted)
        self._begins = [0]
        for size in self.sizes:
            self._begins.append(self._begins[-1] + size)

    def of(self, text: int) -> array[int]:
        """All grams of a text."""
        return self._grams[self._begins[text] : self._begins[text + 1]]

    def likely(self, asked: set[int], most: int, least: float) -> list[int]:
        """Up to `most` texts of which at least this part of the sketch is among the grams that are asked for."""
        found: dict[int, int] = {}
        posted, text, size = self._posted, self._text, len(self._posted)
        for gram in self._all_posted & asked:
            at = bisect_left(posted, gram)
            while at < size and posted[at] == gram:
                found[text[at]] = found.get(text[at], 0) + 1
                at += 1
        parts = [(count / self.posts[number], self.sizes[number], number) for number, count in found.items()]
        parts = sorted((part for part in parts if part[0] >= least), reverse=True)
        longest = sorted(parts, key=lambda part: part[0] * part[1], reverse=True)
        # Half of them for how much of the known text is there, half for how much of what is asked it explains.
        chosen = dict.fromkeys(number for _, _, number in (*parts[: most // 2], *longest))
        return list(chosen)[:most]


def pack(texts: Sequence[Sequence[str]]) -> bytes:
    """The file for texts that are given as their words."""
    sets = [sorted(set(grams(words))) for words in texts]
    posts = [sorted(each)[: max(_LEAST_POSTED, len(each) // _POSTED)] for each in sets]
    posted = sorted((gram, number) for number, each in enumerate(posts) for gram in each)
    return b"".join(
        (
            MAGIC,
            _bytes("I", [len(sets), len(posted), sum(map(len, sets))]),
            _bytes("I", [len(each) for each in sets]),
            _bytes("H", [len(each) for each in posts]),
            *(counted(words).ljust(COUNTS, b"\0") for words in texts),
            _bytes("I", [gram for gram, _ in posted]),
            _bytes("H", [number for _, number in posted]),
            *(_bytes("I", each) for each in sets),
        )
    )


@cache
def shipped() -> Grams:
    """The grams that come with hilt."""
    with open(_FILE, "rb") as file:  # noqa: PTH123 (pathlib takes longer to import)
        return Grams(file.read())


def _numbers(code: str, part: bytes) -> array[int]:
    numbers = array(code)
    numbers.frombytes(part)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _bytes(code: str, numbers: Iterable[int]) -> bytes:
    made = array(code, numbers)
    if sys.byteorder == "big":
        made.byteswap()
    return made.tobytes()
