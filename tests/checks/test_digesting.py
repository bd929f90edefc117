"""Digests of pieces: right whatever the store says, and cheaper where it is right."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

import pytest
from blake3 import blake3

from hilt.checks import digesting
from hilt.checks.digesting import Digested, Piece, digest_pieces
from hilt.core.limits import Limits
from hilt.core.progress import Silent
from hilt.sources.digest_store import SMALLEST, DigestStore, Identity, Pair
from hilt.sources.references import open_reference


class Counted(Silent):
    """How many bytes were read."""

    def __init__(self) -> None:
        self.read = 0

    def advance(self, *, files: int = 0, size: int = 0) -> None:
        self.read += size


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "weights.bin").write_bytes(os.urandom(SMALLEST + 12_345))
    (folder / "config.json").write_bytes(b"{}")
    (folder / "empty").write_bytes(b"")
    return folder


@pytest.fixture
def store(tmp_path: Path) -> DigestStore:
    return DigestStore(tmp_path / "cache")


def digested(model: Path, *pieces: Piece, store: DigestStore | None = None, trust_nothing: bool = False) -> Digested:
    listing = open_reference(str(model), Limits())
    wanted = pieces or tuple(Piece(one.path, 0, one.size) for one in listing.subject.files)
    return digest_pieces(listing, wanted, Silent(), threading.Event(), store, trust_nothing=trust_nothing)


def right(model: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in model.iterdir()}


def told(done: Digested) -> dict[str, str]:
    return {piece.path: digest for piece, digest in done.digests.items()}


def test_digests_are_right_with_the_store_and_without(model: Path, store: DigestStore) -> None:
    for place in (None, store, store):
        assert told(digested(model, store=place)) == right(model)


@pytest.mark.parametrize("algorithm", digesting.ALGORITHMS)
@pytest.mark.parametrize(("begin", "end"), [(0, 5), (1, SMALLEST + 1), (SMALLEST, SMALLEST + 12_345), (7, 7)])
def test_pieces_are_digested_by_every_algorithm(model: Path, algorithm: str, begin: int, end: int) -> None:
    piece = Piece("weights.bin", begin, end, algorithm)
    data = (model / "weights.bin").read_bytes()[begin:end]
    one = blake3(data) if algorithm == "blake3" else hashlib.new(algorithm, data)
    assert digested(model, piece).digests == {piece: one.hexdigest()}


def test_the_second_time_rests_on_what_is_remembered(model: Path, store: DigestStore) -> None:
    assert digested(model, store=store).remembered == frozenset()
    assert {piece.path for piece in digested(model, store=store).remembered} == {"weights.bin"}


def test_pieces_of_one_file_are_remembered_each(model: Path, store: DigestStore) -> None:
    (model / "weights.bin").write_bytes(os.urandom(2 * SMALLEST))
    halves = (Piece("weights.bin", 0, SMALLEST), Piece("weights.bin", SMALLEST, 2 * SMALLEST))
    first, second = digested(model, *halves, store=store), digested(model, *halves, store=store)
    assert first.digests == second.digests
    assert second.remembered == frozenset(halves)


def test_a_file_that_was_changed_and_its_times_set_back_is_seen(model: Path, store: DigestStore) -> None:
    digested(model, store=store)
    file = model / "weights.bin"
    before = file.stat()
    with file.open("r+b") as stream:
        stream.seek(4_000)
        stream.write(b"changed")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    # The time of change cannot be set back by ordinary means; somebody who can is as well served by this.
    after = file.stat()
    record = store.find([Identity.of(before, 0, before.st_size)])
    store.add({Identity.of(after, 0, after.st_size): pair for pair in record.values()})
    assert len(record) == 1
    done = digested(model, store=store)
    assert told(done) == right(model)
    assert done.remembered == frozenset()


def test_what_was_seen_wrong_once_is_remembered_right(model: Path, store: DigestStore) -> None:
    status = (model / "weights.bin").stat()
    store.add({Identity.of(status, 0, status.st_size): Pair(blake3="b" * 64, sha256="a" * 64)})
    assert told(digested(model, store=store)) == right(model)
    assert {piece.path for piece in digested(model, store=store).remembered} == {"weights.bin"}


def test_who_trusts_nothing_does_not_read_the_store_and_writes_it_right(model: Path, store: DigestStore) -> None:
    status = (model / "weights.bin").stat()
    fast = blake3((model / "weights.bin").read_bytes()).hexdigest()
    store.add({Identity.of(status, 0, status.st_size): Pair(blake3=fast, sha256="a" * 64)})
    assert told(digested(model, store=store))["weights.bin"] == "a" * 64  # whoever writes the store is believed
    assert told(digested(model, store=store, trust_nothing=True)) == right(model)
    assert told(digested(model, store=store)) == right(model)


def test_a_file_that_is_gone_is_an_error_of_its_own(model: Path) -> None:
    listing = open_reference(str(model), Limits())
    (model / "config.json").unlink()
    pieces = [Piece(one.path, 0, one.size) for one in listing.subject.files]
    done = digest_pieces(listing, pieces, Silent(), threading.Event(), None)
    assert [piece.path for piece in done.errors] == ["config.json"]
    assert {piece.path for piece in done.digests} == {"weights.bin", "empty"}


def test_progress_tells_every_byte(model: Path) -> None:
    listing, progress = open_reference(str(model), Limits()), Counted()
    pieces = [Piece(one.path, 0, one.size) for one in listing.subject.files]
    digest_pieces(listing, pieces, progress, threading.Event(), None)
    assert progress.read == listing.subject.size


def test_an_interrupted_pass_gives_no_digest(model: Path) -> None:
    stopped = threading.Event()
    stopped.set()
    listing = open_reference(str(model), Limits())
    piece = Piece("weights.bin", 0, 100)
    done = digest_pieces(listing, [piece], Silent(), stopped, None)
    assert (done.digests, list(done.errors)) == ({}, [piece])
