"""Processes that add to a log and are killed with no warning, as often as a test wants.

Run as a script, it waits for lines of JSON and answers each with one. A process is started for each line by a fork, so that a
test that kills hundreds does not wait for hundreds of interpreters.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

MILLION = 1_000_000
"""Entries of one process are numbered from its number, times this."""


class Victims:
    """Starts processes that add to the log at `where`, and kills them."""

    def __init__(self, process: subprocess.Popen[str], where: str, folder: Path) -> None:
        self._process, self._where, self._folder = process, where, folder
        self.kept, self._told = folder / "kept", folder / "told"
        self._number = 0

    def run(
        self,
        *,
        threads: int = 1,
        batch: int = 1,
        processes: int = 1,
        entries: int = 0,
        seconds: float = 0,
        late: bool = False,
    ) -> None:
        """Processes that add entries: so many each, or until they are killed after so many seconds.

        These are counted from the start, or where it is `late`, from when the first entry is acknowledged.
        """
        order = {
            "where": self._where,
            "kept": str(self.kept),
            "told": str(self._told),
            "threads": threads,
            "batch": batch,
            "numbers": [self._number + more for more in range(1, processes + 1)],
            "entries": entries,
            "seconds": seconds,
            "late": late,
        }
        self._number += processes
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer == "done\n", answer

    def acknowledged(self) -> dict[int, int]:
        """The place of each entry that a process was told is recorded."""
        told = [line.split() for line in self._told.read_text().splitlines()] if self._told.exists() else []
        assert len({number for number, _ in told}) == len(told)
        return {int(number): int(place) for number, place in told}


@contextmanager
def victims(where: str, folder: Path) -> Iterator[Victims]:
    command = [sys.executable, __file__]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Victims(process, where, folder)
        assert process.stdin is not None
        process.stdin.close()


def main() -> None:
    import psycopg  # noqa: F401 (once, before the forks)

    import logs  # noqa: F401

    for line in sys.stdin:
        order = json.loads(line)
        told = Path(order["told"])
        before = told.stat().st_size if told.exists() else 0
        started = [_start(order, number) for number in order["numbers"]]
        if order["seconds"]:
            while order["late"] and not (told.exists() and told.stat().st_size > before):
                time.sleep(0.001)
            time.sleep(order["seconds"])
            for one in started:
                os.kill(one, signal.SIGKILL)
        codes = {os.waitstatus_to_exitcode(os.waitpid(one, 0)[1]) for one in started}
        print("done" if codes <= {0, -signal.SIGKILL} else f"ended with {codes}", flush=True)


def _start(order: dict[str, object], number: int) -> int:
    process = os.fork()
    if not process:
        try:
            _add(number, **order)  # type: ignore[arg-type]
            os._exit(0)
        finally:
            os._exit(1)
    return process


def _add(number: int, where: str, kept: str, told: str, threads: int, batch: int, entries: int, **_: object) -> None:
    from hilt.record.database import Database
    from hilt.record.ledger.log import Log
    from logs import KEY, entry

    log = Log(Database(where), key=KEY, kept=Path(kept))
    file = os.open(told, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    numbers = count(number * MILLION)
    wrong: list[BaseException] = []

    def add() -> None:
        try:
            for _ in range(entries // batch // threads) if entries else count():
                mine = [next(numbers) for _ in range(batch)]
                envelopes, rows = zip(*(entry(one) for one in mine), strict=True)
                places = log.append(envelopes, rows)
                lines = [f"{one} {place}\n" for one, place in zip(mine, places, strict=True)]
                os.write(file, "".join(lines).encode())
        except BaseException as error:
            wrong.append(error)
            raise

    workers = [threading.Thread(target=add) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if wrong:
        raise wrong[0]


if __name__ == "__main__":
    main()
