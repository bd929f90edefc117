"""Xorbs and shards, written as clients of xet write them, and as they never would."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import lz4.frame

from hilt.formats.xet_hashes import chunk_hash, hash_of, range_hash, tree_hash

TAG = b"HFRepoMetaData\0" + bytes.fromhex("556967456a7b815783a5bdd95ccdd14aa9")
END = b"\xff" * 32 + bytes(16)
PLAIN, LZ4, GROUPED = 0, 1, 2


def packed(data: bytes, scheme: int = PLAIN) -> bytes:
    """What stands of a chunk in a xorb behind its header."""
    grouped = b"".join(data[number::4] for number in range(4)) if scheme == GROUPED else data
    return lz4.frame.compress(grouped, store_size=False) if scheme else data


def chunk(data: bytes, scheme: int = PLAIN, *, version: int = 0, size: int = -1, length: int = -1) -> bytes:
    """A chunk with its header; `size` and `length` are lies about its bytes, unpacked and packed."""
    body = packed(data, scheme)
    length, size = (len(body) if length < 0 else length), (len(data) if size < 0 else size)
    return bytes([version]) + length.to_bytes(3, "little") + bytes([scheme]) + size.to_bytes(3, "little") + body


def footer(*, lie: int = 0) -> bytes:
    body = b"XETBLOB" + b"\1" + bytes(100)
    return body + struct.pack("<I", len(body) + lie)


@dataclass
class MadeXorb:
    """A xorb of `parts`, its bytes and its hash."""

    parts: Sequence[bytes]
    schemes: Sequence[int] = (PLAIN,)
    data: bytes = field(init=False)
    hash: bytes = field(init=False)
    hashes: list[bytes] = field(init=False)

    def __post_init__(self) -> None:
        schemes = [self.schemes[number % len(self.schemes)] for number in range(len(self.parts))]
        self.data = b"".join(chunk(part, scheme) for part, scheme in zip(self.parts, schemes, strict=True))
        self.hashes = [chunk_hash(part) for part in self.parts]
        self.hash = tree_hash([(digest, len(part)) for digest, part in zip(self.hashes, self.parts, strict=True)])

    def term(self, start: int = 0, end: int = -1) -> MadeTerm:
        end = len(self.parts) if end < 0 else end
        return MadeTerm(
            self.hash,
            sum(len(part) for part in self.parts[start:end]),
            start,
            end,
            range_hash(self.hashes[start:end]),
            b"".join(self.parts[start:end]),
        )


@dataclass
class MadeTerm:
    xorb: bytes
    size: int
    start: int
    end: int
    proof: bytes
    data: bytes = b""


@dataclass
class MadeFile:
    """A file of a shard. Its SHA-256 is that of its terms, unless `digest` (hex) says something else."""

    terms: Sequence[MadeTerm]
    digest: str = ""
    proven: bool = True
    digested: bool = True
    count: int = -1

    @property
    def data(self) -> bytes:
        return b"".join(term.data for term in self.terms)

    @property
    def sha256(self) -> str:
        return self.digest or sha256(self.data).hexdigest()

    def records(self) -> bytes:
        flags = (self.proven << 31) | (self.digested << 30)
        count = len(self.terms) if self.count < 0 else self.count
        made = struct.pack("<32s2I8x", b"\7" * 32, flags, count)
        made += b"".join(struct.pack("<32s4x3I", one.xorb, one.size, one.start, one.end) for one in self.terms)
        if self.proven:
            made += b"".join(one.proof + bytes(16) for one in self.terms)
        if self.digested:
            made += (hash_of(self.sha256) or b"") + bytes(16)
        return made


def shard(
    files: Iterable[MadeFile],
    xorbs: Iterable[MadeXorb] = (),
    *,
    version: int = 2,
    tag: bytes = TAG,
    behind: bytes = b"",
) -> bytes:
    made = tag + struct.pack("<2Q", version, len(behind))
    made += b"".join(file.records() for file in files) + END
    for xorb in xorbs:
        at = 0
        made += struct.pack("<32s4I", xorb.hash, 0, len(xorb.parts), sum(map(len, xorb.parts)), len(xorb.data))
        for digest, part in zip(xorb.hashes, xorb.parts, strict=True):
            made += struct.pack("<32s2I8x", digest, at, len(part))
            at += len(part)
    return made + END + behind
