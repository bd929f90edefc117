"""Walks the binary files of a CMU Sphinx model: acoustic parameters, phones, mixture weights, language models.

Source: PocketSphinx 5, src/{bin_mdef,ms_gauden,ms_senone,tmat,ptm_mgau,s3_util}.c and lm/{ngram_model_trie,lm_trie,
lm_trie_quant}.c. Four layouts: `s3` with lines of text and an array of floats (means, variances, transition_matrices,
mixture_weights); BMDF, the phones in binary (mdef); sendump, lines with their lengths and bytes of weights; and the trie
of a language model with its words at the end. Numbers are passed over unread and the checksum of s3 is not computed.
Dictionaries, `feat.params`, `mdef` and language models (ARPA) in text are plain text.

What can bite: nothing names code: numbers, phones and words. Sizes that lie may crash the C code that believes them.

What hilt cannot see: the numbers; the texts beside them, such as the options in `feat.params`, which are plain text
here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import prod

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.cursor import Cursor
from hilt.formats.reader import Head

TRIE = b"Trie Language Model"
_S3 = re.compile(rb"s3\n(?:[ -~]{1,200}\n){1,20}?[ \t]*endhdr\n(?=(\x44\x33\x22\x11)|\x11\x22\x33\x44)")
_SENDUMP = re.compile(rb"[\x01-\xff]\0{3}BEGIN FILE FORMAT DESCRIPTION\0")
_CLUSTERS = re.compile(rb"(feature_count|mixture_count|model_count|cluster_count|cluster_bits) (\d{1,9})\0")
_BINS = 1 << 16
"""Values of one table of quantised probabilities."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sphinx:
    """Which of the files it is, and how many numbers it holds."""

    kind: str
    numbers: int


def probe(head: Head) -> bool:
    return (
        head.data.startswith((b"BMDF", b"FDMB", TRIE))
        or _S3.match(head.data) is not None
        or _SENDUMP.match(head.data) is not None
    )


def read(source: ByteSource, limits: Limits) -> Sphinx:
    """The file in `source`, walked to its last byte."""
    cursor = Cursor(source)
    start = cursor.peek(4096)[:4096]
    if start.startswith(TRIE):
        value = _trie(cursor)
    elif start.startswith((b"BMDF", b"FDMB")):
        value = _phones(cursor, "<" if start.startswith(b"BMDF") else ">", limits)
    elif found := _S3.match(start):
        cursor.skip(found.end() + 4, "the header")
        value = _array(cursor, "<" if found[1] else ">", checksum=b"\nchksum0" in found[0])
    else:
        value = _weights(cursor, limits)
    cursor.end("the model")
    return value


def _array(cursor: Cursor, order: str, *, checksum: bool) -> Sphinx:
    """Floats in three dimensions, or Gaussians of several streams, each with the length of its vectors."""
    shape = cursor.unpack(f"{order}3I", "the shape")
    kind, expected = "parameters", prod(shape)
    if cursor.left != 4 + 4 * expected + 4 * checksum:
        streams = shape[1]
        if streams > cursor.left // 4:
            raise FormatError(f"{streams} streams do not fit", offset=cursor.offset)
        lengths = sum(cursor.number(f"{order}I", "the length of a vector") for _ in range(streams))
        kind, expected = "Gaussians", shape[0] * shape[2] * lengths
    numbers = cursor.number(f"{order}I", "the number of floats")
    if numbers != expected:
        raise FormatError(f"{numbers} floats, the shape asks for {expected}", offset=cursor.offset - 4)
    cursor.skip(4 * numbers + 4 * checksum, "the floats")
    return Sphinx(kind=kind, numbers=numbers)


def _phones(cursor: Cursor, order: str, limits: Limits) -> Sphinx:
    _, version, length = cursor.unpack(f"{order}III", "the header")
    if version > 1:
        raise FormatError(f"version {version} of the format is not known", offset=4)
    cursor.skip(length, "the description")
    phones, all_phones, states, _, _, _, sequences, _, branches, _ = cursor.unpack(f"{order}10I", "the counts")
    if phones > limits.header_entries:
        raise LimitExceeded("header_entries", phones, limits.header_entries, offset=cursor.offset)
    begin = cursor.offset
    for _ in range(phones):
        name, end, _ = cursor.peek(256)[:256].partition(b"\0")
        if not end:
            raise FormatError("the name of a phone does not end", offset=cursor.offset)
        cursor.skip(len(name) + 1, "the name of a phone")
    cursor.skip(-(cursor.offset - begin) % 4, "the padding behind the names")
    cursor.skip(8 * branches + 12 * all_phones, "the phones")
    size = cursor.number(f"{order}I", "the sequences")
    if states and size != sequences * states:
        raise FormatError(f"{size} states, {sequences} sequences of {states} were stated", offset=cursor.offset - 4)
    cursor.skip(2 * size + (0 if states else sequences), "the sequences")
    return Sphinx(kind="phones", numbers=size)


def _weights(cursor: Cursor, limits: Limits) -> Sphinx:
    """Mixture weights: lines until one of length 0, then for each stream and density a byte or half for each senone."""
    said: dict[bytes, int] = {}
    while length := cursor.number("<I", "the length of a line"):
        if length > limits.text_bytes:
            raise LimitExceeded("text_bytes", length, limits.text_bytes, offset=cursor.offset)
        if found := _CLUSTERS.match(cursor.take(length, "a line")):
            said[found[1]] = int(found[2])
    rows, columns = said.get(b"mixture_count", 0), said.get(b"model_count", 0)
    clusters, streams = said.get(b"cluster_count", 0), said.get(b"feature_count", 1)
    if not clusters:
        rows, columns = cursor.unpack("<II", "the shape")
    columns = (columns + 1) // 2 if said.get(b"cluster_bits") == 4 else columns
    cursor.skip(16 if clusters == 15 else clusters, "the codebook")
    cursor.skip(streams * rows * columns, "the weights")
    return Sphinx(kind="mixture weights", numbers=streams * rows * columns)


def _trie(cursor: Cursor) -> Sphinx:
    cursor.skip(len(TRIE), "the magic")
    order = cursor.number("<B", "the order")
    if not 1 <= order <= 5:
        raise FormatError(f"n-grams of {order} words are not known", offset=cursor.offset - 1)
    counts = cursor.unpack(f"<{order}I", "the counts")
    if order > 1:
        cursor.skip(4 + 4 * _BINS * (2 * (order - 2) + 1), "the quantised probabilities")
    cursor.skip(12 * (counts[0] + 1), "the words")
    for at in range(1, order):
        bits = counts[0].bit_length() + (32 + counts[at + 1].bit_length() if at < order - 1 else 16)
        cursor.skip(((1 + counts[at]) * bits + 7) // 8 + 8, f"the {at + 1}-grams")
    length = cursor.number("<I", "the size of the words")
    if length < counts[0]:
        raise FormatError(f"{counts[0]} words do not fit into {length} bytes", offset=cursor.offset)
    cursor.skip(length, "the words")
    return Sphinx(kind="language model", numbers=sum(counts))
