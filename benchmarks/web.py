"""Measures the pages of `hilt serve` with as many models and entries as a large organisation has, over a real socket.

The record is made once, in the folder that is given (tests/record/many.py; half an hour for a million entries), and served by the
real command with one worker. A person who is signed in asks for each page one after the other, for its time, and then several at
once, for requests a second, over connections that stay open. Beside them a page of bare Starlette is asked in the same way, in the same
run: compare with that, for times are of this machine, whatever else it does.
"""

from __future__ import annotations

import sys

sys.path.append(sys.path.pop(0))  # this folder last: the standard library has an `inspect` as well

import argparse
import asyncio
import gzip
import os
import statistics
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple
from urllib.parse import quote, urlsplit

sys.path.append(str(Path(__file__).parents[1] / "tests" / "record"))

from many import fill

from hilt.core.signed_in import PassKind
from hilt.gate.record import opened
from hilt.gate.settings import Settings, read_settings
from hilt.gate.signing_in.passes import clock, make
from hilt.record.accounts.store import add
from hilt.record.ledger.keys import read_signing_key, signing_key_pem

WORST_TIME, WORST_SEARCH, WORST_BYTES, FEWEST = 100, 50, 150_000, 200
"""The bars: milliseconds of a page and of a search, bytes of a page before it is packed, and requests a second on one worker."""
BARE = """
import sys, uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse
from starlette.routing import Route
async def page(request):
    return await run_in_threadpool(HTMLResponse, "x" * 20_000)
config = uvicorn.Config(Starlette(routes=[Route("/", page)]), port=0, log_level="error", access_log=False)
class Server(uvicorn.Server):
    def _log_started_message(self, listeners):
        print("hilt answers at http://127.0.0.1:%d" % listeners[0].getsockname()[1], flush=True)
Server(config).run()
"""


class Asked(NamedTuple):
    """What a page took: the median and the slowest twentieth of its time in milliseconds, its bytes, packed and as they are, and
    how many came in a second. `status` is what it answered with, where that was not 200."""

    name: str
    status: int
    median: float
    p95: float
    packed: int
    bytes: int
    each_second: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where the record is, or will be")
    parser.add_argument("--models", type=int, default=100_000)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=60, help="of each page, one after the other")
    parser.add_argument("--seconds", type=float, default=3, help="for which each page is asked for by several at once")
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--only", action="append", help="the pages with this in their name")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    if not (options.folder / "made").exists():
        make_record(options.folder, options.models, options.entries)
    settings = read_settings(options.folder / "settings.yaml")
    pages, cookie, entries = what_is_asked(options.folder, settings)
    with serving([sys.executable, "-c", BARE], options.folder) as origin:
        bare = asyncio.run(asked("bare Starlette, 20 kB", origin, cookie, lambda: "/", options))
    hilt = [sys.executable, "-m", "hilt", "serve", "--port", "0", "--config", str(options.folder / "settings.yaml")]
    with serving(hilt, options.folder) as origin:
        told = [
            asyncio.run(asked(name, origin, cookie, path, options))
            for name, path in pages.items()
            if any(part in name for part in options.only or [""])
        ]
    print(f"{len(pages)} pages of a record of {entries:,} entries, one worker, {options.at_once} at once\n")
    print(table(bare, told))


def make_record(folder: Path, models: int, entries: int) -> None:
    (folder / "record.db").unlink(missing_ok=True)
    (folder / "settings.yaml").write_text("record: {database: record.db, key: log.key, checkpoint: kept}\n")
    many = fill(str(folder / "record.db"), models, entries=entries)
    for name, key in (("log.key", many.log_key), ("person-0.key", many.keys[0])):
        (folder / name).write_bytes(signing_key_pem(key, None))
        (folder / name).chmod(0o600)
    (folder / "made").touch()


def what_is_asked(folder: Path, settings: Settings) -> tuple[dict[str, Callable[[], str]], str, int]:
    """How the address of each page is made, another one each time; the cookie of whoever asks; and how long the log is."""
    random = Random(1)
    own = read_signing_key((folder / "person-0.key").read_bytes(), None)
    with opened(settings, writing=True) as record:
        person = record.person_of(own.public)
        assert person is not None
        session = make(person, own, PassKind.SESSION, until=clock(timedelta(hours=12)))
        record.accounts.change(add(session.stored))
        entries = record.log.head().size
        models = record.registry.models(limit=1000)
        cases = record.registry.maybe_open(today="2027-01-01", limit=1000)

    def a_model() -> str:
        return f"/models/{random.choice(models).subject}"

    def a_case() -> str:
        return f"/cases/{random.choice(cases)}"

    searches: dict[str, Callable[[], str]] = {
        "search: a word": lambda: f"/models?q=model-{random.randrange(len(models))}",
        "search: a word that nothing has": lambda: f"/models?q=nowhere-{random.randrange(1000)}",
        "search: licence": lambda: "/models?licence=mit",
        "search: licence, verdict, openness": lambda: "/models?licence=gpl-3.0&verdict=block&openness=1",
        "search: use": lambda: f"/models?use={quote('search')}",
        "search: use and licence": lambda: f"/models?use={quote('search')}&licence=gemma",
        "search: owner": lambda: f"/models?owner={quote(f'Person {random.randrange(10, 20)}')}",
    }
    log = {
        "log": lambda: "/log",
        "log, decisions": lambda: "/log?kind=decision",
        "log, of a person": lambda: f"/log?person={quote('Person 3')}",
        "entry": lambda: f"/log/{random.randrange(entries)}",
    }
    pages: dict[str, Callable[[], str]] = {
        "home": lambda: "/",
        "models": lambda: "/models",
        "models as JSON": lambda: "/models.json",
        **searches,
        "model": a_model,
        "cases": lambda: "/cases",
        "case": a_case,
        "policy": lambda: "/policy",
        **log,
        "people": lambda: "/people",
        "check": lambda: "/check",
        "checks": lambda: "/checks",
        "account": lambda: "/account",
        "health": lambda: "/healthz",
    }
    return pages, f"hilt={session.opened.secret}", entries


@contextmanager
def serving(command: list[str], folder: Path) -> Iterator[str]:
    """Where the command answers, until the block is left."""
    homes = {f"XDG_{name}_HOME": str(folder / name) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
    environment = {name: text for name, text in os.environ.items() if not name.startswith("HILT_")} | homes
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=folder) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            yield line.split()[-1] if line.startswith("hilt answers at ") else sys.exit(f"it does not answer: {line}")
        finally:
            process.terminate()


async def asked(name: str, origin: str, cookie: str, path: Callable[[], str], options: argparse.Namespace) -> Asked:
    client = await Client.to(origin, cookie)
    status, packed, whole = await client.get(path())
    times = []
    for _ in range(options.requests if status == 200 else 0):
        began = time.perf_counter()
        status, packed, whole = await client.get(path())
        times.append(1000 * (time.perf_counter() - began))
    client.close()
    each_second = await at_once(origin, cookie, path, options) if status == 200 else 0.0
    times = sorted(times) or [0.0]
    slow = times[int(0.95 * (len(times) - 1))]
    return Asked(name, status, statistics.median(times), slow, packed, whole, each_second)


async def at_once(origin: str, cookie: str, path: Callable[[], str], options: argparse.Namespace) -> float:
    """Answers in a second, of several who ask again as soon as they have one."""
    began, done = time.perf_counter(), 0

    async def one() -> None:
        nonlocal done
        client = await Client.to(origin, cookie)
        while time.perf_counter() - began < options.seconds:
            status, _, _ = await client.get(path())
            done += status == 200
        client.close()

    await asyncio.gather(*(one() for _ in range(options.at_once)))
    return done / (time.perf_counter() - began)


class Client:
    """A browser, as far as bytes go: one connection, which stays open."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str) -> None:
        self._reader, self._writer, self._head = reader, writer, head

    @classmethod
    async def to(cls, origin: str, cookie: str) -> Client:
        parts = urlsplit(origin)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        return cls(reader, writer, f"Host: {parts.netloc}\r\nCookie: {cookie}\r\nAccept-Encoding: gzip\r\n\r\n")

    async def get(self, path: str) -> tuple[int, int, int]:
        """The status, and how many bytes came: packed, and unpacked."""
        self._writer.write(f"GET {path} HTTP/1.1\r\n{self._head}".encode())
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode().lower()
        fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:-2])
        if "content-length" in fields:
            body = await self._reader.readexactly(int(fields["content-length"]))
        else:
            body = b"".join([part async for part in self._chunks()])
        whole = gzip.decompress(body) if fields.get("content-encoding") == "gzip" else body
        return int(head.split(" ", 2)[1]), len(body), len(whole)

    async def _chunks(self) -> AsyncIterator[bytes]:
        while size := int(await self._reader.readline(), 16):
            yield await self._reader.readexactly(size)
            await self._reader.readexactly(2)
        await self._reader.readexactly(2)

    def close(self) -> None:
        self._writer.close()


def table(bare: Asked, told: list[Asked]) -> str:
    lines = [
        "| page | median ms | p95 ms | times bare | bytes sent | bytes | requests/s | |",
        "|---|--:|--:|--:|--:|--:|--:|---|",
    ]
    for one in (bare, *told):
        if one.status != 200:
            lines.append(f"| {one.name} | | | | | | | answers {one.status} |")
            continue
        ratio = one.median / bare.median
        lines.append(
            f"| {one.name} | {one.median:.1f} | {one.p95:.1f} | {ratio:.1f} | {one.packed:,} | {one.bytes:,} "
            f"| {one.each_second:.0f} | {missed(one)} |"
        )
    return "\n".join(lines)


def missed(one: Asked) -> str:
    """Which of the bars it misses."""
    most = WORST_SEARCH if one.name.startswith("search") else WORST_TIME
    over = [(one.median > most, f"over {most} ms"), (one.bytes > WORST_BYTES, f"over {WORST_BYTES // 1000} kB")]
    over.append((one.each_second < FEWEST, f"under {FEWEST}/s"))
    return ", ".join(words for is_over, words in over if is_over)


if __name__ == "__main__":
    main()
