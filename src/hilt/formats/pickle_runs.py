"""Finds runs in a pickle: stretches of opcodes that only make plain values, which a machine can take in one step.

A run takes nothing from the stack below it. It pushes values, and memoises some; or it first adds items to the container
below, one by one, as protocols 0 and 1 do. In it may stand numbers, short texts and bytes, memo entries that are read,
and lists, dicts, sets and tuples of all these. What is called or looked up, or could hide a pickle, stands outside.
"""

from __future__ import annotations

import re
from itertools import accumulate, compress
from operator import itemgetter, sub

from hilt.core.byte_source import ByteSource
from hilt.core.patterns import lazy_pattern
from hilt.formats.pickle_run import PUSHES, Run

_BLOCK = 1 << 14
"""Bytes that are looked through at once, which is the most that a run can have."""
_SHORTEST = 32
"""Opcodes, and a lower bound of bytes, of the shortest run that is worth its while."""
_DEPTH = 6
"""Marks inside each other in one run."""


def _literal(code: bytes, width: int, first: bytes, rest: bytes, longest: int) -> bytes:
    """A literal behind its length, which has `width` bytes."""
    sizes = [re.escape(size.to_bytes(width, "little")) for size in range(longest + 1)]
    texts = [b"", *(first + rest + b"{%d}" % more for more in range(longest))]
    return code + b"(?:" + b"|".join(size + text for size, text in zip(sizes, texts, strict=True)) + b")"


_ASCII = rb"[\x00-\x7f]"  # other texts may be invalid, or begin as a pickle does
_TOKEN = b"|".join(
    (
        rb"J.{4}|[Khq].|M..|G.{8}",
        rb"[][N})(etu\x85\x86\x87\x88\x89\x8f\x90\x91\x94asdl]",
        rb"[jr].{4}",
        _literal(rb"[\x8cU]", 1, _ASCII, _ASCII, 63),
        _literal(rb"X", 4, _ASCII, _ASCII, 63),
        _literal(rb"C", 1, rb"[^\x80]", rb".", 16),
        _literal(rb"\x8a", 1, rb".", rb".", 16),
        rb"I(?:-?[1-9][0-9]{0,19}|00?|01)\n",
        rb"F-?[0-9]{1,20}(?:\.[0-9]{1,20})?(?:e[+-][0-9]{1,3})?\n",
        rb"[gp](?:[1-9][0-9]{0,9}|0)\n",
        rb"[SV][ -\[\]-~]{0,99}+\n",
        rb"L(?:-?[1-9][0-9]{0,99}|0)L\n",
    )
)
_FEW = lazy_pattern(rb"(?:%s){,%d}+" % (_TOKEN, _SHORTEST), re.DOTALL)
_TOKENS = lazy_pattern(_TOKEN + b"|.++", re.DOTALL)
"""All tokens in a row, and then the rest as if it were one."""
_NUMBERS = lazy_pattern(
    b"|".join(rb"(?:%s){%d,}+" % (number, _SHORTEST) for number in (rb"J.{4}", rb"K.", rb"M..", rb"G.{8}")), re.DOTALL
)
_SIZES = {ord("J"): 5, ord("K"): 2, ord("M"): 3, ord("G"): 9}

_LETTERS = bytes.maketrans(
    PUSHES + b"hjg\x94qrp]}\x8f\x90\x91\x85\x86\x87",
    b"n" * len(PUSHES) + b"gggmmmmcccet123",
)
"""What a token does: n pushes a value, g one of the memo, c an empty container, m memoises; others stand for themselves."""
_IS_PUT = bytes(letter == ord("m") for letter in range(256))
_IS_GET = bytes(letter == ord("g") for letter in range(256))
_NEITHER = bytes({*range(256)} - {*b"mg"})


def _inside(depth: int) -> bytes:
    """Opcodes whose marks are all used up; which of them fit together shows later."""
    deeper = _inside(depth - 1) if depth else b""
    return rb"(?:[ngmas123]++|c(?!m*+\()|(?:cm*+)?+\(" + deeper + rb"[eutld])*+"


_SEGMENT = lazy_pattern(
    rb"(?=[ngc(])(?:[ngmas123]++|c(?!m*+\()|cm*+(?:\(%(in)s[eu])++(?!\()|\(%(in)s[tld])*+"
    % {b"in": _inside(_DEPTH - 1)}
)
"""Complete values in a row, as far as marks tell."""
_FILLED = lazy_pattern(rb"c(?:\([nc]*+e|\((?:[nc][nc])*+u|[nc]a|[nc][nc]s)++|\([nc]*+l|\((?:[nc][nc])*+d")
_TUPLE = lazy_pattern(rb"\([nc]*+t|[nc](?:1|[nc](?:2|[nc]3))")
_LEFT = lazy_pattern(rb"((?:[nc]a)++|(?:[nc][nc]s)++)?+([nc]*+)")
"""What a run comes down to."""
_FOREIGN = lazy_pattern(rb"[(aseu]m")
"""Memoising what is not new, or nothing."""


class Plan:
    """The runs in `data`, which stands at `base`, found block by block."""

    def __init__(self, source: ByteSource, data: bytes, base: int) -> None:
        self._source, self._data, self._base = source, data, base
        self._runs: list[Run] = []
        self._end = 0

    def at(self, i: int) -> tuple[Run | None, int]:
        """The run that begins at `i`, where one does, and the place from which on to ask again, at one of `STARTS`."""
        if not self._runs:
            self._runs, self._end = _block(self._source, self._data, i, self._base)
        if not self._runs:
            return None, self._end
        if self._runs[-1].start != self._base + i:
            return None, self._runs[-1].start - self._base
        run = self._runs.pop()
        return run, run.end - self._base


def _block(source: ByteSource, data: bytes, i: int, base: int) -> tuple[list[Run], int]:
    """The runs in a block of `data` from `i` on, last first, and where the block ends; `data` stands at `base`."""
    limit = min(i + _BLOCK, len(data))
    first = i + (data[i] == ord("("))
    if numbers := _NUMBERS.match(data, first, limit):
        count = (numbers.end() - first) // _SIZES[data[first]]
        return [Run(source, base + first, base + numbers.end(), pushed=count)], numbers.end()
    few = _FEW.match(data, i, limit)
    if few is None or few.end() < i + _SHORTEST:
        return [], i + 2 * _SHORTEST
    tokens: list[bytes] = _TOKENS.findall(data, i, limit)
    if not _FEW.fullmatch(tokens[-1]):
        tokens.pop()
    letters = bytes(map(itemgetter(0), tokens)).translate(_LETTERS)
    ends = list(accumulate(map(len, tokens), initial=i))
    found, last = [], 0
    hopeless = len(letters.translate(None, b"eutld")) - len(letters.translate(None, b"(eutld")) > 64 + len(letters) // 4
    for segment in () if hopeless else _SEGMENT.finditer(letters):
        first, last = segment.start(), _complete(letters, segment)
        if last - first < _SHORTEST:
            continue
        run = _run(source, base, ends, tokens, letters, first, last)
        if run is None and (later := letters.find(b"(", first + 1, last)) > 0:
            run = _run(source, base, ends, tokens, letters, later, last)
        if run is not None:
            found.append(run)
    # What is not complete is looked at again, with what follows.
    if found and len(tokens) - last < len(tokens) // 4:
        return found[::-1], ends[last]
    return found[::-1], ends[-1] if found else 2 * ends[-1] - i


_CLOSED = lazy_pattern(rb"[123teuldas]m*+(?=([^123teuldas]{0,64})\Z)")


def _complete(letters: bytes, segment: re.Match[bytes]) -> int:
    """Where a segment ends, without the values at the end of the block that may belong to what follows."""
    if segment.end() < len(letters):
        return segment.end()
    closed = _CLOSED.search(letters, max(segment.start(), len(letters) - 64))
    if closed is not None and closed.end() < len(letters):
        return closed.end()
    last = segment.end() - (letters[-1:] != b"m")
    return last if closed is None else segment.end()


def _run(
    source: ByteSource, base: int, ends: list[int], tokens: list[bytes], letters: bytes, first: int, last: int
) -> Run | None:
    """What the opcodes from `first` to `last` do, where that is all that a run may do."""
    shape = _shape(letters[first:last])
    if shape[0] and shape[1]:  # the last container is not yet complete
        last = max(letters.rfind(b"(", first, last), letters.rfind(b"c", first, last))
        shape = _shape(letters[first:last])
    if last - first < _SHORTEST or shape == (0, 0) or _FOREIGN.search(letters, first, last):
        return None
    tokens, letters = tokens[first:last], letters[first:last]
    run = Run(source, base + ends[first], base + ends[last], *shape, letters.count(b"m"))
    puts = [token for token in compress(tokens, letters.translate(_IS_PUT)) if token != b"\x94"]
    if puts:
        indices = _indices(puts)
        if len(puts) < run.memoised or indices != list(range(indices[0], indices[0] + run.memoised)):
            return None
        run.numbered = indices[0]
    if b"g" in letters:
        gets = _indices(list(compress(tokens, letters.translate(_IS_GET))))
        written = accumulate(map(len, letters.translate(None, _NEITHER).split(b"g")))
        parts = letters.split(b"m")
        run.holders = tuple(place for place, part in enumerate(parts[:-1]) if part[-1:] != b"n")
        run.read, run.needed = frozenset(gets), max(map(sub, gets, written)) + 1
    return run


def _shape(letters: bytes) -> tuple[int, int]:
    """How many values the opcodes add to the container below, and push; nothing where they do anything else."""
    shape, before = letters.translate(bytes.maketrans(b"g", b"n"), b"m"), b""
    for _ in range(2 * _DEPTH):
        if shape == before:
            break
        before = shape
        shape = _TUPLE.sub(b"n", _FILLED.sub(b"c", shape))
    left = _LEFT.fullmatch(shape)
    if left is None:
        return 0, 0
    adding = left[1] or b""
    return adding.count(b"a") + adding.count(b"s"), len(left[2])


def _indices(tokens: list[bytes]) -> list[int]:
    """The memo entries that opcodes name."""
    joined = b"".join(tokens)
    if len(joined) == 2 * len(tokens):
        return list(joined[1::2])
    return [int(token[1:]) if token[0] in b"gp" else int.from_bytes(token[1:], "little") for token in tokens]
