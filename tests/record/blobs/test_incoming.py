"""A file that comes: what its readers see of it, and when."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hilt.core.errors import ChangedWhileRead, SourceError
from hilt.record.blobs.incoming import HELD_BACK
from hilt.record.blobs.store import Blobs
from kept_files import git_name, sha256_of, whole

DATA = os.urandom(3 << 20)
NAME = sha256_of(DATA)
MIB = 1 << 20
BROKE = SourceError("the line broke")


def test_the_last_bytes_are_held_back_until_all_is_checked(blobs: Blobs) -> None:
    coming = blobs.incoming(len(DATA), sha256=NAME)
    seen = []
    for begin in range(0, len(DATA), MIB // 2):
        coming.write(DATA[begin : begin + MIB // 2])
        seen.append(coming.released)
    assert seen == [0, 0, MIB // 2, MIB, 3 * MIB // 2, 2 * MIB]
    assert seen[-1] == len(DATA) - HELD_BACK
    coming.finish(lambda _: seen.append(coming.released))
    assert seen[-1] == len(DATA) - HELD_BACK
    assert coming.released == len(DATA)


def test_a_small_file_goes_out_only_once_it_is_checked(blobs: Blobs) -> None:
    coming = blobs.incoming(5)
    coming.write(b"small")
    assert coming.released == 0
    coming.finish()
    assert coming.released == 5


def test_nothing_goes_out_of_what_is_held_as_a_whole(blobs: Blobs) -> None:
    coming = blobs.incoming(len(DATA), sha256=NAME, hold_all=True)
    coming.write(DATA)
    assert coming.released == 0
    coming.finish()
    assert coming.released == len(DATA)


def test_an_empty_file_is_one(blobs: Blobs) -> None:
    coming = blobs.incoming(0, sha256=sha256_of(b""), blob=git_name(b""))
    assert coming.finish() == sha256_of(b"")
    assert whole(blobs.folder) == {sha256_of(b""): b""}


def test_many_read_while_one_writes(blobs: Blobs) -> None:
    coming = blobs.incoming(len(DATA), sha256=NAME, blob=git_name(DATA))
    got: list[bytes] = []

    def read() -> None:
        news = threading.Semaphore(0)
        end = coming.watch(news.release)
        descriptor = coming.open()
        data = b""
        while len(data) < coming.size:
            if part := os.pread(descriptor, coming.released - len(data), len(data)):
                data += part
            else:
                news.acquire(timeout=10)
        os.close(descriptor)
        end()
        got.append(data)

    readers = [threading.Thread(target=read) for _ in range(8)]
    for one in readers:
        one.start()
    for begin in range(0, len(DATA), 100_000):
        coming.write(memoryview(DATA)[begin : begin + 100_000])
    coming.finish()
    for one in readers:
        one.join(10)
    assert [one == DATA for one in got] == [True] * 8


def test_whoever_watches_is_told_of_each_change_until_no_more(blobs: Blobs) -> None:
    coming = blobs.incoming(len(DATA), sha256=NAME)
    told: list[tuple[int, bool]] = []
    ended: list[int] = []
    coming.watch(lambda: told.append((coming.released, coming.done is not None)))
    end = coming.watch(lambda: ended.append(coming.released))
    coming.write(DATA[:MIB])
    coming.write(DATA[MIB : 2 * MIB])
    end()
    end()
    coming.write(DATA[2 * MIB :])
    coming.finish()
    assert told == [(MIB, False), (2 * MIB, False), (3 * MIB, False), (3 * MIB, True)]
    assert ended == [MIB]


def test_one_who_raises_when_told_stops_nobody(blobs: Blobs) -> None:
    coming = blobs.incoming(len(DATA), sha256=NAME)
    told: list[int] = []
    coming.watch(lambda: 1 // 0)
    coming.watch(lambda: told.append(coming.released))
    coming.write(DATA)
    assert coming.finish() == NAME
    assert told == [2 * MIB, 3 * MIB, 3 * MIB]


def test_whoever_is_told_may_ask_everything(blobs: Blobs) -> None:
    """Nothing is locked meanwhile: another thread may use the file while one that was told takes its time."""
    coming = blobs.incoming(len(DATA), sha256=NAME)
    answers: list[bool] = []

    def told() -> None:
        other = threading.Thread(target=coming.fail, args=(BROKE,), kwargs={"discard": False})
        other.start()
        other.join(10)
        answers.append(other.is_alive())

    coming.watch(told)
    coming.write(DATA)
    with pytest.raises(SourceError, match="the line broke"):
        coming.finish()
    assert True not in answers


def test_the_last_bytes_go_out_before_the_disk_has_them_all(blobs: Blobs) -> None:
    coming = blobs.incoming(len(DATA), sha256=NAME)
    at_release: list[Path] = []
    coming.watch(lambda: at_release.append(coming.path) if coming.released == coming.size else None)
    coming.write(DATA)
    coming.finish()
    assert at_release == [blobs.folder / "partial" / NAME, blobs.path(NAME)]


def test_what_was_opened_stays_readable_under_its_new_name(blobs: Blobs) -> None:
    coming = blobs.incoming(len(DATA), sha256=NAME)
    early = coming.open()
    coming.write(DATA)
    coming.finish()
    late = coming.open()
    assert [os.pread(one, len(DATA), 0) == DATA for one in (early, late)] == [True, True]
    os.close(early)
    os.close(late)


def test_bytes_with_another_digest_are_discarded(blobs: Blobs, folder: Path) -> None:
    for stated in ({"sha256": NAME}, {"blob": git_name(DATA)}, {"sha256": sha256_of(b"lies"), "blob": git_name(DATA)}):
        coming = blobs.incoming(4, **stated)
        coming.write(b"lies")
        with pytest.raises(
            SourceError, match=r"the 4 bytes that came have (SHA-256|git's name) \w+, and not \w+ as was stated"
        ):
            coming.finish()
        assert coming.released == 0
        assert isinstance(coming.failed, SourceError)
        with pytest.raises(SourceError, match="as was stated"):
            coming.wait()
        with pytest.raises(SourceError, match="as was stated"):
            coming.open()
    assert (whole(folder), os.listdir(folder / "partial")) == ({}, [])


def test_what_a_check_refuses_is_discarded(blobs: Blobs, folder: Path) -> None:
    coming = blobs.incoming(len(DATA), sha256=NAME)
    coming.write(DATA)

    def refuse(path: Path) -> None:
        assert path.read_bytes() == DATA
        raise ChangedWhileRead("the check was given other bytes")

    with pytest.raises(ChangedWhileRead, match="other bytes"):
        coming.finish(refuse)
    assert coming.released == len(DATA) - HELD_BACK
    assert (whole(folder), os.listdir(folder / "partial")) == ({}, [])


def test_a_check_that_breaks_fails_the_file_and_keeps_its_bytes(blobs: Blobs, folder: Path) -> None:
    coming = blobs.incoming(5, sha256=sha256_of(b"small"))
    coming.write(b"small")
    with pytest.raises(ZeroDivisionError):
        coming.finish(lambda _: print(1 // 0))
    with pytest.raises(SourceError, match="hilt failed while it came"):
        coming.wait()
    assert len(os.listdir(folder / "partial")) == 1


def test_more_than_was_stated_is_refused_and_discarded(blobs: Blobs, folder: Path) -> None:
    coming = blobs.incoming(5)
    coming.write(b"1234")
    with pytest.raises(SourceError, match="more than the 5 bytes come that were stated"):
        coming.write(b"56")
    assert os.listdir(folder / "partial") == []


def test_less_than_was_stated_is_kept_to_go_on_from(blobs: Blobs, folder: Path) -> None:
    coming = blobs.incoming(len(DATA), sha256=NAME)
    coming.write(DATA[:MIB])
    with pytest.raises(
        SourceError, match=f"only {MIB} of {len(DATA)} bytes came; ask again, and it goes on from there"
    ):
        coming.finish()
    again = blobs.incoming(len(DATA), sha256=NAME)
    assert (again.resumed, again.received) == (MIB, MIB)
    again.write(DATA[MIB:])
    assert again.finish() == NAME
    assert whole(folder) == {NAME: DATA}


def test_bytes_that_were_there_are_digested_again(blobs: Blobs, folder: Path) -> None:
    coming = blobs.incoming(len(DATA), sha256=NAME)
    coming.write(DATA[:MIB])
    coming.fail(BROKE, discard=False)
    with (folder / "partial" / NAME).open("r+b") as file:
        file.write(b"other")
    again = blobs.incoming(len(DATA), sha256=NAME)
    again.write(DATA[MIB:])
    with pytest.raises(SourceError, match="as was stated"):
        again.finish()
    assert (whole(folder), os.listdir(folder / "partial")) == ({}, [])


def test_one_that_was_whole_before_its_name_was_given_is_finished(blobs: Blobs) -> None:
    coming = blobs.incoming(len(DATA), sha256=NAME, blob=git_name(DATA))
    coming.write(DATA)
    coming.fail(BROKE, discard=False)
    again = blobs.incoming(len(DATA), sha256=NAME, blob=git_name(DATA))
    assert again.received == len(DATA)
    assert again.finish() == NAME


def test_the_first_failure_counts_and_wakes_who_waits(blobs: Blobs) -> None:
    coming = blobs.incoming(len(DATA), sha256=NAME)
    caught: list[str] = []

    def wait() -> None:
        try:
            coming.wait(10)
        except SourceError as error:
            caught.append(str(error))

    waiting = [threading.Thread(target=wait) for _ in range(4)]
    for one in waiting:
        one.start()
    assert coming.wait(0) is None
    coming.fail(BROKE, discard=False)
    coming.fail(SourceError("later"), discard=True)
    for one in waiting:
        one.join(10)
    assert caught == ["the line broke"] * 4
    for call in (lambda: coming.write(b"x"), coming.finish):
        with pytest.raises(SourceError, match="the line broke"):
            call()


def test_what_has_no_name_cannot_be_gone_on_with(blobs: Blobs, folder: Path) -> None:
    coming = blobs.incoming(10)
    coming.write(b"12345")
    coming.fail(BROKE, discard=False)
    assert os.listdir(folder / "partial") == []


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(0, 5000), max_size=5), stops=st.sets(st.integers(0, 5)))
def test_it_comes_out_right_however_it_comes(blobs: Blobs, cuts: list[int], stops: set[int]) -> None:
    data = DATA[:5000]
    places = [0, *sorted(cuts), len(data)]
    coming = blobs.incoming(len(data), blob=git_name(data))
    for number, (begin, end) in enumerate(pairwise(places)):
        coming.write(data[begin:end])
        if number in stops:
            coming.fail(BROKE, discard=False)
            coming = blobs.incoming(len(data), blob=git_name(data))
            assert coming.received == end
    assert coming.finish() == sha256_of(data)
    assert whole(blobs.folder) == {sha256_of(data): data}


FULL = """
import resource, sys
from pathlib import Path
from hilt.core.errors import SourceError
from hilt.record.blobs.store import Blobs
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
coming = Blobs(Path(sys.argv[1])).incoming(3 << 20, sha256=sys.argv[2])
try:
    for data in iter(lambda: sys.stdin.buffer.read(300_000), b""):
        coming.write(data)
except SourceError as error:
    print(coming.failed is error, error)
"""


def test_a_disk_that_takes_no_more_is_explained_and_what_came_is_kept(blobs: Blobs, folder: Path) -> None:
    command = [sys.executable, "-c", FULL, folder, NAME]
    done = subprocess.run(command, input=DATA, check=True, capture_output=True)
    told = done.stdout.decode()
    assert told.startswith(f"True {folder}/partial/{NAME}: File too large, and ")
    assert "more bytes are needed; make room on that disk" in told
    again = blobs.incoming(len(DATA), sha256=NAME)
    assert again.resumed == MIB
    again.write(DATA[MIB:])
    assert again.finish() == NAME


def spoilt(blobs: Blobs) -> list[str]:
    return sorted(path.name for path in (blobs.folder / "spoilt").iterdir())


def test_of_wrong_bytes_that_went_out_the_name_is_noted_before_anybody_hears_of_it(blobs: Blobs) -> None:
    coming, seen = blobs.incoming(len(DATA), sha256=NAME), list[bool]()
    coming.watch(lambda: seen.append(coming.failed is not None and not blobs.is_spoilt(NAME, "")))
    coming.write(DATA[:-1] + bytes([DATA[-1] ^ 1]))
    with pytest.raises(SourceError, match="not " + NAME):
        coming.finish()
    assert blobs.is_spoilt(NAME, "")
    assert len(seen) == 2
    assert not any(seen)


@pytest.mark.parametrize("hold_all", [True, False])
def test_of_wrong_bytes_that_nobody_had_nothing_is_noted(blobs: Blobs, *, hold_all: bool) -> None:
    data = bytes(len(DATA)) if hold_all else b"small"
    coming = blobs.incoming(len(data), sha256=NAME, hold_all=hold_all)
    coming.write(data)
    with pytest.raises(SourceError):
        coming.finish()
    assert (spoilt(blobs), blobs.is_spoilt(NAME, "")) == ([], False)


def test_wrong_bytes_of_an_earlier_time_may_have_gone_out_then(blobs: Blobs) -> None:
    first = blobs.incoming(len(DATA), sha256=NAME)
    first.write(bytes(2 * MIB))
    first.fail(BROKE, discard=False)
    assert spoilt(blobs) == []
    second = blobs.incoming(len(DATA), sha256=NAME, hold_all=True)
    second.write(DATA[2 * MIB :])
    with pytest.raises(SourceError):
        second.finish()
    assert spoilt(blobs) == [NAME]


def test_what_came_in_two_parts_and_is_right_is_not_spoilt(blobs: Blobs) -> None:
    first = blobs.incoming(len(DATA), sha256=NAME)
    first.write(DATA[: 2 * MIB])
    first.fail(BROKE, discard=False)
    assert blobs.is_spoilt(NAME, "")
    second = blobs.incoming(len(DATA), sha256=NAME)
    second.write(DATA[2 * MIB :])
    second.finish()
    assert not blobs.is_spoilt(NAME, "")
