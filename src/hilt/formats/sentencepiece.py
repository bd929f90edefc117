"""Reads a SentencePiece model, `tokenizer.model`.

Specification: sentencepiece, src/sentencepiece_model.proto: a message ModelProto whose field 1 repeats the pieces
(1: text, 2: score as float, 3: type), 2 is the trainer's settings, 3 and 5 are normalizers, 4 tests itself.

What can bite: nothing names code, and files that its settings name are not opened. Hostile tables have led the C++ code
that reads them out of its memory (CVE-2026-1260).

What hilt cannot see: rules by which it rewrites text, and pieces with swapped numbers, which make the model read
another text than was written.
"""

from __future__ import annotations

from dataclasses import dataclass

from hilt.core.byte_source import ByteSource, MemorySource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats.protobuf import BYTES, FIXED32, VARINT, Known, Wire
from hilt.formats.reader import Head

PIECE = 1
FIELDS = dict.fromkeys((1, 2, 3, 4, 5), BYTES)
FIELDS_OF_A_PIECE = {1: BYTES, 2: FIXED32, 3: VARINT}


@dataclass(frozen=True, slots=True, kw_only=True)
class SentencePiece:
    """A vocabulary of so many pieces."""

    pieces: int


def probe(head: Head) -> bool:
    """Are the first three messages pieces?"""
    if head.data[:1] != b"\x0a" or len(head.data) < 16:
        return False
    wire = Wire(MemorySource(head.data), head.limits, cut=True)
    try:
        for number, field in enumerate(wire.message()):
            if field.key != (PIECE, BYTES):
                return False
            inside = {part.number: part.wire for part in wire.message(within=field)}
            if 1 not in inside or 2 not in inside or not inside.items() <= FIELDS_OF_A_PIECE.items():
                return False
            if number == 2:
                return True
    except FormatError:
        return False
    return False


def read(source: ByteSource, limits: Limits) -> SentencePiece:
    """The vocabulary in `source`. Raises `FormatError` where a field stands in it that the format does not have."""
    pieces = 0
    known = Known(Wire(source, limits), FIELDS, repeated=(PIECE,))
    for field in known:
        pieces += field.number == PIECE
    if known.unowned:
        raise FormatError("the model has fields that no SentencePiece model has", offset=known.unowned[0].begin)
    return SentencePiece(pieces=pieces)
