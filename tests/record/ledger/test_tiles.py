"""Tiles: which there are, where they lie, and that hashes read from them are those of the tree."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilt.record.ledger import tiles
from hilt.record.ledger.merkle import consistency, inclusion, root
from hilt.record.ledger.tiles import FULL, Tile, bundle, bundles, reader, tile_root
from merkle_trees import Tree

SIZE = 256 * 3 + 77
TREE = Tree(SIZE)


def stored(size: int) -> dict[tuple[int, int], bytes]:
    """Every tile of the tree of `size` leaves, by the formula of the specification."""
    return {
        (tile.level, tile.number): b"".join(
            TREE.read([(8 * tile.level, tile.number * 256 + at) for at in range(tile.width)])
        )
        for tile in tiles.tiles(size)
    }


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(1, 999), "tile/1/999"),
        (Tile(0, 1000), "tile/0/x001/000"),
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(63, 1234067, 255), "tile/63/x001/x234/067.p/255"),
        (Tile(-1, 273, 112), "tile/entries/273.p/112"),
    ],
)
def test_a_tile_lies_where_the_specification_says(tile: Tile, path: str) -> None:
    assert tile.path == path


def test_a_tree_has_the_tiles_that_the_specification_counts() -> None:
    found = list(tiles.tiles(70_000))
    full = [tile for tile in found if tile.width == 256]
    assert [sum(tile.level == level for tile in full) for level in range(3)] == [273, 1, 0]
    assert [tile for tile in found if tile.width < 256] == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert list(tiles.tiles(256)) == [Tile(0, 0), Tile(1, 0, 1)]
    assert list(tiles.tiles(0)) == []
    assert list(bundles(300)) == [Tile(-1, 0), Tile(-1, 1, 44)]


@given(st.integers(0, 200_000), st.integers(0, 200_000))
def test_what_was_written_for_a_smaller_tree_is_not_named_again(one: int, other: int) -> None:
    old, new = sorted((one, other))
    before = set(tiles.tiles(old))
    assert list(tiles.tiles(new, old)) == [tile for tile in tiles.tiles(new) if tile not in before]


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 513, SIZE])
def test_proofs_read_from_tiles_are_those_of_the_tree(size: int) -> None:
    kept = stored(size)
    read = reader(lambda names: [kept[name] for name in names])
    assert root(size, read) == TREE.root(size)
    for at in {0, 1, 2, size // 3, size // 2, size - 2, size - 1, 255, 256, 257} & set(range(size)):
        assert inclusion(at, size, read) == TREE.path(at, size)
        assert consistency(at + 1, size, read) == TREE.proof(at + 1, size)


def test_a_proof_fetches_each_tile_that_it_needs_once_and_all_in_one_go() -> None:
    kept, asked = stored(SIZE), []

    def fetch(names: Sequence[tuple[int, int]]) -> list[bytes]:
        asked.append(sorted(names))
        return [kept[name] for name in names]

    inclusion(300, SIZE, reader(fetch))
    assert asked == [[(0, 1), (0, 3), (1, 0)]]


def test_the_hash_of_a_full_tile_stands_in_the_tile_above() -> None:
    kept = stored(SIZE)
    assert [tile_root(kept[0, number]) for number in range(3)] == [kept[1, 0][at : at + 32] for at in range(0, 96, 32)]
    for broken in (b"", kept[0, 3], kept[0, 0] + bytes(32)):
        with pytest.raises(ValueError, match=f"a full tile has {FULL} bytes"):
            tile_root(broken)


def test_a_bundle_is_the_length_of_each_entry_and_its_bytes() -> None:
    assert bundle([b"a", b"", b"bcd"]) == b"\0\1a\0\0\0\3bcd"
    assert bundle([bytes(65_535)])[:2] == b"\xff\xff"
    with pytest.raises(OverflowError):
        bundle([bytes(65_536)])
