"""Whatever happens while entries are added: none that was acknowledged is lost, none is there twice, and the tree verifies."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from appending import MILLION, Victims, victims
from hilt.core.errors import RecordUnreachable
from hilt.record.database import Database
from hilt.record.ledger.log import Log
from logs import KEY, add, entry, log_with
from postgresql_server import Server, why_not

root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a disk that is small")


def check(where: str, some: Victims, *, signatures: bool = False) -> int:
    """Every entry that was acknowledged is there once, and nothing is damaged. Returns how many were acknowledged."""
    database = Database(where)
    log = Log(database, key=KEY, kept=some.kept)
    told = some.acknowledged()
    assert len(set(told.values())) == len(told)
    numbers, places = list(told), list(told.values())
    with database.reading() as connection:
        found = connection.execute(text("SELECT place, subject FROM entries WHERE place > 0")).all()
    stored = {int(subject, 16): place for place, subject in found}
    assert len(stored) == len(found)
    assert {number: stored.get(number) for number in numbers} == told
    for which in random.Random(1).sample(range(len(told)), min(20, len(told))):
        assert log.envelopes([places[which]]) == [entry(numbers[which])[0]]
    assert list(log.verify(signatures=signatures)) == []
    database.close()
    return len(told)


def killed(where: str, folder: Path, times: int) -> None:
    chance = random.Random(where.startswith("postgresql"))
    ways = [{}, {"batch": 7}, {"batch": 300}, {"threads": 4}, {"processes": 2}]
    with victims(where, folder) as some:
        database = Database(where, create=True)
        database.create_tables()
        log_with(database, 200, kept=some.kept)
        database.close()
        for number in range(times):
            some.run(seconds=chance.uniform(0.001, 0.08), late=chance.random() < 0.7, **ways[number % len(ways)])
            if number % 5 == 4:
                check(where, some)
        some.run(entries=20)
        assert check(where, some, signatures=True) > times


@pytest.mark.slow
def test_a_process_that_is_killed_while_it_adds(where: str, tmp_path: Path) -> None:
    killed(where, tmp_path, 15)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_hundreds_of_processes_that_are_killed_while_they_add(where: str, tmp_path: Path) -> None:
    killed(where, tmp_path, 500)


def test_processes_and_threads_that_add_at_once(where: str, tmp_path: Path) -> None:
    database = Database(where, create=True)
    database.create_tables()
    with victims(where, tmp_path) as some:
        log_with(database, 1, kept=some.kept)
        some.run(processes=2, threads=16, entries=160)
        assert check(where, some, signatures=True) == 320
    database.close()


def test_a_clock_that_jumps(database: Database) -> None:
    """Entries stand in the order in which they were added, whatever time they tell."""
    log = log_with(database, 1)
    for number, at in enumerate(["2031-01-01T00:00:00Z", "1999-12-31T23:59:59Z", "2026-11-21T10:00:00Z"]):
        envelope, row = entry(number, at=at)
        assert log.append([envelope], [row]) == range(1 + number, 2 + number)
    assert list(log.verify()) == []


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
        folder.rmdir()


def keep_adding(log: Log, count: int, sizes: list[int]) -> None:
    """Adds so many at a time for as long as it goes; `sizes` are those that were acknowledged."""
    while True:
        sizes.append(add(log, MILLION + sizes[-1], count).stop)


@root
def test_a_full_disk(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "1m") as disk:
        database = Database(str(disk / "record.db"), create=True)
        database.create_tables()
        log = log_with(database, 100, kept=tmp_path / "kept")
        for _ in range(2):
            sizes = [log.head().size]
            with pytest.raises(
                RecordUnreachable, match=r"the disk is full; nothing was recorded\. Make room and try again"
            ):
                keep_adding(log, 50, sizes)
            assert log.head().size == sizes[-1]
            assert list(log.verify()) == []
        subprocess.run(["mount", "-o", "remount,size=8m", disk], check=True)
        add(log, log.head().size, 500)
        assert list(log.verify()) == []
        database.close()


@root
def test_a_full_disk_for_the_kept_checkpoint(database: Database, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "64k") as disk:
        log = log_with(database, 99, kept=disk / "kept")
        (disk / "filler").write_bytes(bytes(60_000))
        with pytest.raises(
            RecordUnreachable, match="No space left on device; the log keeps its last checkpoint in this file"
        ):
            add(log, 99, 1)
        assert (log.head().size, (disk / "kept").read_text()) == (99, log.head().note)
        (disk / "filler").unlink()
        add(log, 99, 1)
        assert list(log.verify()) == []


LIMITED = """
import resource, sys
from pathlib import Path
from hilt.core.errors import RecordUnreachable
from hilt.record.database import Database
from hilt.record.ledger.log import Log
from logs import KEY, add, log_with
database = Database(sys.argv[1], create=True)
database.create_tables()
log = log_with(database, 10)
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, resource.RLIM_INFINITY))
size = 10
try:
    while True:
        size = add(log, size, 50).stop
        print(size, flush=True)
except RecordUnreachable as error:
    print(error, file=sys.stderr)
"""


def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    file = tmp_path / "record.db"
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, file],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )
    assert "the disk answers with an error, or is full" in done.stderr
    database = Database(str(file))
    log = Log(database, key=KEY)
    assert log.head().size == int(done.stdout.split()[-1])
    assert list(log.verify()) == []
    add(log, log.head().size, 100)
    database.close()


@contextmanager
def own_server(folder: Path) -> Iterator[Server]:
    """A server that waits for the disk, and that a test may break."""
    if why := why_not():
        pytest.skip(why)
    server = Server(folder)
    server.start()
    try:
        yield server
    finally:
        server.remove()


@pytest.mark.slow
def test_a_server_that_dies_while_entries_are_added(tmp_path: Path) -> None:
    with own_server(Path("/tmp") / f"hilt-{os.getpid()}") as server:
        database = Database(server.address("postgres"))
        database.create_tables()
        log = log_with(database, 1, kept=tmp_path / "kept")
        for _ in range(3):
            sizes = [log.head().size]
            with ThreadPoolExecutor() as pool:
                adding = pool.submit(keep_adding, log, 1, sizes)
                while len(sizes) < 20 and not adding.done():
                    time.sleep(0.001)
                server.stop("immediate")
            assert isinstance(adding.exception(), RecordUnreachable)
            with pytest.raises(RecordUnreachable, match="the database postgres at"):
                log.head()
            server.start(port=server.port)
            assert len(sizes) >= 20
            assert log.head().size - sizes[-1] in (0, 1)
            assert list(log.verify()) == []
        add(log, 9 * MILLION, 1)
        database.close()


@root
@pytest.mark.slow
def test_a_server_whose_disk_is_full(tmp_path: Path) -> None:
    with small_disk(Path("/tmp") / f"hilt-{os.getpid()}", "120m") as disk, own_server(disk) as server:
        database = Database(server.address("postgres"))
        database.create_tables()
        log = log_with(database, 100, kept=tmp_path / "kept")
        free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_bsize
        (disk / "filler").write_bytes(bytes(free - 500_000))
        sizes = [log.head().size]
        with pytest.raises(RecordUnreachable):
            keep_adding(log, 50, sizes)
        (disk / "filler").unlink()
        server.stop("immediate")
        server.start(port=server.port)
        assert log.head().size - sizes[-1] in (0, 50)
        add(log, 9 * MILLION, 50)
        assert list(log.verify()) == []
        database.close()
