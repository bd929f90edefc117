"""The tree made anew, twice: from what the entries are, and from the hashes that are stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hilt.record.ledger.damage import Claim, Damage, PlaceRuns
from hilt.record.ledger.merkle import Frontier
from hilt.record.ledger.tiles import WIDTH, tile_root

Hashes = Sequence[bytes | None]
"""Hashes side by side; None where one cannot be told."""


class _Tree:
    """A tree that grows by a tile at a time, and its roots at some sizes."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self._sizes = sorted(set(sizes), reverse=True)
        self._edge = Frontier()
        self.above: list[bytes | None] = []
        """The hashes of full tiles."""
        self.roots: dict[int, bytes] = {}
        """Those that can be told."""

    def add(self, leaves: Hashes) -> None:
        begin = len(self.above) * WIDTH
        known = [leaf for leaf in leaves if leaf is not None]
        whole = len(known) == len(leaves)
        while self._sizes and self._sizes[-1] <= begin + len(leaves):
            size = self._sizes.pop()
            if size <= begin + (len(leaves) if whole else leaves.index(None)) and None not in self.above:
                edge = Frontier(begin, self._edge.peaks)
                edge.append(known[: size - begin])
                self.roots[size] = edge.root()
        if len(leaves) == WIDTH:
            self.above.append(tile_root(b"".join(known)) if whole else None)
            self._edge.append([self.above[-1] or b""])


class Rebuilt:
    """Both trees, and where they differ."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self._made, self._stored = _Tree(sizes), _Tree(sizes)
        self._differ = PlaceRuns()

    def add(self, begin: int, made: Hashes, stored: Hashes) -> None:
        """A tile full of hashes, or as many as are left; where one tree has none, that of the other one stands in."""
        if made == stored:
            self._made.add(made)
            self._stored.add(made)
            return
        for at, (one, other) in enumerate(zip(made, stored, strict=True)):
            if one is not None and other is not None and one != other:
                self._differ.add(begin + at)
        self._made.add([one or other for one, other in zip(made, stored, strict=True)])
        self._stored.add([other or one for one, other in zip(made, stored, strict=True)])

    def judged(self, claims: Sequence[Claim]) -> tuple[list[Damage], Hashes]:
        """What the roots that were signed tell of both trees, and the hashes of full tiles of the one to be believed."""
        right = None
        for claim in sorted(claims, key=lambda claim: claim.size, reverse=True):
            trees = [tree for tree in (self._made, self._stored) if tree.roots.get(claim.size) == claim.root]
            right = right or next(iter(trees), None)
        why = "it is not what the hash says that is stored of it"
        if right is self._made:
            why = "the hash that is stored of it is another one than it has"
        elif right is self._stored:
            why = "it is not what the log has signed at this place"
        damage = [Damage(what, why) for what in self._differ.named()]
        damage += self._unproven(claims, right or self._made)
        return damage, (right or self._made).above

    def _unproven(self, claims: Sequence[Claim], tree: _Tree) -> Iterator[Damage]:
        for claim in claims:
            root = tree.roots.get(claim.size)
            if root is None:
                yield Damage(claim.what, f"of the {claim.size} entries that it signs some are missing")
            elif root != claim.root:
                yield Damage(
                    claim.what,
                    f"it signs the root {claim.root.hex()} of {claim.size} entries, and those that are here have "
                    f"{root.hex()}: they are other entries, or in another order",
                )
