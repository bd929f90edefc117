"""Walks a fastText model, plain (`.bin`) or quantised (`.ftz`).

Source: fastText 0.9, src/fasttext.cc (signModel, loadModel), args.cc, dictionary.cc, densematrix.cc, quantmatrix.cc and
productquantizer.cc (their load functions). Little-endian: magic, version, arguments, the dictionary, the input matrix,
the output matrix; the first releases wrote no magic and no version. Numbers of matrices are passed over unread.

What can bite: nothing names code or files: arguments, words and matrices. Lengths that lie may crash the C++ code that
believes them.

What hilt cannot see: the numbers, and whether the words stand at their right places.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.cursor import Cursor
from hilt.formats.reader import Head

MAGIC = b"\xba\x16\x4f\x2f"
_ARGUMENTS = 12 * 4 + 8
MODELS = {1: "cbow", 2: "skipgram", 3: "supervised"}

_ENTRY = re.compile(rb"([^\0]*+)\0.{8}([\0\1])", re.DOTALL)
"""A word or label, its count, and which of the two it is."""
_AHEAD = 1 << 20
"""Bytes of the dictionary that are looked at together; the longest entry must fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FastText:
    """What a model says of itself; `version` is 0 where it states none. `labels` are what a classifier can answer."""

    version: int
    model: str
    dimensions: int
    quantised: bool
    words: int
    labels: tuple[str, ...]
    parameters: int


def probe(head: Head) -> bool:
    if head.data.startswith(MAGIC):
        return True
    if len(head.data) < _ARGUMENTS + 12:
        return False
    # Without a magic: arguments in their ranges, and as many entries as there are words and labels.
    *arguments, size, words, labels = struct.unpack_from("<12i8x3i", head.data)
    dimensions, window, epochs, _, _, _, loss, model, *_ = arguments
    sane = all(0 <= argument <= 1 << 28 for argument in arguments) and min(dimensions, window, epochs) > 0
    return sane and loss in (1, 2, 3) and model in MODELS and min(words, labels) >= 0 and 0 < size == words + labels


def read(source: ByteSource, limits: Limits) -> FastText:
    """The model in `source`, walked to its last byte."""
    cursor = Cursor(source)
    version = 0
    if cursor.peek(4)[:4] == MAGIC:
        _, version = cursor.unpack("<ii", "the version")
        if version not in (11, 12):
            raise FormatError(f"version {version} of the format is not known", offset=4)
    dimensions, _, _, _, _, _, _, model, *_ = cursor.unpack("<12iq", "the arguments")
    if model not in MODELS:
        raise FormatError(f"{model} stands for no kind of model", offset=cursor.offset)
    words, labels = _dictionary(cursor, limits, pruned=bool(version))
    quantised = bool(version and cursor.number("<B", "the matrices"))
    parameters = _quantised(cursor) if quantised else _dense(cursor)
    second = bool(version and cursor.number("<B", "the output matrix"))
    parameters += _quantised(cursor) if second and quantised else _dense(cursor)
    cursor.end("the output matrix")
    return FastText(
        version=version, model=MODELS[model], dimensions=dimensions, quantised=quantised, words=words, labels=labels,
        parameters=parameters,
    )  # fmt: skip


def _dictionary(cursor: Cursor, limits: Limits, *, pruned: bool) -> tuple[int, tuple[str, ...]]:
    size, words, labels, _ = cursor.unpack("<iiiq", "the dictionary's header")
    gone = cursor.number("<q", "the number of pruned words") if pruned else 0
    if min(size, words, labels) < 0 or size != words + labels:
        raise FormatError(f"{words} words and {labels} labels are not {size} entries", offset=cursor.offset)
    if labels > limits.header_entries:
        raise LimitExceeded("header_entries", labels, limits.header_entries, offset=cursor.offset)
    found: list[str] = []
    left = size
    while left:
        block, at = cursor.peek(_AHEAD), 0
        while left and (entry := _ENTRY.match(block, at)):
            if entry[2] == b"\1":
                found.append(entry[1].decode("utf-8", "replace"))
            left, at = left - 1, entry.end()
        if not at:
            raise FormatError(f"entry {size - left} of the dictionary is broken", offset=cursor.offset)
        cursor.skip(at, "the dictionary")
    if len(found) != labels:
        raise FormatError(f"the dictionary holds {len(found)} labels, {labels} were stated", offset=cursor.offset)
    cursor.skip(8 * max(gone, 0), "the list of pruned words")
    return words, tuple(found)


def _dense(cursor: Cursor) -> int:
    rows, columns = cursor.unpack("<QQ", "a matrix")
    cursor.skip(4 * rows * columns, "a matrix")
    return rows * columns


def _quantised(cursor: Cursor) -> int:
    norms = cursor.number("<B", "a quantised matrix")
    rows, columns, codes = cursor.unpack("<QQI", "a quantised matrix")
    cursor.skip(codes, "the codes of a matrix")
    _centroids(cursor)
    if norms:
        cursor.skip(rows, "the norms of a matrix")
        _centroids(cursor)
    return rows * columns


def _centroids(cursor: Cursor) -> None:
    dimensions, *_ = cursor.unpack("<IIII", "a quantiser")
    cursor.skip(4 * 256 * dimensions, "the centroids of a quantiser")
