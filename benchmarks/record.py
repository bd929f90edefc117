"""Measures the log: entries that are signed and added for good, proofs from a log of ten million, and what it takes to verify one.

Beside it plain SQLite: the same bytes, by the same module of Python, in a table of two columns with the same promise that what
was committed is on the disk. It signs nothing, keeps no tree and searches nothing. Both take turns, so that what else the
machine does falls on both.
"""

from __future__ import annotations

import sys

sys.path.append(sys.path.pop(0))  # this folder last: the standard library has an `inspect` as well

import argparse
import os
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from hashlib import sha256
from itertools import count
from pathlib import Path
from random import Random
from threading import Lock
from typing import NamedTuple

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from sqlalchemy import insert

from hilt.record.database import Database
from hilt.record.ledger.checkpoints import Checkpoint
from hilt.record.ledger.envelopes import sign
from hilt.record.ledger.leaves import leaf
from hilt.record.ledger.log import Log
from hilt.record.ledger.merkle import leaf_hash, root
from hilt.record.ledger.notes import sign_note
from hilt.record.ledger.receipts import check_receipt
from hilt.record.ledger.stored_tree import grow, reading
from hilt.record.schema import entries, heads
from logs import KEY, ORIGIN, OTHER, entry, genesis, log_with
from postgresql_server import Server, why_not

THREADS, BATCH = 16, 100
PROVEN = 1000
"""Entries of the large log that are there, and proven."""
AT_ONCE = 256 * 256
PAYLOAD, ROW = entry(0)[0].payload, entry(0)[1]
NUMBERS = count(1)

Add = Callable[[Sequence[bytes]], object]
"""Adds payloads in one transaction, which is on the disk when it returns."""


class Took(NamedTuple):
    """Seconds on the clock and of CPU."""

    wall: float
    cpu: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()), help="on the disk to be measured")
    parser.add_argument("--runs", type=int, default=5, help="how often each way of adding is measured")
    parser.add_argument(
        "--added", type=int, default=2000, help="entries that are added each time, five times as many in batches"
    )
    parser.add_argument("--leaves", type=int, default=10_000_000, help="leaves of the log that is proven from")
    parser.add_argument("--entries", type=int, default=1_000_000, help="entries of the log that is verified")
    parser.add_argument(
        "--only", action="append", choices=[*WAYS, "proofs", *VERIFIED], help="just this; may be repeated"
    )
    options = parser.parse_args()
    for part, names in ((adding, WAYS), (proving, ("proofs",)), (verifying, VERIFIED)):
        if not wanted(names, options):
            continue
        with tempfile.TemporaryDirectory(dir=options.folder) as place:
            print(part(Path(place), options), end="\n\n", flush=True)


def wanted(names: Iterable[str], options: argparse.Namespace) -> list[str]:
    """Those that are to be measured."""
    return [name for name in names if not options.only or name in options.only]


def adding(folder: Path, options: argparse.Namespace) -> str:
    """Every round adds to every log in every way."""
    with ExitStack() as open_for_now:
        targets = dict(adders(folder, open_for_now))
        took: dict[tuple[str, str], list[Took]] = {}
        for _ in range(options.runs):
            for way, carry_out, times in (WAYS[name] for name in wanted(WAYS, options)):
                for name, add in targets.items():
                    items = payloads(options.added * times)
                    one = timed(lambda add=add, items=items, carry_out=carry_out: carry_out(add, items))
                    took.setdefault((way, name), []).append(Took(one.wall / len(items), one.cpu / len(items)))
        synced = statistics.median(syncing(folder / "synced") for _ in range(options.runs))
    title = f"{options.added:,} entries each time, median of {options.runs}; {1 / synced:,.0f} pages/s written and waited for"
    lines = [f"| {way} | {name} | {figures(some)} |" for (way, name), some in took.items()]
    return table(title, "| added | to | entries/s | best run | CPU us each |", lines)


def table(title: str, head: str, lines: Sequence[str]) -> str:
    """The last three columns are figures."""
    words = head.count("|") - 4
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    return "\n".join([f"{title}; {load}", "", head, f"|{'---|' * words}{'--:|' * 3}", *lines])


def figures(took: Sequence[Took]) -> str:
    rates = [1 / one.wall for one in took]
    cpu = statistics.median(one.cpu for one in took)
    return f"{statistics.median(rates):,.0f} | {max(rates):,.0f} | {1e6 * cpu:.0f}"


def adders(folder: Path, open_for_now: ExitStack) -> Iterator[tuple[str, Add]]:
    """The logs, and beside them a table."""
    yield "hilt, SQLite", hilt(str(folder / "hilt.db"), None, open_for_now)
    yield "hilt, SQLite, checkpoint kept", hilt(str(folder / "kept.db"), folder / "kept", open_for_now)
    if why := why_not():
        print(f"no PostgreSQL: {why}", file=sys.stderr)
    else:
        server = Server(Path(tempfile.mkdtemp(prefix="hilt-", dir=folder.parent)))
        server.start()
        open_for_now.callback(server.remove)
        yield "hilt, PostgreSQL", hilt(server.address("postgres"), None, open_for_now)
    yield "plain SQLite", plain(folder / "plain.db", open_for_now)


def hilt(where: str, kept: Path | None, open_for_now: ExitStack) -> Add:
    database = open_for_now.enter_context(closing(Database(where, create=True)))
    database.create_tables()
    log = log_with(database, 1, kept=kept)
    return lambda some: log.append([sign(one, OTHER) for one in some], [ROW] * len(some))


def plain(file: Path, open_for_now: ExitStack) -> Add:
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    open_for_now.callback(connection.close)
    for statement in (
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = FULL",
        "CREATE TABLE entries (place INTEGER PRIMARY KEY, payload BLOB)",
    ):
        connection.execute(statement)
    turn = Lock()

    def add(some: Sequence[bytes]) -> None:
        with turn:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO entries (payload) VALUES (?)", [(one,) for one in some])
            connection.execute("COMMIT")

    return add


def one_by_one(add: Add, items: Sequence[bytes]) -> None:
    for one in items:
        add([one])


def by_threads(add: Add, items: Sequence[bytes]) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda first: one_by_one(add, items[first::THREADS]), range(THREADS)))


def in_batches(add: Add, items: Sequence[bytes]) -> None:
    for begin in range(0, len(items), BATCH):
        add(items[begin : begin + BATCH])


WAYS = {
    "single": ("one at a time", one_by_one, 1),
    "threads": (f"one at a time, {THREADS} threads", by_threads, 1),
    "batches": (f"in batches of {BATCH}", in_batches, 5),
}
"""What it is called, how it is done, and how many times as many entries it takes."""
VERIFIED = {"tree": ("the tree", False), "signatures": ("the tree and every signature", True)}
"""What it is called, and whether signatures are part of it."""


def payloads(number: int) -> list[bytes]:
    """Statements, no two of them alike in all that is measured."""
    return [PAYLOAD.replace(b"0" * 56, b"%056d" % next(NUMBERS)) for _ in range(number)]


def syncing(file: Path) -> float:
    """Seconds that the disk takes for a page."""
    with file.open("wb", buffering=0) as stream:
        began = time.perf_counter()
        for _ in range(200):
            stream.write(bytes(4096))
            os.fdatasync(stream.fileno())
        return (time.perf_counter() - began) / 200


def proving(folder: Path, options: argparse.Namespace) -> str:
    """Hashes stand for most entries: the proof of one needs no more of the others."""
    where = str(folder / "large.db")
    with closing(Database(where, create=True)) as database:
        database.create_tables()
        began = time.perf_counter()
        places = fill(database, options.leaves)
        filled = time.perf_counter() - began
    with closing(Database(where)) as database:
        log = Log(database)
        first = timed(lambda: log.prove(places[0]))
        verifiers = log.verifiers()
        for place in places:
            check_receipt(log.prove(place), verifiers)
        proofs = [timed(lambda place=place: log.prove(place)) for place in places]
        consistent = [timed(lambda place=place: log.request(place)) for place in places]
    size = sum(file.stat().st_size for file in folder.iterdir())
    title = f"{options.leaves:,} leaves, {size / 1e6:,.0f} MB of hashes, made in {filled:.0f} s"
    lines = [
        f"| inclusion, the first with opening the log | {milliseconds([first])} |",
        f"| inclusion, of an entry anywhere | {milliseconds(proofs)} |",
        f"| consistency with an earlier size | {milliseconds(consistent)} |",
    ]
    return table(title, "| proof | median ms | 99 of 100 below | CPU ms |", lines)


def milliseconds(took: Sequence[Took]) -> str:
    wall = sorted(1e3 * one.wall for one in took)
    cpu = statistics.median(1e3 * one.cpu for one in took)
    return f"{statistics.median(wall):.2f} | {wall[len(wall) * 99 // 100]:.2f} | {cpu:.2f}"


def fill(database: Database, size: int) -> list[int]:
    """A tree of `size` leaves, the entries of some of them, and its signed head. Returns the places of those entries."""
    random = Random(1)
    places = sorted(
        {random.randrange(1, size) for _ in range(PROVEN)} | {0, size - 1} | {*range(size - size % 256, size)}
    )
    there = {0: genesis()[0]} | {
        place: sign(one, OTHER) for place, one in zip(places[1:], payloads(len(places) - 1), strict=True)
    }
    leaves = {place: leaf_hash(leaf(envelope)) for place, envelope in there.items()}
    kinds = {0: genesis()[1]}
    with database.writing() as connection:
        connection.execute(insert(entries), [
            {"place": place, "leaf": leaves[place], "envelope": envelope.text(), **kinds.get(place, ROW)._asdict()}
            for place, envelope in there.items()
        ])  # fmt: skip
        for begin in range(0, size, AT_ONCE):
            some = range(begin, min(size, begin + AT_ONCE))
            grow(connection, begin, [leaves.get(place) or sha256(b"%d" % place).digest() for place in some])
        hashed = root(size, reading(connection, size))
        note = sign_note(Checkpoint(ORIGIN, size, hashed).text, ORIGIN, KEY)
        connection.execute(insert(heads), {"size": size, "root": hashed, "note": note})
    random.shuffle(places)
    return places[:PROVEN]


def verifying(folder: Path, options: argparse.Namespace) -> str:
    with closing(Database(str(folder / "record.db"), create=True)) as database:
        database.create_tables()
        log = log_with(database, 1)
        began = time.perf_counter()
        for begin in range(1, options.entries, BATCH * 10):
            some = payloads(min(BATCH * 10, options.entries - begin))
            log.append([sign(one, OTHER) for one in some], [ROW] * len(some))
        filled = time.perf_counter() - began
        size = sum(file.stat().st_size for file in folder.iterdir())
        lines = []
        for what, signatures in (VERIFIED[name] for name in wanted(VERIFIED, options)):
            took = timed(lambda signatures=signatures: refuse(log.verify(signatures=signatures)))
            lines.append(f"| {what} | {took.wall:.1f} | {took.cpu:.1f} | {1e6 * took.cpu / options.entries:.1f} |")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    title = (
        f"{options.entries:,} entries, {size / 1e6:,.0f} MB, added in {filled:.0f} s; at most {peak:.0f} MiB of memory"
    )
    return table(title, "| verified | wall s | CPU s | CPU us each |", lines)


def refuse(damage: Iterator[object]) -> None:
    if found := list(damage):
        sys.exit(f"the log is damaged: {found[:3]}")


def timed(work: Callable[[], object]) -> Took:
    began, used = time.perf_counter(), time.process_time()
    work()
    return Took(time.perf_counter() - began, time.process_time() - used)


if __name__ == "__main__":
    main()
