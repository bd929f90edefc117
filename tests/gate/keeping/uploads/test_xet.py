"""Uploads by xet, as a client sends them and as it never would."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from hilt.core.errors import FormatError, HiltError, SourceError, UsageError
from hilt.core.library import Repository
from hilt.formats.xet_hashes import text_of
from hilt.gate.keeping.uploads.own_files import OwnFiles
from hilt.gate.keeping.uploads.staged import Staged
from hilt.gate.keeping.uploads.xet import XetUploads
from hilt.record.blobs.revisions import Revisions
from hilt.record.blobs.store import Blobs
from xet_files import GROUPED, LZ4, PLAIN, MadeFile, MadeTerm, MadeXorb, shard

RANDOM = random.Random(6)
HERE, ELSEWHERE = Repository("models", "acme/lid"), Repository("models", "acme/other")
XORB = MadeXorb([RANDOM.randbytes(5000 + number) for number in range(8)], (PLAIN, LZ4, GROUPED))
OTHER = MadeXorb([b"said again " * 900, RANDOM.randbytes(70_000)], (LZ4,))
TWO = MadeFile([XORB.term(0, 3), OTHER.term(), XORB.term(2, 8), XORB.term(2, 3)])


class Desk:
    """Where uploads arrive, in a folder."""

    def __init__(self, folder: Path, most: int = 1 << 30) -> None:
        self.folder = folder
        self.blobs = Blobs(folder)
        own = OwnFiles(Revisions(folder), ("acme",))
        self.staged = Staged(self.blobs, own, self.blobs.has, most, lambda: None)
        self.uploads = XetUploads(self.blobs, self.staged, most)

    def xorb(self, *made: MadeXorb) -> None:
        for one in made:
            with self.uploads.coming_xorb() as body:
                body.write(one.data)
                self.uploads.take_xorb(body, text_of(one.hash))

    def shard(
        self,
        files: Sequence[MadeFile],
        xorbs: Sequence[MadeXorb] = (),
        repository: Repository = HERE,
        told: Callable[[int, int], None] | None = None,
    ) -> int:
        with self.uploads.coming_shard() as body:
            body.write(shard(files, xorbs))
            return self.uploads.take_shard(body, repository, told)

    def has(self, file: MadeFile) -> bool:
        """Are its bytes here, and does it count as sent?"""
        if not self.blobs.has(file.sha256, len(file.data)):
            return False
        assert self.blobs.path(file.sha256).read_bytes() == file.data
        return self.is_sent(file)

    def is_sent(self, file: MadeFile, repository: Repository = HERE) -> bool:
        return self.staged.size_of(repository, file.sha256) is not None

    def rest(self) -> list[Path]:
        """Files that are not whole."""
        folders = (self.folder / "partial", self.folder / "xet" / "partial")
        return [one for folder in folders if folder.is_dir() for one in folder.iterdir()]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "library")
    yield desk
    assert not desk.rest()


def test_a_file_is_put_together_of_its_chunks(desk: Desk) -> None:
    desk.xorb(XORB, OTHER)
    whole = MadeFile([OTHER.term()])
    assert desk.shard([TWO, whole], [XORB, OTHER]) == 2
    assert desk.has(TWO)
    assert desk.has(whole)


def test_it_counts_as_sent_to_the_repository_that_the_token_is_for(desk: Desk) -> None:
    desk.xorb(XORB, OTHER)
    desk.shard([TWO])
    assert not desk.is_sent(TWO, ELSEWHERE)
    desk.shard([TWO], repository=ELSEWHERE)
    assert desk.is_sent(TWO, ELSEWHERE)


def test_a_file_without_bytes_is_one(desk: Desk) -> None:
    empty = MadeFile([])
    desk.shard([empty])
    assert desk.has(empty)


def test_a_later_upload_is_made_of_chunks_that_came_before(desk: Desk, tmp_path: Path) -> None:
    desk.xorb(XORB)
    desk.shard([MadeFile([XORB.term()])], [XORB])
    again = Desk(tmp_path / "library")  # the server was started anew
    again.xorb(OTHER)
    changed = MadeFile([XORB.term(0, 4), OTHER.term(1, 2), XORB.term(4, 8)])
    again.shard([changed], [OTHER])
    assert again.has(changed)


def test_how_far_it_is_can_be_told(desk: Desk) -> None:
    desk.xorb(XORB, OTHER)
    told: list[tuple[int, int]] = []
    desk.shard([TWO, MadeFile([XORB.term()])], told=lambda done, of: told.append((done, of)))
    assert told == [(number, 5) for number in range(1, 6)]


def test_a_file_that_is_here_is_not_written_again(desk: Desk) -> None:
    desk.xorb(XORB, OTHER)
    desk.shard([TWO])
    before = desk.blobs.path(TWO.sha256).stat()
    desk.shard([TWO])
    after = desk.blobs.path(TWO.sha256).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def refused(desk: Desk, *files: MadeFile, xorbs: Sequence[MadeXorb] = ()) -> HiltError:
    with pytest.raises(HiltError) as caught:
        desk.shard(files, xorbs)
    for one in files:
        assert not desk.is_sent(one)
    return caught.value


def test_a_xorb_that_never_came_is_named_with_the_way_out(desk: Desk) -> None:
    desk.xorb(XORB)
    error = refused(desk, MadeFile([XORB.term()]), TWO)
    assert isinstance(error, UsageError)
    assert text_of(OTHER.hash) in str(error)
    assert "~/.cache/huggingface/xet" in str(error)
    assert not desk.blobs.has(MadeFile([XORB.term()]).sha256, len(MadeFile([XORB.term()]).data))


def test_a_xorb_that_is_said_to_be_new_must_have_come(desk: Desk) -> None:
    desk.xorb(XORB)
    assert text_of(OTHER.hash) in str(refused(desk, MadeFile([XORB.term()]), xorbs=[XORB, OTHER]))


def changed(**more: object) -> MadeFile:
    return MadeFile([XORB.term(0, 3), replace(XORB.term(2, 5), **more)])


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (changed(proof=bytes(32)), "is of other chunks"),
        (changed(proof=XORB.term(2, 6).proof), "is of other chunks"),
        (changed(start=1, end=4, size=XORB.term(1, 4).size), "is of other chunks"),
        (changed(size=15_000), "and not 15000 as is stated"),
        (changed(size=1), "and not 1 as is stated"),
        (changed(size=2**32 - 1), "there is room for"),
        (changed(end=9), r"chunks 2 to 9 are asked of xorb \w+, which has 8"),
        (changed(end=8192), "which has 8"),
        (MadeFile([XORB.term()], proven=False), "comes without proofs"),
        (MadeFile([XORB.term()], digested=False), "comes without its SHA-256"),
    ],
)
def test_terms_that_lie_make_no_file(desk: Desk, file: MadeFile, why: str) -> None:
    desk.xorb(XORB)
    assert re.search(why, str(refused(desk, file)))
    assert not list(desk.blobs.each())


def test_a_file_that_is_not_what_it_is_said_to_be_does_not_count(desk: Desk) -> None:
    desk.xorb(XORB)
    honest, lie = MadeFile([XORB.term(0, 2)]), MadeFile([XORB.term(0, 2)], digest="ab" * 32)
    error = refused(desk, lie)
    assert lie.sha256 in str(error)
    assert honest.sha256 in str(error)
    assert not desk.blobs.path(lie.sha256).exists()


def test_whoever_knows_only_the_digest_of_a_file_does_not_get_it_to_count(desk: Desk) -> None:
    desk.xorb(XORB, OTHER)
    desk.shard([TWO], repository=ELSEWHERE)
    claimed = MadeFile([XORB.term(0, 1)], digest=TWO.sha256)
    same_size = MadeFile([*TWO.terms[1:], TWO.terms[0]], digest=TWO.sha256)
    with pytest.raises(HiltError):
        desk.shard([claimed])
    with pytest.raises(FormatError, match="is stated to have SHA-256"):
        desk.shard([same_size])
    assert not desk.is_sent(TWO)
    assert desk.blobs.path(TWO.sha256).read_bytes() == TWO.data


def test_whoever_knows_only_the_hash_of_a_xorb_gets_no_file_made_of_it(desk: Desk) -> None:
    desk.xorb(XORB)
    guess = MadeTerm(XORB.hash, XORB.term(0, 1).size, 0, 1, bytes(32), XORB.parts[0])
    assert "is of other chunks" in str(refused(desk, MadeFile([guess])))


def test_files_before_one_that_fails_have_come(desk: Desk) -> None:
    desk.xorb(XORB)
    honest = MadeFile([XORB.term(0, 2)])
    with pytest.raises(FormatError):
        desk.shard([honest, changed(size=1)])
    assert desk.has(honest)


def test_a_xorb_whose_bytes_the_disk_changed_makes_no_file_and_is_found_the_next_time(desk: Desk) -> None:
    desk.xorb(XORB)
    name = text_of(XORB.hash)
    path = desk.folder / "xet" / "xorbs" / name[:2] / name
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    file = MadeFile([XORB.term()])
    assert file.sha256 in str(refused(desk, file))
    assert isinstance(error := refused(desk, file), SourceError)
    assert "is removed" in str(error)
    desk.xorb(XORB)
    desk.shard([file])
    assert desk.has(file)


def test_what_comes_has_its_room_from_its_beginning_on(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "library", most=100_000)
    with desk.uploads.coming_xorb(60_000) as body:
        with pytest.raises(UsageError, match="there is room for 40000"):
            desk.uploads.coming_xorb(50_000)
        with pytest.raises(UsageError, match="there is room for"):
            body.write(bytes(100_001))
        with desk.uploads.coming_shard() as other, pytest.raises(UsageError, match="there is room for"):
            other.write(bytes(50_000))
        body.write(bytes(90_000))
        assert desk.staged.room.left() == 10_000
    assert desk.staged.room.left() == 100_000
    assert not desk.rest()


def test_no_more_is_put_together_than_there_is_room_for(tmp_path: Path) -> None:
    desk = Desk(tmp_path, most=200_000)
    xorb = MadeXorb([RANDOM.randbytes(20_000)])
    desk.xorb(xorb)
    grown = MadeFile([xorb.term()] * 11)
    assert "room" in str(refused(desk, grown))
    desk.shard([MadeFile([xorb.term()] * 9)])


@pytest.mark.parametrize("name", ["", "../" * 21 + "x", "A" * 64, "0" * 63, "0" * 65, "0" * 63 + "/"])
def test_only_a_hash_names_a_xorb(desk: Desk, name: str) -> None:
    with desk.uploads.coming_xorb() as body:
        body.write(XORB.data)
        with pytest.raises(UsageError, match="64 small hexadecimal digits"):
            desk.uploads.take_xorb(body, name)
    assert not desk.rest()


def test_many_upload_the_same_file_at_once_and_each_has_sent_it(desk: Desk) -> None:
    desk.xorb(XORB, OTHER)
    repositories = [Repository("models", f"acme/{number}") for number in range(6)]
    failed: list[BaseException] = []

    def send(repository: Repository) -> None:
        try:
            desk.shard([TWO], repository=repository)
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=send, args=(one,)) for one in repositories]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert not failed
    assert all(desk.is_sent(TWO, one) for one in repositories)
    assert [one.sha256 for one in desk.blobs.each()] == [TWO.sha256]
