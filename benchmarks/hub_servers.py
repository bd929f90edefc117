"""The servers that are measured: hilt as its operator starts it, alone and behind nginx; Olah; and bare Starlette. What each takes."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, NamedTuple, Self

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from measure import family, memory

from library_office import Shop
from nginx_server import free_port, nginx
from office import Office

SETTINGS = "policy: acme.yaml\nrecord: {{database: record.db, checkpoint: kept, checks: false}}\n"
BARE = """
import sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
async def said(request):
    return Response(b"x" * 900, media_type="application/json")
config = uvicorn.Config(Starlette(routes=[Route("/{path:path}", said)]), port=int(sys.argv[1]), log_level="error", access_log=False)
class Server(uvicorn.Server):
    def _log_started_message(self, listeners):
        print("bare answers at http://127.0.0.1:" + sys.argv[1], flush=True)
Server(config).run()
"""
BEHIND_NGINX = """
server {{
    listen 127.0.0.1:{port};
    sendfile on; tcp_nopush on; keepalive_requests 1000000;
    client_max_body_size 0; proxy_request_buffering off; proxy_buffering off; proxy_http_version 1.1;
    location / {{ proxy_pass http://127.0.0.1:{inner}; proxy_set_header Host $http_host; proxy_read_timeout 1h; }}
    location /library-file/ {{
        internal; alias {blobs}/; etag off;
        add_header ETag $upstream_http_etag; add_header X-Repo-Commit $upstream_http_x_repo_commit;
    }}
}}
"""


class Server(NamedTuple):
    """Where it answers, and the processes that it began with. `token` is of whoever asks, empty where nobody is asked for one."""

    name: str
    origin: str
    roots: tuple[int, ...]
    token: str = ""

    def cpu(self) -> float:
        """Seconds of CPU of all of its processes until now, of those that ended as well."""
        return sum(_cpu(pid) for pid in self._all())

    def mib(self) -> float:
        """Memory of all of its processes, what they share counted once."""
        return sum(memory(pid) for pid in self._all())

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def _all(self) -> list[int]:
        return [pid for root in self.roots for pid in family(root)]


class Taken:
    """What a server took while the block lasted: seconds of CPU, and its memory at the beginning and at most, in MiB."""

    def __init__(self, server: Server) -> None:
        self._server, self._ended = server, threading.Event()
        self.cpu = self.before = self.peak = 0.0

    def __enter__(self) -> Self:
        self.before = self.peak = self._server.mib()
        self._watching = threading.Thread(target=self._watch)
        self.cpu = self._server.cpu()
        self._watching.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.cpu = self._server.cpu() - self.cpu
        self._ended.set()
        self._watching.join()

    def _watch(self) -> None:
        while not self._ended.wait(0.05):
            self.peak = max(self.peak, self._server.mib())


@contextmanager
def hilt(folder: Path, upstream: str, *, accel: bool = False) -> Iterator[Server]:
    """An office in `folder`, made where it is not there, and its server; `accel` is with an nginx in front that sends the files."""
    fresh = not folder.exists()
    office = Office.copied(folder) if fresh else Office(folder)
    inner = free_port()
    port = free_port() if accel else inner
    origin = f"http://127.0.0.1:{port}"
    more = "  accel: /library-file/\n" if accel else ""
    office.settings_file.write_text(
        f"{SETTINGS.format()}serve: {{port: {inner}, address: '{origin}', checks: 0}}\n"
        f"library:\n  own: [acme]\n  upstreams: [{{name: hub, url: '{upstream}'}}]\n{more}"
    )
    token = Shop(office, None, None).secret(writes=True)  # type: ignore[arg-type]
    command = [sys.executable, "-m", "hilt", "serve", "--config", str(office.settings_file)]
    with ExitStack() as after:
        process = after.enter_context(started(command, folder / "said", {**os.environ, **office.homes}))
        _line(process, "hilt answers at")
        roots = [process.pid]
        if accel:
            blobs = office.settings_file.parent / "library" / "blobs" / "sha256"
            text = BEHIND_NGINX.format(port=port, inner=inner, blobs=blobs)
            place = folder / f"nginx-{port}"
            roots.append(after.enter_context(nginx(place, text, port, workers="2")).pid)
        yield Server("hilt behind nginx" if accel else "hilt", origin, tuple(roots), token)


@contextmanager
def olah(folder: Path, program: str, upstream: str) -> Iterator[Server]:
    """Olah as its manual starts it, with the folder for what it keeps."""
    folder.mkdir(parents=True, exist_ok=True)
    port, host = free_port(), upstream.removeprefix("http://")
    here = f"127.0.0.1:{port}"
    command = [program, "--host", "127.0.0.1", "--port", str(port), "--repos-path", str(folder / "repos")]
    command += ["--hf-scheme", "http", "--hf-netloc", host, "--hf-lfs-netloc", host, "--log-path", str(folder / "logs")]
    command += ["--mirror-scheme", "http", "--mirror-netloc", here, "--mirror-lfs-netloc", here]
    with started(command, folder / "said", dict(os.environ), speaks=False) as process:
        _until_it_answers(port, process)
        yield Server("Olah 0.5.4", f"http://{here}", (process.pid,))


@contextmanager
def bare(folder: Path) -> Iterator[Server]:
    port = free_port()
    with started([sys.executable, "-c", BARE, str(port)], folder / "bare", dict(os.environ)) as process:
        _line(process, "bare answers at")
        yield Server("bare Starlette", f"http://127.0.0.1:{port}", (process.pid,))


@contextmanager
def started(
    command: list[str], said: Path, environment: dict[str, str], *, speaks: bool = True
) -> Iterator[subprocess.Popen[str]]:
    """A process until the block is left; what it complains of goes to the file `said`, and with that all unless it `speaks` to us."""
    with said.open("w") as stream:
        out = subprocess.PIPE if speaks else stream
        process = subprocess.Popen(command, stdout=out, stderr=stream, text=True, env=environment, cwd=said.parent)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _line(process: subprocess.Popen[str], begins: str) -> None:
    stream: IO[str] | None = process.stdout
    line = stream.readline() if stream else ""
    if not re.match(begins, line):
        sys.exit(f"it does not answer: {line or process.args}")


def _until_it_answers(port: int, process: subprocess.Popen[str]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            sys.exit(f"it ended with {process.returncode}: {process.args}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    sys.exit(f"it does not answer: {process.args}")


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
