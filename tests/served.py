"""`hilt serve` in a process of its own, as whoever runs it starts it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import urlsplit

from hilt.doors.http import csrf
from office import Office


class Served(NamedTuple):
    """Where it answers, and its process."""

    origin: str
    process: subprocess.Popen[str]

    def connect(self) -> socket.socket:
        parts = urlsplit(self.origin)
        return socket.create_connection((parts.hostname or "", parts.port or 80), timeout=20)

    def head(self, path: str, secret: str, length: int, **headers: str) -> bytes:
        """How a browser begins to send a form with files."""
        told = {
            "Host": urlsplit(self.origin).netloc,
            "Origin": self.origin,
            "Cookie": f"hilt={secret}",
            "Content-Type": "multipart/form-data; boundary=xyz",
            "Content-Length": str(length),
            **headers,
        }
        return (
            f"POST {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in told.items())
        ).encode() + b"\r\n"

    @staticmethod
    def form(secret: str, name: str) -> bytes:
        """The token, and the beginning of a file."""
        token = csrf.token(secret)
        return (
            f'--xyz\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{token}\r\n'
            f'--xyz\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
        ).encode()


END = b"\r\n--xyz--\r\n"


@contextmanager
def served(office: Office) -> Iterator[Served]:
    command = [sys.executable, "-m", "hilt", "serve", "--port", "0", "--config", str(office.settings_file)]
    with (office.folder / "said").open("w") as said:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=said, text=True, env={**os.environ, **office.homes}
        )
    try:
        assert process.stdout is not None
        found = re.fullmatch(r"hilt answers at (http://\S+)\n", process.stdout.readline())
        assert found, (office.folder / "said").read_text()
        yield Served(found[1], process)
    finally:
        process.terminate()
        process.wait(20)
        if process.stdout is not None:
            process.stdout.close()
