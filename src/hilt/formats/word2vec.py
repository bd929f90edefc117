"""Walks word vectors in the binary form of word2vec (`.bin`).

Source: word2vec 0.1c, word2vec.c (TrainModel, its last lines), gensim 4, models/keyedvectors.py (_word2vec_read_binary). A
line with the number of words and the length of a vector, then each word, a space and its numbers as 32-bit floats,
perhaps behind a line end. The textual form is plain text.

What can bite: nothing: words and numbers.

What hilt cannot see: whether the numbers belong to their words; anything in the form of text, which is a text here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.limits import MIB, Limits
from hilt.formats.cursor import Cursor
from hilt.formats.reader import Head

_HEADER = re.compile(rb"([1-9]\d{0,9}) ([1-9]\d{0,4})\n")
_WORD = rb"\n?[^\0-\x20\x7f]{1,1024}+ "
_AHEAD = 1 * MIB
"""Bytes that are looked at together; the longest word and vector must fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word2vec:
    """How many words have a vector, and of how many numbers."""

    words: int
    dimensions: int


def probe(head: Head) -> bool:
    found = _HEADER.match(head.data)
    if found is None:
        return False
    words, dimensions = int(found[1]), int(found[2])
    first = re.compile(_WORD).match(head.data, found.end())
    return first is not None and found.end() + words * (4 * dimensions + 2) <= head.source.size


def read(source: ByteSource, limits: Limits) -> Word2vec:
    """The vectors in `source`, walked to its last byte."""
    del limits
    cursor = Cursor(source)
    found = _HEADER.match(cursor.peek(32))
    if found is None:
        raise FormatError("no line with two numbers at the start", offset=0)
    cursor.skip(found.end(), "the header")
    words, dimensions = int(found[1]), int(found[2])
    entry = re.compile(_WORD + rb".{%d}" % (4 * dimensions), re.DOTALL)
    left = words
    while left:
        block, at = cursor.peek(_AHEAD), 0
        while left and (next_one := entry.match(block, at)):
            left, at = left - 1, next_one.end()
        if not at:
            raise FormatError(f"word {words - left} of {words} is broken", offset=cursor.offset)
        cursor.skip(at, "a word")
    if cursor.peek(1) == b"\n":
        cursor.skip(1, "the last line end")
    cursor.end("the last word")
    return Word2vec(words=words, dimensions=dimensions)
