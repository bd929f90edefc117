"""Reads a xorb: chunks of files, each packed by itself, as clients of xet upload them.

Specification: "Xet Protocol Specification" 1.1, Xorb Format (huggingface.co/docs/xet/xorb); draft-denis-xet-03. Before each chunk
stand eight bytes: a version (0), the bytes that follow (3, lowest first), how they are packed, the bytes of the chunk (3). They are
packed not at all (0), as one LZ4 frame (1), or as that with every fourth byte brought together (2). Behind the last chunk there may
be a footer, which begins XETBLOB: it repeats what the chunks say, nobody needs it, and nothing of it is believed here.

What can bite: bombs, and sizes that lie. A chunk has its 128 KiB at most, whatever its packed bytes would become; a xorb is called by
the hash that its bytes have, and by no other.

What hilt cannot see: packed chunks, without the extra that unpacks them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.formats.inflate import lz4_frame
from hilt.formats.xet_hashes import chunk_hash, tree_hash

CHUNK_BYTES = 128 << 10
"""Of a chunk, unpacked (specification); packed it has twice as many at most (xet-core)."""
CHUNKS = 8192
"""Of one xorb (specification)."""
HEADER_BYTES = 8
XORB_BYTES = (64 << 20) + CHUNKS * (HEADER_BYTES + 40) + 256
"""The 64 MiB of the specification, which clients take for those of the chunks, with what stands around them and in a footer."""

_PLAIN, _LZ4, _GROUPED = 0, 1, 2
_FOOTER = b"XETBLOB"
_LENGTH = 4
"""Bytes behind a footer, which say how long it is."""


class Chunk(NamedTuple):
    """`packed` bytes at `offset` become `size` bytes with this `hash`."""

    offset: int
    packed: int
    scheme: int
    size: int
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Xorb:
    """`hash` is what its chunks make. They take the first `size` bytes; behind them there is a footer, or nothing."""

    hash: bytes
    chunks: tuple[Chunk, ...]
    size: int


def read(source: ByteSource) -> Xorb:
    """Every chunk is unpacked once and hashed, and let go. Raises `FormatError`."""
    if source.size > XORB_BYTES:
        raise FormatError(f"{source.size} bytes are too many for a xorb, which has {XORB_BYTES} at most")
    chunks: list[Chunk] = []
    at = 0
    while at < source.size:
        header = source.read(at, HEADER_BYTES)
        if header.startswith(_FOOTER):
            _check_footer(source, at)
            break
        if len(chunks) == CHUNKS:
            raise FormatError(f"more than {CHUNKS} chunks", offset=at)
        chunk = _announced(header, at, source.size)
        chunks.append(chunk._replace(hash=chunk_hash(unpacked(source, chunk))))
        at = chunk.offset + chunk.packed
    if not chunks:
        raise FormatError("a xorb without chunks", offset=0)
    return Xorb(hash=tree_hash([(chunk.hash, chunk.size) for chunk in chunks]), chunks=tuple(chunks), size=at)


def unpacked(source: ByteSource, chunk: Chunk) -> bytes:
    """The bytes of a chunk. Raises `FormatError`."""
    data = source.read(chunk.offset, chunk.packed)
    if len(data) != chunk.packed:
        raise FormatError(f"the file ends inside a chunk of {chunk.packed} bytes", offset=chunk.offset)
    if chunk.scheme == _PLAIN:
        return data
    try:
        plain = lz4_frame(data, chunk.size)
    except FormatError as error:
        raise FormatError(f"a chunk: {error.message}", offset=chunk.offset) from None
    return _regrouped(plain) if chunk.scheme == _GROUPED else plain


def _announced(header: bytes, at: int, end: int) -> Chunk:
    """The chunk behind a header, not yet hashed."""
    if len(header) < HEADER_BYTES:
        raise FormatError("the file ends inside the header of a chunk", offset=at)
    version, scheme = header[0], header[4]
    packed, size = int.from_bytes(header[1:4], "little"), int.from_bytes(header[5:8], "little")
    if version:
        raise FormatError(f"a chunk of version {version}, and hilt reads version 0", offset=at)
    if scheme not in (_PLAIN, _LZ4, _GROUPED):
        raise FormatError(f"a chunk packed in way {scheme}; 0, 1 and 2 are known", offset=at + 4)
    if not 0 < size <= CHUNK_BYTES:
        raise FormatError(f"a chunk of {size} bytes, and 1 to {CHUNK_BYTES} are allowed", offset=at + 5)
    if packed > 2 * CHUNK_BYTES or (scheme == _PLAIN and packed != size):
        raise FormatError(f"{packed} bytes are stated for a chunk of {size}, packed in way {scheme}", offset=at + 1)
    if packed > end - at - HEADER_BYTES:
        raise FormatError(f"a chunk asks for {packed} bytes, {end - at - HEADER_BYTES} are left", offset=at)
    return Chunk(at + HEADER_BYTES, packed, scheme, size, b"")


def _check_footer(source: ByteSource, at: int) -> None:
    """Whatever it says, it must be all that is left."""
    left = source.size - at
    told = int.from_bytes(source.read(source.size - _LENGTH, _LENGTH), "little")
    if told + _LENGTH != left:
        raise FormatError(f"a footer of {told} bytes is stated, and it has {left - _LENGTH}", offset=at)


def _regrouped(grouped: bytes) -> bytes:
    """The bytes in their order: what was brought together are the first of each four, the second, and so on."""
    data = bytearray(len(grouped))
    at = 0
    for number in range(4):
        end = at + (len(grouped) - number + 3) // 4
        data[number::4] = grouped[at:end]
        at = end
    return bytes(data)
