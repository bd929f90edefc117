"""The file of an index: every bit of it is covered, what was cut is missed, and who is stopped while adding loses nothing."""

from __future__ import annotations

import struct
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from hilt.core.errors import IndexInvalid, LimitExceeded
from hilt.core.limits import Limits
from hilt.knowledge.lineage.index import index
from hilt.knowledge.lineage.index.changes import add, merge
from hilt.knowledge.lineage.index.file import HEAD_SIZE, SEGMENT
from hilt.knowledge.lineage.index.index import Index
from known_models import LIMITS, index_of, known


def everything(path: Path, limits: Limits = LIMITS) -> list[str]:
    """The names of all models, once all that the index holds was read and verified."""
    with Index(path, limits) as held:
        return [held.verified(number).entry.name for number in range(held.models)]


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    path = index_of(tmp_path / "known.index", known("org/one", 1), known("org/two", 2))
    return index_of(path, known("org/three", 3))


def test_what_was_added_is_there_in_its_order(whole: Path) -> None:
    assert everything(whole) == ["org/one", "org/two", "org/three"]
    with Index(whole) as held:
        assert [one.models for one in held.file.segments] == [2, 1]
        assert held.print(2).tensors[0].name == "layers.0.weight"
        assert held.writers(2) == b""


def test_no_bit_can_be_flipped_unseen(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "_PAUSE", 0)
    data = whole.read_bytes()
    places = {*range(300), *range(300, len(data), 211), *range(len(data) - 50, len(data))}
    for place in sorted(places):
        flipped = bytearray(data)
        flipped[place] ^= 1 << (place % 8)
        damaged = tmp_path / "damaged.index"
        damaged.write_bytes(flipped)
        with pytest.raises(IndexInvalid) as error:
            everything(damaged)
        assert str(damaged) in str(error.value)
        assert f"(at byte {error.value.offset})" in str(error.value)
        assert error.value.way_out


def test_no_cut_goes_unseen_at_a_segment_neither(whole: Path, tmp_path: Path) -> None:
    data = whole.read_bytes()
    with Index(whole) as held:
        ends = [one.blobs + one.blobs_size for one in held.file.segments]
    for length in {*range(0, 400, 7), *ends[:-1], HEAD_SIZE, len(data) // 2, len(data) - 1}:
        cut = tmp_path / "cut.index"
        cut.write_bytes(data[:length])
        with pytest.raises(IndexInvalid, match=r"cut off|no index of hilt"):
            everything(cut)


def test_another_version_says_so_and_what_to_do(whole: Path) -> None:
    data = bytearray(whole.read_bytes())
    data[16:20] = struct.pack("<I", 7)
    whole.write_bytes(data)
    with pytest.raises(
        IndexInvalid, match=r"version 7 of the form, and this hilt reads version 1.*use the hilt that wrote it"
    ):
        Index(whole)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04" * 100, b"\0" * 500, b"hilt index\r\n\x1a\n\0\0"])
def test_other_files_are_no_index(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(data)
    with pytest.raises(IndexInvalid, match="put a whole copy in its place"):
        Index(path)


@pytest.mark.parametrize("left", [1, 64, 700, 100_000])
def test_who_is_stopped_while_adding_leaves_the_index_as_it_was(whole: Path, left: int) -> None:
    before = whole.read_bytes()
    larger = index_of(whole, known("org/four", 4)).read_bytes()
    whole.write_bytes(before + larger[len(before) : len(before) + left])
    assert everything(whole) == ["org/one", "org/two", "org/three"]
    index_of(whole, known("org/five", 5))
    assert everything(whole) == ["org/one", "org/two", "org/three", "org/five"]


def test_an_index_that_is_open_stays_as_it_was(whole: Path) -> None:
    with Index(whole) as held:
        index_of(whole, known("org/four", 4))
        assert [entry.name for entry in held.entries()] == ["org/one", "org/two", "org/three"]


def resealed(path: Path, place: int, new: bytes) -> None:
    """Puts bytes into the table or the lines of the first segment, with all digests made to fit, as who forges one would."""
    data = bytearray(path.read_bytes())
    data[place : place + len(new)] = new
    mark, models, lines, blobs, _ = SEGMENT.unpack_from(data, HEAD_SIZE)
    begin = HEAD_SIZE + SEGMENT.size
    covered = data[begin : begin + models * (16 + 4 + 256) + lines]
    header = SEGMENT.pack(mark, models, lines, blobs, sha256(covered).digest())
    data[HEAD_SIZE:begin] = header
    head = data[:40] + sha256(bytes(32) + header).digest() + bytes(24)
    data[:HEAD_SIZE] = head + sha256(head).digest()
    path.write_bytes(data)


def place_of(path: Path, what: bytes) -> int:
    return path.read_bytes().index(what)


def test_forged_keys_are_refused_before_anything_is_taken(tmp_path: Path) -> None:
    pack = index_of(tmp_path / "pack", known("org/one", 1), known("org/two", 2))
    own = index_of(tmp_path / "own", known("org/three", 3))
    resealed(pack, HEAD_SIZE + SEGMENT.size + 2 * 20 + 5, b"\xff\x00\xff")
    with Index(pack) as held:  # nothing is damaged
        assert held.models == 2
    before = own.read_bytes()
    with pytest.raises(IndexInvalid, match="'org/one': its keys are not those of its fingerprint"):
        merge(own, pack, LIMITS)
    assert own.read_bytes() == before


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b'"name":"org/one"', b'"name":["rg/ne"]', "name: a text of at most"),
        (b'"name":"org/one"', b'"name":"   \\t\\n"', "name: a text of at most"),
        (b'"name":"org/one"', b'"nome":"org/one"', "a key that no entry has: 'nome'"),
        (b'"name":"org/one"', b'"name":"org/ono"', "is that of another: 'org/ono'"),
        (b'"files":["model', b'"files":{"model', "no JSON"),
        (b'"print":[0,', b'"print":[9,', "a fingerprint"),
        (b'"print":[0,', b'"print":[-,', "no JSON"),
        (b'{"name"', b"[[[[[[[", "no JSON"),
    ],
)  # fmt: skip
def test_forged_lines_are_refused_with_their_place(tmp_path: Path, old: bytes, new: bytes, words: str) -> None:
    pack = index_of(tmp_path / "pack", known("org/one", 1))
    resealed(pack, place_of(pack, old), new)
    with pytest.raises(IndexInvalid, match=words):
        everything(pack)


def test_a_forged_length_does_not_reach_beyond_its_segment(tmp_path: Path) -> None:
    pack = index_of(tmp_path / "pack", known("org/one", 1))
    resealed(pack, HEAD_SIZE + SEGMENT.size + 16, struct.pack("<I", 2**31))
    with pytest.raises(IndexInvalid, match="is past the limit index_line_bytes"):
        Index(pack)
    resealed(pack, HEAD_SIZE + SEGMENT.size + 16, struct.pack("<I", 5))
    with pytest.raises(IndexInvalid, match="the lines are not as long as the table says"):
        Index(pack)


def test_numbers_of_the_head_are_bounded_by_the_bytes_that_are_there(tmp_path: Path) -> None:
    path = tmp_path / "huge"
    head = struct.pack("<16sIIQQ56s", b"hilt index\r\n\x1a\n\0\0", 1, 2**32 - 1, 1_900_000, 128, bytes(56))
    path.write_bytes(head + sha256(head).digest())
    with pytest.raises(IndexInvalid, match="1900000 models in 4294967295 segments do not fit into 128 bytes"):
        Index(path)


@pytest.mark.reaches("index_models")
def test_more_models_than_are_allowed_are_neither_read_nor_written(whole: Path) -> None:
    before = whole.read_bytes()
    with pytest.raises(IndexInvalid, match="3 is past the limit index_models = 2"):
        Index(whole, Limits(index_models=2))
    with pytest.raises(LimitExceeded, match="index_models"):
        add(whole, [known("org/four", 4)], Limits(index_models=3))
    assert everything(whole) == ["org/one", "org/two", "org/three"]
    assert whole.read_bytes()[:HEAD_SIZE] == before[:HEAD_SIZE]


@pytest.mark.reaches("index_line_bytes")
def test_a_line_that_is_too_long_is_neither_read_nor_written(whole: Path) -> None:
    with pytest.raises(IndexInvalid, match="is past the limit index_line_bytes = 50"):
        Index(whole, Limits(index_line_bytes=50))
    with pytest.raises(LimitExceeded, match="index_line_bytes"):
        add(whole, [known("n" * 1_000, 4)], Limits(index_line_bytes=900))


@pytest.mark.reaches("index_print_bytes")
def test_a_fingerprint_that_is_too_long_is_neither_read_nor_written(whole: Path) -> None:
    with pytest.raises(IndexInvalid, match="is past the limit index_print_bytes = 100"):
        everything(whole, Limits(index_print_bytes=100))
    with pytest.raises(LimitExceeded, match="index_print_bytes"):
        add(whole, [known("org/four", 4)], Limits(index_print_bytes=100))


def test_random_bytes_behind_a_good_head_are_an_error_and_nothing_else(whole: Path, tmp_path: Path) -> None:
    data, random = whole.read_bytes(), np.random.default_rng(5)
    for _ in range(200):
        mutated = bytearray(data)
        for place in random.integers(0, len(data), 4):
            mutated[place] = int(random.integers(0, 256))
        path = tmp_path / "mutated"
        path.write_bytes(mutated)
        if bytes(mutated) != data:
            with pytest.raises(IndexInvalid):
                everything(path)
