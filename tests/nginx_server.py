"""A real nginx, from Debian's package, with a folder of its own, for as long as a test uses it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MAIN = """
{user}
daemon off;
worker_processes {workers};
pid {folder}/pid;
error_log {folder}/errors;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    default_type application/octet-stream;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/conf.d/*.conf;
}}
"""


def why_not() -> str:
    """Why there can be no nginx here; empty where there can. In continuous integration there must be one."""
    if _program() is not None:
        return ""
    if os.environ.get("CI") == "true":
        raise RuntimeError("nginx is not installed, and its tests must run here: scripts/install-system installs it")
    return "nginx is not installed; scripts/install-system installs it"


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def nginx(folder: Path, text: str, port: int, *, workers: str = "1") -> Iterator[subprocess.Popen[bytes]]:
    """With `text` as what an operator puts into conf.d, which listens at `port`; its process. What it complains of stands in `folder`/errors."""
    (folder / "conf.d").mkdir(parents=True)
    (folder / "conf.d" / "hilt.conf").write_text(text)
    user = "user root;" if os.geteuid() == 0 else ""  # folders of tests are for nobody else
    (folder / "nginx.conf").write_text(_MAIN.format(user=user, folder=folder, workers=workers))
    program = _program()
    assert program is not None
    command = [program, "-p", folder, "-e", folder / "errors", "-c", folder / "nginx.conf"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        _wait(process, port, folder / "errors")
        yield process
    finally:
        process.terminate()
        process.wait(20)


def _wait(process: subprocess.Popen[bytes], port: int, errors: Path) -> None:
    for _ in range(1000):
        assert process.poll() is None, errors.read_text()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.01)
        else:
            return
    raise AssertionError(f"nginx does not answer: {errors.read_text()}")


def _program() -> str | None:
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
