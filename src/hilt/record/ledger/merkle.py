"""The Merkle tree of the log: its root, and proofs that an entry is in it and that it only ever grew.

Specification: RFC 6962, section 2.1 (hashes, audit paths, consistency proofs), which RFC 9162, section 2.1 repeats for SHA-256.
Sizes are numbers of leaves. A subtree is named by (level, index): it is complete, has 2**level leaves, and begins at the leaf
index * 2**level.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from hashlib import sha256

from hilt.core.errors import ProofInvalid

Read = Callable[[Sequence[tuple[int, int]]], Sequence[bytes]]
"""Hashes of the complete subtrees that are named."""

EMPTY_ROOT = sha256(b"").digest()
LARGEST = (1 << 63) - 1
"""Leaves of the largest tree: sizes fit into 63 bits everywhere."""
LONGEST_PATH = 63


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


def root(size: int, read: Read) -> bytes:
    """The root of the tree of the first `size` leaves."""
    return _hashes([(0, size)], read)[0] if size else EMPTY_ROOT


def inclusion(index: int, size: int, read: Read) -> tuple[bytes, ...]:
    """The audit path of a leaf, its sibling first."""
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    return _hashes(_beside_leaf(index, size), read)


def consistency(old: int, new: int, read: Read) -> tuple[bytes, ...]:
    """The proof that the tree of `old` leaves is the beginning of the tree of `new` leaves."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} leaves does not begin with {old}")
    return _hashes(_beside_tree(old, new), read) if old else ()


def check_inclusion(leaf_hash: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Raises `ProofInvalid` unless `path` proves that the tree with this root has this leaf at `index`."""
    if not 0 <= index < size <= LARGEST:
        raise ProofInvalid(f"inclusion proof: a tree of {size} leaves has no leaf {index}")
    beside = _beside_leaf(index, size)
    _same_length("inclusion proof", path, len(beside))
    found = leaf_hash
    for (low, _), sibling in zip(beside, path, strict=True):
        found = node_hash(sibling, found) if low < index else node_hash(found, sibling)
    if found != root:
        raise ProofInvalid(f"inclusion proof: it leads to the root {found.hex()}, and the tree has {root.hex()}")


def check_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> None:
    """Raises `ProofInvalid` unless `path` proves that the old tree is the beginning of the new one."""
    if not 0 <= old <= new <= LARGEST:
        raise ProofInvalid(f"consistency proof: a tree of {new} leaves does not begin with {old}")
    beside = _beside_tree(old, new) if old else []
    _same_length("consistency proof", path, len(beside))
    left = [(sibling, low < high <= old) for (low, high), sibling in zip(beside, path, strict=True)]
    if not old:
        found_old, found_new = EMPTY_ROOT, new_root if new else EMPTY_ROOT
    elif beside and beside[0][1] == old:
        found_old = found_new = left.pop(0)[0]
    else:
        found_old = found_new = old_root
    for sibling, in_both in left:
        if in_both:
            found_old, found_new = node_hash(sibling, found_old), node_hash(sibling, found_new)
        else:
            found_new = node_hash(found_new, sibling)
    for size, found, told in ((old, found_old, old_root), (new, found_new, new_root)):
        if found != told:
            raise ProofInvalid(
                f"consistency proof from {old} to {new} leaves: it leads to the root {found.hex()} of {size} leaves, "
                f"and the tree has {told.hex()}"
            )


class Frontier:
    """The right edge of a tree: all that is needed to append leaves, and to tell the root at any time."""

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        """`peaks` are the hashes of the complete subtrees of which a tree of `size` leaves is made, the largest first."""
        self.size, self.peaks = size, list(peaks)

    @classmethod
    def at(cls, size: int, read: Read) -> Frontier:
        """The edge of the tree of the first `size` leaves."""
        return cls(size, read(_subtrees(0, size)) if size else ())

    def copy(self) -> Frontier:
        return Frontier(self.size, self.peaks)

    def append(self, leaves: Iterable[bytes]) -> None:
        """Appends hashes of leaves."""
        peaks, size = self.peaks, self.size
        for leaf in leaves:
            node, rest = leaf, size
            while rest & 1:
                node = sha256(b"\1" + peaks.pop() + node).digest()
                rest >>= 1
            peaks.append(node)
            size += 1
        self.size = size

    def root(self) -> bytes:
        return _folded(self.peaks) if self.peaks else EMPTY_ROOT


class RightEdge:
    """The complete subtrees of which a tree is made, and which nearly all proofs in it need: read once for all of them."""

    def __init__(self) -> None:
        self._known: tuple[tuple[int, bytes], dict[tuple[int, int], bytes]] = (0, EMPTY_ROOT), {}

    def remembered(self, size: int, root: bytes, read: Read) -> Read:
        """`read` for proofs in the tree with this root, but for its edge once that was read."""
        tree, edge = self._known
        if tree != (size, root):
            names = _subtrees(0, size)
            hashes = read(names)
            if not size or _folded(hashes) != root:
                return read
            edge = dict(zip(names, hashes, strict=True))
            self._known = (size, root), edge

        def read_rest(subtrees: Sequence[tuple[int, int]]) -> list[bytes]:
            rest = [one for one in subtrees if one not in edge]
            found = edge | dict(zip(rest, read(rest), strict=True)) if rest else edge
            return [found[one] for one in subtrees]

        return read_rest


def _folded(hashes: Sequence[bytes]) -> bytes:
    """The root over complete subtrees that stand side by side, the largest first."""
    return reduce(lambda right, left: node_hash(left, right), reversed(hashes))


def _subtrees(low: int, high: int) -> list[tuple[int, int]]:
    """The complete subtrees of which the leaves from `low` to `high` are made, the largest first."""
    found = []
    while low < high:
        level = (high - low).bit_length() - 1
        found.append((level, low >> level))
        low += 1 << level
    return found


def _hashes(ranges: Sequence[tuple[int, int]], read: Read) -> tuple[bytes, ...]:
    """The hash over each range of leaves, all that is needed read at once."""
    parts = [_subtrees(low, high) for low, high in ranges]
    hashes = iter(read([one for part in parts for one in part]))
    return tuple(_folded([next(hashes) for _ in part]) for part in parts)


def _beside_leaf(index: int, size: int) -> list[tuple[int, int]]:
    """The ranges of leaves whose hashes lead from a leaf to the root, the nearest first."""
    low, high, beside = 0, size, []
    while high - low > 1:
        middle = low + _left_part(high - low)
        if index < middle:
            beside.append((middle, high))
            high = middle
        else:
            beside.append((low, middle))
            low = middle
    return beside[::-1]


def _beside_tree(old: int, new: int) -> list[tuple[int, int]]:
    """The ranges of leaves whose hashes lead from the old root to the new one.

    The first is the last complete subtree of the old tree itself, unless that is the whole old tree.
    """
    low, high, beside = 0, new, []
    while high != old:
        middle = low + _left_part(high - low)
        if old <= middle:
            beside.append((middle, high))
            high = middle
        else:
            beside.append((low, middle))
            low = middle
    if low:
        beside.append((low, high))
    return beside[::-1]


def _left_part(size: int) -> int:
    """Leaves in the left part of a tree: the largest power of two below its size."""
    return 1 << (size - 1).bit_length() - 1


def _same_length(what: str, path: Sequence[bytes], needed: int) -> None:
    if len(path) != needed or any(len(one) != 32 for one in path):
        raise ProofInvalid(
            f"{what}: {needed} hashes of 32 bytes are needed here, not {len(path)} of {sum(map(len, path))} bytes in all"
        )
