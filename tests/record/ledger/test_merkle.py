"""The tree of RFC 6962: its published vectors, its own definition, and every way in which a proof can be false."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hilt.core.errors import ProofInvalid
from hilt.record.ledger.merkle import (
    EMPTY_ROOT,
    LARGEST,
    Frontier,
    RightEdge,
    check_consistency,
    check_inclusion,
    consistency,
    inclusion,
    leaf_hash,
    node_hash,
    root,
)
from merkle_trees import Tree

SIZES = 300
TREE = Tree(SIZES)

CT_LEAVES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
CT_ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
CT_PATHS = {
    (0, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (5, 8): (
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 3): ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",),
    (1, 5): (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
}
CT_CONSISTENCY = {
    (1, 1): (),
    (1, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (6, 8): (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 5): (
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
}
"""The vectors that Certificate Transparency publishes with its implementations."""


@cache
def certificate_transparency() -> Tree:
    tree = Tree(0)
    tree.leaves = [leaf_hash(bytes.fromhex(leaf)) for leaf in CT_LEAVES]
    return tree


def test_the_empty_tree_has_the_root_of_the_specification() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root(0, TREE.read) == Frontier().root() == EMPTY_ROOT


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    assert root(size, certificate_transparency().read).hex() == CT_ROOTS[size - 1]


@pytest.mark.parametrize(("index", "size"), CT_PATHS)
def test_paths_are_those_of_certificate_transparency(index: int, size: int) -> None:
    tree = certificate_transparency()
    path = inclusion(index, size, tree.read)
    assert tuple(one.hex() for one in path) == CT_PATHS[index, size]
    check_inclusion(tree.leaves[index], index, size, path, bytes.fromhex(CT_ROOTS[size - 1]))


@pytest.mark.parametrize(("old", "new"), CT_CONSISTENCY)
def test_consistency_proofs_are_those_of_certificate_transparency(old: int, new: int) -> None:
    path = consistency(old, new, certificate_transparency().read)
    assert tuple(one.hex() for one in path) == CT_CONSISTENCY[old, new]
    check_consistency(old, new, bytes.fromhex(CT_ROOTS[old - 1]), bytes.fromhex(CT_ROOTS[new - 1]), path)


def test_every_root_is_the_defined_one_however_it_is_made() -> None:
    growing = Frontier()
    for size in range(1, SIZES + 1):
        growing.append(TREE.leaves[size - 1 : size])
        assert growing.root() == root(size, TREE.read) == TREE.root(size)
        assert Frontier.at(size, TREE.read).root() == TREE.root(size)


@pytest.mark.parametrize("start", [0, 1, 100, 128, 255])
def test_an_edge_taken_up_again_grows_as_if_it_had_never_been_left(start: int) -> None:
    edge = Frontier.at(start, TREE.read)
    edge.append(TREE.leaves[start:])
    assert (edge.size, edge.root()) == (SIZES, TREE.root())


def test_the_path_of_every_leaf_is_the_defined_one_and_holds() -> None:
    for size in [*range(1, 70), 127, 128, 129, 255, 256, 257, 299]:
        for index in range(size):
            path = inclusion(index, size, TREE.read)
            assert path == TREE.path(index, size)
            check_inclusion(TREE.leaves[index], index, size, path, TREE.root(size))


def test_the_proof_between_any_two_sizes_is_the_defined_one_and_holds() -> None:
    for new in [*range(1, 70), 127, 128, 129, 255, 256, 257, 299]:
        for old in range(1, new + 1):
            path = consistency(old, new, TREE.read)
            assert path == TREE.proof(old, new)
            check_consistency(old, new, TREE.root(old), TREE.root(new), path)


def test_every_tree_begins_with_the_empty_one() -> None:
    assert consistency(0, 5, TREE.read) == ()
    check_consistency(0, 5, EMPTY_ROOT, TREE.root(5), ())
    check_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, ())
    for old_root, new, new_root in ((TREE.root(1), 5, TREE.root(5)), (EMPTY_ROOT, 0, TREE.root(5))):
        with pytest.raises(ProofInvalid, match="leads to the root"):
            check_consistency(0, new, old_root, new_root, ())


@st.composite
def leaves_of_trees(draw: st.DrawFn) -> tuple[int, int]:
    size = draw(st.integers(1, SIZES))
    return draw(st.integers(0, size - 1)), size


@given(leaves_of_trees(), st.data())
def test_an_inclusion_proof_with_any_bit_flipped_is_refused(place: tuple[int, int], data: st.DataObject) -> None:
    index, size = place
    told = [TREE.leaves[index], TREE.root(size), *inclusion(index, size, TREE.read)]
    leaf, top, *path = flipped(told, data)
    with pytest.raises(ProofInvalid, match="leads to the root"):
        check_inclusion(leaf, index, size, path, top)


@given(st.tuples(st.integers(1, SIZES), st.integers(1, SIZES)).map(sorted), st.data())
def test_a_consistency_proof_with_any_bit_flipped_is_refused(sizes: list[int], data: st.DataObject) -> None:
    old, new = sizes
    told = [TREE.root(old), TREE.root(new), *consistency(old, new, TREE.read)]
    old_root, new_root, *path = flipped(told, data)
    with pytest.raises(ProofInvalid, match="leads to the root"):
        check_consistency(old, new, old_root, new_root, path)


def flipped(hashes: list[bytes], data: st.DataObject) -> list[bytes]:
    which = data.draw(st.integers(0, len(hashes) - 1))
    bit = data.draw(st.integers(0, 255))
    changed = int.from_bytes(hashes[which], "big") ^ 1 << bit
    return [*hashes[:which], changed.to_bytes(32, "big"), *hashes[which + 1 :]]


@settings(max_examples=300)
@given(leaves_of_trees(), st.integers(0, SIZES))
def test_a_path_proves_no_other_leaf(place: tuple[int, int], other: int) -> None:
    index, size = place
    path = inclusion(index, size, TREE.read)
    if other == index:
        check_inclusion(TREE.leaves[index], other, size, path, TREE.root(size))
        return
    with pytest.raises(ProofInvalid):
        check_inclusion(TREE.leaves[index], other, size, path, TREE.root(size))


@settings(max_examples=300)
@given(st.lists(st.integers(1, SIZES), min_size=4, max_size=4))
def test_a_consistency_proof_joins_no_other_trees(sizes: list[int]) -> None:
    old, new = sorted(sizes[:2])
    told_old, told_new = sorted(sizes[2:])
    path = consistency(old, new, TREE.read)
    false = Tree(SIZES, salt="other ")
    with pytest.raises(ProofInvalid):
        check_consistency(told_old, told_new, TREE.root(told_old), false.root(told_new), path)


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path[:-1],
        lambda path: path[1:],
        lambda path: [*path, path[0]],
        lambda path: [path[0][:31], *path[1:]],
    ],
    ids=["short at the root", "short at the leaf", "long", "short hash"],
)
def test_a_path_of_another_length_is_refused(change: Callable[[list[bytes]], list[bytes]]) -> None:
    with pytest.raises(ProofInvalid, match="6 hashes of 32 bytes are needed"):
        check_inclusion(TREE.leaves[3], 3, 50, change(list(TREE.path(3, 50))), TREE.root(50))
    with pytest.raises(ProofInvalid, match="8 hashes of 32 bytes are needed"):
        check_consistency(7, 100, TREE.root(7), TREE.root(100), change(list(TREE.proof(7, 100))))


@pytest.mark.parametrize("size", [1, 3, 255, 257, 299])
def test_the_right_edge_is_read_once_and_proofs_stay_the_same(size: int) -> None:
    asked: list[tuple[int, int]] = []

    def read(subtrees: Sequence[tuple[int, int]]) -> list[bytes]:
        asked.extend(subtrees)
        return TREE.read(subtrees)

    edge = RightEdge()
    for index in range(size):
        remembering = edge.remembered(size, TREE.root(size), read)
        assert inclusion(index, size, remembering) == TREE.path(index, size)
        assert consistency(index + 1, size, remembering) == TREE.proof(index + 1, size)
    assert asked.count((0, size - 1)) == 1


def test_an_edge_that_leads_to_another_root_is_not_remembered() -> None:
    edge = RightEdge()
    for root_of in (bytes(32), TREE.root(200)):
        read = edge.remembered(201, root_of, Tree(201, salt="false ").read)
        assert root(201, read) == Tree(201, salt="false ").root()
    assert inclusion(7, 201, edge.remembered(201, TREE.root(201), TREE.read)) == TREE.path(7, 201)
    assert root(0, edge.remembered(0, EMPTY_ROOT, TREE.read)) == EMPTY_ROOT


def test_an_inner_node_is_no_leaf() -> None:
    inner = node_hash(TREE.leaves[0], TREE.leaves[1])
    assert leaf_hash(TREE.leaves[0] + TREE.leaves[1]) != inner
    with pytest.raises(ProofInvalid):
        check_inclusion(inner, 0, 4, TREE.path(0, 4)[1:], TREE.root(4))


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0), (0, LARGEST + 1), (2**200, 2**201)])
def test_places_that_no_tree_has_are_refused(index: int, size: int) -> None:
    with pytest.raises(ProofInvalid, match=f"has no leaf {index}"):
        check_inclusion(TREE.leaves[0], index, size, (), TREE.root(1))


@pytest.mark.parametrize(("old", "new"), [(-1, 5), (6, 5), (1, LARGEST + 1), (2**200, 2**201)])
def test_sizes_that_no_tree_has_are_refused(old: int, new: int) -> None:
    with pytest.raises(ProofInvalid, match="does not begin with"):
        check_consistency(old, new, TREE.root(1), TREE.root(1), ())


def test_nobody_asks_for_proofs_of_what_is_not_there() -> None:
    for index, size in ((5, 5), (-1, 5), (0, 0)):
        with pytest.raises(ValueError, match="has no leaf"):
            inclusion(index, size, TREE.read)
    for old, new in ((6, 5), (-1, 5)):
        with pytest.raises(ValueError, match="does not begin with"):
            consistency(old, new, TREE.read)


def test_the_longest_path_is_walked_in_no_time() -> None:
    with pytest.raises(ProofInvalid, match="leads to the root"):
        check_inclusion(TREE.leaves[0], LARGEST - 1, LARGEST, [EMPTY_ROOT] * 62, TREE.root(1))
