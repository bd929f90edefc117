"""Reads a shard of xet, by which a client says of what its files are made: ranges of chunks of xorbs that it uploaded.

Specification: "Xet Protocol Specification" 1.1, MDB Shard File Format (huggingface.co/docs/xet/shard), header version 2;
draft-denis-xet-03. A header of 48 bytes (a tag of 32, the version, the bytes of a footer), then records of 48 bytes each. A file is a
record with its hash, flags and how many terms it has; the terms (hash of a xorb, flags, bytes, first chunk, chunk behind the last);
as many proofs, where flag 31 is set (a hash of the hashes of those chunks); and its SHA-256, where flag 30 is set. A record of ff ends
the files. The xorbs that are new follow in the same manner, one record for each and one for each of its chunks, and another such end.
Numbers have their lowest byte first. A footer may follow; an upload has none, and nothing of it is needed.

What can bite: counts that lie, and terms that name the same few chunks over and over.

What hilt cannot see: whether any of it is true; that is for whoever puts the files together.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from hilt.core.errors import FormatError
from hilt.formats.xet_hashes import SIZE, text_of

SHARD_BYTES = (64 << 20) + 4096
"""What clients make at most (xet-core), and room for a footer."""
MOST_FILES = 100_000
MOST_XORBS = 100_000
CHUNKS = 8192
"""Of one xorb (specification)."""

_TAG = b"HFRepoMetaData\0" + bytes.fromhex("556967456a7b815783a5bdd95ccdd14aa9")
_VERSION = 2
_RECORD = 48
_END = b"\xff" * SIZE
_PROVEN, _DIGESTED = 1 << 31, 1 << 30
_TERM = struct.Struct("<32s4x3I")


class Term(NamedTuple):
    """The chunks `start` to `end`, without that one, of a xorb: `size` bytes. `proof` is empty where none is stated."""

    xorb: bytes
    size: int
    start: int
    end: int
    proof: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardFile:
    """A file of `size` bytes, the terms together. `sha256` is what the client says, in hex; empty where it says nothing."""

    hash: bytes
    size: int
    sha256: str
    count: int
    term_records: memoryview
    proof_records: memoryview

    def terms(self) -> Iterator[Term]:
        """In their order, which is that of the bytes."""
        for number, (xorb, size, start, end) in enumerate(_TERM.iter_unpack(self.term_records)):
            at = number * _RECORD
            yield Term(xorb, size, start, end, bytes(self.proof_records[at : at + SIZE]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """`xorbs` are the hashes of those that the client says are new."""

    files: tuple[ShardFile, ...]
    xorbs: tuple[bytes, ...]


def read(data: bytes) -> Shard:
    """What a shard says. It holds on to `data`. Raises `FormatError`."""
    if len(data) > SHARD_BYTES:
        raise FormatError(f"{len(data)} bytes are too many for a shard, which has {SHARD_BYTES} at most")
    records = _Records(data)
    footer = _check_header(records.take(1, "the header"))
    files, xorbs = tuple(_files(records)), tuple(_xorbs(records))
    if len(data) - records.at != footer:
        raise FormatError(f"{len(data) - records.at} bytes are left for a footer of {footer}", offset=records.at)
    return Shard(files=files, xorbs=xorbs)


class _Records:
    """A place that moves from record to record."""

    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data)
        self.at = 0

    def take(self, count: int, what: str) -> memoryview:
        begin, end = self.at, self.at + count * _RECORD
        if end > len(self._data):
            raise FormatError(f"{count} records for {what}, and {len(self._data) - begin} bytes are left", offset=begin)
        self.at = end
        return self._data[begin:end]


def _check_header(header: memoryview) -> int:
    """The bytes of the footer."""
    version, footer = struct.unpack_from("<2Q", header, SIZE)
    if header[:SIZE] != _TAG:
        raise FormatError(f"it begins {bytes(header[:14])!r}, and no shard does", offset=0)
    if version != _VERSION:
        raise FormatError(f"a shard of version {version}, and hilt reads version {_VERSION}", offset=SIZE)
    return int(footer)


def _files(records: _Records) -> Iterator[ShardFile]:
    """Up to the end of their section."""
    listed = 0
    while (header := records.take(1, "a file"))[:SIZE] != _END:
        flags, count = struct.unpack_from("<2I", header, SIZE)
        at = records.at
        listed += 1
        if listed > MOST_FILES:
            raise FormatError(f"more than {MOST_FILES} files", offset=at - _RECORD)
        terms = records.take(count, "the terms of a file")
        proofs = records.take(count if flags & _PROVEN else 0, "the proofs of a file")
        digest = bytes(records.take(1, "the SHA-256 of a file")[:SIZE]) if flags & _DIGESTED else b""
        yield ShardFile(
            hash=bytes(header[:SIZE]),
            size=_size(terms, at),
            sha256=text_of(digest) if digest else "",
            count=count,
            term_records=terms,
            proof_records=proofs,
        )


def _size(terms: memoryview, at: int) -> int:
    """Of the file. Raises `FormatError` where a term has no chunk, or more than there can be."""
    whole = 0
    for number, (_, size, start, end) in enumerate(_TERM.iter_unpack(terms)):
        if not start < end <= CHUNKS or not size:
            raise FormatError(f"a term of {size} bytes in chunks {start} to {end}", offset=at + number * _RECORD)
        whole += size
    return whole


def _xorbs(records: _Records) -> Iterator[bytes]:
    """Up to the end of their section. What is said of their chunks is passed over: a xorb says it itself."""
    listed = 0
    while (header := records.take(1, "a xorb"))[:SIZE] != _END:
        count = struct.unpack_from("<I", header, SIZE + 4)[0]
        listed += 1
        if count > CHUNKS or listed > MOST_XORBS:
            raise FormatError(f"xorb {listed}, of {count} chunks, is past what hilt reads", offset=records.at - _RECORD)
        records.take(count, "the chunks of a xorb")
        yield bytes(header[:SIZE])
