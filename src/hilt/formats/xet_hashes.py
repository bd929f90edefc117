"""The hashes of xet: of a chunk, of a tree of them, and of a range of them.

Specification: "Xet Protocol Specification" 1.1, Hashing (huggingface.co/docs/xet/hashing); draft-denis-xet-03. All are BLAKE3 with a
key for each purpose. Their text is no plain hex: each eight bytes are one number, with the lowest byte first, written with the highest
digit first. SHA-256 takes the same shape where xet writes it down.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Sequence

from blake3 import blake3

SIZE = 32
"""Bytes of each."""
_DATA = bytes.fromhex("6697f5775b9550de3135cbaca597181c9de421109beb2b58b4d0b04b93adf229")
_NODE = bytes.fromhex("017ec5c7a5472996fd946666b48a02e65ddd536f37c76dd2f86352e64a53713f")
_RANGE = bytes.fromhex("7f1857d6ce56ed66127ff913e7a5c3f3a4cd26d5b5db49e64124987f28fb94c3")
"""The keys, as the specification gives them."""
_BRANCHES = 4
_WIDEST = 2 * _BRANCHES + 1
_TEXT = re.compile(r"[0-9a-f]{64}", re.ASCII)

Node = tuple[bytes, int]
"""A hash, and how many bytes lie below it."""


def text_of(digest: bytes) -> str:
    """How addresses spell it."""
    return "".join(f"{number:016x}" for number in struct.unpack("<4Q", digest))


def hash_of(text: str) -> bytes | None:
    """What an address names; None where it is no hash."""
    if not _TEXT.fullmatch(text):
        return None
    return struct.pack("<4Q", *(int(text[at : at + 16], 16) for at in range(0, 64, 16)))


def chunk_hash(data: bytes) -> bytes:
    return blake3(data, key=_DATA).digest()


def range_hash(chunks: Iterable[bytes]) -> bytes:
    """Of the hashes of chunks that follow each other. Whoever states it knows each of them."""
    return blake3(b"".join(chunks), key=_RANGE).digest()


def tree_hash(chunks: Sequence[Node]) -> bytes:
    """Of all chunks of a xorb. Of none, it is zeros."""
    nodes = list(chunks)
    while len(nodes) > 1:
        nodes = [_merged(group) for group in _groups(nodes)]
    return nodes[0][0] if nodes else bytes(SIZE)


def _groups(nodes: Sequence[Node]) -> Iterable[Sequence[Node]]:
    """Three nodes to nine in each, fewer at the end; the last one of a group is the first after two that says so by its own hash."""
    begin = 0
    while begin < len(nodes):
        widest = min(begin + _WIDEST, len(nodes))
        cut = (at + 1 for at in range(begin + 2, widest) if nodes[at][0][24] % _BRANCHES == 0)
        end = next(cut, widest)
        yield nodes[begin:end]
        begin = end


def _merged(group: Sequence[Node]) -> Node:
    lines = "".join(f"{text_of(digest)} : {size}\n" for digest, size in group)
    return blake3(lines.encode("ascii"), key=_NODE).digest(), sum(size for _, size in group)
