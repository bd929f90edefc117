"""Each file once, under its SHA-256."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hilt.core.errors import NotReady, SourceError, UsageError
from hilt.record.blobs.store import Blobs
from kept_files import git_name, sha256_of, stored, whole

DATA = b"weights " * 1000
NAME = sha256_of(DATA)
ABSENT = sha256_of(b"nobody has it")


def used(blobs: Blobs, times: dict[str, float]) -> None:
    """Sets when each was used last."""
    for sha256, at in times.items():
        os.utime(blobs.path(sha256), (at, at))


def test_a_file_stands_once_under_its_digest_and_can_only_be_read(blobs: Blobs, folder: Path) -> None:
    assert stored(blobs, DATA) == NAME
    assert stored(blobs, DATA) == NAME
    assert blobs.path(NAME) == folder / "blobs" / "sha256" / NAME[:2] / NAME
    assert blobs.path(NAME).stat().st_mode & 0o777 == 0o444
    assert whole(folder) == {NAME: DATA}
    assert os.listdir(folder / "partial") == []


def test_what_is_here_has_its_size(blobs: Blobs) -> None:
    stored(blobs, DATA)
    assert (blobs.has(NAME, len(DATA)), blobs.has(NAME, len(DATA) + 1), blobs.has(ABSENT, 1)) == (True, False, False)


def test_a_link_among_the_blobs_is_none(blobs: Blobs, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(DATA)
    blobs.path(NAME).parent.mkdir()
    blobs.path(NAME).symlink_to(tmp_path / "elsewhere")
    assert not blobs.has(NAME, len(DATA))
    assert list(blobs.each()) == []


@pytest.mark.parametrize("sha256", ["../../../etc/passwd", "", "A" * 64])
def test_what_is_no_digest_has_no_path(blobs: Blobs, sha256: str) -> None:
    for call in (blobs.path, blobs.remove, blobs.use):
        with pytest.raises(UsageError, match="64 lower-case"):
            call(sha256)
    with pytest.raises(UsageError, match="64 lower-case"):
        blobs.has(sha256, 1)


def test_what_comes_is_spelled_as_it_can_be(blobs: Blobs) -> None:
    for stated in ({"sha256": "../x"}, {"blob": "../x"}, {"blob": "A" * 40}):
        with pytest.raises(UsageError, match="hexadecimal digits"):
            blobs.incoming(3, **stated)
    with pytest.raises(UsageError, match="-1 bytes"):
        blobs.incoming(-1)


def test_what_is_here_already_is_done(blobs: Blobs) -> None:
    stored(blobs, DATA)
    coming = blobs.incoming(len(DATA), sha256=NAME)
    assert (coming.done, coming.released, coming.wait()) == (blobs.path(NAME), len(DATA), blobs.path(NAME))
    assert coming.finish() == NAME
    with pytest.raises(SourceError, match="it is here as a whole already"):
        coming.write(b"")
    assert whole(blobs.folder) == {NAME: DATA}


def test_a_damaged_one_is_replaced_by_the_right_one(blobs: Blobs) -> None:
    stored(blobs, DATA)
    blobs.path(NAME).chmod(0o644)
    blobs.path(NAME).write_bytes(b"short")
    assert stored(blobs, DATA) == NAME
    assert whole(blobs.folder) == {NAME: DATA}


def test_the_second_who_fetches_is_told_to_ask_again(blobs: Blobs, folder: Path) -> None:
    first = blobs.incoming(len(DATA), sha256=NAME)
    for other in (blobs, Blobs(folder)):
        with pytest.raises(NotReady, match=f"{NAME}: it is being fetched already; ask again in 5 s") as caught:
            other.incoming(len(DATA), sha256=NAME)
        assert caught.value.seconds == 5
    first.write(DATA)
    first.finish()
    assert blobs.incoming(len(DATA), sha256=NAME).done


ASK = """
import sys
from pathlib import Path
from hilt.core.errors import NotReady
from hilt.record.blobs.store import Blobs
try:
    coming = Blobs(Path(sys.argv[1])).incoming(int(sys.argv[3]), sha256=sys.argv[2])
    print(coming.received, coming.done is not None)
except NotReady:
    print("not ready")
"""


def test_one_process_writes_at_a_time(blobs: Blobs, folder: Path) -> None:
    def ask() -> str:
        command = [sys.executable, "-c", ASK, folder, NAME, str(len(DATA))]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    coming = blobs.incoming(len(DATA), sha256=NAME)
    coming.write(DATA[:100])
    assert ask() == "not ready"
    coming.fail(SourceError("the line broke"), discard=False)
    assert ask() == "100 False"
    assert stored(blobs, DATA) == NAME
    assert ask() == f"{len(DATA)} True"


def test_a_forked_process_keeps_no_lock(blobs: Blobs) -> None:
    coming = blobs.incoming(len(DATA), sha256=NAME)
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.close(write)
        os.read(read, 1)
        os._exit(0)
    try:
        coming.fail(SourceError("the line broke"), discard=False)
        assert blobs.incoming(len(DATA), sha256=NAME).done is None
    finally:
        os.close(read)
        os.close(write)
        os.waitpid(child, 0)


def test_of_many_who_want_to_write_one_does(blobs: Blobs) -> None:
    """Each ends as one that failed, and leaves the file to be removed or locked by another in between."""
    writers: list[int] = []
    most: list[int] = []

    def fetch() -> None:
        for _ in range(40):
            try:
                coming = blobs.incoming(len(DATA), sha256=NAME)
            except NotReady:
                continue
            writers.append(1)
            most.append(len(writers))
            writers.pop()
            coming.fail(SourceError("no more"), discard=True)

    threads = [threading.Thread(target=fetch) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert set(most) == {1}


def test_a_larger_file_than_the_disk_is_refused_at_once(blobs: Blobs, folder: Path) -> None:
    with pytest.raises(
        SourceError, match=rf"partial/{NAME}: the disk has \d+ bytes left, and {1 << 62} more .* make room"
    ) as one:
        blobs.incoming(1 << 62, sha256=NAME)
    assert "library.bytes" in str(one.value)
    assert os.listdir(folder / "partial") == []


def test_another_size_of_the_same_name_begins_anew(blobs: Blobs) -> None:
    first = blobs.incoming(10, sha256=NAME)
    first.write(b"0123456789")
    first.fail(SourceError("the line broke"), discard=False)
    second = blobs.incoming(5, sha256=NAME)
    assert second.received == second.resumed == 0


def test_each_tells_size_and_use(blobs: Blobs) -> None:
    one, other = stored(blobs, DATA), stored(blobs, b"other")
    used(blobs, {one: 1000.0, other: 2000.0})
    blobs.path(one).with_name("notes.txt").write_text("by hand")
    assert sorted(blobs.each()) == sorted([(one, len(DATA), 1000.0), (other, 5, 2000.0)])


def test_a_use_is_written_down_and_leaves_the_time_of_the_file(blobs: Blobs) -> None:
    name = stored(blobs, DATA)
    used(blobs, {name: 1000.0})
    blobs.use(name)
    assert next(blobs.each()).used > 1000.0
    assert blobs.path(name).stat().st_mtime == 1000.0


def test_a_use_is_written_down_once_in_a_while(blobs: Blobs) -> None:
    name = stored(blobs, DATA)
    blobs.use(name)
    used(blobs, {name: 1000.0})
    blobs.use(name)
    assert next(blobs.each()).used == 1000.0


def test_a_use_of_what_is_gone_is_none(blobs: Blobs) -> None:
    blobs.use(ABSENT)
    assert list(blobs.each()) == []


def test_what_is_removed_is_gone_and_whoever_reads_it_reads_on(blobs: Blobs) -> None:
    name = stored(blobs, DATA)
    with blobs.path(name).open("rb") as file:
        blobs.remove(name)
        blobs.remove(name)
        assert (blobs.has(name, len(DATA)), file.read()) == (False, DATA)


def test_what_was_used_longest_ago_goes_first_and_no_more_than_must(blobs: Blobs) -> None:
    names = [stored(blobs, bytes([number]) * 100) for number in range(6)]
    used(blobs, {name: 1000.0 + at for name, at in zip(names, (5, 1, 4, 2, 3, 6), strict=True)})
    assert blobs.evict(350, keep=()) == [names[1], names[3], names[4]]
    assert {blob.sha256 for blob in blobs.each()} == {names[0], names[2], names[5]}
    assert blobs.evict(350, keep=()) == []


def test_what_is_kept_never_goes_and_does_not_count(blobs: Blobs) -> None:
    names = [stored(blobs, bytes([number]) * 100) for number in range(4)]
    used(blobs, {name: 1000.0 + at for at, name in enumerate(names)})
    keep = {names[0], names[1]}
    assert blobs.evict(200, keep) == []
    assert blobs.evict(100, keep) == [names[2]]
    assert blobs.evict(0, keep) == [names[3]]
    assert {blob.sha256 for blob in blobs.each()} == keep


def test_large_ones_do_not_take_small_ones_along(blobs: Blobs) -> None:
    small, large = stored(blobs, b"s"), stored(blobs, bytes(1000))
    used(blobs, {small: 2000.0, large: 1000.0})
    assert blobs.evict(500, keep=()) == [large]


def test_what_never_became_whole_goes_too_unless_somebody_writes_it(blobs: Blobs, folder: Path) -> None:
    left, writing = blobs.incoming(len(DATA), sha256=NAME), blobs.incoming(9, sha256=ABSENT)
    left.write(DATA[:4000])
    left.fail(SourceError("the line broke"), discard=False)
    writing.write(b"so far")
    os.utime(folder / "partial" / NAME, (1000.0, 1000.0))
    assert blobs.evict(5000, keep=()) == []
    assert blobs.evict(100, keep=()) == []
    assert os.listdir(folder / "partial") == [ABSENT]
    assert blobs.evict(0, keep=()) == []
    assert os.listdir(folder / "partial") == [ABSENT]


def test_what_was_set_aside_stays_until_its_bytes_are_here_again(blobs: Blobs, folder: Path) -> None:
    name = stored(blobs, DATA)
    blobs.set_aside(name)
    blobs.evict(0, keep=())
    assert [one[:15] for one in os.listdir(folder / "partial")] == [f"damaged-{name[:7]}"]
    stored(blobs, DATA)
    blobs.evict(0, keep={name})
    assert os.listdir(folder / "partial") == []


def test_what_a_crash_left_of_a_text_goes_after_a_day(blobs: Blobs, folder: Path) -> None:
    old, new = folder / "partial" / "text-1", folder / "partial" / "text-2"
    old.touch()
    new.touch()
    os.utime(old, (1000.0, 1000.0))
    blobs.evict(1000, keep=())
    assert (old.exists(), new.exists()) == (False, True)


def test_a_file_that_only_git_names_goes_on_as_well(blobs: Blobs) -> None:
    first = blobs.incoming(len(DATA), blob=git_name(DATA))
    first.write(DATA[:100])
    first.fail(SourceError("the line broke"), discard=False)
    second = blobs.incoming(len(DATA), blob=git_name(DATA))
    assert second.resumed == 100
    second.write(DATA[100:])
    assert second.finish() == NAME


def test_a_folder_where_a_file_should_come_is_explained(blobs: Blobs, folder: Path) -> None:
    (folder / "partial" / NAME).mkdir()
    with pytest.raises(SourceError, match=rf"{NAME}: Is a directory; here is the library"):
        blobs.incoming(1, sha256=NAME)


def test_a_link_where_a_file_should_come_is_not_followed(blobs: Blobs, folder: Path, tmp_path: Path) -> None:
    (folder / "partial" / NAME).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SourceError, match=NAME):
        blobs.incoming(1, sha256=NAME)
    assert not (tmp_path / "elsewhere").exists()


def test_what_two_send_of_one_digest_is_kept_apart_and_resumed_apart(blobs: Blobs) -> None:
    data = os.urandom(3 << 20)
    name, half = sha256_of(data), len(data) // 2
    honest, liar = (blobs.incoming(len(data), sha256=name, owner=owner) for owner in ("https://a.example", "../b\0"))
    honest.write(data[:half])
    liar.write(bytes(half))
    for one in (honest, liar):
        one.fail(SourceError("the line broke"), discard=False)
    names = [path.name for path in (blobs.folder / "partial").iterdir()]
    assert len(names) == 2
    assert all(re.fullmatch(name + "-[0-9a-f]{16}", one) for one in names)
    again = blobs.incoming(len(data), sha256=name, owner="https://a.example")
    assert again.resumed == half
    again.write(data[half:])
    assert again.finish() == name
    assert not blobs.is_spoilt(name, "https://a.example")
    assert blobs.is_spoilt(name, "../b\0")  # what the other one sent still lies there, and went out


def test_what_is_let_go_of_before_it_is_proven_is_noted_and_the_note_stays(blobs: Blobs) -> None:
    for size, owner in ((2 << 20, "large"), (1 << 10, "small")):
        coming = blobs.incoming(3 << 20, sha256="a" * 64, owner=owner)
        coming.write(bytes(size))
        coming.fail(SourceError("the line broke"), discard=False)
    for _ in range(2):
        blobs.evict(0, ())
        assert list((blobs.folder / "partial").iterdir()) == []
        assert blobs.is_spoilt("a" * 64, "large")
        assert not blobs.is_spoilt("a" * 64, "small")
