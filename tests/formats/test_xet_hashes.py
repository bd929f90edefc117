from __future__ import annotations

import pytest

from hilt.formats.xet_hashes import chunk_hash, hash_of, range_hash, text_of, tree_hash


def test_each_eight_bytes_are_one_number_with_its_lowest_byte_first() -> None:
    assert text_of(bytes(range(32))) == "07060504030201000f0e0d0c0b0a090817161514131211101f1e1d1c1b1a1918"


@pytest.mark.parametrize("number", [0, 1, 255])
def test_a_text_names_the_hash_that_it_was_made_of(number: int) -> None:
    digest = chunk_hash(bytes([number]))
    assert hash_of(text_of(digest)) == digest


@pytest.mark.parametrize(
    "text", ["", "0" * 63, "0" * 65, "G" * 64, "A" * 64, "../" + "0" * 61, "0" * 63 + "\n", "٣" * 64]
)
def test_whatever_else_names_none(text: str) -> None:
    assert hash_of(text) is None


def test_a_tree_of_one_chunk_is_that_chunk() -> None:
    assert tree_hash([(chunk_hash(b"a"), 1)]) == chunk_hash(b"a")


def test_the_order_of_chunks_and_their_sizes_count() -> None:
    nodes = [(chunk_hash(bytes([number])), 1) for number in range(40)]
    others = [nodes[1], nodes[0], *nodes[2:]]
    sizes = [(nodes[0][0], 2), *nodes[1:]]
    assert len({tree_hash(nodes), tree_hash(others), tree_hash(sizes), tree_hash(nodes[:-1])}) == 4


def test_a_range_has_another_hash_than_a_chunk_of_the_same_bytes() -> None:
    assert range_hash([chunk_hash(b"a")]) != chunk_hash(chunk_hash(b"a"))
