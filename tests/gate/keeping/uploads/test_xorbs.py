from __future__ import annotations

import os
import random
import threading
import time
from pathlib import Path

import pytest

from hilt.core.errors import FormatError, SourceError, UsageError
from hilt.formats.xet_hashes import text_of
from hilt.formats.xet_xorb import unpacked
from hilt.gate.keeping.uploads.spooled import PREFIX, Spooled
from hilt.gate.keeping.uploads.xorbs import FRESH, Xorbs
from xet_files import GROUPED, LZ4, PLAIN, MadeXorb, footer

RANDOM = random.Random(5)
XORB = MadeXorb([RANDOM.randbytes(3000), b"abc" * 500, bytes(4001)], (PLAIN, LZ4, GROUPED))


def others(count: int, size: int = 5000) -> list[MadeXorb]:
    return [MadeXorb([RANDOM.randbytes(size)]) for _ in range(count)]


class Kept:
    """The xorbs of a folder."""

    def __init__(self, folder: Path, most: int = 1 << 30) -> None:
        self.folder, self.partial = folder / "xorbs", folder / "partial"
        self.folder.mkdir(exist_ok=True)
        self.partial.mkdir(exist_ok=True)
        self.xorbs = Xorbs(self.folder, self.partial, most)

    def send(self, made: MadeXorb, data: bytes | None = None) -> bool:
        with Spooled(self.partial, 1 << 27, "a xorb") as body:
            body.write(made.data if data is None else data)
            return self.xorbs.take(body, made.hash)

    def path(self, made: MadeXorb) -> Path:
        name = text_of(made.hash)
        return self.folder / name[:2] / name

    def parts(self, made: MadeXorb) -> list[bytes]:
        with self.xorbs.opened(made.hash) as (xorb, source):
            return [unpacked(source, one) for one in xorb.chunks]

    def used(self, made: MadeXorb, ago: float) -> None:
        os.utime(self.path(made), (time.time() - ago, time.time() - ago))


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


def test_a_xorb_is_kept_under_its_hash(kept: Kept) -> None:
    assert kept.send(XORB)
    assert kept.path(XORB).read_bytes() == XORB.data
    assert kept.parts(XORB) == list(XORB.parts)
    assert not [*kept.partial.iterdir()]


def test_a_second_one_is_not_needed(kept: Kept) -> None:
    assert kept.send(XORB)
    assert not kept.send(XORB, b"whatever, it is not looked at")
    assert kept.parts(XORB) == list(XORB.parts)


def test_what_stands_behind_the_chunks_is_not_kept(kept: Kept) -> None:
    kept.send(XORB, XORB.data + footer())
    assert kept.path(XORB).read_bytes() == XORB.data


@pytest.mark.parametrize("data", [MadeXorb([b"other"]).data, XORB.data[:-1], XORB.data + b"\0", b"", footer()], ids=len)
def test_what_is_not_the_xorb_that_is_named_is_not_kept(kept: Kept, data: bytes) -> None:
    with pytest.raises(FormatError):
        kept.send(XORB, data)
    assert not kept.xorbs.has(XORB.hash)
    assert not [*kept.partial.iterdir()]
    assert kept.send(XORB)


def test_one_that_came_before_the_server_was_started_is_read_again(kept: Kept, tmp_path: Path) -> None:
    kept.send(XORB)
    assert Kept(tmp_path).parts(XORB) == list(XORB.parts)


@pytest.mark.parametrize("spoilt", [b"", XORB.data[:-1], b"\1" + XORB.data[1:], MadeXorb([b"other"]).data])
def test_one_that_the_disk_has_spoilt_is_removed_and_can_be_sent_again(
    kept: Kept, tmp_path: Path, spoilt: bytes
) -> None:
    kept.send(XORB)
    kept.path(XORB).unlink()
    kept.path(XORB).write_bytes(spoilt)
    again = Kept(tmp_path)
    with pytest.raises(SourceError, match="damaged on the disk, and is removed"):
        again.parts(XORB)
    assert again.send(XORB)
    assert again.parts(XORB) == list(XORB.parts)


def test_one_that_is_not_here_is_named_with_the_way_out(kept: Kept) -> None:
    with pytest.raises(UsageError, match=rf"xorb {text_of(XORB.hash)} is not here.*~/.cache/huggingface/xet"):
        kept.parts(XORB)


def test_a_link_in_its_place_is_not_followed(kept: Kept, tmp_path: Path) -> None:
    kept.send(XORB)
    (tmp_path / "elsewhere").write_bytes(XORB.data)
    kept.path(XORB).unlink()
    kept.path(XORB).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SourceError):
        kept.parts(XORB)


def test_those_used_longest_ago_make_room(tmp_path: Path) -> None:
    kept = Kept(tmp_path, most=4 * 5008)
    first, second, third, fourth = others(4)
    for number, one in enumerate((first, second, third)):
        kept.send(one)
        kept.used(one, FRESH * (9 - number))
    kept.parts(first)  # it is used now
    kept.send(fourth)
    for one in others(2):
        kept.send(one)
    assert [kept.xorbs.has(one.hash) for one in (first, second, third, fourth)] == [True, False, False, True]


def test_that_one_is_used_is_written_down_whatever_the_disk_does(kept: Kept) -> None:
    kept.send(XORB)
    path, now = kept.path(XORB), time.time()
    os.utime(path, (now - 2 * 3600, now - FRESH))  # with these, disks that note some reads note none
    kept.parts(XORB)
    assert path.stat().st_atime > now - 60
    assert path.stat().st_mtime < now - 3600


def test_what_came_within_a_day_stays_and_no_more_is_taken(tmp_path: Path) -> None:
    kept = Kept(tmp_path, most=3 * 5008)
    first, second, third, fourth = others(4)
    for one in (first, second, third):
        kept.send(one)
    with pytest.raises(UsageError, match=r"15024 bytes, of which 15024 are kept.*library\.bytes"):
        kept.send(fourth)
    assert all(kept.xorbs.has(one.hash) for one in (first, second, third))
    kept.used(second, FRESH * 2)
    assert kept.send(fourth)
    assert not kept.xorbs.has(second.hash)


def test_small_ones_count_as_what_a_disk_takes_for_them(tmp_path: Path) -> None:
    kept = Kept(tmp_path, most=2 * 4096)
    first, second, third = others(3, size=10)
    assert kept.send(first)
    assert kept.send(second)
    with pytest.raises(UsageError, match="8192 bytes"):
        kept.send(third)


def test_what_a_crash_left_is_removed_after_a_day(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    old, new, other = (kept.partial / name for name in (f"{PREFIX}old", f"{PREFIX}new", "of-somebody-else"))
    for one in (old, new, other):
        one.write_bytes(b"abc")
    for one in (old, other):
        os.utime(one, (1, 1))
    kept.send(XORB)
    assert [one.exists() for one in (old, new, other)] == [False, True, True]


def test_many_send_the_same_one_at_once_and_one_of_them_is_kept(kept: Kept) -> None:
    (made,) = others(1, size=100_000)
    told: list[bool] = []
    threads = [threading.Thread(target=lambda: told.append(kept.send(made))) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(told) == [False] * 7 + [True]
    assert kept.parts(made) == list(made.parts)
