"""`hilt serve` in a process of its own, as its operator starts it."""

from __future__ import annotations

import os
import re
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from office import Office


class Running(NamedTuple):
    """Where it answers, and the process."""

    origin: str
    process: subprocess.Popen[str]

    def connect(self, context: ssl.SSLContext | None = None) -> socket.socket:
        """A connection, to send what no browser sends."""
        parts = urlsplit(self.origin)
        plain = socket.create_connection((parts.hostname, parts.port), timeout=30)
        return context.wrap_socket(plain, server_hostname=parts.hostname) if context else plain

    def says(self, *pieces: bytes, context: ssl.SSLContext | None = None) -> bytes:
        """All that comes back for bytes, until the server hangs up."""
        host = urlsplit(self.origin).netloc.encode()
        with self.connect(context) as connection:
            for piece in pieces:
                connection.sendall(piece.replace(b"HOST", host))
            return read_all(connection)


def read_all(connection: socket.socket) -> bytes:
    got = b""
    try:
        while piece := connection.recv(65536):
            got += piece
    except ConnectionError:
        pass
    return got


@contextmanager
def running(office: Office, *arguments: str) -> Iterator[Running]:
    """The pages of an office, at a port that was free."""
    with started(office.folder, office.homes, "--config", str(office.settings_file), *arguments) as server:
        yield server


@contextmanager
def started(folder: Path, homes: Mapping[str, str], *arguments: str) -> Iterator[Running]:
    """The pages of whoever has these `homes`; what the server complains of goes into `folder`."""
    said = folder / "said"
    with said.open("wb") as stream:
        command = [sys.executable, "-m", "hilt", "serve", "--port", "0", *arguments]
        env = {**os.environ, **homes}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stream, text=True, env=env)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.fullmatch(r"hilt answers at (https?://\S+)\n", line)
        assert found, said.read_text()
        yield Running(found[1], process)
    finally:
        process.terminate()
        process.wait(20)
        if process.stdout is not None:
            process.stdout.close()
