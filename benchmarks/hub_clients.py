"""The clients that ask: curl, huggingface_hub in a process of its own, a crowd that takes what it is sent and digests it, and many small requests."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path
from threading import Barrier
from typing import NamedTuple
from urllib.parse import urlsplit

DOWNLOAD = """
import sys
from huggingface_hub import snapshot_download
snapshot_download(sys.argv[1])
"""
UPLOAD = """
import sys
from huggingface_hub import HfApi
api = HfApi()
api.create_repo(sys.argv[1], exist_ok=True)
api.upload_folder(repo_id=sys.argv[1], folder_path=sys.argv[2])
"""
DIGEST = """
import hashlib, sys
with open(sys.argv[1], "rb") as file:
    hashlib.file_digest(file, "sha256")
"""
PATIENCE = 600
"""Seconds that any client waits."""
_PIECE = 1 << 20


class Took(NamedTuple):
    """Seconds on the clock, and of CPU of the client."""

    wall: float
    cpu: float


class Crowd(NamedTuple):
    """How many had the right bytes, and the seconds until the last of them had."""

    right: int
    wall: float


def curl(address: str, headers: Mapping[str, str], *, at_once: int = 1, size: int = -1) -> Took:
    """Downloads by so many processes at the same time. Ends the benchmark where one fails, or has other than `size` bytes."""
    said = [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
    command = ["curl", "-sS", "--fail", "--retry", "0", "-o", os.devnull, "-w", "%{size_download}", *said, address]
    began = time.perf_counter()
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(at_once)]
    cpu = 0.0
    for one in started:
        told = one.stdout.read() if one.stdout else ""
        cpu += _ended(one, "curl")
        if size >= 0 and int(told) != size:
            sys.exit(f"{address}: {told} of {size} bytes came")
    return Took(time.perf_counter() - began, cpu)


def saved(address: str, place: Path) -> Took:
    """Downloads to `place` and digests it there: what anybody pays who keeps a file and knows what it is."""
    began = time.perf_counter()
    with subprocess.Popen(["curl", "-sS", "--fail", "-o", place, address], text=True) as process:
        cpu = _ended(process, "curl")
    with subprocess.Popen([sys.executable, "-c", DIGEST, place], text=True) as process:
        cpu += _ended(process, "the digest")
    place.unlink()
    return Took(time.perf_counter() - began, cpu)


def huggingface(script: str, endpoint: str, token: str, *arguments: str, xet: bool = False) -> Took:
    """The client library with an empty cache, start-up included."""
    with tempfile.TemporaryDirectory() as home:
        environment = {name: text for name, text in os.environ.items() if not name.startswith(("HF_", "HUGGING"))}
        environment |= {"HF_ENDPOINT": endpoint, "HF_HOME": home, "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
        environment |= {"HF_TOKEN": token} if token else {}
        environment |= {} if xet else {"HF_HUB_DISABLE_XET": "1"}
        began = time.perf_counter()
        with (Path(home) / "said").open("w+") as said:
            process = subprocess.Popen(
                [sys.executable, "-c", script, *arguments], env=environment, stdout=said, stderr=said
            )
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                said.seek(0)
                sys.exit(f"{endpoint} {arguments}: {said.read()[-3000:]}")
        return Took(time.perf_counter() - began, usage.ru_utime + usage.ru_stime)


def first_byte(origin: str, headers: Mapping[str, str], name: str, path: str) -> tuple[float, float]:
    """Seconds until the revision is told of, and until the first byte of the file is there."""
    connection = _connected(origin)
    began = time.perf_counter()
    commit = _commit(connection, name, headers)
    told = time.perf_counter() - began
    connection.request("GET", f"/{name}/resolve/{commit}/{path}", headers=dict(headers))
    answer = connection.getresponse()
    if answer.status != 200 or not answer.read(1):
        sys.exit(f"{origin} {name}: {answer.status}")
    took = time.perf_counter() - began
    connection.close()
    return told, took


def crowd(origin: str, headers: Mapping[str, str], name: str, path: str, count: int, digest: str) -> Crowd:
    """So many ask at the same moment, as the client library does: for the revision, the file's metadata, and the file."""
    gate = Barrier(count + 1)

    def one(_: int) -> bool:
        gate.wait()
        connection = _connected(origin)
        commit = _commit(connection, name, headers)
        for method in ("HEAD", "GET"):
            connection.request(method, f"/{name}/resolve/{commit}/{path}", headers=dict(headers))
            answer = connection.getresponse()
            found, buffer = sha256(), bytearray(_PIECE)
            while answer.status == 200 and (size := answer.readinto(buffer)):
                found.update(memoryview(buffer)[:size])
        connection.close()
        return found.hexdigest() == digest

    with ThreadPoolExecutor(count) as threads:
        asked = [threads.submit(one, number) for number in range(count)]
        gate.wait()
        began = time.perf_counter()
        right = sum(not future.exception() and future.result() for future in asked)
    return Crowd(right, time.perf_counter() - began)


def each_second(
    origin: str, headers: Mapping[str, str], method: str, path: str, connections: int, seconds: float
) -> float:
    """Answers in a second, over connections that stay open."""
    return asyncio.run(_each_second(origin, headers, method, path, connections, seconds))


class _Again(asyncio.Protocol):
    """Asks again as soon as it has an answer."""

    def __init__(self, request: bytes, *, bodies: bool) -> None:
        self.answers, self._request, self._bodies, self._came = 0, request, bodies, b""
        self.stopped = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._came += data
        head, found, body = self._came.partition(b"\r\n\r\n")
        if not found:
            return
        if not head.startswith(b"HTTP/1.1 200"):
            sys.exit(f"{self._request!r}: {head!r}")
        wanted = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]) if self._bodies else 0
        if len(body) >= wanted:
            self._came = b""
            self.answers += 1
            self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.stopped:
            sys.exit(f"the server closed a connection: {exc}")

    def close(self) -> None:
        self.stopped = True
        self._transport.close()

    def _ask(self) -> None:
        self._transport.write(self._request)  # type: ignore[attr-defined]


async def _each_second(
    origin: str, headers: Mapping[str, str], method: str, path: str, connections: int, seconds: float
) -> float:
    parts = urlsplit(origin)
    head = "".join(f"{name}: {value}\r\n" for name, value in {"Host": parts.netloc, **headers}.items())
    request = f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode()
    loop = asyncio.get_running_loop()
    asking = [
        (await loop.create_connection(lambda: _Again(request, bodies=method != "HEAD"), parts.hostname, parts.port))[1]
        for _ in range(connections)
    ]
    await asyncio.sleep(0.5)
    before, began = sum(one.answers for one in asking), time.perf_counter()
    await asyncio.sleep(seconds)
    answers, took = sum(one.answers for one in asking) - before, time.perf_counter() - began
    for one in asking:
        one.close()
    return answers / took


def _connected(origin: str) -> HTTPConnection:
    return HTTPConnection(urlsplit(origin).netloc, timeout=PATIENCE)


def _commit(connection: HTTPConnection, name: str, headers: Mapping[str, str]) -> str:
    connection.request("GET", f"/api/models/{name}/revision/main", headers=dict(headers))
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        sys.exit(f"{name}: {answer.status} {body[:300]!r}")
    return str(json.loads(body)["sha"])


def _ended(process: subprocess.Popen[str], name: str) -> float:
    """Seconds of CPU that it took."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.stdout:
        process.stdout.close()
    return (
        usage.ru_utime + usage.ru_stime
        if process.returncode == 0
        else sys.exit(f"{name} ends with {process.returncode}")
    )
